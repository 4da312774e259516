"""The values of the year of leagues and counties, for all assessed at once, in SQL; with the keys of the rows counted.

Each statement takes the values of `effect_rounds.given` and fills what is not there yet, of assessments whose data are
frozen: a value stands as it was computed first. They are run in the range of the whole region, money and register.
"""

from __future__ import annotations

from apps.assessments.choices import Source
from apps.assessments.effect_catalogue import DEDUCTIONS, GROWTH, OF_EFFECTS, ZERO
from apps.assessments.effect_choices import EffectMissing, EffectState
from apps.assessments.services import effect_help, effect_money, effect_reduction
from apps.assessments.services.corps import INSIDE
from apps.divisions import codes

_FOUND = {**effect_reduction.FOUND, **effect_help.FOUND, **effect_money.FOUND}

_ONE = f"""
one AS MATERIALIZED (
    SELECT id, division_id, set_id, data_on, division_id AS low, division_id + %(span)s - 1 AS high
    FROM assessments_effectassessment
    WHERE year = %(year)s AND kind = %(kind)s AND division_id BETWEEN %(low)s AND %(high)s
        AND state = '{EffectState.FROZEN}'
)"""  # noqa: S608  (our own words; values are parameters)

_STORE = """
INSERT INTO assessments_effectscore (assessment_id, division_id, code, deducts, weight, source, position, value,
    numerator, denominator, counted, missing, note, settled_at)
SELECT one.id, one.division_id, indicator.code, false, indicator.weight, indicator.source, indicator.position,
    CASE WHEN found.missing = '' THEN round({value}, 2) END,
    found.numerator, found.denominator, found.counted, found.missing, '', %(now)s
FROM found JOIN one ON one.id = found.id
    JOIN assessments_indicator AS indicator ON indicator.set_id = one.set_id AND indicator.code = '{code}'
        AND indicator.source = '{source}'
ON CONFLICT (assessment_id, code) DO NOTHING
"""

_LOG = """
INSERT INTO assessments_effectlog (division_id, assessment_id, round, at, by_id, by_name, step, apart, from_state,
    to_state, note)
SELECT division_id, id, 1, %(now)s, %(by)s, %(by_name)s, '{step}', false, '{before}', '{after}', '' FROM {rows}
"""
# Everybody is checked by another place of his kind, by another one each year.
ENTER = """
WITH who AS (
    SELECT place.code, place.name, {group} AS grouped,
        row_number() OVER (ORDER BY place.code) AS position, count(*) OVER () AS number
    FROM divisions_division AS place
    WHERE place.level = %(level)s AND place.ended_on IS NULL AND place.code BETWEEN %(low)s AND %(high)s
        AND ({which})
), added AS (
    INSERT INTO assessments_effectassessment (version, created_at, updated_at, division_id, kind, year, set_id, name,
        "group", readers, checker_id, data_on, frozen, state, state_since, due_on, round, self_report, grade,
        grade_reason)
    SELECT 1, %(now)s, %(now)s, who.code, %(kind)s, %(year)s, %(set)s, who.name, who.grouped, %(readers)s, other.code,
        %(data_on)s, '{{}}', 'scheme', %(now)s, %(due)s, 1, '', '', ''
    FROM who LEFT JOIN who AS other ON other.code <> who.code
        AND other.position = (who.position + %(year)s %% greatest(who.number - 1, 1)) %% who.number + 1
    ORDER BY who.code
    ON CONFLICT DO NOTHING
    RETURNING id, division_id
)
""" + _LOG.format(step="open", before="", after=EffectState.SCHEME, rows="added")  # noqa: S608  (our own words; values are parameters)
"""The statement that enters who is assessed."""

FREEZE = f"""
WITH one AS (
    SELECT id, division_id AS low, division_id + %(span)s - 1 AS high FROM assessments_effectassessment
    WHERE year = %(year)s AND kind = %(kind)s AND division_id BETWEEN %(low)s AND %(high)s
        AND state = '{EffectState.SCHEME}'
), counted AS (
    SELECT one.id, count(*) AS households, count(*) FILTER (WHERE household.status = ANY(%(poor)s)) AS poor,
        coalesce(sum(members.number), 0) AS persons,
        coalesce(sum(members.number) FILTER (WHERE household.status = ANY(%(poor)s)), 0) AS poor_persons
    FROM one JOIN households_household AS household ON {INSIDE.format("household.division_id")}
        AND household.status = ANY(%(registered)s)
        LEFT JOIN LATERAL (
            SELECT count(*) AS number FROM households_person AS person
            WHERE person.household_id = household.id AND person.is_active
        ) AS members ON true
    GROUP BY 1
), listed AS (
    SELECT one.id, count(*) AS villages FROM one
        JOIN villages_village AS village ON {INSIDE.format("village.division_id")} AND '01' = ANY(village.attributes)
    GROUP BY 1
), counties AS (
    SELECT one.id, count(*) AS number FROM one JOIN divisions_division AS county ON {INSIDE.format("county.code")}
        AND county.level = {codes.COUNTY} AND county.poverty_tier <> ''
    GROUP BY 1
), moved AS (
    UPDATE assessments_effectassessment AS assessment SET state = '{EffectState.FROZEN}', state_since = %(now)s,
        frozen = jsonb_build_object(
            'households', coalesce(counted.households, 0), 'persons', coalesce(counted.persons, 0),
            'poor_households', coalesce(counted.poor, 0), 'poor_persons', coalesce(counted.poor_persons, 0),
            'villages', coalesce(listed.villages, 0), 'counties', coalesce(counties.number, 0))
    FROM one LEFT JOIN counted ON counted.id = one.id LEFT JOIN listed ON listed.id = one.id
        LEFT JOIN counties ON counties.id = one.id
    WHERE assessment.id = one.id
    RETURNING assessment.id, assessment.division_id
)
""" + _LOG.format(step="freeze", before=EffectState.SCHEME, after=EffectState.FROZEN, rows="moved")  # noqa: S608  (our own words; values are parameters)
"""The statement that keeps the figures of the day with each assessment."""

ON_THE_SPOT = f"""
WITH {_ONE}
INSERT INTO assessments_effectscore (assessment_id, division_id, code, deducts, weight, source, position, counted,
    missing, note)
SELECT one.id, one.division_id, indicator.code, false, indicator.weight, indicator.source, indicator.position, '{{}}',
    '{EffectMissing.NOT_CHECKED}', ''
FROM one JOIN assessments_indicator AS indicator ON indicator.set_id = one.set_id AND indicator.source <> 'computed'
ON CONFLICT (assessment_id, code) DO NOTHING
"""  # noqa: S608  (our own words; values are parameters)
"""The statement that makes room for what is seen on the spot."""

_zero = DEDUCTIONS[ZERO]
ZERO_SIGN_IN = f"""
WITH {_ONE}, {effect_help.ZERO_SIGN_IN}
INSERT INTO assessments_effectscore (assessment_id, division_id, code, deducts, weight, source, position, numerator,
    denominator, counted, missing, points, note, settled_at)
SELECT one.id, one.division_id, '{ZERO}', true, {_zero.most}, '{Source.COMPUTED}', {len(OF_EFFECTS) + len(DEDUCTIONS)},
    found.denominator - found.numerator, found.denominator, found.counted, found.missing,
    CASE WHEN found.missing = ''
        THEN least({_zero.most}, round({_zero.each} * (found.denominator - found.numerator) / found.denominator, 2))
        ELSE 0 END, '', %(now)s
FROM found JOIN one ON one.id = found.id
ON CONFLICT (assessment_id, code) DO NOTHING
"""  # noqa: S608  (our own words; values are parameters)
"""The statement that takes points off for helpers who never came."""

_MOVED = f"""
WITH moved AS (
    UPDATE assessments_effectassessment
    SET state = '{EffectState.COMPUTED}', state_since = %(now)s, version = version + 1
    WHERE year = %(year)s AND kind = %(kind)s AND division_id BETWEEN %(low)s AND %(high)s
        AND state = '{EffectState.FROZEN}'
    RETURNING id, division_id
)"""  # noqa: S608  (our own words; values are parameters)
COMPUTED = _MOVED + _LOG.format(step="compute", before=EffectState.FROZEN, after=EffectState.COMPUTED, rows="moved")
"""The statement that closes the computation."""


def computed(code: str) -> str:
    """The statement that stores one computed indicator; empty if it is not one of a place's."""
    found = _FOUND.get(code)
    if found is None:
        return ""
    parts = ", ".join([_ONE, *effect_help.PARTS.get(code, ()), found])
    return f"WITH {parts} {_STORE.format(code=code, source=Source.COMPUTED, value=_value(code))}"


def _value(code: str) -> str:
    """A value of 0 to 100 in SQL, of what was found: more is better."""
    if code == GROWTH:
        return effect_reduction.GROWN
    share = "found.numerator::numeric / found.denominator"
    limit = OF_EFFECTS[code].limit
    return (
        f"least(100, 100 * {share})" if limit is None else f"least(100, greatest(0, 100 - 100 * ({share}) / {limit}))"
    )
