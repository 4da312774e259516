"""The conditions on departments' data by hand; see `bench.rules_floor`.

`{PS_HK}` are the versions in force of a data set, the preferred one first; `{p}` and `{h}` say that a person or
household lies where the data sets of the rule are in force. Semi-joins count nobody twice whom several versions name;
where a join might, the few hits are made distinct afterwards.
"""

from __future__ import annotations

from apps.crosschecks.rules.matching import UNCOUNTED
from bench.rules_floor_facts import REGISTERED, identified

HAS_KEY = "p.id_no_index IS NOT NULL AND p.id_sex IS NOT NULL"
VALID = "(d.from_on IS NULL OR d.from_on <= date '{date}') AND (d.to_on IS NULL OR d.to_on >= date '{date}')"
STANDING = "(d.cancelled_on IS NULL OR d.cancelled_on > date '{date}')"
YEAR = "JOIN households_personyear y ON y.person_id = p.id AND y.year = {year} "
HOUSEHOLD_YEAR = "LEFT JOIN households_householdyear y ON y.household_id = h.id AND y.year = {year} "


def _from(code: str, table: str, alias: str = "d") -> str:
    """A data set's table, with the condition that a row is in force as the first of its conditions."""
    return f"datasets_{table} {alias} WHERE {alias}.version_id IN ({{{code}}})"


def _rank(code: str, alias: str = "d") -> str:
    """What of several rows the preferred one has least of."""
    return f"array_position(ARRAY[{{{code}}}]::bigint[], {alias}.version_id), {alias}.row_no"


def _people(joins: str, where: str, distinct: str = "") -> str:
    """Active members of registered households, where the data are in force."""
    return (
        f"SELECT {distinct}p.id, p.division_id FROM households_person p "
        f"JOIN households_household h ON h.id = p.household_id {joins}"
        f"WHERE p.is_active AND h.status IN {REGISTERED} AND {{p}} AND {where}"
    )


def _households(joins: str, where: str, distinct: str = "") -> str:
    """Registered households, where the data are in force."""
    return (
        f"SELECT {distinct}h.id, h.division_id FROM households_household h {joins}"
        f"WHERE h.status IN {REGISTERED} AND {{h}} AND {where}"
    )


def _listed(code: str, table: str, where: str = "true") -> str:
    """Those whose number stands in a row."""
    return _people("", f"p.id_no_index IN (SELECT d.key FROM {_from(code, table)} AND {where})")


def _beside(code: str, table: str, where: str, differing: str, year: str = "") -> str:
    """Those whom a row contradicts, or that there is none (`d.id` is null). Only hits, which are few, can be double."""
    rows = f"LEFT JOIN (SELECT * FROM {_from(code, table)} AND {where}) d ON d.key = p.id_no_index "
    return _people(year + rows, differing, "DISTINCT ")


def _members(code: str, table: str, columns: str, where: str = "true") -> str:
    """Rows of active members, with the household."""
    return (
        f"SELECT p.household_id, {columns} FROM households_person p "
        f"JOIN (SELECT * FROM {_from(code, table)}) d ON d.key = p.id_no_index WHERE p.is_active AND {where}"
    )


def _folded(name: str) -> str:
    """A name without signs that do not count."""
    return f"translate(normalize(translate({name}, '{UNCOUNTED}', ''), NFKC), '{UNCOUNTED}', '')"


# --- Registers -------------------------------------------------------------------------------------------------------

# Where a place of an earlier division lies today, and a development zone: (low, high, county).
MOVED = (
    "RECURSIVE chain AS (SELECT code, code AS last FROM divisions_division "
    "WHERE replaced_by_id IS NOT NULL OR host_id IS NOT NULL "
    "UNION SELECT chain.code, u.replaced_by_id FROM chain JOIN divisions_division u ON u.code = chain.last "
    "WHERE u.replaced_by_id IS NOT NULL), "
    "moved AS (SELECT u.code AS low, u.code + CASE u.level WHEN 2 THEN 100000000 WHEN 3 THEN 1000000 WHEN 4 THEN 1000 "
    "ELSE 1 END - 1 AS high, coalesce(c.host_id, c.code) AS county FROM chain "
    "JOIN divisions_division u USING (code) JOIN divisions_division l ON l.code = chain.last "
    "JOIN divisions_division c ON c.code = l.code - l.code % 1000000 WHERE l.replaced_by_id IS NULL AND l.level >= 3)"
)


def _county(place: str) -> str:
    """The county of a place today: that of the narrowest unit that has moved, else its own; null for a league."""
    return (
        f"coalesce((SELECT county FROM moved WHERE {place} BETWEEN low AND high ORDER BY high - low LIMIT 1), "
        f"CASE WHEN {place} % 100000000 >= 1000000 THEN {place} - {place} % 1000000 END)"
    )


LIVE_REGISTER = f"SELECT * FROM {_from('PS_HK', 'householdregister')} AND {STANDING}"
BEST = (
    f"NOT EXISTS (SELECT FROM {_from('PS_HK', 'householdregister', 'o')} AND o.key = d.key "
    f"AND {STANDING.replace('d.', 'o.')} AND ({_rank('PS_HK', 'o')}) < ({_rank('PS_HK')}))"
)
HEADS = (
    "head AS (SELECT household_id, any_value(id_no_index) AS key FROM households_person "
    "WHERE is_active AND relation = '01' GROUP BY household_id HAVING count(*) = 1)"
)
KIN = (
    "d.register_relation IN ('01', '02') AND k.register_relation IN ('01', '02', '03', '04', '11', '12', '13', '14', "
    "'15', '16') OR d.register_relation IN ('03', '04') AND k.register_relation IN ('01', '02')"
)

REGISTERS: dict[str, str] = {
    "DC-01": _people(
        "",
        f"{HAS_KEY} AND NOT EXISTS (SELECT FROM {_from('PS_HK', 'householdregister')} AND d.key = p.id_no_index "
        f"AND (d.name = p.name OR {_folded('d.name')} IN ({_folded('p.name')}, '') OR {_folded('p.name')} = ''))",
    ),
    "DC-02": _people(
        "",
        f"p.id_no_index IN (SELECT d.key FROM {_from('PS_HK', 'householdregister')} "
        "AND d.cancelled_on <= date '{date}') "
        f"AND NOT EXISTS (SELECT FROM {_from('PS_HK', 'householdregister')} AND {STANDING} AND d.key = p.id_no_index)",
    ),
    "DC-03": _listed("CA_CR", "cremation")
    + " UNION "
    + _listed("PS_DE", "deathcancellation", "d.died_on <= date '{date}'"),
    # Almost everybody is registered where he lives: only the others' counties are looked up.
    "DC-04": f"WITH {MOVED} "
    + _people(
        f"JOIN ({LIVE_REGISTER}) d ON d.key = p.id_no_index ",
        "(d.kind = '非农业' OR d.registered_at <> p.division_id "
        f"AND {_county('d.registered_at')} <> {_county('p.division_id')}) AND {BEST}",
    ),
    "DC-26": f"WITH {HEADS} "
    + _households(
        f"JOIN head ON head.household_id = h.id JOIN ({LIVE_REGISTER}) d ON d.key = head.key "
        f"JOIN ({LIVE_REGISTER}) k "
        "ON k.register_no = d.register_no AND k.version_id = d.version_id ",
        f"({KIN}) AND NOT EXISTS (SELECT FROM households_person m WHERE m.household_id = h.id "
        f"AND m.id_no_index = k.key) AND k.key IS NOT NULL AND {BEST}",
        "DISTINCT ",
    ),
    "DC-27": _listed("JU_PR", "imprisonment", VALID),
}

# --- Support, property, income ---------------------------------------------------------------------------------------

OWNED = _members("NR_RE", "realestate", "p.id, d.property_no", f"d.kind = 'homestead' AND {STANDING}")

ASSETS: dict[str, str] = {
    "DC-05": _beside(
        "CA_DB", "ruralallowance", VALID, f"y.dibao = (d.id IS NULL) AND (NOT y.dibao OR {HAS_KEY})", YEAR
    ),
    "DC-06": _beside(
        "CA_TK", "destitutesupport", VALID, f"y.tekun = (d.id IS NULL) AND (NOT y.tekun OR {HAS_KEY})", YEAR
    ),
    "DC-07": _beside(
        "DF_CE",
        "disabilitycertificate",
        "d.state = 'valid'",
        f"{HAS_KEY} AND ((p.disability_no IS NOT NULL) = (d.id IS NULL) OR d.grade <> p.disability_grade "
        f"AND NOT EXISTS (SELECT FROM {_from('DF_CE', 'disabilitycertificate', 'o')} AND o.key = d.key "
        f"AND o.state = 'valid' AND ({_rank('DF_CE', 'o')}) < ({_rank('DF_CE')})))",
    ),
    "DC-08": _listed(
        "FN_PY", "publicpayroll", f"d.post_kind IN ('civil_servant', 'institution', 'retired') AND {VALID}"
    ),
    "DC-09": _listed(
        "PS_VH", "vehicle", f"d.kind IN ('car', 'van', 'truck') AND (d.value IS NULL OR d.value > 30000) AND {STANDING}"
    ),
    "DC-10": f"WITH owned AS ({OWNED}), several AS (SELECT household_id FROM owned GROUP BY household_id "
    "HAVING min(property_no) <> max(property_no)) "
    + _listed("HC_SP", "housingsale", STANDING)
    + " UNION "
    + _listed("NR_RE", "realestate", f"d.kind IN ('housing', 'business', 'resettlement') AND {STANDING}")
    + " UNION "
    + _people("", "p.id IN (SELECT id FROM owned) AND p.household_id IN (SELECT household_id FROM several)"),
    "DC-11": _listed(
        "MR_BE",
        "enterpriserole",
        "d.state = 'active' AND (d.role = 'legal_person' AND d.firm_kind <> 'individual' "
        "OR d.role = 'shareholder' AND d.firm_kind = 'company')",
    ),
    "DC-12": "SELECT DISTINCT id, division_id FROM ("
    + _people(
        f"JOIN (SELECT * FROM {_from('TX_TX', 'incometax')} AND d.tax_year IN ({{year}}, {{year}} - 1)) d "
        "ON d.key = p.id_no_index ",
        "true GROUP BY p.id, p.division_id, d.tax_year HAVING sum(d.amount) > 0",
    )
    + ") AS taxed",
    "DC-13": _listed("HF_GJ", "housingfund", "d.state = 'normal' AND d.amount > 0"),
    "DC-14": _listed("HR_PE", "pension", f"d.scheme IN ('employee', 'public') AND d.amount > 0 AND {VALID}"),
    "DC-25": _listed(
        "OR_CD",
        "postholder",
        f"d.post IN ('village_secretary', 'village_director', 'committee_member') AND {VALID}",
    ),
}

# --- Work, school, health --------------------------------------------------------------------------------------------

PLACE_OF_WORK = (
    "CASE WHEN d.work_place / 1000 = p.division_id / 1000 THEN '01' "
    "WHEN d.work_place / 1000000 = p.division_id / 1000000 THEN '02' "
    "WHEN d.work_place / 10000000000 = 15 THEN '03' WHEN d.work_place IS NOT NULL THEN '04' END"
)
# The latest school year of each county.
SCHOOL_YEARS = (
    "term AS (SELECT v.division_id AS low, v.division_id + CASE v.level WHEN 1 THEN 10000000000 WHEN 2 THEN 100000000 "
    "ELSE 1000000 END - 1 AS high, d.year FROM datasets_datasetversion v JOIN (SELECT d.version_id, max(d.school_year) "
    f"AS year FROM {_from('ED_XJ', 'schoolroll')} GROUP BY d.version_id) d ON d.version_id = v.id WHERE v.level <= 3), "
    "county AS (SELECT c.code, max(term.year) AS year FROM divisions_division c "
    "JOIN term ON c.code BETWEEN term.low AND term.high WHERE c.level = 3 GROUP BY c.code)"
)
AUGUST = "make_date(county.year, 8, 31) - interval"
ILLNESS = (
    f"SELECT DISTINCT d.key FROM {_from('HS_CH', 'illness')} AND (d.ended_on IS NULL OR d.ended_on > date '{{date}}')"
)

WELLBEING: dict[str, str] = {
    "DC-15": _people(
        "LEFT " + YEAR + f"JOIN (SELECT * FROM {_from('HR_EM', 'employment')} AND d.year = {{year}}) d "
        "ON d.key = p.id_no_index ",
        "(abs(d.months - coalesce(y.work_months, 0)) > 1 "
        f"OR y.work_region IN ('01', '02', '03', '04') AND {PLACE_OF_WORK} <> y.work_region)",
        "DISTINCT ",
    ),
    "DC-16": f"WITH {SCHOOL_YEARS} "
    + _people(
        "JOIN county ON county.code = p.division_id - p.division_id % 1000000 "
        f"LEFT {YEAR} LEFT JOIN (SELECT * FROM {_from('ED_XJ', 'schoolroll')} "
        "AND d.state IN ('enrolled', 'suspended')) d ON d.key = p.id_no_index AND d.school_year = county.year ",
        f"(d.id IS NULL AND {HAS_KEY} AND p.birth_date <= {AUGUST} '6 years' AND p.birth_date > {AUGUST} '16 years' "
        "AND coalesce(y.dropout_reason NOT IN ('01', '02'), true) "
        "OR d.state = 'enrolled' AND county.year = {year} AND d.stage IS DISTINCT FROM y.school_stage)",
        "DISTINCT ",
    ),
    "DC-17": _beside(
        "HS_MI",
        "medicalinsurance",
        "d.year = {year} AND d.scheme = 'resident'",
        f"y.medical_resident = (d.id IS NULL) AND {HAS_KEY}",
        YEAR,
    ),
    "DC-18": _people(
        YEAR + f"LEFT JOIN ({ILLNESS} AND d.kind = '02') chronic ON chronic.key = p.id_no_index "
        f"LEFT JOIN ({ILLNESS} AND d.kind = '03') serious ON serious.key = p.id_no_index ",
        f"{HAS_KEY} AND cardinality(y.health) > 0 AND (('02' = ANY (y.health)) = (chronic.key IS NULL) "
        "OR ('03' = ANY (y.health)) = (serious.key IS NULL))",
    ),
    "TG-10": _people(
        YEAR,
        f"{HAS_KEY} AND '03' = ANY (y.health) AND NOT EXISTS (SELECT FROM {_from('HS_CH', 'illness')} "
        "AND d.kind = '03' AND d.treated_on BETWEEN date '{year}-01-01' AND date '{date}' AND d.key = p.id_no_index)",
    ),
    "ST-02": f"WITH candidate AS ({identified('01', ', h.yi, i.net')}) "
    "SELECT h.id, h.division_id FROM candidate h JOIN households_person p ON p.household_id = h.id AND p.is_active "
    f"JOIN (SELECT * FROM {_from('HS_MI', 'medicalinsurance')}) d ON d.key = p.id_no_index AND d.year = h.yi "
    "WHERE {h} GROUP BY h.id, h.division_id, h.net HAVING sum(d.out_of_pocket) <= 0.10 * h.net",
}

# --- Dwelling, water, power, relocation, subsidies -------------------------------------------------------------------

SUBSIDISED = {"grassland": "grassland_mu", "cultivated": "cultivated_mu", "livestock": "livestock_sheep_units"}
PAID = ", ".join(
    f"sum(d.quantity) FILTER (WHERE d.kind = '{kind}' AND d.year = {{year}}) AS {kind}" for kind in SUBSIDISED
)
OUTSIDE = " OR ".join(
    f"paid.{kind} > 0 AND (y.{name} < 0.7 * paid.{kind} OR y.{name} > 1.3 * paid.{kind})"
    for kind, name in SUBSIDISED.items()
)

HOUSEHOLDS: dict[str, str] = {
    "DC-19": "WITH appraised AS (SELECT DISTINCT ON (household_id) * FROM ("
    + _members(
        "HC_WF",
        "dwellingappraisal",
        "d.grade, d.appraised_on, d.repair_state = 'finished' AND coalesce(d.repaired_on <= date '{date}', false) "
        "AS repaired, array_position(ARRAY[{HC_WF}]::bigint[], d.version_id) AS rank, d.row_no",
    )
    + ") AS each ORDER BY household_id, appraised_on DESC, rank, row_no) "
    + _households(
        "JOIN appraised a ON a.household_id = h.id " + HOUSEHOLD_YEAR.removeprefix("LEFT "),
        "CASE WHEN a.repaired THEN y.dwelling_grade NOT IN ('A', 'B') ELSE y.dwelling_grade <> a.grade END",
    ),
    "DC-20": "WITH own AS (SELECT DISTINCT ON (household_id) household_id, safe FROM ("
    + _members(
        "WR_DW",
        "drinkingwater",
        "d.safe, d.checked_on, array_position(ARRAY[{WR_DW}]::bigint[], d.version_id) AS rank, d.row_no",
        "d.scope = 'household'",
    )
    + ") AS each ORDER BY household_id, checked_on DESC, rank, row_no), "
    f"village AS (SELECT DISTINCT ON (d.village) d.village, d.safe FROM {_from('WR_DW', 'drinkingwater')} "
    f"AND d.scope = 'village' ORDER BY d.village, d.checked_on DESC, {_rank('WR_DW')}) "
    + _households(
        HOUSEHOLD_YEAR.removeprefix("LEFT ")
        + "LEFT JOIN own ON own.household_id = h.id LEFT JOIN village ON village.village = h.division_id ",
        "y.water_safe <> coalesce(own.safe, village.safe)",
    ),
    "DC-21": "WITH account AS (SELECT household_id, bool_or(connected) AS connected, max(kwh_year) AS largest FROM ("
    + _members("EP_PW", "electricity", "d.connected, d.kwh_year")
    + ") AS each GROUP BY household_id), "
    "village AS (SELECT d.village, 3 * percentile_cont(0.5) WITHIN GROUP (ORDER BY d.kwh_year) AS most FROM "
    f"{_from('EP_PW', 'electricity')} AND d.connected GROUP BY d.village HAVING count(*) >= 5) "
    + _households(
        f"JOIN account a ON a.household_id = h.id {HOUSEHOLD_YEAR}"
        "LEFT JOIN village ON village.village = h.division_id AND village.most > 0 ",
        "(y.has_domestic_power <> a.connected OR a.largest > village.most)",
    ),
    "DC-22": "WITH ledger AS (SELECT DISTINCT household_id FROM ("
    + _members("DR_RL", "relocationledger", "d.id")
    + ") AS each) "
    + _households(
        "LEFT JOIN ledger l ON l.household_id = h.id ",
        "h.is_relocated = (l.household_id IS NULL) AND (NOT h.is_relocated OR EXISTS (SELECT FROM households_person p "
        f"WHERE p.household_id = h.id AND p.is_active AND {HAS_KEY}))",
    ),
    "DC-23": "SELECT hashtextextended(d.division_id || ' ' || d.loan_no, 0) & 9223372036854775807, "
    "coalesce(u.code, d.division_id) FROM (SELECT * FROM "
    f"{_from('BK_LN', 'smallloan')} AND d.product = 'small' AND d.repaid_on IS NULL AND d.key IS NOT NULL) d "
    "LEFT JOIN divisions_division u ON u.code = d.lent_in "
    "WHERE coalesce(u.code, d.division_id) / 10000000000 = 15 "
    "AND NOT EXISTS (SELECT FROM households_person p JOIN households_household h ON h.id = p.household_id "
    "LEFT JOIN (SELECT household_id, max(\"on\") AS last FROM households_statusevent WHERE status = '41' "
    "GROUP BY household_id) stable ON stable.household_id = h.id WHERE p.id_no_index = d.key "
    "AND (h.status IN ('20', '30', '40', '50') OR h.status = '41' AND stable.last >= d.lent_on))",
    "DC-24": "WITH paid AS ("
    + _members("AG_SB", "farmsubsidy", f"{PAID}, max(d.machine_value) FILTER (WHERE d.kind = 'machine') AS machine")
    + " GROUP BY p.household_id) "
    + _households(f"JOIN paid ON paid.household_id = h.id {HOUSEHOLD_YEAR}", f"({OUTSIDE} OR paid.machine > 50000)"),
}

# --- The national system, marriages ----------------------------------------------------------------------------------


def _others(pairs: dict[str, str]) -> str:
    """One of the national system's columns is given, and another one than here."""
    return " OR ".join(f"d.{name} IS NOT NULL AND d.{name} IS DISTINCT FROM {here}" for name, here in pairs.items())


OF_HOUSEHOLD = {name: f"h.{name}" for name in ("status", "household_type", "cause_main", "is_relocated")}
OF_YEAR = {name: f"y.{name}" for name in ("education", "school_stage", "labour", "dibao", "tekun")}
SAID = "coalesce(y.health, '{{}}')"
OTHER_HEALTH = f"cardinality(d.health) > 0 AND NOT (d.health @> {SAID} AND d.health <@ {SAID})"
OTHER_NAME = f"d.name > '' AND d.name <> p.name AND {_folded('d.name')} <> {_folded('p.name')}"

NATIONAL: dict[str, str] = {
    "DC-28": "WITH there AS (SELECT h.id, count(DISTINCT d.person_no) AS n, "
    f"bool_or({_others({**OF_HOUSEHOLD, 'located_in': 'h.division_id'})}) AS other FROM households_household h "
    f"JOIN (SELECT * FROM {_from('NA_SY', 'nationalsystem')}) d ON d.household_no = h.national_no GROUP BY h.id), "
    "here AS (SELECT household_id, count(*) AS n FROM households_person WHERE is_active GROUP BY household_id), "
    "members AS (SELECT DISTINCT p.household_id FROM households_person p "
    f"JOIN (SELECT * FROM {_from('NA_SY', 'nationalsystem')}) d ON d.key = p.id_no_index LEFT {YEAR}"
    f"WHERE p.is_active AND ({OTHER_NAME} OR {_others({'relation': 'p.relation', **OF_YEAR})} OR {OTHER_HEALTH})) "
    + _households(
        "LEFT JOIN there ON there.id = h.id LEFT JOIN here ON here.household_id = h.id "
        "LEFT JOIN members ON members.household_id = h.id ",
        "(there.id IS NULL OR there.n <> coalesce(here.n, 0) OR there.other OR members.household_id IS NOT NULL)",
    ),
    "DC-29": "WITH latest AS (SELECT DISTINCT ON (p.id) p.id, d.kind, d.registered_on, d.spouse_key "
    f"FROM households_person p JOIN (SELECT * FROM {_from('CA_MR', 'marriage')}) d ON d.key = p.id_no_index "
    f"WHERE p.is_active ORDER BY p.id, d.registered_on DESC, {_rank('CA_MR')}) "
    + _people(
        "JOIN latest l ON l.id = p.id LEFT JOIN households_person s "
        "ON s.household_id = p.household_id AND s.id_no_index = l.spouse_key AND s.is_active ",
        "l.registered_on > h.identified_on AND l.registered_on < date '{date}' - 30 "
        "AND (l.kind = 'divorce' AND s.id IS NOT NULL OR l.kind = 'marriage' AND s.id IS NULL "
        "AND NOT EXISTS (SELECT FROM households_naturalchange c WHERE c.household_id = p.household_id "
        "AND c.kind IN ('A02', 'R02', 'R08') AND c.happened_on >= l.registered_on))",
    ),
}

STATEMENTS: dict[str, str] = REGISTERS | ASSETS | WELLBEING | HOUSEHOLDS | NATIONAL
