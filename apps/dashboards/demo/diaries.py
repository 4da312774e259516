"""Visits of the demonstration: every helper to each of his households once a month in the last quarter (where helpers
are assessed, nearly every month of the year), but for what is planted. Nobody carries two contradictions, so that each
is found for itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

from apps.dashboards.demo import assessments
from apps.dashboards.demo.bulk import Bulk
from apps.dashboards.demo.comparisons import each
from apps.dashboards.demo.home_checks import ASKED_FROM, ask_at_homes
from apps.dashboards.demo.officials import MONTHS
from apps.dashboards.demo.records import Truth
from apps.visits.models import VisitReceipt
from apps.visits.services import partitions, tasks

VISITS = Path(__file__).with_name("sql") / "visits.sql"


@dataclass(frozen=True, slots=True)
class Plant:
    """One kind of contradiction: what the pairing that carries it must be like, and why it is one."""

    name: str
    about: str
    why: str

    @property
    def rule(self) -> str:
        return self.name.split()[0]


HELPED = "status <> '41'"
PLANTS = (
    Plant("CV-01", "status IN ('20', '30', '50')", "帮扶结对已撤销"),
    Plant("ST-09", "status = '40'", "脱贫后帮扶结对已撤销"),
    Plant("CV-02", "pairs = 5", "多结对一户，共6户"),
    Plant("CV-03", HELPED, "12月没有走访"),
    Plant("CV-04", f"{HELPED} AND pairs > 1", "12月没有走访该户"),
    Plant("CV-12 far", "lon IS NOT NULL", "定位离户约4公里"),
    # The visit that solves something is not the one that is copied over.
    Plant("CV-12 copied", "(12 + get_byte(hash_of_pair, 0)) % 3 <> 0", "内容与上月相同"),
    Plant("CV-13", HELPED, "三次走访没有解决问题"),
    Plant("CV-18", HELPED, "已离岗，结对未调整"),
    Plant("CV-14", f"{HELPED} AND from_on <= '{ASKED_FROM}'", "入户核查时户不知帮扶责任人"),
)

_PAIRS = """
CREATE TEMPORARY TABLE demo_pairs ON COMMIT DROP AS
SELECT pairing.id AS pairing_id, pairing.household_id, pairing.division_id, pairing.helper_id, pairing.cadre_id,
       pairing.name AS helper_name, household.code, household.status, household.lon, household.lat, head.name AS head,
       cadre.code AS cadre_code, cadre.division_id AS cadre_division,
       account.username NOT IN ('helper-1', 'helper-2') AS free,
       sha256((household.code || cadre.code)::bytea) AS hash_of_pair,
       row_number() OVER (PARTITION BY pairing.cadre_id ORDER BY pairing.household_id) AS turn,
       count(*) OVER (PARTITION BY pairing.cadre_id) AS pairs,
       ''::text AS carries, pairing.from_on
FROM access_pairing pairing JOIN households_household household ON household.id = pairing.household_id
JOIN cadres_cadre cadre ON cadre.id = pairing.cadre_id JOIN accounts_user account ON account.id = pairing.helper_id
LEFT JOIN LATERAL (SELECT name FROM households_person one WHERE one.household_id = household.id AND one.is_active
    AND one.relation = '01' ORDER BY one.id LIMIT 1) head ON true;
CREATE INDEX ON demo_pairs (cadre_id);
ANALYZE demo_pairs"""

# One pairing of a helper none of whose pairings carries anything; of the two without a helper then, the household's
# only one.
_DRAW = """
UPDATE demo_pairs SET carries = %s WHERE pairing_id IN (
    SELECT min(pairing_id) FROM demo_pairs
    WHERE free AND ({about}) AND cadre_id NOT IN (SELECT cadre_id FROM demo_pairs WHERE carries <> '')
    GROUP BY cadre_id, cadre_code ORDER BY md5(%s || cadre_code) LIMIT %s)"""

_LEAVE = (
    # Without a helper.
    "DELETE FROM access_pairing WHERE id IN (SELECT pairing_id FROM demo_pairs WHERE carries IN ('CV-01', 'ST-09'))",
    # One household more than five: somebody else's, of the same county if there is one.
    """
    WITH takers AS (
        SELECT *, row_number() OVER (PARTITION BY cadre_division ORDER BY cadre_code) AS near,
               row_number() OVER (ORDER BY cadre_code) AS far
        FROM demo_pairs WHERE carries = 'CV-02'
    ),
    givers AS (
        SELECT *, row_number() OVER (PARTITION BY cadre_division ORDER BY md5(code)) AS near,
               row_number() OVER (ORDER BY md5(code)) AS far
        FROM demo_pairs WHERE cadre_id NOT IN (SELECT cadre_id FROM demo_pairs WHERE carries <> '')
    ),
    more AS (
        SELECT taker.*, given.household_id AS their_household, given.division_id AS their_division,
               given.code AS their_code, given.status AS their_status, given.lon AS their_lon,
               given.lat AS their_lat, given.head AS their_head
        FROM takers taker LEFT JOIN givers own ON own.cadre_division = taker.cadre_division AND own.near = taker.near
        JOIN givers any_one ON any_one.far = taker.far
        JOIN demo_pairs given ON given.pairing_id = coalesce(own.pairing_id, any_one.pairing_id)
    ),
    written AS (
        INSERT INTO access_pairing (household_id, division_id, cadre_id, helper_id, name, unit_name, phone, phone_index,
                                    from_on, reason, version, created_at, updated_at)
        SELECT more.their_household, more.their_division, own.cadre_id, own.helper_id, own.name, own.unit_name,
               own.phone, own.phone_index, date '2018-03-01', '', 1, own.created_at, own.updated_at
        FROM more JOIN access_pairing own ON own.id = more.pairing_id
        RETURNING id, household_id, cadre_id
    )
    INSERT INTO demo_pairs SELECT written.id, their_household, their_division, helper_id, more.cadre_id, helper_name,
        their_code, their_status, their_lon, their_lat, their_head, cadre_code, cadre_division, free,
        sha256((their_code || cadre_code)::bytea), 6, 6, ''
    FROM written JOIN more ON more.their_household = written.household_id AND more.cadre_id = written.cadre_id
    """,
    # When his visits of the month were done.
    "UPDATE cadres_cadre SET left_on = '2018-12-28'"
    " WHERE id IN (SELECT cadre_id FROM demo_pairs WHERE carries = 'CV-18')",
    # Whoever never came, came to none of his households.
    "UPDATE demo_pairs SET carries = 'CV-03'"
    " WHERE cadre_id IN (SELECT cadre_id FROM demo_pairs WHERE carries = 'CV-03')",
)

_PLANTED = """
SELECT carries, 'household', code, division_id, NULL FROM demo_pairs WHERE carries IN ('CV-01', 'ST-09', 'CV-14')
UNION ALL
SELECT DISTINCT carries, 'cadre', NULL, cadre_division, cadre_code FROM demo_pairs
WHERE carries IN ('CV-02', 'CV-03', 'CV-18')
UNION ALL
SELECT 'CV-04', 'pairing', code, division_id, cadre_code FROM demo_pairs
WHERE carries IN ('CV-03', 'CV-04') AND status <> '41'
UNION ALL
SELECT carries, CASE WHEN carries = 'CV-13' THEN 'pairing' ELSE 'visit' END, code, division_id, cadre_code
FROM demo_pairs WHERE carries = 'CV-13' OR left(carries, 5) = 'CV-12'
ORDER BY 1, 2, 3, 5"""


# At most so many: of a whole year in the counties whose helpers are assessed.
_VISITS = """
SELECT 3 * count(*) + 9 * count(*) FILTER (WHERE division_id / 1000000 * 1000000 = ANY(%s)) FROM demo_pairs"""


def write_diaries(bulk: Bulk, scale: int, seed: int | str) -> list[Truth]:
    """Plant what is wrong with helpers and pairings, and write everybody's visits; what was planted.

    In the caller's transaction and scope, which reaches the whole register.
    """
    whole_year = list(assessments.COUNTIES)
    partitions.ensure(MONTHS[0].replace(month=1), ahead=11)
    with connection.cursor() as cursor:
        cursor.execute(_PAIRS)
        for plant in PLANTS:
            cursor.execute(_DRAW.format(about=plant.about.replace("%", "%%")), [plant.name, plant.name, each(scale)])
        with bulk.without_history():
            for statement in _LEAVE:
                cursor.execute(statement)
        truths = list(_planted())
        cursor.execute("DELETE FROM demo_pairs WHERE carries IN ('CV-01', 'ST-09')")
        ask_at_homes(bulk)
        cursor.execute(_VISITS, [whole_year])
        shift = bulk.reserve(VisitReceipt, cursor.fetchone()[0])
        for statement in VISITS.read_text(encoding="utf-8").split(";\n"):
            if statement.strip():
                cursor.execute(statement, {"seed": str(seed), "shift": shift, "whole_year": whole_year})
                if "INSERT INTO" in statement:
                    bulk.rows[statement.partition("INSERT INTO ")[2].split()[0]] += cursor.rowcount
        cursor.execute("DROP TABLE demo_pairs, demo_visits")
    bulk.rows["visits_visittask"] = tasks.raise_all(MONTHS[0])
    return truths


def _planted() -> Iterator[Truth]:
    """The contradictions as the night must find them."""
    why = {plant.name: plant.why for plant in PLANTS}
    with connection.cursor() as cursor:
        cursor.execute(_PLANTED)
        for name, kind, household, division, cadre in cursor.fetchall():
            yield Truth(name.split()[0], kind, household, None, str(division), why[name], cadre)
