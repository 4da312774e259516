"""Making one household with everything that hangs off it, from its slot in the plan."""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from apps.common.numbers import household_code, person_code
from apps.dashboards.demo import calibration as figures
from apps.dashboards.demo import numbers, planting
from apps.dashboards.demo.events import changes_of, events_of, guarantees_of, identified_on
from apps.dashboards.demo.income import Reasons, income_of, targets
from apps.dashboards.demo.lives import (
    ABLE,
    CHRONIC,
    DISABLED,
    HEALTHY,
    Life,
    disability_of,
    life_of,
    schools_of,
    year_of,
)
from apps.dashboards.demo.living import living_of
from apps.dashboards.demo.members import FATHER, HEAD, MOTHER, SIBLING, SON_S_WIFE, SPOUSE, Member, members_of
from apps.dashboards.demo.names import BANKS, NATURAL_VILLAGES, PASTURES, RANGERS, Namer
from apps.dashboards.demo.places import Village
from apps.dashboards.demo.plan import Plan, Slot, VillagePlan
from apps.dashboards.demo.records import Family, Household, Person, PersonYear, Truth

HAN, MONGOL = "01", "02"
_RELOCATED, _FLOOR, _ECOLOGY, _EDUCATION, _PRODUCTION = "2", "5", "3", "4", "1"


@dataclass(slots=True)
class Batch:
    """The households of one village, and the contradictions planted in them."""

    village: Village
    families: list[Family] = field(default_factory=list)
    truths: list[Truth] = field(default_factory=list)


def families(plan: Plan) -> Iterator[Batch]:
    """All households of a plan, village by village. Pure: the plan and its seed decide every value."""
    issuer = numbers.Issuer()
    codes = [one.village.code for one in plan.villages]
    household = person = 0
    for one in plan.villages:
        chance = random.Random(f"{plan.seed}:families:{one.village.code}")  # noqa: S311 - made-up data
        place = _Place(chance, one, codes)
        batch = Batch(one.village)
        for serial, slot in enumerate(one.slots, start=1):
            household += 1
            family = _Maker(chance, place, slot, issuer).make(household, serial, person)
            person += len(family.persons)
            batch.families.append(family)
            if slot.plant:
                batch.truths += planting.plant(slot.plant, family, chance, issuer, codes)
        yield batch


class _Place:
    """What the households of one village have in common."""

    def __init__(self, chance: random.Random, plan: VillagePlan, codes: Sequence[int]) -> None:
        village = plan.village
        self.village, self.mongol = village, plan.mongol
        six, league = village.county_code, village.league_code
        self.others = figures.PEOPLES_OF_COUNTY.get(six) or figures.PEOPLES[league]
        self.labour = figures.LEAGUES[league].labour
        # About ten kilometres around the township's point; nothing truer is known of a village.
        self.lon = village.lon + max(-0.14, min(0.14, chance.gauss(0, 0.06)))
        self.lat = village.lat + max(-0.10, min(0.10, chance.gauss(0, 0.045)))
        self.doctor = Namer(chance).full("" if chance.random() < plan.mongol else Namer(chance).surname(HAN), "1", 1975)
        hamlets = PASTURES if village.pastoral > 0.8 else NATURAL_VILLAGES
        self.hamlets = chance.sample(hamlets, min(len(hamlets), 4))
        self.schools = schools_of(village)

    def people(self, chance: random.Random) -> str:
        """An ethnicity by the shares of the village."""
        roll = chance.random() - self.mongol
        if roll < 0:
            return MONGOL
        for code, share in self.others.items():
            roll -= share
            if roll < 0:
                return code
        return HAN


class _Maker:
    """One household in the making."""

    def __init__(self, chance: random.Random, place: _Place, slot: Slot, issuer: numbers.Issuer) -> None:
        self._chance, self._place, self._slot, self._issuer = chance, place, slot, issuer
        self._namer = Namer(chance)

    def make(self, number: int, serial: int, persons_before: int) -> Family:
        slot, chance = self._slot, self._chance
        people = self._place.people(chance)
        members = members_of(chance, slot)
        lives = [
            life_of(chance, member, slot.cause, self._place.labour, people not in (MONGOL, "45", "52"))
            for member in members
        ]
        planting.prepare(slot.plant, members, lives)
        self._follow_cause(members, lives)
        family = Family(self._household(number, serial, members))
        born = [self._birthday(member.age) for member in members]
        family.persons = self._persons(family.household, members, lives, born, people, persons_before)
        able = self._help(family, members, lives)
        self._years(family, lives, born, able)
        events_of(family)
        changes_of(chance, family, born)
        return family

    # --- what fits the cause

    def _follow_cause(self, members: list[Member], lives: list[Life]) -> None:
        """Somebody is ill where illness is the cause, somebody disabled where disability is."""
        if not members:
            return
        oldest = max(range(len(members)), key=lambda place: members[place].age)
        if self._slot.cause == "01" and not any({CHRONIC, "03"} & set(life.health) for life in lives):
            lives[oldest].health = [CHRONIC, *(code for code in lives[oldest].health if code != HEALTHY)]
        if self._slot.cause == "02" and not any(life.disability for life in lives):
            lives[oldest].disability = disability_of(self._chance)
            lives[oldest].health = [*(code for code in lives[oldest].health if code != HEALTHY), DISABLED]

    # --- the household

    def _household(self, number: int, serial: int, members: list[Member]) -> Household:
        slot, chance, place = self._slot, self._chance, self._place
        village, hamlet = place.village, chance.choice(place.hamlets)
        others = [cause for cause in chance.choices(("01", "07", "08", "09", "04"), k=2) if cause != slot.cause]
        others = others[:1] if chance.random() < 0.35 else []
        returned = slot.status == "50"
        old_head = bool(members) and members[0].age >= 60
        return Household(
            id=number,
            division_id=village.code,
            code=household_code(village.code, serial),
            national_no=numbers.national_household_no(number),
            natural_village=hamlet,
            address=f"{village.county}{village.township}{village.name}{hamlet}{serial}号",
            lon=round(place.lon + chance.gauss(0, 0.006), 6),
            lat=round(place.lat + chance.gauss(0, 0.0045), 6),
            phone=numbers.phone(number),
            bank_name=chance.choices(BANKS, (62, 20, 10, 6, 2))[0],
            bank_account=numbers.bank_account(number),
            identification_standard="1" if chance.random() < 0.88 else "2",
            household_type="01",
            cause_main=slot.cause,
            cause_other=others,
            return_cause=chance.choice(("01", "02", "04")) if returned else None,
            plan_exit_year=figures.YEAR + (1 if chance.random() < 0.86 else 2)
            if slot.status in ("20", "50")
            else slot.exit_year or figures.YEAR,
            status=slot.status,
            identified_on=identified_on(chance, slot),
            exit_year=slot.exit_year,
            returned_on=datetime.date(figures.YEAR, 12, chance.randint(5, 20)) if returned else None,
            is_martyr_family=chance.random() < 0.01,
            is_only_child_family=old_head and chance.random() < 0.08,
            is_two_daughter_family=old_head and chance.random() < 0.04,
            is_relocated=chance.random() < 0.155,
            member_count_stated=len(members),
            filled_on=datetime.date(figures.YEAR, chance.choice((11, 12)), chance.randint(1, 28)),
        )

    # --- persons

    def _birthday(self, age: int) -> datetime.date:
        return datetime.date(figures.YEAR - age, self._chance.randint(1, 12), self._chance.randint(1, 28))

    def _persons(
        self,
        household: Household,
        members: list[Member],
        lives: list[Life],
        born: list[datetime.date],
        people: str,
        before: int,
    ) -> list[Person]:
        made: list[Person] = []
        surnames: dict[str, str] = {}
        for serial, (member, life, day) in enumerate(zip(members, lives, born, strict=True), start=1):
            married_in = member.relation in (SPOUSE, SON_S_WIFE, MOTHER)
            own = self._place.people(self._chance) if married_in and self._chance.random() < 0.12 else people
            surname = self._surname(member, members, own, surnames)
            id_no = self._issuer.citizen(day, member.sex) if member.age or self._chance.random() < 0.7 else None
            made.append(
                Person(
                    id=before + serial,
                    household_id=household.id,
                    division_id=household.division_id,
                    code=person_code(household.code, serial),
                    national_no=numbers.national_person_no(household.id, serial),
                    name=self._namer.full(surname, member.sex, day.year),
                    sex=member.sex,
                    id_type="1" if id_no else "9",
                    id_no=id_no,
                    disability_no=numbers.disability_no(id_no, *life.disability) if id_no and life.disability else None,
                    birth_date=day,
                    relation=member.relation,
                    ethnicity=own,
                )
            )
            if life.disability and not id_no:
                # No number yet, so no certificate either.
                life.disability = None
                life.health = [code for code in life.health if code != DISABLED] or [HEALTHY]
        return made

    def _surname(self, member: Member, members: list[Member], people: str, known: dict[str, str]) -> str:
        """Children carry their father's name, brothers and fathers the head's; those who married in their own."""
        head = members[0]
        if member.relation in (HEAD, FATHER, SIBLING):
            key = "head"
        elif member.relation in (SPOUSE, SON_S_WIFE, MOTHER):
            key = member.relation
        else:
            spouse_is_father = head.sex == "2" and any(one.relation == SPOUSE for one in members)
            key = SPOUSE if spouse_is_father else "head"
        if key not in known:
            known[key] = self._namer.surname(people)
        return known[key]

    # --- help

    def _help(self, family: Family, members: list[Member], lives: list[Life]) -> bool:
        """Path, allowances, doctor and ranger's posts; returns whether anybody can work."""
        household, chance, roll = family.household, self._chance, self._chance.random
        able = any(
            (life.labour_old if member.age >= 60 else life.labour) in ABLE
            for member, life in zip(members, lives, strict=True)
            if member.age >= 16 and not member.pupil
        )
        path = _RELOCATED if household.is_relocated else _PRODUCTION
        if path == _PRODUCTION:
            path = _FLOOR if roll() < (0.06 if able else 0.94) else _ECOLOGY if roll() < 0.072 else _PRODUCTION
        exited = self._slot.status in ("40", "41")
        destitute = exited and not able and len(members) <= 2 and min((m.age for m in members), default=0) >= 60
        tekun = destitute and roll() < 0.14
        dibao = not tekun and roll() < (0.55 if not able else 0.24)
        drawing = [roll() < 0.6 or member.age >= 60 for member in members]
        contracted = any(CHRONIC in life.health for life in lives) or roll() < 0.6
        for place, (member, life) in enumerate(zip(members, lives, strict=True)):
            pupil = 6 <= member.age <= 15 or member.pupil
            life.path = _EDUCATION if pupil and path == _PRODUCTION and roll() < 0.72 else path
            life.tekun = tekun
            life.dibao = dibao and (place == 0 or drawing[place])
            life.doctor = self._place.doctor if contracted else ""
            life.school_names = self._place.schools
            if path == _ECOLOGY and 20 <= member.age <= 67 and roll() < 0.5:
                life.public_job = chance.choice(RANGERS)
        household.household_type = "03" if tekun else "02" if dibao else "01"
        return able

    # --- years

    def _years(self, family: Family, lives: list[Life], born: list[datetime.date], able: bool) -> None:
        household, chance, village = family.household, self._chance, self._place.village
        rows: dict[int, list[PersonYear]] = {}
        days: dict[int, list[datetime.date]] = {}
        for year in figures.YEARS:
            there = [place for place, day in enumerate(born) if day.year <= year]
            rows[year] = [year_of(lives[at], family.persons[at], born[at], village, year) for at in there]
            days[year] = [born[at] for at in there]
            family.person_years += rows[year]
        # An empty household had somebody when it was last seen.
        members = {year: sum(day <= datetime.date(year, 9, 30) for day in born) or 1 for year in figures.YEARS}
        family.years = living_of(chance, village, self._slot, household, members, able)
        wanted = targets(chance, self._slot)
        planning = household.is_only_child_family or household.is_two_daughter_family
        for living in family.years:
            reasons = Reasons(days[living.year], rows[living.year], living, able, planning)
            family.incomes.append(income_of(chance, reasons, wanted[living.year]))
        family.guarantees = guarantees_of(family)
