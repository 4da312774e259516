"""What hangs off a notice, as far as somebody sees it."""

from __future__ import annotations

from typing import Any, cast

from apps.common.days import today
from apps.notices.models import NoticeLog, NoticeObjection, PublicNotice
from apps.notices.querysets import ObjectionQuerySet


def objections_of(user: Any, found: PublicNotice) -> list[NoticeObjection]:
    """The objections against a notice with their lights, in the order in which they came."""
    rows = cast("ObjectionQuerySet", NoticeObjection.objects.visible_to(user)).with_light(today())
    return list(rows.filter(notice=found).order_by("pk"))


def log_of(user: Any, found: PublicNotice) -> list[NoticeLog]:
    """The steps that were taken, the first one first."""
    return list(NoticeLog.objects.visible_to(user).filter(notice=found).order_by("pk"))
