"""The conditions on money, projects and notices by hand; see `bench.rules_floor`."""

from __future__ import annotations

from apps.crosschecks.rules.matching import UNCOUNTED

COUNTY = "{alias}.division_id - {alias}.division_id % 1000000"
YEAR = "extract(year FROM date '{date}')::int"


def _county(alias: str) -> str:
    return COUNTY.replace("{alias}", alias)


def _folded(name: str) -> str:
    """A name without what does not count."""
    return f"translate(normalize(translate({name}, '{UNCOUNTED}', ''), NFKC), '{UNCOUNTED}', '')"


def _quotas(of: str, where: str) -> str:
    """A sum over quotas by county: of those that came from outside of it."""
    outside = f"(q.parent_id IS NULL OR q.from_division_id - q.from_division_id % 1000000 <> {_county('q')})"
    return (
        f"(SELECT {_county('q')} AS place, sum({of}) AS n FROM funds_quota q "
        f"WHERE q.division_id % 100000000 >= 1000000 AND {outside} AND {where} GROUP BY 1)"
    )


COUNTIES = (
    "SELECT c.code, c.code FROM divisions_division c JOIN {given} given ON given.place = c.code {more} "
    "WHERE c.level = 3 AND c.ended_on IS NULL AND {where}"
)
PROJECTS = "SELECT p.id, p.division_id FROM funds_project p "
GOING_ON = "p.state <> 'stopped'"
NOTICES = (
    "SELECT n.subject, n.division_id FROM notices_publicnotice n WHERE n.subject LIKE '{kind}:%' "
    "AND n.state IN ('posted', 'running', 'objection', 'ended', 'archived') AND n.posted_on <= date '{{date}}'"
)

STATEMENTS: dict[str, str] = {
    "FP-01": (
        "SELECT q.id, q.division_id FROM funds_quota q WHERE q.received_on < date '{date}' - 30 "
        "AND q.amount > q.passed + q.allocated + q.recovered"
    ),
    "FP-02": (
        PROJECTS + "WHERE p.id IN (SELECT a.project_id FROM funds_allocation a JOIN funds_quota q ON q.id = a.quota_id "
        f"WHERE a.amount > a.paid AND (q.year < {YEAR} OR greatest(a.allocated_on, a.last_paid_on) < date '{{date}}' "
        "- 180))"
    ),
    "FP-03": COUNTIES.format(
        given=_quotas("q.amount - q.recovered", f"q.year = {YEAR} AND q.received_on IS NOT NULL"),
        more=(
            f"LEFT JOIN (SELECT {_county('q')} AS place, sum(q.paid) AS n FROM funds_quota q WHERE q.year = {YEAR} "
            "GROUP BY 1) spent ON spent.place = c.code"
        ),
        where=(
            "given.n > 0 AND coalesce(spent.n, 0) * extract(doy FROM make_date("
            f"{YEAR}, 12, 31)) < given.n * (extract(doy FROM date '{{date}}') - 0.1 * extract(doy FROM make_date("
            f"{YEAR}, 12, 31)))"
        ),
    ),
    "FP-04": COUNTIES.format(
        given=_quotas("q.amount", f"q.year = {YEAR} - 1"),
        more=(
            f"JOIN (SELECT {_county('e')} AS place, sum(e.amount) AS n FROM funds_entry e WHERE e.act = 'carry' "
            f"AND e.year = {YEAR} - 1 AND e.booked_on = make_date({YEAR} - 1, 12, 31) GROUP BY 1) carried "
            "ON carried.place = c.code"
        ),
        where="given.n > 0 AND carried.n > 0.08 * given.n",
    ),
    "FP-05": (
        "WITH quotas AS (" + NOTICES.format(kind="quota") + "), projects AS (" + NOTICES.format(kind="project") + ") "
        "SELECT q.id, q.division_id FROM funds_quota q JOIN divisions_division d ON d.code = q.division_id "
        "WHERE d.level <= 3 AND q.received_on < date '{date}' - 10 AND q.amount > q.recovered "
        "AND ('quota:' || q.id, q.division_id) NOT IN (SELECT * FROM quotas) UNION ALL "
        "SELECT p.id, p.division_id FROM funds_project p WHERE p.state <> 'stopped' "
        "AND (p.started_on <= date '{date}' OR p.approved_on < date '{date}' - 10) "
        "AND ('project:' || p.id, p.division_id) NOT IN (SELECT * FROM projects) "
        "AND ('project:' || p.id, p.division_id - p.division_id % 1000) NOT IN (SELECT * FROM projects)"
    ),
    "FP-06": (
        "SELECT n.id, n.division_id FROM notices_publicnotice n WHERE n.level >= 4 "
        "AND n.kind IN ('distribution', 'project', 'fund_use', 'loans', 'assets') "
        "AND n.state IN ('posted', 'running', 'objection', 'ended', 'archived') "
        "AND coalesce(n.closed_on - 1, n.ends_on) - n.posted_on < 10"
    ),
    "FP-07": (
        PROJECTS + "JOIN (SELECT project_id, sum(paid) AS n FROM funds_allocation GROUP BY 1) a ON a.project_id = p.id "
        "WHERE p.item_id IS NULL AND a.n > 0"
    ),
    "FP-08": PROJECTS + f"WHERE {GOING_ON} AND p.target = ''",
    "FP-09": PROJECTS + f"WHERE {GOING_ON} AND p.approved_level <> 3",
    "FP-10": (
        "WITH word AS (SELECT i.id, i.division_id AS low, i.division_id + CASE "
        "WHEN i.division_id % 10000000000 = 0 THEN 9999999999 WHEN i.division_id % 100000000 = 0 THEN 99999999 "
        "WHEN i.division_id % 1000000 = 0 THEN 999999 WHEN i.division_id % 1000 = 0 THEN 999 ELSE 0 END AS high, "
        "regexp_split_to_table(i.words, '[、，,;；\\s]+') AS said FROM funds_negativeitem i WHERE i.is_active) "
        "SELECT DISTINCT p.id, p.division_id FROM funds_project p JOIN word ON word.said <> '' "
        "AND p.division_id BETWEEN word.low AND word.high AND strpos(concat_ws(E'\\n', p.name, p.scale, p.target, "
        f"p.mechanism, p.subsidy_standard, p.site), word.said) > 0 WHERE {GOING_ON} AND NOT EXISTS (SELECT 1 "
        "FROM funds_negativecheck c WHERE c.project_id = p.id AND c.item_id = word.id "
        "AND c.content_version = p.content_version)"
    ),
    "FP-11": (
        "SELECT DISTINCT h.id, h.division_id FROM households_household h JOIN (SELECT m.household_id "
        "FROM funds_payment m JOIN funds_project p ON p.id = m.project_id "
        "WHERE p.kind = 'dwelling' AND m.reversed_on IS NULL "
        "GROUP BY m.household_id, p.year HAVING sum(m.amount) > 20000) m ON m.household_id = h.id"
    ),
    "FP-12": (
        "SELECT v.id, v.division_id FROM villages_village v JOIN (SELECT a.division_id, sum(a.amount) AS n "
        "FROM funds_allocation a JOIN funds_quota q ON q.id = a.quota_id WHERE q.kind = 'seed' "
        f"AND q.year = {YEAR} GROUP BY 1) a ON a.division_id = v.division_id "
        f"WHERE '01' = ANY (v.attributes) AND a.n > 0 AND a.n < CASE WHEN {YEAR} < 2016 THEN 450000 ELSE 500000 END"
    ),
    "FP-13": (
        PROJECTS + "WHERE p.state IN ('approved', 'noticed_before') AND (p.plan_start < date '{date}' - 30 "
        "OR p.plan_end < date '{date}') OR p.state = 'started' AND p.plan_end < date '{date}'"
    ),
    "FP-14": (
        "SELECT b.id, b.division_id FROM funds_beneficiary b JOIN households_household h ON h.id = b.household_id "
        "LEFT JOIN (SELECT household_id, year, kind FROM funds_beneficiary WHERE is_active AND project_id IS NOT NULL "
        "GROUP BY 1, 2, 3 HAVING count(*) > 1) twice USING (household_id, year, kind) "
        "WHERE b.is_active AND b.project_id IS NOT NULL AND (twice.year IS NOT NULL "
        f"OR b.year >= {YEAR} AND h.status NOT IN ('20', '30', '40', '50'))"
    ),
    "FP-15": (
        PROJECTS + "WHERE p.state IN ('finished', 'accepted', 'noticed_after', 'settled', 'evaluated', 'closed') "
        "AND p.kind NOT IN ('training', 'public_job') AND p.finished_on < date '{date}' - 60 "
        "AND p.id NOT IN (SELECT project_id FROM funds_asset WHERE project_id IS NOT NULL)"
    ),
    "FP-16": (
        "SELECT a.id, a.division_id FROM funds_asset a WHERE a.kind = 'operating' AND a.number <> '' "
        "AND a.state NOT IN ('surveyed', 'classified', 'confirmed', 'written_off') AND (a.state = 'idle' "
        "OR a.acquired_on < make_date({year}, 1, 1) AND a.id NOT IN (SELECT asset_id FROM funds_assetdistribution "
        "WHERE year = {year} AND state = 'distributed'))"
    ),
    "FP-17": (
        PROJECTS + "LEFT JOIN (SELECT a.project_id, sum(a.amount) AS put, sum(a.paid) AS paid FROM funds_allocation a "
        "JOIN funds_quota q ON q.id = a.quota_id WHERE q.kind = 'beijing' "
        "AND make_date(q.year, 9, 30) <= date '{date}' GROUP BY 1) a ON a.project_id = p.id "
        f"WHERE {GOING_ON} AND (a.paid < 0.9 * a.put OR p.kind = 'beijing' "
        "AND p.state IN ('approved', 'noticed_before', 'started') "
        "AND p.approved_on < {month} + interval '1 month' AND p.id NOT IN "
        "(SELECT project_id FROM funds_projectprogress WHERE month = {month}))"
    ).replace(
        "{month}",
        "(date_trunc('month', date '{date}') - CASE WHEN extract(day FROM date '{date}') > 25 THEN interval '0' "
        "ELSE interval '1 month' END)::date",
    ),
    "FP-18": (
        PROJECTS + "JOIN divisions_division d ON d.code = p.division_id WHERE d.level = 5 "
        f"AND {GOING_ON} AND p.finished_on <= date '{{date}}' AND p.accepted_supervisor = '' AND p.id NOT IN "
        "(SELECT project_id FROM funds_projectprogress WHERE supervisor_name <> '')"
    ),
    "FP-19": (
        "SELECT m.id, m.division_id FROM funds_payment m JOIN households_household h ON h.id = m.household_id "
        "WHERE m.reversed_on IS NULL AND (m.payee_account_index <> h.bank_account_index OR NOT EXISTS "
        "(SELECT 1 FROM households_person p WHERE p.household_id = h.id "
        f"AND {_folded('p.name')} = {_folded('m.payee_name')}))"
    ),
    "FP-20": (
        "SELECT c.code, c.code FROM divisions_division c WHERE c.level = 3 AND c.ended_on IS NULL AND "
        "(c.poverty_tier = '' AND c.code IN (SELECT given.place FROM "
        + _quotas("1", "q.kind = 'consolidated' AND q.amount > q.recovered")
        + f" given) OR c.code IN (SELECT {_county('a')} FROM funds_allocation a "
        "JOIN funds_quota q ON q.id = a.quota_id "
        "JOIN funds_project p ON p.id = a.project_id WHERE q.kind = 'consolidated' AND p.item_id IS NULL "
        "AND a.amount > 0))"
    ),
}
