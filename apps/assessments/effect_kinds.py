"""How values of 成效考核 look."""

from __future__ import annotations

from apps.assessments.effect_choices import EffectGrade, EffectState, Group
from apps.pages.kinds import State

EFFECT_STATE = State(
    labels=dict(EffectState.choices),
    colours={EffectState.RESULT: "blue", EffectState.FED_BACK: "yellow", EffectState.RECTIFIED: "green"},
)
EFFECT_GRADE = State(
    labels=dict(EffectGrade.choices),
    colours={
        EffectGrade.EXCELLENT: "green",
        EffectGrade.GOOD: "green",
        EffectGrade.FAIR: "blue",
        EffectGrade.AVERAGE: "yellow",
        EffectGrade.POOR: "red",
    },
)
GROUP = State(labels=dict(Group.choices), colours={})
