"""What the days do to notices: from posted to running, and from running to ended. Done twice it changes nothing."""

from __future__ import annotations

import datetime
from collections.abc import Callable

from django.db.models import F, Q
from django.utils import timezone

from apps.access import scope as scopes
from apps.common.days import today
from apps.notices.choices import State
from apps.notices.models import NoticeLog, PublicNotice
from apps.notices.querysets import NoticeQuerySet

BLOCK = 500
"""So many notices are moved in one transaction; a killed worker leaves whole ones behind."""

# Days pass whoever may see the notice.
CARETAKER = scopes.everywhere("view_register", username="notices", source="task")


def advance() -> tuple[int, int]:
    """Move every notice whose day has come: how many began to run, how many ended."""
    on = today()
    began = _move("begin", State.RUNNING, lambda: PublicNotice.objects.filter(state=State.POSTED, posted_on__lt=on), on)
    ended = _move("end", State.ENDED, lambda: PublicNotice.objects.over(on), on)
    return began, ended


def _move(step: str, to_state: State, rows: Callable[[], NoticeQuerySet], on: datetime.date) -> int:
    """Move these notices in blocks, each with its line in the log; how many."""
    done = 0
    while True:
        with scopes.acting(CARETAKER, source="task"):
            # Whoever is taking a step on one of them goes first; it is looked at again next time.
            found = list(rows().select_for_update(skip_locked=True).order_by("pk")[:BLOCK])
            now = timezone.now()
            lines = [
                NoticeLog(
                    notice=one,
                    division_id=one.division_id,
                    at=now,
                    by_name="",
                    step=step,
                    from_state=one.state,
                    to_state=to_state,
                )
                for one in found
            ]
            PublicNotice.objects.filter(Q(pk__in=[one.pk for one in found])).update(
                state=to_state,
                state_since=now,
                version=F("version") + 1,
                updated_at=now,
                **({"closed_on": on} if to_state == State.ENDED else {}),
            )
            NoticeLog.objects.bulk_create(lines)
        done += len(found)
        if len(found) < BLOCK:
            return done
