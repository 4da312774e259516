"""The conditions on small loans by hand; see `bench.rules_floor`."""

from __future__ import annotations

REGISTERED = "('20', '30', '50', '40', '41')"
RUNNING = (
    "(SELECT l.* FROM measures_smallloan l LEFT JOIN (SELECT loan_id, sum(principal) AS repaid "
    "FROM measures_loanrepayment WHERE \"on\" <= date '{date}' GROUP BY loan_id) r ON r.loan_id = l.id "
    "WHERE l.lent_on <= date '{date}' AND l.amount > coalesce(r.repaid, 0))"
)


def _with(where: str) -> str:
    """Households with a running loan of this kind."""
    return (
        f"SELECT h.id, h.division_id FROM households_household h WHERE h.status IN {REGISTERED} AND h.id IN "
        f"(SELECT household_id FROM {RUNNING} l WHERE {where})"
    )


STATEMENTS: dict[str, str] = {
    "PC-09": (
        "SELECT h.id, h.division_id FROM households_household h JOIN (SELECT household_id, sum(amount) AS lent "
        "FROM measures_smallloan WHERE product = 'small' AND lent_on <= date '{date}' GROUP BY household_id) l "
        "ON l.household_id = h.id LEFT JOIN (SELECT r.household_id, sum(r.principal) AS repaid "
        "FROM measures_loanrepayment r JOIN measures_smallloan l ON l.id = r.loan_id WHERE l.product = 'small' "
        "AND l.lent_on <= date '{date}' AND r.\"on\" <= date '{date}' GROUP BY r.household_id) r "
        f"ON r.household_id = h.id WHERE h.status IN {REGISTERED} AND l.lent - coalesce(r.repaid, 0) > 50000"
    ),
    "PC-10": _with("l.term_months > 36"),
    "PC-11": _with(
        "l.collateral OR l.guarantee OR NOT l.interest_subsidised OR NOT EXISTS (SELECT FROM measures_riskfund f "
        "WHERE f.division_id = l.division_id / 1000000 * 1000000 AND f.year <= extract(year FROM l.lent_on))"
    ),
    "PC-12": _with("l.used_by_enterprise"),
    "PC-13": _with("l.due_on < date '{date}'"),
    "PC-19": (
        f"SELECT h.id, h.division_id FROM households_household h WHERE h.status IN {REGISTERED} AND h.id IN "
        "(SELECT household_id FROM measures_loanwish WHERE (withdrawn_on IS NULL OR withdrawn_on > date '{date}') "
        "AND wished_on < date '{date}' - 60) AND h.id NOT IN "
        "(SELECT household_id FROM measures_smallloan WHERE lent_on <= date '{date}')"
    ),
}
