"""A generated register with its values thrown about: whatever a village might write, mostly at the edges of rules."""

from __future__ import annotations

import datetime
import random
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from apps.common.numbers import citizen_check_char
from apps.dashboards.demo.families import Batch, families
from apps.dashboards.demo.plan import Plan
from apps.dashboards.demo.records import Family

Draw = Callable[[random.Random], Any]
RELATIONS = ("01", "02", "03", "04", "07", "09", "11", "13", "15", "21", "99")
VERDICTS = ("met", "not_met", "unknown")
DWELLINGS = ("A", "B", "C", "D", "N", None)


def one_of(*values: Any) -> Draw:
    return lambda chance: chance.choice(values)


def amount(*edges: int | str | None) -> Draw:
    """An amount: one of these edges, or just beside one, or anything."""

    def draw(chance: random.Random) -> Any:
        edge = chance.choice(edges)
        if edge is None or chance.random() < 0.4:
            return None if edge is None else Decimal(edge)
        near = Decimal(edge) + chance.choice((Decimal("-0.01"), Decimal("0.01"), Decimal(1), Decimal(-1)))
        return max(near, Decimal(0)) if chance.random() < 0.8 else Decimal(chance.randrange(0, 60_000))

    return draw


def born(chance: random.Random) -> datetime.date | None:
    """A birth date: at the edge of an age that some rule names, at the end of the year, of August, or of September."""
    if chance.random() < 0.1:
        return None
    years = chance.choice((0, 5, 6, 7, 11, 14, 15, 16, 17, 18, 19, 22, 23, 30, 59, 60, 61, 80, 110, 111))
    edge = chance.choice((datetime.date(2018, 12, 31), datetime.date(2018, 8, 31), datetime.date(2017, 10, 1)))
    day = edge.replace(year=edge.year - years) + datetime.timedelta(days=chance.choice((-1, 0, 0, 1)))
    return min(day, datetime.date(2018, 12, 31))


HOUSEHOLD: dict[str, Draw] = {
    "phone": one_of(None, "13948259901", "13948259902", "139482599", "23948259901"),
    "bank_account": one_of(None, "6228480402564890018", "6228480402564890026"),
    "identification_standard": one_of(None, "1"),
    "cause_main": one_of(None, "03", "01"),
    "cause_other": one_of([], ["01"]),
    "return_cause": one_of(None, "01"),
    "status": one_of("20", "30", "40", "41", "50"),
    "identified_on": one_of(
        *(datetime.date(year, month, 1) for year in (2014, 2016, 2018) for month in (1, 9, 10, 12))
    ),
    "exit_year": one_of(None, 2013, 2014, 2016, 2018),
    "is_only_child_family": one_of(True, False),
    "is_two_daughter_family": one_of(True, False),
    "member_count_stated": one_of(0, 1, 2, 3, 4),
}
PERSON: dict[str, Draw] = {
    "name": one_of("王", "王建国", "额尔德尼·巴图", "·巴图", "王 建国", "王Jianguo", "〇三", "巴图" * 25),
    "sex": one_of(None, "0", "1", "2", "9"),
    "relation": one_of(*RELATIONS),
    "ethnicity": one_of(None, "01", "05"),
    "disability_no": one_of(None),
}
PERSON_YEAR: dict[str, Draw] = {
    "political": one_of(None, "01", "13"),
    "education": one_of(None, "02"),
    "school_stage": one_of(None, "01", "02", "03", "04", "06", "07", "12", "13", "25"),
    "health": one_of([], ["01"], ["02"], ["03"], ["04"], ["02", "04"]),
    "labour": one_of(None, "01", "02", "03", "04", "05"),
    "work_region": one_of(None, "01"),
    "work_months": one_of(None, 0, Decimal("0.5"), 3, Decimal("3.5"), 12, Decimal("12.5")),
    "public_job": one_of("", "护林员"),
    "medical_resident": one_of(True, False),
    "medical_employee": one_of(True, False),
    "serious_illness_insured": one_of(None, True, False),
    "pension_resident": one_of(True, False),
    "pension_employee": one_of(True, False),
    "dibao": one_of(True, False),
    "tekun": one_of(True, False),
    "contract_doctor": one_of("", "白医生"),
    "five_path": one_of(None, "1"),
    "dropout_reason": one_of(None, "01", "02", "03"),
}
LIVING: dict[str, Draw] = {
    "cultivated_mu": amount(None, 0, 5, 10),
    "irrigated_mu": amount(None, 0, 5, 10),
    "forest_mu": amount(None, 0, 5),
    "returned_mu": amount(None, 0, 5, 10),
    "grassland_mu": amount(None, 0, 5),
    "housing_m2": amount(None, 0, 60),
    "dwelling_grade": one_of(*DWELLINGS),
    "repair_plan_year": one_of(None, 2018),
    "has_domestic_power": one_of(None, True, False),
    "has_tv": one_of(None, True, False),
    "water_safe": one_of(None, True, False),
    "members": one_of(0, 1, 2, 3),
}
INCOME: dict[str, Draw] = {
    "wage": amount(None, 0, 300, 300_000),
    "operating": amount(None, 0, 5000),
    "property": amount(None, 0, 500),
    "asset_dividend": amount(None, 0, 250),
    "other_property": amount(None, 0, 250),
    "transfer": amount(None, 0, 3535, 2 * 3535, 3 * 3535),
    "family_planning": amount(None, 0, 100),
    "dibao_amount": amount(None, 0, 200),
    "tekun_amount": amount(None, 0, 200),
    "pension_amount": amount(None, 0, 88),
    "eco_amount": amount(None, 0, 500),
    "other_transfer": amount(None, 0, 3535),
    "operating_cost": amount(None, 0, 5000),
    "gross_stated": amount(None, 3535, 5302, 5303),
    "net_stated": amount(None, 3535, 5302, 5303),
    "per_capita_net_stated": amount(None, 1768, 3535, 5302),
}
GUARANTEES: dict[str, Draw] = {
    f"{name}_ok": one_of(*VERDICTS) for name in ("food", "clothing", "education", "medical", "housing", "water")
}


def disturbed(plan: Plan, seed: int) -> Iterator[Batch]:
    """The families of a plan, three in four of them with some values drawn anew. The seed decides every one."""
    chance = random.Random(seed)
    for batch in families(plan):
        for family in batch.families:
            if chance.random() < 0.75:
                _disturb(family, chance)
        yield batch


def _number(birth: datetime.date | None, chance: random.Random) -> str | None:
    """A number of that birth date, which is where the register has it from; without one there is no number."""
    if birth is None:
        return None
    front = f"159977{birth:%Y%m%d}{chance.randrange(1000):03}"
    return front + citizen_check_char(front)


def _disturb(family: Family, chance: random.Random) -> None:
    records = [(family.household, HOUSEHOLD), *((one, PERSON) for one in family.persons)]
    records += [(one, PERSON_YEAR) for one in family.person_years] + [(one, LIVING) for one in family.years]
    records += [(one, INCOME) for one in family.incomes] + [(one, GUARANTEES) for one in family.guarantees]
    for record, draws in records:
        for name, draw in draws.items():
            if chance.random() < 0.2:
                setattr(record, name, draw(chance))
    for person in family.persons:
        if chance.random() < 0.3:
            person.birth_date = born(chance)
            person.id_no = _number(person.birth_date, chance)
    # What the database itself refuses.
    for living in family.years:
        living.is_dangerous = living.dwelling_grade in ("C", "D")
    household = family.household
    if household.cause_main in household.cause_other or household.cause_main is None:
        household.cause_other = []
