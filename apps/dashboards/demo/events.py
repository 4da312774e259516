"""What happened to a household: status events, natural changes, and the guarantees found each year."""

from __future__ import annotations

import datetime
import random

from apps.dashboards.demo import calibration as figures
from apps.dashboards.demo.plan import Slot
from apps.dashboards.demo.records import Family, GuaranteeStatus, NaturalChange, StatusEvent, net_of

MET, NOT_MET = "met", "not_met"
POOR, EXITED, POLICY_ENDED, RETURNED = "20", "40", "41", "50"
# The state after the re-check is what the register begins with.
IMPORTED_ON = datetime.date(2016, 12, 31)
# Old enough that a death still waiting for approval surprises nobody.
_AGED = datetime.date(1942, 1, 1)


def identified_on(chance: random.Random, slot: Slot) -> datetime.date:
    """When a household came into the register: the first registration of 2014, or one of the re-checks after it."""
    late = 0.0 if slot.exit_year == 2016 else 0.10
    roll = chance.random()
    if roll < late:
        return datetime.date(2016, chance.randint(6, 11), chance.randint(1, 28))
    if roll < late + 0.12:
        return datetime.date(2015, chance.randint(10, 12), chance.randint(1, 28))
    return datetime.date(2014, chance.randint(4, 10), chance.randint(1, 28))


def events_of(family: Family) -> None:
    """Identified, imported after the re-check, left poverty, policy ended, returned; the last is the status."""
    household = family.household
    left_on = None
    if household.exit_year:
        left_on = datetime.date(household.exit_year, 12, 5 + household.id % 20)
    _event(family, "identified", POOR, household.identified_on, "建档立卡")
    if left_on and left_on < IMPORTED_ON:
        _event(family, "exited", EXITED, left_on, "")
    _event(family, "imported", EXITED if left_on and left_on < IMPORTED_ON else POOR, IMPORTED_ON, "“回头看”后数据导入")
    if left_on and left_on > IMPORTED_ON:
        _event(family, "exited", EXITED, left_on, "")
    if household.status == POLICY_ENDED:
        _event(family, "policy_ended", POLICY_ENDED, datetime.date(2018, 6, 30), "")
    if household.returned_on:
        _event(family, "returned", RETURNED, household.returned_on, "动态调整")


def _event(family: Family, kind: str, status: str, on: datetime.date, note: str) -> None:
    household = family.household
    family.events.append(StatusEvent(household.id, household.division_id, kind, status, on, note))


def changes_of(chance: random.Random, family: Family, born: list[datetime.date]) -> None:
    """Births of the last two years, and a few deaths that still wait for approval (the person is still active)."""
    household = family.household
    for person, day in zip(family.persons, born, strict=True):
        if day.year >= figures.YEARS[0]:
            approved = min(day + datetime.timedelta(days=chance.randint(8, 24)), figures.REFERENCE)
            family.changes.append(
                NaturalChange(
                    household_id=household.id,
                    division_id=household.division_id,
                    person_id=person.id,
                    kind="A01",
                    happened_on=day,
                    approved_on=approved,
                    reason="新生儿登记",
                )
            )
        elif day < _AGED and len(family.persons) > 1 and person.relation != "01" and chance.random() < 0.012:
            family.changes.append(
                NaturalChange(
                    household_id=household.id,
                    division_id=household.division_id,
                    person_id=person.id,
                    kind="R01",
                    happened_on=datetime.date(figures.YEAR, 12, chance.randint(8, 26)),
                    approved_on=None,
                    reason="死亡，待审核",
                )
            )


def guarantees_of(family: Family) -> list[GuaranteeStatus]:
    """The verdicts of both years as they follow from dwelling, water and income; everything else is met."""
    household = family.household
    found = []
    for living, income in zip(family.years, family.incomes, strict=True):
        enough = net_of(income) >= figures.LINES[living.year] * max(living.members, 1)
        found.append(
            GuaranteeStatus(
                household_id=household.id,
                division_id=household.division_id,
                year=living.year,
                food_ok=MET,
                clothing_ok=MET,
                education_ok=MET,
                medical_ok=MET,
                housing_ok=NOT_MET if living.is_dangerous else MET,
                water_ok=MET if living.water_safe else NOT_MET,
                income_ok=MET if enough else NOT_MET,
                assessed_on=datetime.date(living.year, 11, 5 + household.id % 20),
            )
        )
    return found
