"""Small loans of the demonstration: who wants one, who has one, what was paid back, what counties keep for them.

Nearly half of the registered households want a loan, and four in five of those have one (Tongliao: 79.95 %, R-152).
Loans keep to the policy and are repaid in time, but for what is planted; nobody carries two contradictions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

from apps.dashboards.demo.bulk import Bulk
from apps.dashboards.demo.comparisons import each
from apps.dashboards.demo.records import Truth
from apps.households.models import REGISTERED

LOANS = Path(__file__).with_name("sql") / "loans.sql"


@dataclass(frozen=True, slots=True)
class Plant:
    """One kind of contradiction: the rule and its form, whether its household has a loan, and why it is one."""

    name: str
    why: str
    lent: bool = True

    @property
    def rule(self) -> str:
        return self.name.split()[0]


PLANTS = (
    Plant("PC-09", "银行发放6万元"),
    Plant("PC-10", "期限48个月"),
    Plant("PC-11 collateral", "要求抵押"),
    Plant("PC-11 guarantee", "要求担保"),
    Plant("PC-11 unsubsidised", "没有贴息"),
    Plant("PC-11 no_fund", "放款当年旗县还没有风险补偿金"),
    Plant("PC-12 enterprise", "由企业使用"),
    Plant("PC-12 household", "由另一户使用"),
    Plant("PC-13", "到期未还清"),
    Plant("PC-19", "有意愿半年未获贷款", lent=False),
)

_WANT = """
CREATE TEMPORARY TABLE demo_borrowers ON COMMIT DROP AS
SELECT household.id AS household_id, household.division_id, household.code, head.id AS person_id, head.name, drawn,
       get_byte(drawn, 1) >= 51 AS lent, ''::text AS carries
FROM households_household household
CROSS JOIN LATERAL (SELECT sha256(('loan' || household.code)::bytea) AS drawn) chance
JOIN (
    SELECT DISTINCT ON (household_id) household_id, id, name FROM households_person
    WHERE is_active AND relation = '01' ORDER BY household_id, id
) head ON head.household_id = household.id
WHERE household.status = ANY (%s) AND get_byte(drawn, 0) < 115;
CREATE INDEX ON demo_borrowers (household_id);
ANALYZE demo_borrowers"""

_DRAW = """
UPDATE demo_borrowers SET carries = %s WHERE household_id IN (
    SELECT household_id FROM demo_borrowers WHERE carries = '' AND lent = %s ORDER BY md5(%s || code) LIMIT %s)"""


def lend_everywhere(bulk: Bulk, scale: int) -> list[Truth]:
    """Write wishes, risk funds, loans and repayments; what was planted among them, as many of each kind as 1 in
    `scale` asks for. In the caller's transaction and scope, which reaches the whole register."""
    with bulk.without_history(), connection.cursor() as cursor:
        cursor.execute(_WANT, [list(REGISTERED)])
        for plant in PLANTS:
            cursor.execute(_DRAW, [plant.name, plant.lent, plant.name, each(scale)])
        for statement in LOANS.read_text(encoding="utf-8").split(";\n"):
            if statement.strip():
                cursor.execute(statement)
                bulk.rows[statement.partition("INSERT INTO ")[2].split()[0]] += cursor.rowcount
        truths = list(_planted())
        cursor.execute("DROP TABLE demo_borrowers")
    return truths


def _planted() -> Iterator[Truth]:
    """The contradictions as the night must find them."""
    plants = {plant.name: plant for plant in PLANTS}
    with connection.cursor() as cursor:
        cursor.execute("SELECT carries, code, division_id FROM demo_borrowers WHERE carries <> '' ORDER BY 1, 2")
        for name, code, division in cursor.fetchall():
            yield Truth(plants[name].rule, "household", code, None, str(division), plants[name].why)
