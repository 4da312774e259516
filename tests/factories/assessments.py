"""Indicator sets, and years opened by them, as offices make them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.assessments.models import AssessmentRound, CadreAssessment, IndicatorSet
from apps.assessments.models.sets import usual_deadlines
from apps.assessments.services import rounds, sets, steps
from apps.assessments.services.steps import Entered, Said
from tests.access.world import EVERYTHING

YEAR = 2018


def make_set(division: int, by: User, kind: str = "helper", weights: dict[str, int] | None = None) -> IndicatorSet:
    """A set with the usual weights, thresholds and deadlines."""
    found = IndicatorSet(division_id=division, year=YEAR, kind=kind, **usual_deadlines(YEAR))
    with scopes.acting(by):
        return sets.save_set(found, weights or sets.usual_weights(kind), by=by)


def open_year(division: int, by: User, kind: str = "helper") -> AssessmentRound:
    """A year opened and worked to its end."""
    with scopes.acting(by):
        found = rounds.open_round(division, kind, YEAR, by=by)
    assert rounds.work(found.pk, by)
    with scopes.acting(by):
        return AssessmentRound.objects.get(pk=found.pk)


def assessment_of(name: str) -> CadreAssessment:
    """The assessment of whoever is called so, whoever may see it."""
    with scopes.activate(EVERYTHING):
        return CadreAssessment.objects.get(name=name)


def take(found: CadreAssessment, name: str, by: User, **said: Any) -> CadreAssessment:
    """A step in the scope of whoever takes it."""
    scopes.forget(by)
    with scopes.acting(by):
        return steps.take(found, name, by=by, said=Said(**said))


def townships_word(measures: int | None = 90) -> dict[str, Entered]:
    """What a township enters."""
    return {"measures": Entered(None if measures is None else Decimal(measures), "入户核实")}
