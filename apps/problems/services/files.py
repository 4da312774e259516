"""Files of problems: what proves the fact, the result or the verification beside photos (`apps.common.attachments`)."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.common import attachments
from apps.common.errors import ServiceError
from apps.problems.models import Problem, ProblemFile
from apps.problems.services.photos import offered

MOST_FILES = 30
"""Of one problem, over all its rounds."""


def add(row: Problem, of: str, file: File[Any], *, by: User) -> ProblemFile:
    """Keep a file of a problem, in its present round.

    Raises PermissionDenied for whoever may not add one of this, ServiceError for too many, and for a file that is too
    large or of another kind than offices write.
    """
    if of not in offered(row, by):
        raise PermissionDenied(_("您没有上传这类附件的权限。"))
    attachments.checked(file)
    with transaction.atomic():
        locked = Problem.objects.select_for_update(of=("self",)).get(pk=row.pk)
        if ProblemFile.objects.filter(problem=locked).count() >= MOST_FILES:
            message = _("一个问题最多 %(most)d 个附件。") % {"most": MOST_FILES}
            raise ServiceError(message, field="file", code="too_many")
        kept = ProblemFile(problem=locked, division_id=locked.division_id, of=of, round=locked.round)
        attachments.keep(kept, file, by=by)
    return kept


def of_problem(user: Any, row: Problem) -> list[ProblemFile]:
    """The files of a problem that a user sees, in the order in which they came."""
    return list(ProblemFile.objects.visible_to(user).filter(problem=row).order_by("pk"))
