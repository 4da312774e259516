"""The values that are computed, for all assessed of a place at once, in SQL; with the keys of the rows counted.

Each statement takes (%(year)s, %(kind)s, %(low)s, %(high)s, %(months)s, %(helped)s, %(now)s) and fills what is not
there yet: a value stands as it was computed first. They are run in the range of the whole region, because somebody's
households may lie in several counties (`rounds`).
"""

from __future__ import annotations

from apps.assessments.catalogue import DAYS, DAYS_OF_A_MONTH, PROBLEMS, QUALITY, VISITS
from apps.assessments.choices import Kind, Missing, Source
from apps.assessments.services import corps
from apps.cadres.choices import RESIDENT
from apps.crosschecks.choices import ENDED
from apps.divisions import codes

_ONE = f"""
one AS MATERIALIZED (
    SELECT id, division_id, set_id, account_id, cadre_id, duty_id, team_id, data_on, division_id AS low,
        division_id + {codes.SPAN[codes.COUNTY] - 1} AS high
    FROM assessments_cadreassessment
    WHERE year = %(year)s AND kind = %(kind)s AND division_id BETWEEN %(low)s AND %(high)s
)"""  # noqa: S608  (our own words; values are parameters)

_VILLAGE = """
    SELECT one.id AS assessment_id, one.data_on, household.id AS household_id, {begin} AS from_on, {end} AS until_on
    FROM one JOIN {table} AS held ON held.id = one.{key}
        JOIN households_household AS household
            ON household.division_id = held.division_id AND household.status = ANY(%(helped)s)
"""
# The households somebody answers for, and from when to when.
_SPANS = {
    Kind.HELPER: """
    SELECT one.id AS assessment_id, one.data_on, pairing.household_id, pairing.from_on, pairing.until_on
    FROM one JOIN access_pairing AS pairing ON pairing.cadre_id = one.cadre_id
""",
    Kind.FIRST_SECRETARY: _VILLAGE.format(
        table="cadres_duty", key="duty_id", begin="held.from_on", end="held.until_on"
    ),
    Kind.TEAM: _VILLAGE.format(table="cadres_taskforce", key="team_id", begin="held.set_on", end="held.withdrawn_on"),
    Kind.CORPS: corps.SPANS,
}
_HIMSELF = """
    SELECT id AS assessment_id, account_id, data_on, date '-infinity' AS from_on, date 'infinity' AS until_on
    FROM one WHERE account_id IS NOT NULL
"""
# Whose diaries are his: of a team those of its members, while they were.
_AUTHORS = {
    Kind.HELPER: _HIMSELF,
    Kind.FIRST_SECRETARY: _HIMSELF,
    Kind.TEAM: """
    SELECT one.id AS assessment_id, cadre.account_id, one.data_on, duty.from_on,
        coalesce(duty.until_on, date 'infinity') AS until_on
    FROM one JOIN cadres_duty AS duty ON duty.team_id = one.team_id
        JOIN cadres_cadre AS cadre ON cadre.id = duty.cadre_id
    WHERE cadre.account_id IS NOT NULL
""",
    Kind.CORPS: _HIMSELF,
}
# Resident duties in villages: his own; of a team those in it, of a corps all of its county.
_POSTS = f"""
    SELECT one.id AS assessment_id, one.data_on, duty.id AS duty_id, duty.from_on,
        coalesce(duty.until_on, date 'infinity') AS until_on
    FROM one JOIN cadres_duty AS duty ON {{of}} AND duty.kind IN ({", ".join(f"'{kind}'" for kind in RESIDENT)})
        JOIN divisions_division AS village ON village.code = duty.division_id AND village.level = {codes.VILLAGE}
"""  # noqa: S608  (our own words; values are parameters)
_OF_WHOM = {
    Kind.HELPER: "duty.cadre_id = one.cadre_id",
    Kind.FIRST_SECRETARY: "duty.id = one.duty_id",
    Kind.TEAM: "duty.team_id = one.team_id",
    Kind.CORPS: corps.INSIDE.format("duty.division_id"),
}
# Sheets of whole months in office that were over by the day of the data; a month without a sheet is not known (CV-07).
_SHEETS = f"""
sheets AS MATERIALIZED (
    SELECT posts.assessment_id, sheet.id, least(sheet.days_present, asked.days) AS present, asked.days
    FROM posts JOIN cadres_attendance AS sheet ON sheet.duty_id = posts.duty_id
        CROSS JOIN LATERAL (SELECT greatest({DAYS_OF_A_MONTH} - sheet.leave_days, 0) AS days) AS asked
    WHERE sheet.month BETWEEN make_date(%(year)s, 1, 1) AND make_date(%(year)s, 12, 31)
        AND posts.from_on <= sheet.month
        AND least(posts.until_on, posts.data_on) >= (sheet.month + interval '1 month - 1 day')::date
)"""  # noqa: S608  (our own words; values are parameters)
_MADE = """
made AS MATERIALIZED (
    SELECT DISTINCT authors.assessment_id, visit.id, visit.household_id, visit.visited_on, visit.problem,
        visit.problem_solved
    FROM authors JOIN visits_visit AS visit ON visit.author_id = authors.account_id
    WHERE visit.visited_on BETWEEN make_date(%(year)s, 1, 1) AND make_date(%(year)s, 12, 31)
        AND visit.visited_on BETWEEN authors.from_on AND least(authors.until_on, authors.data_on)
        AND (authors.assessment_id, visit.household_id) IN (SELECT assessment_id, household_id FROM spans)
)"""
# Whole periods of the year, over by the day of the data, that somebody answered for a household.
DUE = """
due AS MATERIALIZED (
    SELECT DISTINCT spans.assessment_id, spans.household_id, period.first, period.last
    FROM spans JOIN (
        SELECT first::date AS first, (first + make_interval(months => {months}) - interval '1 day')::date AS last
        FROM generate_series(
            make_date(%(year)s, 1, 1)::timestamp, make_date(%(year)s, 12, 1), make_interval(months => {months})
        ) AS first
    ) AS period ON spans.from_on <= period.first AND coalesce(spans.until_on, 'infinity') >= period.last
        AND period.last <= spans.data_on
)"""

_STORE = """
INSERT INTO assessments_score (assessment_id, division_id, code, weight, source, position, value, numerator,
    denominator, counted, missing, note, entered_by_name, settled_at)
SELECT one.id, one.division_id, indicator.code, indicator.weight, indicator.source, indicator.position,
    CASE WHEN found.missing = '' THEN round(100.0 * found.numerator / found.denominator, 2) END,
    found.numerator, found.denominator, found.counted, found.missing, '', '', %(now)s
FROM found JOIN one ON one.id = found.id
    JOIN assessments_indicator AS indicator ON indicator.set_id = one.set_id AND indicator.code = '{code}'
        AND indicator.source = '{source}'
ON CONFLICT (assessment_id, code) DO NOTHING
"""

_DAYS = f"""
    found AS (
        SELECT one.id, coalesce(stayed.present, 0) AS numerator, coalesce(stayed.days, 0) AS denominator,
            coalesce(stayed.ids, '{{{{}}}}') AS counted,
            CASE WHEN NOT EXISTS (SELECT FROM posts WHERE posts.assessment_id = one.id) THEN '{Missing.NOT_RESIDENT}'
                WHEN coalesce(stayed.days, 0) = 0 THEN '{Missing.NO_SHEET}' ELSE '' END AS missing
        FROM one LEFT JOIN (
            SELECT assessment_id, sum(present) AS present, sum(days) AS days, array_agg(id ORDER BY id) {{which}} AS ids
            FROM sheets GROUP BY 1
        ) AS stayed ON stayed.assessment_id = one.id
    )"""  # noqa: S608  (our own words; values are parameters)
_FOUND = {
    DAYS: _DAYS.format(which=""),
    VISITS: f"""
    counted AS (
        SELECT DISTINCT ON (due.assessment_id, due.household_id, due.first) due.assessment_id, made.id
        FROM due JOIN made ON made.assessment_id = due.assessment_id AND made.household_id = due.household_id
            AND made.visited_on BETWEEN due.first AND due.last
        ORDER BY due.assessment_id, due.household_id, due.first, made.visited_on, made.id
    ), found AS (
        SELECT one.id, coalesce(visited.number, 0) AS numerator, coalesce(expected.number, 0) AS denominator,
            coalesce(visited.ids, '{{}}') AS counted,
            CASE WHEN NOT EXISTS (SELECT FROM authors WHERE authors.assessment_id = one.id) THEN '{Missing.NO_ACCOUNT}'
                WHEN expected.number IS NULL THEN '{Missing.NOTHING_DUE}' ELSE '' END AS missing
        FROM one
            LEFT JOIN (SELECT assessment_id, count(*) AS number FROM due GROUP BY 1) AS expected
                ON expected.assessment_id = one.id
            LEFT JOIN (
                SELECT assessment_id, count(*) AS number, array_agg(id ORDER BY id) AS ids FROM counted GROUP BY 1
            ) AS visited ON visited.assessment_id = one.id
    )""",  # noqa: S608  (our own words; values are parameters)
    PROBLEMS: f"""
    found AS (
        SELECT one.id, coalesce(raised.solved, 0) AS numerator, coalesce(raised.number, 0) AS denominator,
            coalesce(raised.ids, '{{}}') AS counted,
            CASE WHEN NOT EXISTS (SELECT FROM authors WHERE authors.assessment_id = one.id) THEN '{Missing.NO_ACCOUNT}'
                WHEN raised.number IS NULL THEN '{Missing.NO_PROBLEM}' ELSE '' END AS missing
        FROM one LEFT JOIN (
            SELECT assessment_id, count(*) AS number, count(*) FILTER (WHERE problem_solved) AS solved,
                array_agg(id ORDER BY id) AS ids
            FROM made WHERE problem <> '' GROUP BY 1
        ) AS raised ON raised.assessment_id = one.id
    )""",  # noqa: S608  (our own words; values are parameters)
    QUALITY: f"""
    own AS (
        SELECT DISTINCT assessment_id, household_id, data_on FROM spans
        WHERE from_on <= data_on AND coalesce(until_on, 'infinity') >= data_on
    ), doubtful AS (
        SELECT own.assessment_id, own.household_id, finding.id
        FROM own JOIN crosschecks_finding AS finding ON finding.household_id = own.household_id
            AND finding.state <> ALL(ARRAY[{", ".join(f"'{state}'" for state in ENDED)}])
            AND finding.found_on <= own.data_on
    ), found AS (
        SELECT one.id, coalesce(held.number, 0) - coalesce(wrong.number, 0) AS numerator,
            coalesce(held.number, 0) AS denominator, coalesce(wrong.ids, '{{}}') AS counted,
            CASE WHEN held.number IS NULL THEN '{Missing.NO_HOUSEHOLD}' ELSE '' END AS missing
        FROM one
            LEFT JOIN (SELECT assessment_id, count(*) AS number FROM own GROUP BY 1) AS held
                ON held.assessment_id = one.id
            LEFT JOIN (
                SELECT assessment_id, count(DISTINCT household_id) AS number, array_agg(id ORDER BY id) AS ids
                FROM doubtful GROUP BY 1
            ) AS wrong ON wrong.assessment_id = one.id
    )""",  # noqa: S608  (our own words; values are parameters)
}


_FOUND_OF_CORPS = {
    **corps.FOUND,
    DAYS: _DAYS.format(which="FILTER (WHERE present < days)"),
    QUALITY: _FOUND[QUALITY],
}


def computed(code: str, kind: str) -> str:
    """The statement that stores one computed indicator for one kind of assessed; empty if it is not one of the kind."""
    found = (_FOUND_OF_CORPS if kind == Kind.CORPS else _FOUND).get(code)
    if found is None:
        return ""
    parts = [*_beginning(kind), DUE.format(months="%(months)s"), found]
    return f"WITH {', '.join(parts)} {_STORE.format(code=code, source=Source.COMPUTED)}"


def zero_months(kind: str) -> str:
    """The statement that notes the months without a single visit, of those in which he answered for a household
    throughout. Unknown for somebody without an account; a corps does not visit by itself, and there is none."""
    if kind == Kind.CORPS:
        return ""
    parts = [*_beginning(kind), DUE.format(months="1")]
    return f"""
    WITH {", ".join(parts)}, zero AS (
        SELECT authors.assessment_id, coalesce(array_agg(DISTINCT extract(month FROM due.first)::smallint)
            FILTER (WHERE due.first IS NOT NULL), '{{}}') AS months
        FROM authors LEFT JOIN due ON due.assessment_id = authors.assessment_id AND NOT EXISTS (
            SELECT FROM made WHERE made.assessment_id = due.assessment_id
                AND made.visited_on BETWEEN due.first AND due.last
        )
        GROUP BY 1
    )
    UPDATE assessments_cadreassessment AS assessment SET zero_months = zero.months
    FROM zero WHERE zero.assessment_id = assessment.id AND assessment.zero_months IS NULL
        AND assessment.state = 'self_report'
    """  # noqa: S608  (our own words; values are parameters)


ENTERED = f"""
WITH {_ONE}
INSERT INTO assessments_score (assessment_id, division_id, code, weight, source, position, counted, missing, note,
    entered_by_name)
SELECT one.id, one.division_id, indicator.code, indicator.weight, indicator.source, indicator.position, '{{}}',
    '{Missing.NOT_ENTERED}', '', ''
FROM one JOIN assessments_indicator AS indicator ON indicator.set_id = one.set_id AND indicator.source <> 'computed'
ON CONFLICT (assessment_id, code) DO NOTHING
"""  # noqa: S608  (our own words; values are parameters)
"""The statement that makes room for the values that people enter."""


def _beginning(kind: str) -> list[str]:
    return [
        _ONE,
        f"spans AS MATERIALIZED ({_SPANS[Kind(kind)]})",
        f"authors AS MATERIALIZED ({_AUTHORS[Kind(kind)]})",
        f"posts AS MATERIALIZED ({_POSTS.format(of=_OF_WHOM[Kind(kind)])})",
        _SHEETS,
        _MADE,
    ]
