"""The common part of everything that goes its way by steps of different people at different levels.

A `Way` is a table of steps and the log that keeps them. It says who may take which step, and takes one: checks, lets
the caller do what the step does, moves the state and logs it, all in one transaction.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from apps.access import scope as scopes
from apps.common.days import today
from apps.common.errors import Refused, ServiceError, StaleVersion
from apps.divisions import codes
from apps.pages.steplogs import LONGEST_NOTE, StepLog

if TYPE_CHECKING:
    from apps.accounts.models import User


def holds(user: User | scopes.Scope, capability: str, division: int) -> bool:
    """Whether somebody holds a capability at this very level: a league does not decide for its counties."""
    return any(low == division for low, _high in scopes.of(user).ranges_of(capability))


def holds_at(user: User | scopes.Scope, capability: str, place: int, levels: Sequence[int] = ()) -> bool:
    """Whether somebody holds a capability in the office of one of these levels that a place belongs to; without levels,
    in that of the place itself."""
    offices = {codes.at(place, level) for level in levels if level <= codes.level(place)} if levels else {place}
    return any(holds(user, capability, office) for office in offices)


def past_day(on: datetime.date | None, name: str) -> datetime.date:
    """A day that was said, today if none was. Raises ServiceError at this field for one to come."""
    day = on or today()
    if day > today():
        raise ServiceError(_("日期不能晚于今天。"), field=name, code="future")
    return day


@dataclass(frozen=True)
class Step:
    """A step: from which states to which (none: it stays), with what right in the office of which levels (none: in that
    of the row's own place).

    `apart` steps of one round are different people's; `own` is the drafter's; `opens` begins a round.
    """

    name: str
    label: str | Promise
    from_states: tuple[str, ...]
    to_state: str
    capability: str
    levels: tuple[int, ...] = ()
    apart: bool = False
    own: bool = False
    opens: bool = False
    needs_note: bool = False


@dataclass(frozen=True)
class Way:
    """Steps by name, the log that keeps them, and the log's key to the row (`item`, `project`).

    `elsewhere`: steps that other services take, and that stand in the log all the same.
    """

    steps: dict[str, Step]
    log: type[StepLog]
    key: str
    elsewhere: dict[str, Step]

    @classmethod
    def of(cls, log: type[StepLog], key: str, *steps: Step, elsewhere: Sequence[Step] = ()) -> Way:
        """The way of these steps."""
        return cls({step.name: step for step in steps}, log, key, {step.name: step for step in elsewhere})

    def named(self, name: str) -> Step | None:
        """The step that a line of the log names."""
        return self.steps.get(name) or self.elsewhere.get(name)

    def concerned(self, row: Any, user: User) -> bool:
        """Whether somebody has any step in rows of this place, now or later."""
        return any(holds_at(user, step.capability, row.division_id, step.levels) for step in self.steps.values())

    def lines(self, row: Any, user: User) -> list[Any]:
        """What was done so far, as far as somebody sees it."""
        return list(self.log._default_manager.visible_to(user).filter(**{self.key: row.pk}).order_by("pk"))

    def offered(self, row: Any, by: User) -> list[Step]:
        """The steps that somebody may take now."""
        found = [step for step in self.steps.values() if row.state in step.from_states]
        taken = self._taken(row) if found else set()
        return [step for step in found if not self.why_not(step, row, by, taken)]

    def why_not(self, step: Step, row: Any, by: User, taken: set[int | None]) -> str:
        """Why somebody may not take a step of a row in the right state; empty when he may."""
        if not holds_at(by, step.capability, row.division_id, step.levels):
            return _("您没有办理这一步的权限。")
        if step.own and by.pk != row.drafted_by_id:
            return _("这一步由拟稿人本人办理。")
        if step.apart and not step.opens and by.pk in taken:
            return _("同一事项的各步须由不同的人办理，您已经办理过其中一步。")
        return ""

    def _taken(self, row: Any) -> set[int | None]:
        """Who took a step of this round that must be different people's."""
        lines = self.log._default_manager.filter(**{self.key: row.pk}, round=row.round, apart=True)
        return set(lines.values_list("by_id", flat=True))

    @transaction.atomic
    def take(
        self,
        row: Any,
        name: str,
        *,
        by: User,
        act: Callable[[Any, Step], str | None],
        note: str = "",
        expected_version: int | None = None,
    ) -> Any:
        """Take a step of a row that `by` may see. `act` does what the step does to the locked row, and may name another
        state than the step's own.

        Raises PermissionDenied without any right here, Refused without this one, StaleVersion, and ServiceError for an
        unknown step, a state that does not allow it and a missing reason.
        """
        step = self.steps.get(name)
        if step is None:
            raise ServiceError(_("没有这个操作：%(name)s。") % {"name": name}, field="step")
        locked = type(row)._default_manager.select_for_update(of=("self",)).get(pk=row.pk)
        self._check(step, locked, by, note, expected_version)
        before = locked.state
        if step.opens:
            locked.round += 1
        after = act(locked, step) or step.to_state or before
        if after != before:
            locked.state, locked.state_since = after, timezone.now()
        locked.save()
        self.write(locked, step, before, by=by, note=note)
        return locked

    def write(self, row: Any, step: Step, before: str, *, by: User, note: str = "") -> None:
        """Log a step that was taken."""
        self.line(row, step, before, by=by, note=note).save()

    def line(self, row: Any, step: Step, before: str, *, by: User, note: str = "") -> Any:
        """What the log says of a step that was taken, not yet stored: many are stored at once."""
        return self.log(
            **{self.key: row},
            division_id=row.division_id,
            round=row.round,
            by=by,
            by_name=str(by)[:60],
            step=step.name,
            apart=step.apart,
            from_state=before,
            to_state=row.state,
            note=note.strip(),
        )

    def _check(self, step: Step, row: Any, by: User, note: str, expected_version: int | None) -> None:
        if not self.concerned(row, by):
            raise PermissionDenied(_("您没有办理这一事项的权限。"))
        if expected_version is not None and expected_version != row.version:
            raise StaleVersion(row)
        if row.state not in step.from_states:
            raise ServiceError(
                _("现为“%(state)s”，不能“%(step)s”。") % {"state": row.get_state_display(), "step": step.label},
                code="state",
                status=409,
            )
        if why := self.why_not(step, row, by, self._taken(row)):
            raise Refused(why, field="step")
        if step.needs_note and not note.strip():
            raise ServiceError(_("请说明理由。"), field="note", code="required")
        if len(note) > LONGEST_NOTE:
            raise ServiceError(_("说明不能超过 %(most)d 字。") % {"most": LONGEST_NOTE}, field="note")
