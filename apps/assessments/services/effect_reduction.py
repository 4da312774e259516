"""What a place reached in reducing poverty, and how exactly it knows its poor: values of its year, in SQL."""

from __future__ import annotations

from apps.assessments.effect_catalogue import COUNTIES, CRITICAL, DOUBTS, EXITS, GROWTH, VILLAGES_LEFT
from apps.assessments.effect_choices import EffectMissing as Missing
from apps.assessments.services.corps import INSIDE
from apps.crosschecks.choices import ENDED
from apps.divisions import codes

WRONGLY = ("ST-01", "ST-02", "ST-03", "ST-04", "ST-06", "ST-07", "ST-15", "IN-02", "TG-03")
"""Rules that doubt whether somebody was listed, left out or let go rightly: missed, wrongly listed, wrongly exited."""

# Of what was planned for the year, what was done; `judged` names the rows with how much each counts.
_PLANNED = f"""
    found AS (
        SELECT one.id, coalesce(done.number, 0) AS numerator, coalesce(target.{{planned}}, 0) AS denominator,
            coalesce(done.ids, '{{{{}}}}') AS counted,
            CASE WHEN coalesce(target.{{planned}}, 0) = 0 THEN '{Missing.NO_TARGET}' ELSE '' END AS missing
        FROM one LEFT JOIN (
            SELECT assessment_id, sum(number) AS number, array_agg(id ORDER BY id) AS ids FROM judged GROUP BY 1
        ) AS done ON done.assessment_id = one.id
            LEFT JOIN assessments_effecttarget AS target
                ON target.division_id = one.division_id AND target.year = %(year)s
    )"""  # noqa: S608  (our own words; values are parameters)

# Open findings among the households in the register.
_DOUBTED = f"""
    doubted AS (
        SELECT one.id AS assessment_id, count(*) AS number, array_agg(finding.id ORDER BY finding.id) AS ids
        FROM one JOIN crosschecks_finding AS finding ON {INSIDE.format("finding.division_id")}
            AND finding.household_id IS NOT NULL AND finding.found_on <= one.data_on
            AND finding.state <> ALL(ARRAY[{", ".join(f"'{state}'" for state in ENDED)}]) AND {{which}}
        GROUP BY 1
    ), held AS (
        SELECT one.id AS assessment_id, count(*) AS number
        FROM one JOIN households_household AS household ON {INSIDE.format("household.division_id")}
            AND household.status = ANY(%(registered)s)
        GROUP BY 1
    ), found AS (
        SELECT one.id, coalesce(doubted.number, 0) AS numerator, coalesce(held.number, 0) AS denominator,
            coalesce(doubted.ids, '{{{{}}}}') AS counted,
            CASE WHEN held.number IS NULL THEN '{Missing.NO_HOUSEHOLD}' ELSE '' END AS missing
        FROM one LEFT JOIN doubted ON doubted.assessment_id = one.id LEFT JOIN held ON held.assessment_id = one.id
    )"""  # noqa: S608  (our own words; values are parameters)

FOUND = {
    EXITS: f"""
    judged AS (
        SELECT one.id AS assessment_id, household.id, count(person.id) AS number
        FROM one JOIN households_household AS household ON {INSIDE.format("household.division_id")}
            AND household.exit_year = %(year)s AND household.status = ANY(%(exited)s)
            LEFT JOIN households_person AS person ON person.household_id = household.id AND person.is_active
        GROUP BY 1, 2
    ), {_PLANNED.format(planned="exit_persons")}""",  # noqa: S608  (our own words; values are parameters)
    VILLAGES_LEFT: f"""
    judged AS (
        SELECT one.id AS assessment_id, village.id, 1 AS number
        FROM one JOIN villages_village AS village ON {INSIDE.format("village.division_id")}
            AND village.exit_year = %(year)s
    ), {_PLANNED.format(planned="exit_villages")}""",  # noqa: S608  (our own words; values are parameters)
    COUNTIES: f"""
    judged AS (
        SELECT one.id AS assessment_id, county.code AS id, 1 AS number
        FROM one JOIN divisions_division AS county ON {INSIDE.format("county.code")}
            AND county.level = {codes.COUNTY} AND county.poverty_tier <> '' AND county.exit_year = %(year)s
    ), {_PLANNED.format(planned="removed_counties")}""",  # noqa: S608  (our own words; values are parameters)
    GROWTH: f"""
    earned AS (
        SELECT one.id AS assessment_id, household.id, household.members, now.net AS net, before.net AS net_before
        FROM one CROSS JOIN LATERAL (
            SELECT household.id, count(person.id) AS members
            FROM households_household AS household
                JOIN households_person AS person ON person.household_id = household.id AND person.is_active
            WHERE {INSIDE.format("household.division_id")} AND household.status = ANY(%(helped)s)
            GROUP BY 1
        ) AS household
            JOIN households_householdincome AS now ON now.household_id = household.id AND now.year = %(year)s
            JOIN households_householdincome AS before
                ON before.household_id = household.id AND before.year = %(year)s - 1
        WHERE now.net IS NOT NULL AND before.net IS NOT NULL
    ), found AS (
        SELECT one.id, round(part.net / part.members, 2) AS numerator,
            round(part.net_before / part.members, 2) AS denominator, coalesce(part.ids, '{{}}') AS counted,
            target.income_growth AS target,
            CASE WHEN coalesce(target.income_growth, 0) = 0 THEN '{Missing.NO_TARGET}'
                WHEN coalesce(part.net_before, 0) <= 0 THEN '{Missing.NO_INCOME}' ELSE '' END AS missing
        FROM one LEFT JOIN (
            SELECT assessment_id, sum(members) AS members, sum(net) AS net, sum(net_before) AS net_before,
                array_agg(id ORDER BY id) FILTER (WHERE net < net_before) AS ids
            FROM earned GROUP BY 1
        ) AS part ON part.assessment_id = one.id
            LEFT JOIN assessments_effecttarget AS target
                ON target.division_id = one.division_id AND target.year = %(year)s
    )""",  # noqa: S608  (our own words; values are parameters)
    DOUBTS: _DOUBTED.format(which="finding.rule = ANY(%(wrongly)s)"),
    CRITICAL: _DOUBTED.format(which="finding.severity = 'critical'"),
}
"""The value of each of these indicators."""
GROWN = "least(100, greatest(0, 100 * 100 * (found.numerator / found.denominator - 1) / found.target))"
"""How much of the planned growth was reached, in SQL."""
