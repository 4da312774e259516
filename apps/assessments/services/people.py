"""Who is assessed in a year: the statements that enter helpers, first secretaries, task forces and corps of a place.

Each takes (%(year)s, %(kind)s, %(set)s, %(first)s, %(data_on)s, %(low)s, %(high)s, %(now)s, %(due)s, %(by)s,
%(by_name)s, %(note)s). Whoever is entered already stays as he is.
"""

from __future__ import annotations

from apps.assessments.choices import Kind
from apps.cadres.choices import TeamKind

TOWNSHIP = "{} / 1000 * 1000"
"""The township of a village's code, in SQL (groups of 2-2-2-3-3 digits)."""

_RUNNING = "{begin} <= %(data_on)s AND coalesce({end}, 'infinity') >= %(first)s"

# A helper belongs to the township in which he helped most: to one only, wherever his file is kept.
_HELPERS = f"""
near AS (
    SELECT DISTINCT cadre_id FROM access_pairing
    WHERE division_id BETWEEN %(low)s AND %(high)s AND {_RUNNING.format(begin="from_on", end="until_on")}
), held AS (
    SELECT cadre_id, {TOWNSHIP.format("division_id")} AS township,
        sum(least(coalesce(until_on, %(data_on)s), %(data_on)s) - greatest(from_on, %(first)s) + 1) AS days
    FROM access_pairing JOIN near USING (cadre_id)
    WHERE {_RUNNING.format(begin="from_on", end="until_on")}
    GROUP BY 1, 2
), home AS (
    SELECT DISTINCT ON (cadre_id) cadre_id, township FROM held ORDER BY cadre_id, days DESC, township
), who AS (
    SELECT home.township, cadre.id AS cadre_id, NULL::bigint AS duty_id, NULL::bigint AS team_id, cadre.account_id,
        cadre.name, coalesce(unit.name, '') AS unit_name
    FROM home JOIN cadres_cadre AS cadre ON cadre.id = home.cadre_id
        LEFT JOIN cadres_helpingunit AS unit ON unit.id = cadre.unit_id
    WHERE home.township BETWEEN %(low)s AND %(high)s
)"""  # noqa: S608  (our own words; values are parameters)

_SECRETARIES = f"""
who AS (
    SELECT {TOWNSHIP.format("duty.division_id")} AS township, cadre.id AS cadre_id, duty.id AS duty_id,
        NULL::bigint AS team_id, cadre.account_id, cadre.name, coalesce(unit.name, '') AS unit_name
    FROM cadres_duty AS duty JOIN cadres_cadre AS cadre ON cadre.id = duty.cadre_id
        LEFT JOIN cadres_helpingunit AS unit ON unit.id = cadre.unit_id
    WHERE duty.kind = 'first_secretary' AND duty.division_id BETWEEN %(low)s AND %(high)s
        AND {_RUNNING.format(begin="duty.from_on", end="duty.until_on")}
)"""  # noqa: S608  (our own words; values are parameters)

# A team belongs to the township of its village, a corps to its county; its leader answers for it.
_TEAMS = """
leader AS (
    SELECT DISTINCT ON (duty.team_id) duty.team_id, duty.cadre_id, cadre.account_id
    FROM cadres_duty AS duty JOIN cadres_cadre AS cadre ON cadre.id = duty.cadre_id
    WHERE duty.kind = 'team_leader' AND duty.division_id BETWEEN %(low)s AND %(high)s
        AND {in_office}
    ORDER BY duty.team_id, duty.from_on DESC, duty.id DESC
), who AS (
    SELECT {place} AS township, leader.cadre_id, NULL::bigint AS duty_id,
        team.id AS team_id, leader.account_id, team.name, coalesce(unit.name, '') AS unit_name
    FROM cadres_taskforce AS team LEFT JOIN leader ON leader.team_id = team.id
        LEFT JOIN cadres_helpingunit AS unit ON unit.id = team.unit_id
    WHERE team.kind = '{kind}' AND team.division_id BETWEEN %(low)s AND %(high)s
        AND {there}
)"""

_ENTER = """
, added AS (
    INSERT INTO assessments_cadreassessment (version, created_at, updated_at, division_id, kind, year, set_id, cadre_id,
        duty_id, team_id, account_id, name, unit_name, data_on, state, state_since, due_on, self_report, first_grade,
        grade, grade_reason, appeal_text)
    SELECT 1, %(now)s, %(now)s, township, %(kind)s, %(year)s, %(set)s, cadre_id, duty_id, team_id, account_id, name,
        unit_name, %(data_on)s, 'self_report', %(now)s, %(due)s, '', '', '', '', ''
    FROM who ORDER BY township, cadre_id
    ON CONFLICT DO NOTHING
    RETURNING id, division_id
)
INSERT INTO assessments_assessmentlog (division_id, assessment_id, at, by_id, by_name, step, from_state, to_state, note)
SELECT division_id, id, %(now)s, %(by)s, %(by_name)s, 'open', '', 'self_report', %(note)s FROM added
"""


def _teams(kind: TeamKind, place: str) -> str:
    return _TEAMS.format(
        kind=kind.value,
        place=place,
        in_office=_RUNNING.format(begin="duty.from_on", end="duty.until_on"),
        there=_RUNNING.format(begin="team.set_on", end="team.withdrawn_on"),
    )


ENTER = {
    Kind.HELPER: f"WITH {_HELPERS}{_ENTER}",
    Kind.FIRST_SECRETARY: f"WITH {_SECRETARIES}{_ENTER}",
    Kind.TEAM: f"WITH {_teams(TeamKind.VILLAGE, TOWNSHIP.format('team.division_id'))}{_ENTER}",
    Kind.CORPS: f"WITH {_teams(TeamKind.CORPS, 'team.division_id')}{_ENTER}",
}

ACCOUNT = """
    UPDATE assessments_cadreassessment AS one SET account_id = cadre.account_id
    FROM cadres_cadre AS cadre
    WHERE one.cadre_id = cadre.id AND cadre.id = ANY (%s) AND one.account_id IS DISTINCT FROM cadre.account_id
"""
"""Opens the assessments of cadres to the accounts that they were given; one that is taken away the database sees to."""
