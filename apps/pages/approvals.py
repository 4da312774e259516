"""Large exports of households and persons wait for a second person (GB/T 35273-2020, 7.1): asking and deciding.

Who may decide is held at the lowest division that contains the requester and the rows, or above; never the requester.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.access import policy
from apps.access import scope as scopes
from apps.access.models import Grant
from apps.access.scope import Range
from apps.common.errors import Refused, ServiceError
from apps.common.wording import clauses, labelled
from apps.divisions import codes
from apps.history.services import log_access
from apps.pages.columns import Column
from apps.pages.models import ANSWER_WITHIN, ExportApproval, ExportJob
from apps.pages.resources import Resource
from apps.pages.selection import Selection

CAPABILITY = "approve_exports"
SHORTEST_REASON = 4
LONGEST_REASON = 300
NEWS = 3  # days for which an answer stands on the desk of who asked


def needed(selection: Selection) -> bool:
    """Whether these rows are about households or persons, and so many that a second person must agree."""
    if not getattr(selection.resource.model, "household_lookup", None):
        return False
    most = settings.EXPORT_APPROVAL_ROWS
    return selection.rows.order_by().values("pk")[: most + 1].count() > most


def reach_of(selection: Selection, user: Any) -> list[Range]:
    """The ranges of places that an export takes rows from."""
    held = scopes.of(user).ranges_of(selection.resource.export_capability())
    chosen = selection.place.chosen
    return [codes.subtree(chosen)] if chosen else list(held)


def ask(selection: Selection, job: ExportJob, reason: str) -> ExportApproval:
    """Put an export before a second person.

    Raises ServiceError without a reason, and when nobody at the place or above could decide.
    """
    reason = reason.strip()
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        message = _("超过 %(rows)s 行的导出须经他人批准，请写明用途（%(least)d 至 %(most)d 字）。") % {
            "rows": f"{settings.EXPORT_APPROVAL_ROWS:,}", "least": SHORTEST_REASON, "most": LONGEST_REASON
        }  # fmt: skip
        raise ServiceError(message, field="reason", code="required")
    user = job.user
    division = together([user.division_id, *(low for low, _high in job.reach)])
    acting = nearest(division, user)
    if acting is None:
        raise ServiceError(_("本级和上级都没有其他人可以批准这次导出，请联系安全管理员。"), status=409, code="nobody")
    return ExportApproval.objects.create(
        division_id=division,
        job=job,
        user=user,
        user_name=str(user)[:60],
        title=job.title,
        resource=job.resource,
        criteria=clauses(labelled(chip.label, chip.text) for chip in selection.filters.chips()),
        columns=[column.name for column in selection.columns()],
        rows=selection.rows.order_by().count(),
        reason=reason,
        acting_division=acting,
    )


def together(places: Iterable[int]) -> int:
    """The lowest division that contains all of these."""
    first, *rest = places
    return next(
        place for place in (first, *reversed(codes.ancestors(first))) if all(codes.contains(place, p) for p in rest)
    )


def nearest(division: int, user: Any) -> int | None:
    """The nearest place, here or above, where somebody other than `user` may approve exports now; None without one.

    Posts of others are not the requester's to see: the platform itself looks, and only the place comes back.
    """
    path = [*codes.ancestors(division), division]
    with scopes.activate(scopes.everywhere("view_accounts")):
        held = Grant.objects.valid(timezone.now()).filter(
            permission__codename=CAPABILITY, content_object_id__in=path, user__is_active=True
        )
        return max(held.exclude(user=user).values_list("content_object_id", flat=True), key=path.index, default=None)


# --- deciding ---------------------------------------------------------------------------------------------------------


def waiting(user: Any) -> QuerySet[ExportApproval]:
    """What this account may decide now, its own requests left out, oldest first."""
    rows = ExportApproval.objects.editable_by(user).exclude(user=user)
    return rows.filter(state=ExportApproval.State.ASKED, created_at__gt=timezone.now() - ANSWER_WITHIN).order_by("pk")


def decided(user: Any) -> QuerySet[ExportApproval]:
    """What was decided or lapsed of late where this account decides, newest first."""
    rows = ExportApproval.objects.editable_by(user).exclude(state=ExportApproval.State.ASKED)
    return rows.order_by("-pk")


def get(user: Any, key: int) -> ExportApproval:
    """A request that the account may decide, or one of its own; Http404 for any other."""
    rows = ExportApproval.objects.editable_by(user) | ExportApproval.objects.filter(user=user)
    found = rows.filter(pk=key).first()
    if found is None:
        raise Http404
    return found


@transaction.atomic
def decide(found: ExportApproval, *, by: Any, approve: bool, answer: str = "") -> ExportApproval:
    """Approve or refuse an export; of two at once the first wins. Whoever calls this starts the work after the commit.

    Raises PermissionDenied without the right there, Refused for one's own request, ServiceError when a refusal gives no
    reason (422) and when it was decided or has lapsed already (409).
    """
    policy.require(by, CAPABILITY, found)
    if found.user_id == by.pk:
        raise Refused(_("不能批准自己申请的导出。"))
    answer = answer.strip()[:LONGEST_REASON]
    if not approve and not answer:
        raise ServiceError(_("请写明退回的理由。"), field="reason", code="required")
    state = ExportApproval.State.APPROVED if approve else ExportApproval.State.REFUSED
    now = timezone.now()
    # One statement: the second of two waits for the first and then finds nothing that is still asked for.
    won = ExportApproval.objects.filter(
        pk=found.pk, state=ExportApproval.State.ASKED, created_at__gt=now - ANSWER_WITHIN
    ).update(state=state, decided_by=by, decided_by_name=str(by)[:60], decided_at=now, answer=answer)
    found.refresh_from_db()
    if not won:
        if found.stands == ExportApproval.State.LAPSED:
            raise ServiceError(_("这次申请已逾期，请申请人重新提交。"), status=409, code="lapsed")
        message = _("%(name)s 已经处理了这次申请：%(state)s。") % {
            "name": found.decided_by_name, "state": found.get_state_display()
        }  # fmt: skip
        raise ServiceError(message, status=409, code="decided")
    log_access(
        by,
        "export",
        division=found.division_id,
        kind=columns_of(found)[0].model._meta.label_lower,
        key=str(found.job_id),
        fields=found.columns,
        rows=found.rows,
        reason=answer or found.reason,
        result="approved" if approve else "refused",
    )
    return found


def lapse(before: datetime) -> int:
    """Mark what was asked for before this moment and not answered; how many. In the scope of who sees them all."""
    asked = ExportApproval.objects.filter(state=ExportApproval.State.ASKED, created_at__lte=before)
    return asked.update(state=ExportApproval.State.LAPSED)


def granted(job: ExportJob) -> bool:
    """Whether a worker may do this job: it needed nobody's word, or has it."""
    return job.stage == ExportJob.State.WAITING


def columns_of(found: ExportApproval) -> tuple[type[Resource], list[Column]]:
    """The list that a request takes rows from, and the columns of it."""
    resource: type[Resource] = import_string(found.resource)
    known = resource.by_name()
    return resource, [known[name] for name in found.columns if name in known]


def marked(found: ExportApproval) -> list[tuple[Column, bool]]:
    """The columns of a request, and which of them are sensitive."""
    resource, columns = columns_of(found)
    return [(column, column.sensitive(resource.model)) for column in columns]


# --- on the desk ------------------------------------------------------------------------------------------------------

LABELS = {
    "waiting": gettext_lazy("导出待我批准"),
    "asked": gettext_lazy("我的导出待批准"),
    "approved": gettext_lazy("我的导出已批准"),
    "refused": gettext_lazy("我的导出被退回"),
}
LIGHTS = {"waiting": "yellow", "asked": "blue", "approved": "green", "refused": "red"}


def notices(user: Any) -> dict[str, int]:
    """What a desk says of exports: those this account is the nearest to decide, and its own by state. One query."""
    scope = scopes.of(user)
    now = timezone.now()
    since = now - timedelta(days=NEWS)
    own = ExportApproval.objects.filter(user=user, created_at__gt=since)
    rows = own.values_list("pk", "state", "user_id")
    if places := [low for low, _high in scope.ranges_of(CAPABILITY)]:
        mine = waiting(user).order_by().filter(acting_division__in=places)
        rows = rows.union(mine.values_list("pk", "state", "user_id"))
    found: dict[str, int] = dict.fromkeys(LABELS, 0)
    for _key, state, owner in rows:
        name = state if owner == user.pk else "waiting"
        if name in found:
            found[name] += 1
    return found
