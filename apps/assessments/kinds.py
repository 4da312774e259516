"""How values of assessments look."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _

from apps.assessments.choices import Grade, Light, RoundState, State
from apps.assessments.services.rounds import PARTS
from apps.common.wording import listed
from apps.pages.kinds import Kind
from apps.pages.kinds import State as LightState

STATE = LightState(
    labels=dict(State.choices),
    colours={State.GRADED: "blue", State.APPEAL: "yellow", State.FINAL: "green"},
)
GRADE = LightState(
    labels=dict(Grade.choices),
    colours={Grade.EXCELLENT: "green", Grade.GOOD: "green", Grade.BASIC: "yellow", Grade.POOR: "red"},
)
LIGHT = LightState(labels=dict(Light.choices), colours={light: light for light in Light})
ROUND_STATE = LightState(
    labels=dict(RoundState.choices), colours={RoundState.RUNNING: "yellow", RoundState.DONE: "green"}
)


class Months(Kind):
    """Months of a year by their numbers; "none" is a finding too, and stands for an empty list."""

    schema: Mapping[str, Any] = {"type": "array", "items": {"type": "integer"}}

    def html(self, value: Any) -> Any:
        return super().html(value) if value is None else self.markup(value)

    def text(self, value: list[int]) -> str:
        return listed(_("%(n)s月") % {"n": run} for run in self._runs(value)) if value else _("无")

    @staticmethod
    def _runs(months: list[int]) -> Iterator[str]:
        """Months one after the other in one piece: 3–5."""
        for _key, run in groupby(enumerate(sorted(months)), lambda pair: pair[1] - pair[0]):
            found = [month for _position, month in run]
            yield str(found[0]) if len(found) == 1 else f"{found[0]}–{found[-1]}"


class Progress(Kind):
    """Which parts of a round are done: how many of how many."""

    schema: Mapping[str, Any] = {"type": "array", "items": {"type": "string"}}

    def html(self, value: Any) -> Any:
        return self.markup(value)

    def text(self, value: list[str]) -> str:
        return f"{len(value)} / {len(PARTS)}"


MONTHS, PROGRESS = Months(), Progress()
