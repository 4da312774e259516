"""Photos of the monthly progress of a project (`apps.common.photos`)."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.common import photos
from apps.common.errors import ServiceError
from apps.funds.models import ProgressPhoto, Project, ProjectProgress
from apps.funds.services import projects
from apps.pages.ways import holds_at

MOST_PHOTOS = 9
REPORT = projects.WAY.steps["report"]


def concerned(progress: ProjectProgress, user: User) -> bool:
    """Whether somebody may add photos of a project here: whoever reports its months."""
    return holds_at(user, REPORT.capability, progress.division_id, REPORT.levels)


def add(progress: ProjectProgress, data: bytes, *, by: User) -> ProgressPhoto:
    """Keep a photo of a month that was reported, as long as months of its project are reported.

    Raises PermissionDenied for whoever does not report here, ServiceError for a project that is accepted or stopped,
    too many photos, and a file that is no picture.
    """
    if not concerned(progress, by):
        raise PermissionDenied(_("您没有报送这个项目月报的权限。"))
    picture = photos.read(data)
    with transaction.atomic():
        project = Project.objects.select_for_update(of=("self",)).get(pk=progress.project_id)
        if project.state not in REPORT.from_states:
            message = _("项目现为“%(state)s”，不再收月报照片。") % {"state": project.get_state_display()}
            raise ServiceError(message, field="photo", code="state", status=409)
        if ProgressPhoto.objects.filter(progress=progress).count() >= MOST_PHOTOS:
            message = _("一个月最多 %(most)d 张照片。") % {"most": MOST_PHOTOS}
            raise ServiceError(message, field="photo", code="too_many")
        photo = ProgressPhoto(progress=progress, division_id=progress.division_id)
        photos.keep(photo, picture, by=by)
    return photo


def of_month(user: Any, progress: ProjectProgress) -> list[ProgressPhoto]:
    """The photos of a month that a user sees, in their order."""
    return list(
        ProgressPhoto.objects.visible_to(user).filter(progress=progress).select_related("progress").order_by("pk")
    )


def of_project(user: Any, project: Project) -> list[ProgressPhoto]:
    """The photos of a project that a user sees with their months, the latest month first."""
    found = ProgressPhoto.objects.visible_to(user).filter(progress__project=project)
    return list(found.select_related("progress").order_by("-progress__month", "pk"))
