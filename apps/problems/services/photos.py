"""Photos of problems: read by a process of its own and kept without metadata (`apps.common.pictures`)."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from apps.access import policy
from apps.access import scope as scopes
from apps.accounts.models import User
from apps.common import photos
from apps.common.errors import ServiceError
from apps.inspections.models import SiteFormPhoto
from apps.problems.choices import PhotoOf, State
from apps.problems.models import Problem, ProblemPhoto
from apps.problems.services.letters import EVERYWHERE
from apps.problems.services.offices import INSPECTS, rectifies, reviews

MOST_PHOTOS = 30
"""Of one problem, over all its rounds."""


def offered(row: Problem, user: Any) -> list[str]:
    """What somebody may add photos of: the fact whoever records problems there, the result the unit that answers, the
    verification on site whoever verifies."""
    if row.state == State.CLOSED:
        return []
    may = {
        PhotoOf.FACT: policy.can(user, INSPECTS, row),
        PhotoOf.RESULT: rectifies(user, row),
        PhotoOf.SITE: row.state == State.SUBMITTED and reviews(user, row.division_id, row.unit_id),
    }
    return [name.value for name, allowed in may.items() if allowed]


def add(row: Problem, of: str, data: bytes, *, by: User) -> ProblemPhoto:
    """Keep a photo of a problem, in its present round.

    Raises PermissionDenied for whoever may not add one of this, ServiceError for too many and for a file that is no
    picture.
    """
    if of not in offered(row, by):
        raise PermissionDenied(_("您没有上传这类照片的权限。"))
    picture = photos.read(data)
    with transaction.atomic():
        locked = Problem.objects.select_for_update(of=("self",)).get(pk=row.pk)
        if ProblemPhoto.objects.filter(problem=locked).count() >= MOST_PHOTOS:
            message = _("一个问题最多 %(most)d 张照片。") % {"most": MOST_PHOTOS}
            raise ServiceError(message, field="photo", code="too_many")
        photo = ProblemPhoto(problem=locked, division_id=locked.division_id, of=of, round=locked.round)
        photos.keep(photo, picture, by=by)
    return photo


def of_problem(user: Any, row: Problem) -> list[ProblemPhoto]:
    """The photos of a problem that a user sees, in the order in which they came."""
    return list(ProblemPhoto.objects.visible_to(user).filter(problem=row).order_by("pk"))


def of_site(row: Problem) -> list[SiteFormPhoto]:
    """The photos of the on-site form that raised a problem which the caller has seen: they lie with whoever runs the
    inspection, and are read for the unit that answers, too."""
    if row.client_id is None or row.inspection_id is None:
        return []
    with scopes.activate(EVERYWHERE):
        found = SiteFormPhoto.objects.filter(form__client_id=row.client_id, inspection=row.inspection_id)
        return list(found.order_by("slot"))


def on_site(key: int) -> SiteFormPhoto | None:
    """A photo of an on-site form, for whoever then turns out to see the problem that it raised."""
    with scopes.activate(EVERYWHERE):
        return SiteFormPhoto.objects.select_related("form").filter(pk=key).first()
