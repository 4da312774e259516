"""现场表 that came after their inspection: somebody of the office looks, and adopts the problem or dismisses it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.common.errors import ServiceError
from apps.inspections import raising
from apps.inspections.choices import LateVerdict
from apps.inspections.models import SiteForm
from apps.inspections.models.form import LONGEST_REASON
from apps.inspections.services.steps import INSPECTS, WAY
from apps.inspections.services.teams import office
from apps.pages.ways import holds


def may_settle(form: SiteForm, user: User) -> bool:
    """Whether somebody decides on the problem of a form: the office that runs the inspection, never who wrote it."""
    return form.author_id != user.pk and holds(user, INSPECTS, form.division_id)


def waits(form: SiteForm) -> bool:
    """Whether a form carries a problem that nobody has decided on."""
    return form.late and bool(form.problem_fact) and form.settled_at is None


def waiting(user: Any) -> QuerySet[Any]:
    """The forms whose problem somebody has to decide on."""
    offices = [low for low, _high in scopes.of(user).ranges_of(INSPECTS)]
    rows = SiteForm.objects.visible_to(user).filter(late=True, settled_at=None, division__in=offices)
    return rows.exclude(problem_fact="").exclude(author=scopes.of(user).user_id)


@transaction.atomic
def settle(form: SiteForm, verdict: str, reason: str = "", *, by: User) -> SiteForm:
    """Adopt the problem of a form that came late, which is raised then as it would have been in time, or dismiss it
    with a reason. Once; the log of the inspection says who did.

    Raises PermissionDenied for whoever may not, ServiceError for a form that waits for no decision, for no known
    verdict and for no reason.
    """
    if not may_settle(form, by):
        raise PermissionDenied(_("办结后到达的问题由督查单位的其他人员处理。"))
    reason = reason.strip()
    if verdict not in LateVerdict.values:
        raise ServiceError(_("请选择如何处理。"), field="verdict", code="required")
    if verdict == LateVerdict.DISMISS and not reason:
        raise ServiceError(_("请说明不列入的理由。"), field="reason", code="required")
    if len(reason) > LONGEST_REASON:
        raise ServiceError(_("内容不能超过 %(most)d 字。") % {"most": LONGEST_REASON}, field="reason", code="too_long")
    with scopes.activate(office(by)):
        locked = SiteForm.objects.select_for_update(of=("self",)).select_related("inspection").get(pk=form.pk)
    if not waits(locked):
        raise ServiceError(_("这张现场表没有待处理的问题。"), field="verdict", code="state", status=409)
    if verdict == LateVerdict.ADOPT:
        locked.problem, reason = raising.raise_of(locked, by), ""
    locked.dismissed_reason = reason
    locked.settled_at, locked.settled_by, locked.settled_by_name = timezone.now(), by, str(by)[:60]
    names = ("problem", "dismissed_reason", "settled_at", "settled_by_id", "settled_by_name")
    with scopes.activate(office(by)):
        SiteForm.objects.filter(pk=locked.pk).update(**{name: getattr(locked, name) for name in names})
    inspection = locked.inspection
    WAY.write(inspection, WAY.elsewhere[verdict], inspection.state, by=by, note=reason)
    return locked
