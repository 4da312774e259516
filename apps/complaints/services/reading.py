"""What the handling unit reads of a complaint: words, pictures, and for a reason who it was."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from apps.access import policy
from apps.accounts.models import User
from apps.common.errors import ServiceError
from apps.complaints.models import Complainant, Complaint, ComplaintPhoto, Statement
from apps.complaints.models.confidential import words_of
from apps.complaints.services.entering import HANDLES
from apps.history.services import log_access

SHORTEST_REASON = 2
READ = ("text", "findings", "answer", "note")
"""What is read together, as the access log names it."""

TAKEN_OUT = "＊＊"
"""Stands in the access log for a name that a reason gave away."""


def handles(user: Any, found: Complaint) -> bool:
    """Whether somebody is of the desk that handles this complaint."""
    return policy.can(user, HANDLES, found)


def statement_of(user: Any, found: Complaint) -> Statement | None:
    """What was written; None for whoever does not handle it."""
    return Statement.objects.visible_to(user).filter(complaint=found).first()


def read_words(user: Any, found: Complaint) -> Statement | None:
    """What was written, found and noted, shown to somebody; on record where he handles it, None where he does not."""
    statement = statement_of(user, found)
    if statement is not None:
        log_access(user, "view", division=found.division_id, obj=found, fields=READ)
    return statement


def photos_of(user: Any, found: Complaint) -> list[ComplaintPhoto]:
    """The pictures that came with it, as far as somebody sees them."""
    return list(ComplaintPhoto.objects.visible_to(user).filter(complaint=found).order_by("pk"))


def require_desk(user: Any, found: Complaint) -> None:
    """Raise PermissionDenied for whoever does not handle the complaint, also when he sees it."""
    if not handles(user, found):
        raise PermissionDenied(_("反映人和反映内容只有办理单位可以查看。"))


@transaction.atomic
def author_of(found: Complaint, *, by: User, reason: str, action: str = "reveal") -> dict[str, str]:
    """Name and contact of whoever complained, each empty where it was not told. The access log is written first;
    auditors read the reason, so that name and contact are taken out of it.

    Raises PermissionDenied for whoever does not handle the complaint, also when he sees it, and ServiceError without a
    reason.
    """
    require_desk(by, found)
    if len(reason.strip()) < SHORTEST_REASON:
        raise ServiceError(_("请写明查看理由。"), field="reason")
    known = Complainant.objects.visible_to(by).filter(complaint=found).first()
    author = {name: words_of(getattr(known, name, None)) for name in ("name", "contact")}
    for word in filter(None, author.values()):
        reason = reason.replace(word, TAKEN_OUT)
    log_access(by, action, division=found.division_id, obj=found, fields=["name", "contact"], reason=reason.strip())
    return author
