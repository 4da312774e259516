"""The rules' conditions once more, as set-based SQL written by hand: the floor of the night run.

Each statement gives (object_id, division_id) of the offending rows and nothing else: no evidence, no household. Dates
are those of the run; thresholds are the catalogue's usual values.
"""

from __future__ import annotations

from collections.abc import Iterable

from apps.access.scope import Range
from apps.crosschecks.rules import RULES, Context
from apps.datasets.models import tables
from apps.datasets.services.freshness import InForce
from bench import (
    rules_floor_cadres,
    rules_floor_departments,
    rules_floor_facts,
    rules_floor_loans,
    rules_floor_money,
)

REGISTERED = "('20', '30', '50', '40', '41')"
LIVE = "('10', '20', '30', '50', '40', '41')"
WHOLE = "p.id_length IN (18, 20, 22)"
HAN = "[〇㐀-䶿一-鿿豈-\ufaff\U00020000-\U0003ffff]+"

PERSONS = (
    "SELECT p.id, p.division_id FROM households_person p JOIN households_household h ON h.id = p.household_id "
    f"WHERE p.is_active AND h.status IN {REGISTERED} AND "
)
YEARLY = (
    "SELECT p.id, p.division_id FROM households_person p JOIN households_household h ON h.id = p.household_id "
    "JOIN households_personyear y ON y.person_id = p.id AND y.year = {year} "
    f"WHERE p.is_active AND h.status IN {REGISTERED} AND "
)
HOUSEHOLDS = f"SELECT h.id, h.division_id FROM households_household h WHERE h.status IN {REGISTERED} AND "
ACTIVE = "SELECT household_id FROM households_person WHERE is_active"
HEADS = (
    "WITH head AS (SELECT household_id, min(id) AS id, min(sex) AS sex, min(birth_date) AS birth_date "
    "FROM households_person WHERE is_active AND relation = '01' GROUP BY household_id HAVING count(*) = 1) "
)


def _age(years: int) -> str:
    """The last birth date of those who are so old at the end of the year."""
    return f"date '{{end}}' - interval '{years} years'"


def _school(stages: str, least: int, most: int) -> str:
    return f"y.school_stage IN ({stages}) AND (p.birth_date > {_age(least)} OR p.birth_date <= {_age(most + 1)})"


def _stages(first: int, last: int) -> str:
    return ", ".join(f"'{number:02d}'" for number in range(first, last + 1))


_TRANSFER = ("family_planning", "dibao_amount", "tekun_amount", "pension_amount", "eco_amount", "other_transfer")
_PROPERTY = ("asset_dividend", "other_property")


def _sum(names: tuple[str, ...]) -> str:
    return "(" + " + ".join(f"coalesce(i.{name}, 0)" for name in names) + ")"


def _stated(names: tuple[str, ...]) -> str:
    return "num_nonnulls(" + ", ".join(f"i.{name}" for name in names) + ") > 0"


_TOTAL = _sum(("wage", "operating", "property", "transfer"))

_REQUIRED_YEAR = ("cultivated_mu", "housing_m2", "dwelling_grade", "water_safe", "has_domestic_power", "has_tv")

STATEMENTS: dict[str, str] = {
    "ID-01": PERSONS + f"p.id_length IS NOT NULL AND NOT {WHOLE}",
    "ID-02": PERSONS + f"{WHOLE} AND NOT p.id_check_ok",
    "ID-03": (
        "SELECT id, registered_division FROM households_registrationconflict WHERE state = 'open' "
        "UNION ALL SELECT id, refused_division FROM households_registrationconflict WHERE state = 'open'"
    ),
    "ID-04": PERSONS + f"{WHOLE} AND p.sex IN ('1', '2') AND p.id_sex <> p.sex",
    "ID-05": PERSONS + f"{WHOLE} AND (NOT p.id_birth_ok OR p.id_birth_ok AND (p.birth_date > date '{{date}}' "
    f"OR p.birth_date <= {_age(111)}))",
    "ID-07": PERSONS + f"{WHOLE} AND NOT p.disability_no_ok",
    "ID-08": YEARLY + "cardinality(y.health) > 0 AND ('04' = ANY (y.health)) <> (p.disability_no IS NOT NULL)",
    "ID-09": PERSONS + f"(p.name !~ '^{HAN}(·{HAN})*$' OR length(p.name) NOT BETWEEN 2 AND 50)",
    "ID-10": (
        HOUSEHOLDS + "(num_nulls(h.household_type, h.identification_standard, h.cause_main) > 0 "
        "OR h.status = '50' AND h.return_cause IS NULL "
        "OR h.id IN (SELECT household_id FROM households_householdyear WHERE year = {year} AND "
        f"num_nulls({', '.join(_REQUIRED_YEAR)}) > 0) "
        "OR h.id IN (SELECT p.household_id FROM households_person p "
        "LEFT JOIN households_personyear y ON y.person_id = p.id AND y.year = {year} "
        "LEFT JOIN households_householdyear hy ON hy.household_id = p.household_id AND hy.year = {year} "
        "WHERE p.is_active AND (p.name = '' OR num_nulls(p.sex, p.id_type, p.relation, p.ethnicity) > 0 "
        "OR p.sex IN ('0', '9') OR p.id_no IS NULL AND p.id_type <> '9' "
        "OR y.id IS NULL AND hy.id IS NOT NULL OR y.id IS NOT NULL AND (cardinality(y.health) = 0 "
        f"OR num_nulls(y.labour, y.serious_illness_insured) > 0 "
        f"OR y.political IS NULL AND p.birth_date <= {_age(18)}))))"
    ),
    "HH-01": HOUSEHOLDS
    + f"h.id IN ({ACTIVE} GROUP BY household_id HAVING count(*) FILTER (WHERE relation = '01') = 0)",
    "HH-02": HOUSEHOLDS + f"h.id IN ({ACTIVE} AND relation = '01' GROUP BY household_id HAVING count(*) > 1)",
    "HH-03": HOUSEHOLDS + f"h.id IN ({ACTIVE} AND relation = '02' GROUP BY household_id HAVING count(*) > 1)",
    "HH-04": HEADS + HOUSEHOLDS + "h.id IN (SELECT p.household_id FROM households_person p "
    "JOIN head USING (household_id) WHERE p.is_active AND p.relation = '02' AND p.sex = head.sex "
    "AND p.sex IN ('1', '2'))",
    "HH-05": (
        "SELECT h.id, h.division_id FROM households_household h JOIN (SELECT household_id, count(*) AS n "
        "FROM households_person WHERE is_active GROUP BY household_id) m ON m.household_id = h.id "
        f"WHERE h.status IN {REGISTERED} AND h.member_count_stated <> m.n"
    ),
    "HH-06": f"SELECT h.id, h.division_id FROM households_household h WHERE h.status IN {LIVE} "
    "AND NOT EXISTS (SELECT FROM households_person p WHERE p.household_id = h.id AND p.is_active)",
    "HH-07": (
        HEADS + "SELECT p.id, p.division_id FROM households_person p JOIN households_household h "
        f"ON h.id = p.household_id JOIN head USING (household_id) WHERE p.is_active AND h.status IN {REGISTERED} "
        "AND (p.relation IN ('11', '12', '13', '14', '15', '16') "
        "AND p.birth_date > head.birth_date - interval '15 years' "
        "OR p.relation IN ('03', '04') AND head.birth_date > p.birth_date - interval '15 years' "
        "OR p.relation IN ('07', '08', '09', '10') AND head.birth_date > p.birth_date - interval '30 years')"
    ),
    "HH-08": (
        HEADS + HOUSEHOLDS + "h.id IN (SELECT p.household_id FROM households_person p JOIN head USING (household_id) "
        f"WHERE p.is_active AND p.id <> head.id AND p.birth_date <= {_age(18)} AND head.birth_date > {_age(16)})"
    ),
    "HH-09": YEARLY + "(y.education IS NULL) = (y.school_stage IS NULL)",
    "HH-10": YEARLY + f"({_school(_stages(3, 3), 6, 14)} OR {_school(_stages(4, 6), 11, 18)} "
    f"OR {_school(_stages(7, 12), 14, 22)} "
    f"OR y.school_stage IN ({_stages(13, 25)}) AND p.birth_date > {_age(16)})",
    "HH-11": YEARLY + f"p.birth_date <= {_age(16)} AND p.birth_date > {_age(60)} AND y.health = '{{{{01}}}}' "
    "AND y.school_stage IS NULL AND y.labour IN ('03', '04', '05')",
    "HH-12": YEARLY + f"(p.birth_date > {_age(16)} AND (y.labour IN ('01', '02') OR y.work_months > 0) "
    f"OR y.school_stage IN ({_stages(3, 12)}) AND y.work_months > 3)",
    "HH-13": YEARLY + "(y.work_region IS NOT NULL) <> (coalesce(y.work_months, 0) > 0)",
    "HH-14": YEARLY + "y.work_months NOT BETWEEN 0 AND 12",
    "HH-15": (
        f"WITH shared AS (SELECT phone_index FROM households_household WHERE status IN {LIVE} AND phone_ok "
        "GROUP BY phone_index HAVING count(*) > 5) "
        + HOUSEHOLDS
        + "(h.phone IS NULL OR NOT h.phone_ok OR h.phone_ok AND h.phone_index IN (SELECT phone_index FROM shared))"
    ),
    "HH-16": (
        f"WITH shared AS (SELECT bank_account_index FROM households_household WHERE status IN {LIVE} "
        "GROUP BY bank_account_index HAVING count(*) > 1) "
        + HOUSEHOLDS
        + "(h.bank_account IS NULL OR h.bank_account_index IN (SELECT bank_account_index FROM shared))"
    ),
    "HH-17": YEARLY + "y.medical_resident AND y.medical_employee",
    "IN-01": (
        "SELECT h.id, h.division_id FROM households_household h JOIN households_householdincome i "
        "ON i.household_id = h.id AND i.year = {year} LEFT JOIN households_householdyear y "
        "ON y.household_id = h.id AND y.year = {year} LEFT JOIN (SELECT household_id, count(*) AS n "
        "FROM households_person WHERE is_active GROUP BY household_id) m ON m.household_id = h.id "
        f"WHERE h.status IN {REGISTERED} AND (abs(i.gross_stated - {_TOTAL}) > 1 "
        f"OR {_stated(_TRANSFER)} AND abs(i.transfer - {_sum(_TRANSFER)}) > 1 "
        f"OR {_stated(_PROPERTY)} AND abs(i.property - {_sum(_PROPERTY)}) > 1 "
        f"OR abs(i.net_stated - ({_TOTAL} - coalesce(i.operating_cost, 0))) > 1 "
        "OR coalesce(y.members, m.n, 0) > 0 AND abs(i.per_capita_net_stated * coalesce(y.members, m.n, 0) "
        "- i.net_stated) > coalesce(y.members, m.n, 0))"
    ),
    "IN-04": (
        "SELECT h.id, h.division_id FROM households_household h JOIN households_householdincome i "
        f"ON i.household_id = h.id AND i.year = {{year}} WHERE h.status IN {REGISTERED} "
        "AND i.operating > 0 AND coalesce(i.operating_cost, 0) <= 0"
    ),
}
STATEMENTS |= rules_floor_facts.STATEMENTS | rules_floor_departments.STATEMENTS | rules_floor_cadres.STATEMENTS
STATEMENTS |= rules_floor_money.STATEMENTS | rules_floor_loans.STATEMENTS


def floor_of(rule: str, context: Context) -> str:
    """The rule's statement for the date, register year and departments' data of a context; thresholds are the usual."""
    covered = RULES[rule].coverage(context.versions, context.year)
    return STATEMENTS[rule].format(
        date=context.date.isoformat(),
        year=context.year,
        end=context.year_end.isoformat(),
        p=_placed("p", covered),
        h=_placed("h", covered),
        **{code.replace("-", "_"): _numbers(context.versions.get(code, ())) for code in tables()},
    )


def _placed(alias: str, ranges: Iterable[Range]) -> str:
    """The condition that a row lies in one of the ranges."""
    places = [f"{alias}.division_id BETWEEN {low} AND {high}" for low, high in ranges]
    return f"({' OR '.join(places) or 'false'})"


def _numbers(versions: Iterable[InForce]) -> str:
    """The versions as a list, the preferred one first; a null, which is no version, for none."""
    return ", ".join(str(one.pk) for one in versions) or "NULL"
