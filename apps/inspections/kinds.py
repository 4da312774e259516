"""How values of inspections look."""

from __future__ import annotations

from apps.inspections.choices import (
    InspectionKind,
    InspectionState,
    ProblemLevel,
    SampleMethod,
    SampleUnit,
    Strata,
)
from apps.pages.kinds import Choice, State

S = InspectionState
INSPECTION_STATE = State(
    labels=dict(InspectionState.choices),
    colours={S.RUNNING: "blue", S.REPORT: "blue", S.FED_BACK: "blue", S.NOTIFIED: "green", S.CLOSED: "green"},
)
KIND = Choice(InspectionKind)
UNIT, METHOD, STRATA, LEVEL = Choice(SampleUnit), Choice(SampleMethod), Choice(Strata), Choice(ProblemLevel)
