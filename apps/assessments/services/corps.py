"""What the villages and cadres of a place did: the parts of `formulas` that a corps (R-078) shares with the assessment
of leagues and counties (`effect_formulas`).

Such an assessment lies at its county or league, and `one` names its range (`low`, `high`). The rows that are kept with
a value are those that something is wrong with.
"""

from __future__ import annotations

from apps.assessments.catalogue import HELPERS, PROBLEMS, TEAMS, VISITS
from apps.assessments.choices import Missing

INSIDE = "{} BETWEEN one.low AND one.high"
"""Whether a place lies in the county or league of the assessment, in SQL."""

SPANS = f"""
    SELECT one.id AS assessment_id, one.data_on, pairing.household_id, pairing.from_on, pairing.until_on
    FROM one JOIN access_pairing AS pairing ON {INSIDE.format("pairing.division_id")}
"""  # noqa: S608  (our own words; values are parameters)
"""The households that somebody of the county answers for, and from when to when."""

SHARE = """
    found AS (
        SELECT one.id, coalesce(part.good, 0) AS numerator, coalesce(part.number, 0) AS denominator,
            coalesce(part.wrong, '{{}}') AS counted,
            CASE WHEN part.number IS NULL THEN '{missing}' ELSE '' END AS missing
        FROM one LEFT JOIN (
            SELECT assessment_id, sum(good) AS good, sum(number) AS number,
                array_agg(id ORDER BY id) FILTER (WHERE good < number) AS wrong
            FROM judged GROUP BY 1
        ) AS part ON part.assessment_id = one.id
    )"""
"""Of all that was judged what is good; `judged` names rows with how much of each is good."""

FOUND = {
    VISITS: f"""
    walked AS (
        SELECT DISTINCT one.id AS assessment_id, visit.household_id,
            date_trunc('quarter', visit.visited_on)::date AS first
        FROM one JOIN visits_visit AS visit ON {INSIDE.format("visit.division_id")}
        WHERE visit.visited_on BETWEEN make_date(%(year)s, 1, 1) AND make_date(%(year)s, 12, 31)
            AND visit.visited_on <= one.data_on
    ), judged AS (
        SELECT due.assessment_id, due.household_id AS id, count(walked.first) AS good, count(*) AS number
        FROM due LEFT JOIN walked ON walked.assessment_id = due.assessment_id
            AND walked.household_id = due.household_id AND walked.first = due.first
        GROUP BY 1, 2
    ), {SHARE.format(missing=Missing.NOTHING_DUE)}""",  # noqa: S608  (our own words; values are parameters)
    PROBLEMS: f"""
    judged AS (
        SELECT one.id AS assessment_id, visit.id, (visit.problem_solved IS TRUE)::int AS good, 1 AS number
        FROM one JOIN visits_visit AS visit ON {INSIDE.format("visit.division_id")}
        WHERE visit.problem <> '' AND visit.visited_on <= one.data_on
            AND visit.visited_on BETWEEN make_date(%(year)s, 1, 1) AND make_date(%(year)s, 12, 31)
    ), {SHARE.format(missing=Missing.NO_PROBLEM)}""",  # noqa: S608  (our own words; values are parameters)
    HELPERS: f"""
    judged AS (
        SELECT one.id AS assessment_id, household.id, 1 AS number, (EXISTS (
            SELECT FROM spans WHERE spans.assessment_id = one.id AND spans.household_id = household.id
                AND spans.from_on <= one.data_on AND coalesce(spans.until_on, 'infinity') >= one.data_on
        ))::int AS good
        FROM one JOIN households_household AS household ON {INSIDE.format("household.division_id")}
            AND household.status = ANY(%(helped)s)
    ), {SHARE.format(missing=Missing.NO_HOUSEHOLD)}""",  # noqa: S608  (our own words; values are parameters)
    TEAMS: f"""
    judged AS (
        SELECT one.id AS assessment_id, village.id, 1 AS number, (EXISTS (
            SELECT FROM cadres_taskforce AS team WHERE team.division_id = village.division_id AND team.kind = 'village'
                AND team.set_on <= one.data_on AND coalesce(team.withdrawn_on, 'infinity') >= one.data_on
        ) AND EXISTS (
            SELECT FROM cadres_duty AS duty WHERE duty.division_id = village.division_id
                AND duty.kind = 'first_secretary' AND duty.from_on <= one.data_on
                AND coalesce(duty.until_on, 'infinity') >= one.data_on
        ))::int AS good
        FROM one JOIN villages_village AS village ON {INSIDE.format("village.division_id")}
            AND '01' = ANY(village.attributes)
    ), {SHARE.format(missing=Missing.NO_VILLAGE)}""",  # noqa: S608  (our own words; values are parameters)
}
"""The value of each indicator that is a corps' own."""
