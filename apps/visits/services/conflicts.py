"""Settling what came under an id that was used already: who says so, which content counts, and why."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.access import policy
from apps.common.errors import Refused, ServiceError
from apps.visits.choices import Kept
from apps.visits.models import VisitConflict


def may_settle(user: Any, conflict: VisitConflict) -> bool:
    """Whether an account settles this conflict: its author, or an office that changes the register there; once."""
    own = conflict.author_id == user.pk
    return conflict.settled_at is None and (own or policy.can(user, "change_register", conflict))


@transaction.atomic
def settle(conflict: VisitConflict, *, kept: str, reason: str, by: Any) -> VisitConflict:
    """Say which content counts. Both stay as they came; of somebody else's visit nothing can be said but `this`.

    Raises Refused for a stranger, ServiceError when it is settled already or the reason is missing.
    """
    found = VisitConflict.objects.visible_to(by).select_for_update().get(pk=conflict.pk)
    if found.settled_at is not None:
        raise ServiceError(_("这条冲突已经核定。"), field="kept", code="settled")
    if not may_settle(by, found):
        raise Refused(_("您没有核定这条冲突的权限。"))
    if found.visit_id is None and kept != Kept.THIS:
        raise ServiceError(_("已有日记是他人的，只能以本次内容为准。"), field="kept")
    if not reason.strip():
        raise ServiceError(_("请填写理由。"), field="reason", code="required")
    found.settled_at, found.settled_by, found.settled_by_name = timezone.now(), by, str(by)[:60]
    found.kept, found.settled_reason = kept, reason.strip()
    found.save(update_fields=VisitConflict.SETTLEMENT)
    return found
