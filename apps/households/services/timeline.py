"""Everything that happened to a household, newest first: status, changes of members, edits of the record."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.common.codes import codelist
from apps.common.fieldclasses import MASK
from apps.common.wording import labelled
from apps.history.services import history_of
from apps.households.models import Household, NaturalChange, StatusEvent

LIMIT = 50


@dataclass(frozen=True)
class Entry:
    """One thing that happened: the day, a kind (for its colour), what, by whom, and details."""

    on: datetime.date
    kind: str
    what: str
    who: str = ""
    details: tuple[str, ...] = ()


def timeline(household: Household, user: Any) -> list[Entry]:
    """The latest entries a user may see; three queries, whatever the household's age."""
    statuses, kinds = codelist("poverty_status").labels, codelist("natural_change").labels
    events = StatusEvent.objects.visible_to(user).filter(household=household)
    entries = [
        Entry(
            event.on,
            "status",
            f"{event.get_kind_display()} → {statuses[event.status]}",
            event.actor or "",
            (event.note,) if event.note else (),
        )
        for event in events.annotate(actor=User.objects.visible_to(user).name_of("by_id"))[:LIMIT]
    ]
    changes = NaturalChange.objects.visible_to(user).filter(household=household).select_related("person")
    entries += [
        Entry(
            change.happened_on,
            "change",
            f"{kinds[change.kind]} {change.person.name if change.person else ''}".strip(),
            change.reporter or "",
            (change.reason,) if change.reason else (),
        )
        for change in changes.annotate(reporter=User.objects.visible_to(user).name_of("reported_by_id"))[:LIMIT]
    ]
    entries += [
        Entry(
            timezone.localtime(event["at"]).date(),
            "edit",
            _("建立档案") if event["created"] else _("修改档案"),
            event["user"],
            tuple(
                labelled(change["field"].verbose_name, _values(change))
                for change in event["changes"]
                if change["field"].editable
            ),
        )
        for event in history_of(household, user)
    ]
    return sorted(entries, key=lambda entry: entry.on, reverse=True)[:LIMIT]


def _values(change: dict[str, Any]) -> str:
    """The old and the new value, or the mark that they are not for this reader."""
    return MASK if change["masked"] else f"{_text(change['old'])} → {_text(change['new'])}"


def _text(value: Any) -> str:
    """A value as people read it; numbers under seal show their mask."""
    return _("空") if value in (None, "", []) else str(value)
