"""The conditions on helpers, visits and duties by hand; see `bench.rules_floor`."""

from __future__ import annotations

HELPED = "('20', '30', '50', '40')"
FIRST = "(date_trunc('month', date '{date}' + 1) - interval '1 month')::date"
LAST = "(date_trunc('month', date '{date}' + 1) - interval '1 day')::date"


def _in_force(alias: str) -> str:
    ends = f"{alias}.until_on IS NULL OR {alias}.until_on >= date '{{date}}'"
    return f"({alias}.from_on <= date '{{date}}' AND ({ends}))"


def _without_helper(statuses: str) -> str:
    return (
        f"SELECT h.id, h.division_id FROM households_household h WHERE h.status IN {statuses} AND h.id NOT IN "
        f"(SELECT household_id FROM access_pairing a WHERE {_in_force('a')})"
    )


def _listed(where: str, joins: str = "") -> str:
    return f"SELECT v.id, v.division_id FROM villages_village v {joins}WHERE '01' = ANY (v.attributes) AND {where}"


def _at(kind: str) -> str:
    """The places where a duty is held."""
    return f"(SELECT d.division_id FROM cadres_duty d WHERE d.kind = '{kind}' AND {_in_force('d')})"


RESIDENT = "('first_secretary', 'team_leader', 'team_member')"
OWN_VISITS = (
    "SELECT household_id, author_id, visited_on, problem_solved, row_number() OVER "
    "(PARTITION BY household_id, author_id ORDER BY visited_on DESC, id DESC) AS turn FROM visits_visit "
    "WHERE visited_on <= date '{date}'"
)

STATEMENTS: dict[str, str] = {
    "CV-01": _without_helper("('20', '30', '50')"),
    "ST-09": _without_helper("('40')"),
    "CV-02": (
        "SELECT c.id, c.division_id FROM cadres_cadre c JOIN (SELECT cadre_id, count(*) AS n FROM access_pairing a "
        f"WHERE {_in_force('a')} GROUP BY cadre_id) p ON p.cadre_id = c.id WHERE p.n > 5"
    ),
    "CV-18": (
        "SELECT c.id, c.division_id FROM cadres_cadre c WHERE c.left_on < date '{date}' AND c.id IN "
        f"(SELECT cadre_id FROM access_pairing a WHERE {_in_force('a')})"
    ),
    "CV-03": (
        f"SELECT c.id, c.division_id FROM cadres_cadre c WHERE (c.left_on IS NULL OR c.left_on > {LAST}) AND c.id IN "
        "(SELECT a.cadre_id FROM access_pairing a JOIN households_household h ON h.id = a.household_id "
        f"WHERE h.status IN {HELPED} AND a.from_on <= {FIRST} AND (a.until_on IS NULL OR a.until_on >= {LAST})) "
        "AND (c.account_id IS NULL OR c.account_id NOT IN "
        f"(SELECT author_id FROM visits_visit WHERE visited_on BETWEEN {FIRST} AND {LAST}))"
    ),
    "CV-04": (
        "SELECT a.id, a.division_id FROM access_pairing a JOIN households_household h ON h.id = a.household_id "
        "LEFT JOIN (SELECT household_id, author_id, max(visited_on) AS last, "
        f"bool_or(visited_on BETWEEN {FIRST} AND {LAST}) AS came FROM visits_visit "
        "WHERE visited_on <= date '{date}' GROUP BY household_id, author_id) v "
        "ON v.household_id = a.household_id AND v.author_id = a.helper_id "
        f"WHERE h.status IN {HELPED} AND {_in_force('a')} AND (a.from_on <= {FIRST} AND coalesce(NOT v.came, true) "
        "OR greatest(a.from_on, v.last) < date '{date}' - 45)"
    ),
    "CV-12": (
        "SELECT v.id, v.division_id FROM visits_visit v JOIN households_household h ON h.id = v.household_id "
        "WHERE h.status IN ('20', '30', '50', '40', '41') AND v.visited_on <= date '{date}' AND v.id IN "
        "(SELECT visit_id FROM visits_visitmark WHERE kind IN ('far', 'copied', 'photo_repeated', 'travel'))"
    ),
    "CV-13": (
        f"SELECT a.id, a.division_id FROM access_pairing a JOIN households_household h ON h.id = a.household_id "
        f"JOIN (SELECT household_id, author_id FROM ({OWN_VISITS}) latest WHERE turn <= 3 "
        "GROUP BY household_id, author_id HAVING count(*) = 3 AND NOT coalesce(bool_or(problem_solved), false)) v "
        "ON v.household_id = a.household_id AND v.author_id = a.helper_id "
        f"WHERE h.status IN {HELPED} AND {_in_force('a')}"
    ),
    "CV-05": _listed(f"v.division_id NOT IN {_at('first_secretary')}"),
    "CV-06": _listed(
        "v.division_id NOT IN (SELECT t.division_id FROM cadres_taskforce t WHERE t.kind = 'village' "
        "AND t.set_on <= date '{date}' AND (t.withdrawn_on IS NULL OR t.withdrawn_on >= date '{date}'))"
    ),
    "CV-07": (
        "SELECT d.id, d.division_id FROM cadres_duty d JOIN cadres_attendance s ON s.duty_id = d.id "
        f"AND s.month = {FIRST} WHERE d.kind IN {RESIDENT} AND d.division_id % 1000 > 0 AND d.from_on <= {FIRST} "
        f"AND (d.until_on IS NULL OR d.until_on >= {LAST}) AND {_in_force('d')} AND s.days_present + s.leave_days < 20"
    ),
    "CV-08": _listed(
        "coalesce(s.n, 0) < 10",
        "LEFT JOIN (SELECT d.division_id, count(*) AS n FROM cadres_duty d "
        f"WHERE d.kind = 'supervisor' AND {_in_force('d')} GROUP BY d.division_id) s ON s.division_id = v.division_id ",
    ),
    "CV-10": _listed(
        "y.population > 0 AND y.mongol >= 0.5 * y.population AND v.division_id NOT IN "
        "(SELECT d.division_id FROM cadres_duty d JOIN cadres_cadre c ON c.id = d.cadre_id "
        f"WHERE d.kind IN {RESIDENT} AND {_in_force('d')} AND c.bilingual)",
        "JOIN villages_villageyear y ON y.village_id = v.id AND y.year = {year} ",
    ),
    "CV-11": (
        "SELECT v.id, v.division_id FROM villages_village v WHERE v.division_id IN "
        "(SELECT d.division_id FROM cadres_duty d JOIN cadres_cadre c ON c.id = d.cadre_id "
        f"WHERE d.kind = 'first_secretary' AND {_in_force('d')} AND (d.unfit OR NOT c.rural_experience))"
    ),
    "CV-15": (
        "SELECT c.id, c.division_id FROM cadres_cadre c WHERE c.id IN (SELECT d.cadre_id FROM cadres_duty d "
        f"WHERE d.kind IN {RESIDENT} AND d.division_id % 1000 > 0 AND {_in_force('d')}) "
        "AND (NOT c.accident_insured OR c.health_checked_on IS NULL OR c.health_checked_on < date '{year}-01-01' "
        "OR c.trained_on IS NULL OR c.trained_on < date '{year}-01-01')"
    ),
    "CV-17": (
        "SELECT p.code, p.code FROM divisions_division p WHERE p.level = 3 AND p.poverty_tier <> '' "
        "AND p.ended_on IS NULL AND p.code NOT IN (SELECT d.division_id FROM cadres_duty d "
        "JOIN cadres_taskforce t ON t.id = d.team_id JOIN cadres_cadre c ON c.id = d.cadre_id "
        f"WHERE d.kind = 'team_leader' AND {_in_force('d')} AND t.kind = 'corps' AND c.rank IN ('1', '2') "
        "AND t.set_on <= date '{date}' AND (t.withdrawn_on IS NULL OR t.withdrawn_on >= date '{date}'))"
    ),
    "CV-14": (
        "SELECT h.id, h.division_id FROM households_household h JOIN (SELECT DISTINCT ON (household_id) household_id, "
        "checked_on, knows_helper FROM cadres_homecheck WHERE checked_on <= date '{date}' "
        "ORDER BY household_id, checked_on DESC) k ON k.household_id = h.id WHERE NOT k.knows_helper "
        f"AND k.checked_on > date '{{date}}' - interval '1 year' AND h.status IN {HELPED} AND EXISTS "
        f"(SELECT 1 FROM access_pairing a WHERE a.household_id = h.id AND {_in_force('a')} "
        "AND a.from_on <= k.checked_on)"
    ),
    "CV-16": (
        "SELECT DISTINCT p.code, p.code FROM divisions_division p JOIN cadres_countychief c ON c.division_id = p.code "
        "WHERE p.level = 3 AND p.poverty_tier <> '' AND p.ended_on IS NULL AND c.until_on <= date '{date}' "
        "AND (p.announced_on IS NULL OR c.until_on < p.announced_on) "
        "AND (c.approved_on IS NULL OR c.approved_on > c.until_on)"
    ),
    # Switched off by its usual threshold.
    "CV-09": "SELECT NULL::bigint, NULL::bigint WHERE false",
}
