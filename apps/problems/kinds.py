"""How values of the problem ledger look."""

from __future__ import annotations

from apps.pages.kinds import Choice
from apps.pages.kinds import State as StateKind
from apps.problems.choices import Area, Gravity, Kind, Light, PhotoOf, ReportKind, Rung, Source, State

STATE = StateKind(
    labels=dict(State.choices),
    colours={
        State.IN_PROGRESS: "blue",
        State.URGED: "yellow",
        State.SUBMITTED: "blue",
        State.VERIFIED: "blue",
        State.REWORKED: "yellow",
        State.LONG_TERM: "yellow",
        State.CLOSED: "green",
    },
)
LIGHT = StateKind(labels=dict(Light.choices), colours={light: light for light in Light})
GRAVITY = StateKind(labels=dict(Gravity.choices), colours={Gravity.GRAVE: "yellow"})
SOURCE, AREA, KIND, RUNG, REPORT, PHOTO = (
    Choice(choices) for choices in (Source, Area, Kind, Rung, ReportKind, PhotoOf)
)
