"""The conditions on income, guarantees and status by hand; see `bench.rules_floor`."""

from __future__ import annotations

X, POOR, HELPED = "('40', '41')", "('20', '30', '50')", "('20', '30', '40', '50')"
REGISTERED = "('20', '30', '50', '40', '41')"
G6 = ("food_ok", "clothing_ok", "education_ok", "medical_ok", "housing_ok", "water_ok")
MET = " AND ".join(f"g.{name} = 'met'" for name in G6)
MEMBERS = (
    "LEFT JOIN (SELECT household_id, count(*) AS n FROM households_person WHERE is_active GROUP BY household_id) m "
    "ON m.household_id = h.id "
)


def _of(table: str, alias: str, year: str = "{year}", join: str = "JOIN") -> str:
    return f"{join} households_{table} {alias} ON {alias}.household_id = h.id AND {alias}.year = {year} "


def _households(joins: str, where: str, statuses: str = REGISTERED) -> str:
    return f"SELECT h.id, h.division_id FROM households_household h {joins}WHERE h.status IN {statuses} AND {where}"


def _persons(where: str, statuses: str = REGISTERED) -> str:
    return (
        "SELECT p.id, p.division_id FROM households_person p JOIN households_household h ON h.id = p.household_id "
        "JOIN households_personyear y ON y.person_id = p.id AND y.year = {year} "
        f"WHERE p.is_active AND h.status IN {statuses} AND {where}"
    )


def _some(where: str) -> str:
    """Whether an active member's facts of the year meet a condition."""
    return (
        "EXISTS (SELECT FROM households_person p JOIN households_personyear y ON y.person_id = p.id "
        f"AND y.year = {{year}} WHERE p.household_id = h.id AND p.is_active AND ({where}))"
    )


def _line(year: str) -> str:
    """The line of a year; of all places above the village the nearest that has one for the latest year."""
    return (
        f"(SELECT amount FROM households_povertyline l WHERE l.year <= {year} AND l.division_id IN "
        "(h.division_id - h.division_id % 1000000, h.division_id - h.division_id % 100000000, "
        "h.division_id - h.division_id % 10000000000) ORDER BY l.year DESC, l.division_id DESC LIMIT 1)"
    )


INCOME, YEAR, GUARANTEES = _of("householdincome", "i"), _of("householdyear", "y"), _of("guaranteestatus", "g")
HEADS = "coalesce(y.members, m.n, 0)"
NET = INCOME + _of("householdyear", "y", join="LEFT JOIN") + MEMBERS
LAST = _of("householdincome", "i0", "{year} - 1") + _of("householdyear", "y0", "{year} - 1", "LEFT JOIN")
HEADS0 = "coalesce(y0.members, m.n, 0)"
SPREAD = f"abs(i.net * {HEADS0} - i0.net * {HEADS})"
AMOUNTS = (
    ("wage", 300),
    ("dibao_amount", 200),
    ("tekun_amount", 200),
    ("pension_amount", 88),
    ("family_planning", 100),
)
SCHOOL_AGE = (
    "p.birth_date <= date '{year}-08-31' - interval '6 years' AND p.birth_date > date '{year}-08-31' - interval "
    "'16 years' AND (y.school_stage IS NULL OR y.school_stage = '01')"
)
NO_EMPLOYEE = "NOT coalesce(y.medical_employee, false)"
NO_OTHER = "y.alternative_dwelling IN ('', 'none')"
AREAS = ("returned_mu", "grassland_mu", "forest_mu")


def identified(cause: str, columns: str = "") -> str:
    """Households identified for this cause alone, well off in the year of identification (`h.yi`), all guarantees met;
    with further columns of theirs or of the income `i` of that year."""
    return (
        "WITH h AS (SELECT *, CASE WHEN status = '10' THEN extract(year FROM date '{date}' - interval '9 months')::int "
        "ELSE extract(year FROM identified_on - interval '9 months')::int END AS yi FROM households_household "
        f"WHERE status IN ('10', '20', '30', '40', '41', '50') AND cause_main = '{cause}' "
        f"AND coalesce(cardinality(cause_other), 0) = 0) SELECT h.id, h.division_id{columns} FROM h "
        + _of("householdincome", "i", "h.yi")
        + _of("guaranteestatus", "g", "h.yi")
        + _of("householdyear", "y", "h.yi", "LEFT JOIN")
        + MEMBERS
        + f"WHERE {MET} AND {HEADS} > 0 AND i.net >= {HEADS} * {_line('h.yi')} "
    )


STATEMENTS: dict[str, str] = {
    "IN-02": _households(NET, f"{HEADS} > 0 AND i.net < {HEADS} * {_line('{year}')}", X),
    "IN-03": _households(
        NET + GUARANTEES, f"{HEADS} > 0 AND i.net >= 1.5 * {HEADS} * {_line('{year}')} AND {MET}", "('20', '50')"
    ),
    "IN-05": _households(INCOME, "i.operating_cost > i.operating"),
    "IN-06": _households(INCOME, f"(i.dibao_amount > 0) <> {_some('y.dibao')}"),
    "IN-07": _households(INCOME, f"(i.tekun_amount > 0) <> {_some('y.tekun')}"),
    "IN-08": _households(
        INCOME,
        "(i.pension_amount > 0 AND NOT EXISTS (SELECT FROM households_person p LEFT JOIN households_personyear y "
        "ON y.person_id = p.id AND y.year = {year} WHERE p.household_id = h.id AND p.is_active "
        "AND (p.birth_date IS NULL OR p.birth_date <= date '{end}' - interval '60 years' OR y.pension_employee)) "
        "OR i.pension_amount = 0 AND "
        + _some("y.pension_resident AND p.birth_date <= make_date({year} - 1, 10, 1) - interval '60 years'")
        + ")",
    ),
    "IN-09": _households(
        INCOME,
        "i.family_planning > 0 AND NOT coalesce(h.is_only_child_family OR h.is_two_daughter_family, "
        "h.is_only_child_family, h.is_two_daughter_family, false)",
    ),
    "IN-10": _households(INCOME, "(i.wage > 0) <> " + _some("y.work_months > 0 OR y.public_job <> ''")),
    "IN-11": _households(
        INCOME,
        "(i.wage > 300000 OR " + " OR ".join(f"i.{name} > 0 AND i.{name} < {least}" for name, least in AMOUNTS) + ")",
    ),
    "IN-12": _households(
        NET + LAST,
        f"{HEADS} > 0 AND {HEADS0} > 0 AND {SPREAD} > 1000 * {HEADS} * {HEADS0} "
        f"AND {SPREAD} > 0.5 * abs(i0.net) * {HEADS}",
    ),
    "IN-13": _households(
        INCOME + YEAR,
        f"i.eco_amount > 0 AND num_nonnulls({', '.join(f'y.{name}' for name in AREAS)}) > 0 "
        f"AND {' + '.join(f'coalesce(y.{name}, 0)' for name in AREAS)} = 0",
    ),
    "IN-14": _households(
        YEAR,
        "(y.irrigated_mu > y.cultivated_mu OR num_nonnulls(y.forest_mu, y.grassland_mu) > 0 "
        "AND y.returned_mu > coalesce(y.forest_mu, 0) + coalesce(y.grassland_mu, 0))",
    ),
    "IN-16": _households(
        _of("householdincome", "i", join="LEFT JOIN") + _of("householdyear", "y", join="LEFT JOIN") + MEMBERS,
        f"(i.net IS NULL OR {HEADS} = 0) AND coalesce(h.identified_on <= make_date({{year}}, 11, 30), true) "
        "AND date '{date}' > make_date({year}, 11, 30)",
        HELPED,
    ),
    "TG-01": _persons(f"{SCHOOL_AGE} AND coalesce(y.dropout_reason NOT IN ('01', '02'), true)"),
    "TG-02": _persons(
        f"{SCHOOL_AGE} AND y.dropout_reason IN ('01', '02') AND y.dropout_evidence = '' AND p.disability_no IS NULL"
    ),
    "TG-03": _households(YEAR, f"y.dwelling_grade IN ('C', 'D', 'N') AND {NO_OTHER}", "('30', '40', '41')"),
    "TG-04": _households(YEAR, f"y.dwelling_grade IN ('C', 'D') AND y.repair_plan_year IS NULL AND {NO_OTHER}", HELPED),
    "TG-05": _persons(f"NOT y.medical_resident AND {NO_EMPLOYEE}"),
    "TG-06": _persons(f"NOT y.serious_illness_insured AND {NO_EMPLOYEE}"),
    "TG-07": _households(YEAR, "NOT y.water_safe", HELPED),
    "TG-08": _households(YEAR, "NOT y.has_domestic_power"),
    "TG-09": _persons("'02' = ANY (y.health) AND y.contract_doctor = ''"),
    "TG-11": _households(
        _of("guaranteestatus", "g", join="LEFT JOIN"),
        "(g.id IS NULL OR 'unknown' IN (" + ", ".join(f"g.{name}" for name in G6) + "))",
        HELPED,
    ),
    "TG-12": _households(
        GUARANTEES, "h.exit_year = {year} AND 'not_met' IN (" + ", ".join(f"g.{name}" for name in G6) + ")", X
    ),
    "ST-01": identified("03")
    + "AND EXISTS (SELECT FROM households_personyear py JOIN households_person p ON p.id = py.person_id "
    "WHERE py.household_id = h.id AND py.year = h.yi AND p.is_active AND py.school_stage BETWEEN '13' AND '25') "
    "AND NOT EXISTS (SELECT FROM households_personyear py JOIN households_person p ON p.id = py.person_id "
    "WHERE py.household_id = h.id AND py.year = h.yi AND p.is_active "
    "AND (py.health && ARRAY['02', '03', '04']::varchar[] OR py.dibao OR py.tekun))",
    "ST-07": _households(
        "",
        "h.exit_year <= CASE WHEN extract(year FROM h.identified_on) = 2014 THEN 2013 "
        "ELSE extract(year FROM h.identified_on) END",
        X,
    ),
    "ST-11": (
        "SELECT c.id, c.division_id FROM households_naturalchange c "
        "JOIN households_household h ON h.id = c.household_id "
        "WHERE h.status IN ('20', '30', '50', '40', '41') AND c.approved_on IS NULL AND c.rejected_on IS NULL "
        "AND date '{date}' - c.happened_on > 30"
    ),
    "ST-12": _persons("y.five_path IS NULL", POOR),
    "ST-14": (
        "SELECT v.id, v.division_id FROM villages_village v "
        "JOIN villages_villageyear y ON y.village_id = v.id AND y.year = {year} "
        "JOIN (SELECT p.division_id, count(*) AS poor FROM households_person p "
        "JOIN households_household h ON h.id = p.household_id "
        "WHERE p.is_active AND h.status IN ('20', '30', '50') GROUP BY p.division_id) c "
        "ON c.division_id = v.division_id "
        "WHERE v.exit_year = {year} AND y.population > 0 AND c.poor >= 0.03 * y.population"
    ),
}
