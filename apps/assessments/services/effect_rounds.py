"""The parts of opening a year that are those of leagues and counties: enter, freeze, compute (workflows.md §14)."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from apps.assessments.choices import Kind, Source
from apps.assessments.effect_catalogue import DEDUCTIONS, OF_EFFECTS, OVERDUE, ZERO
from apps.assessments.effect_choices import EffectState, Group
from apps.assessments.models import AssessmentRound, EffectAssessment, EffectScore, IndicatorSet
from apps.assessments.services import effect_formulas, effect_ledger
from apps.assessments.services.effect_reduction import WRONGLY
from apps.common.days import today
from apps.common.errors import ServiceError
from apps.divisions import codes
from apps.divisions.models import PovertyTier
from apps.households.models import EXITED, HELPED, POOR, REGISTERED

PEOPLE, FREEZE, ENTERED, ZERO_PART = "people", "freeze", "entered", "zero_months"
LEVELS: Mapping[str, int] = {Kind.LEAGUE: codes.LEAGUE, Kind.COUNTY: codes.COUNTY}
CAPABILITIES = ("view_register", "view_funds")
"""What the computation reads: the register and the money of the whole region."""
_GROUPS = {
    Kind.LEAGUE: f"'{Group.LEAGUES}'",
    Kind.COUNTY: f"CASE place.poverty_tier WHEN '{PovertyTier.NATIONAL}' THEN '{Group.NATIONAL}' "
    f"WHEN '{PovertyTier.REGIONAL}' THEN '{Group.REGIONAL}' ELSE '{Group.OTHER}' END",
}
_WHICH = {Kind.LEAGUE: "true", Kind.COUNTY: "place.poverty_tier <> '' OR %(all_counties)s"}


def require_day(year: int) -> None:
    """ServiceError before 31 December: a place's year is frozen as it stands on that day, and not before."""
    if today() < datetime.date(year, 12, 31):
        raise ServiceError(_("成效考核按12月31日的数据进行，这一年度还没有结束。"), field="year", code="day")


def number(found: AssessmentRound) -> int:
    """How many places a round assesses."""
    return EffectAssessment.objects.within(found.division_id).filter(year=found.year, kind=found.kind).count()


def do(found: AssessmentRound, part: str, given: Mapping[str, Any], rules: IndicatorSet) -> int:
    """Do one part of a round of leagues or counties; how many rows it wrote. In the range of the whole region."""
    level = LEVELS[found.kind]
    values = {
        **given,
        "level": level,
        "span": codes.SPAN[level],
        "all_counties": rules.all_counties,
        "readers": rules.readers,
        "poor": list(POOR),
        "exited": list(EXITED),
        "helped": list(HELPED),
        "registered": list(REGISTERED),
        "wrongly": list(WRONGLY),
    }
    if part == ENTERED:
        return _run(effect_formulas.ON_THE_SPOT, values) + _entered_deductions(found)
    if part == ZERO_PART:
        return _run(effect_formulas.ZERO_SIGN_IN, values) + _run(effect_formulas.COMPUTED, values)
    if part == PEOPLE:
        kind = Kind(found.kind)
        return _run(effect_formulas.ENTER.format(group=_GROUPS[kind], which=_WHICH[kind]), values)
    statement = effect_formulas.FREEZE if part == FREEZE else effect_formulas.computed(part)
    return _run(statement, values) if statement else 0


def _run(statement: str, values: Mapping[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount


def _entered_deductions(found: AssessmentRound) -> int:
    """Room for what takes points off: nothing so far, and the problems that are overdue on the day of the data."""
    rows = EffectAssessment.objects.within(found.division_id).filter(
        year=found.year, kind=found.kind, state=EffectState.FROZEN
    )
    assessed = list(rows.order_by("pk"))
    late = effect_ledger.overdue([one.division_id for one in assessed], found.data_on)
    made = [
        _deduction(one, code, position, late)
        for one in assessed
        for position, code in enumerate(DEDUCTIONS, start=len(OF_EFFECTS) + 1)
        if code != ZERO
    ]
    return len(EffectScore.objects.bulk_create(made, ignore_conflicts=True))


def _deduction(one: EffectAssessment, code: str, position: int, late: Mapping[int, Any]) -> EffectScore:
    entry = DEDUCTIONS[code]
    keys = list(late.get(one.division_id, ())) if code == OVERDUE else []
    return EffectScore(
        assessment=one,
        division_id=one.division_id,
        code=code,
        deducts=True,
        weight=entry.most,
        source=Source.COMPUTED if code == OVERDUE else Source.TOWNSHIP,
        position=position,
        numerator=len(keys),
        counted=keys,
        points=min(entry.each * len(keys), Decimal(entry.most)),
    )
