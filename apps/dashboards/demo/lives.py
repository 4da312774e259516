"""What a person is like for good (`Life`), and what follows from it for one year (`year_of`).

All chance is spent on the life; a year is computed from it, so that two years of one person agree with each other:
schooling moves on by one, work begins after school, pensions begin at 60.
"""

from __future__ import annotations

import datetime
import random
from dataclasses import dataclass, field

from apps.dashboards.demo.members import Member
from apps.dashboards.demo.names import EMPLOYERS, PUBLIC_JOBS
from apps.dashboards.demo.places import Village
from apps.dashboards.demo.records import Person, PersonYear

HEALTHY, CHRONIC, SERIOUS, DISABLED = "01", "02", "03", "04"
ORDINARY, SKILLED, WEAK, LOST, NONE = "01", "02", "03", "04", "05"
ABLE = (ORDINARY, SKILLED, WEAK)
PRESCHOOL, PRIMARY = "01", "03"
ILLNESS, DISABILITY = "01", "02"

# Ages from which a share applies: chronic illness, serious illness, disability, before the cause is looked at.
_HEALTH = (
    (60, 0.48, 0.046, 0.090),
    (40, 0.33, 0.030, 0.087),
    (16, 0.10, 0.012, 0.052),
    (0, 0.02, 0.005, 0.020),
)
_GROWN = 16


@dataclass(slots=True)
class Life:
    """What does not change from year to year. `leaves` is the last school year's age on 31 August."""

    health: list[str]
    disability: tuple[int, int] | None
    labour: str
    labour_old: str
    education: str
    leaves: int
    vocational: bool
    party: str
    works: bool
    work_region: str
    work_months: int
    employer: str
    public_job: str
    employee: bool
    mandarin: bool
    commercial: bool
    accident: bool
    aided: bool
    dibao: bool = False
    tekun: bool = False
    path: str = "1"
    doctor: str = ""
    school_names: tuple[str, str, str, str] = field(default=("", "", "", ""))


def life_of(chance: random.Random, member: Member, cause: str, labour_share: float, mandarin: bool) -> Life:
    """A life for a member of a household with this main cause; `labour_share` is the league's."""
    age, roll = member.age, chance.random
    health, disability = _health(chance, age, cause)
    healthy = health == [HEALTHY]
    labour = _labour(chance, healthy, health)
    extra = labour_share - 0.5
    able_old = (0.27 + 4.4 * extra if age < 70 else 0.04 + 1.6 * extra) * (1.15 if healthy else 0.9)
    labour_old = (WEAK if roll() < 0.8 else ORDINARY) if roll() < able_old else LOST if roll() < 0.6 else NONE
    works = _GROWN + 2 <= age < 66 and roll() < (0.50 if healthy else 0.2)
    return Life(
        health=health,
        disability=disability,
        labour=labour,
        labour_old=labour_old,
        education=_education(chance, age),
        leaves=(21 if age >= 18 or roll() < 0.6 else 17) if member.pupil else 15,
        vocational=roll() < 0.3,
        party="01" if age >= 24 and roll() < 0.055 else "03" if 14 <= age <= 27 and roll() < 0.4 else "13",
        works=works,
        work_region=chance.choices(("01", "02", "03", "04"), (34, 31, 25, 10))[0],
        work_months=chance.randint(2, 11),
        employer=chance.choice(EMPLOYERS) if works else "",
        public_job=chance.choice(PUBLIC_JOBS) if 20 <= age <= 67 and roll() < 0.035 else "",
        employee=works and age < 58 and roll() < 0.05,
        mandarin=mandarin or age < 30 or roll() < 0.75,
        commercial=roll() < 0.35,
        accident=roll() < 0.2,
        aided=roll() < 0.3,
    )


def _health(chance: random.Random, age: int, cause: str) -> tuple[list[str], tuple[int, int] | None]:
    chronic, serious, disabled = next(shares[1:] for shares in _HEALTH if age >= shares[0])
    ill = 1.35 if cause == ILLNESS else 0.72
    found = []
    if chance.random() < chronic * ill:
        found.append(CHRONIC)
    if chance.random() < serious * ill:
        found.append(SERIOUS)
    disability = None
    if chance.random() < disabled * (0.85 if cause != DISABILITY else 1.2):
        found.append(DISABLED)
        disability = disability_of(chance)
    return found or [HEALTHY], disability


def disability_of(chance: random.Random) -> tuple[int, int]:
    """Type and grade of a disability: mostly physical, mostly grades 2 to 4."""
    return (
        chance.choices((1, 2, 3, 4, 5, 6, 7), (14, 12, 3, 50, 8, 10, 3))[0],
        chance.choices((1, 2, 3, 4), (12, 28, 30, 30))[0],
    )


def _labour(chance: random.Random, healthy: bool, health: list[str]) -> str:
    if healthy:
        return ORDINARY if chance.random() < 0.9 else SKILLED
    if SERIOUS in health or DISABLED in health:
        return chance.choices((ORDINARY, WEAK, LOST), (8, 52, 40))[0]
    return chance.choices((ORDINARY, WEAK, LOST), (50, 44, 6))[0]


def _education(chance: random.Random, age: int) -> str:
    codes = ("01", "02", "03", "04", "05", "06")
    if age >= 60:
        return chance.choices(codes, (34, 46, 17, 3, 0, 0))[0]
    if age >= 40:
        return chance.choices(codes, (7, 41, 42, 8, 2, 0))[0]
    return chance.choices(codes, (1, 14, 52, 18, 10, 5))[0]


def age_on(born: datetime.date, day: datetime.date) -> int:
    """Completed years on a day."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def school_stage(life: Life, born: datetime.date, year: int) -> str | None:
    """The stage at school in the school year that begins in `year`; None when school is behind."""
    age = year - born.year - ((born.month, born.day) > (8, 31))
    if age < 3:
        return PRESCHOOL
    if age < 6:
        return "02"
    if age <= 11:
        return PRIMARY
    if age <= 14:
        return f"{age - 8:02d}"
    if age > max(life.leaves, 15):
        return None
    if age <= 17:
        return f"{age - (5 if life.vocational else 8):02d}"
    if life.vocational:
        return f"{age - 5}" if age <= 20 else None
    return f"{age + 2}" if age <= 21 else None


def _schooled(life: Life, born: datetime.date, age: int) -> str:
    """Education of somebody who has left school: by his last year there when that is recent."""
    if age > 23:
        return life.education
    return "03" if life.leaves <= 15 else "04" if life.leaves <= 17 else "05" if life.vocational else "06"


def year_of(life: Life, person: Person, born: datetime.date, village: Village, year: int) -> PersonYear:
    """The facts of one year."""
    age = year - born.year
    stage = school_stage(life, born, year)
    grown = stage is None
    healthy = life.health[0] == HEALTHY
    if not grown or age < _GROWN:
        labour = NONE
    elif age >= 60:
        labour = life.labour_old
    else:
        labour = life.labour if not healthy or life.labour in (ORDINARY, SKILLED) else ORDINARY
    able = labour in ABLE
    works = life.works and able and age >= 18
    public_job = life.public_job if able and 18 <= age <= 69 else ""
    employee = life.employee and works
    pupil = not grown and stage is not None and stage >= PRIMARY
    return PersonYear(
        person_id=person.id,
        household_id=person.household_id,
        division_id=person.division_id,
        year=year,
        political=life.party if age >= 18 or (life.party == "03" and age >= 14) else None,
        education=_schooled(life, born, age) if grown else None,
        school_stage=stage,
        school=_school(life, stage) if pupil and stage else "",
        health=life.health,
        labour=labour,
        work_region=life.work_region if works else None,
        work_place_id=_work_place(village, life.work_region) if works else None,
        work_months=life.work_months if works else None,
        work_employer=life.employer if works else "",
        public_job=public_job,
        public_job_months=12 if public_job else None,
        speaks_mandarin=life.mandarin,
        medical_resident=not employee,
        medical_employee=employee,
        serious_illness_insured=True,
        commercial_medical=life.commercial,
        pension_resident=grown and age >= _GROWN and not employee,
        pension_employee=employee,
        accident_subsidy=life.accident,
        dibao=life.dibao,
        tekun=life.tekun,
        medical_relief=SERIOUS in life.health,
        other_health_aid=life.aided and not healthy,
        contract_doctor=life.doctor,
        five_path=life.path,
    )


def _school(life: Life, stage: str) -> str:
    if stage == PRIMARY:
        return life.school_names[0]
    if stage <= "06":
        return life.school_names[1]
    if stage <= "09":
        return life.school_names[2]
    return life.school_names[3] if stage <= "12" else "自治区内高等院校"


def schools_of(village: Village) -> tuple[str, str, str, str]:
    """Primary, junior, senior and vocational school of a place."""
    return (
        f"{village.township}中心小学",
        f"{village.township}中学",
        f"{village.county}高级中学",
        f"{village.county}职业教育中心",
    )


def _work_place(village: Village, region: str) -> int | None:
    """The unit that a work region names; outside the region there is none in our tables."""
    if region == "01":
        return village.code // 1000 * 1000
    if region == "02":
        return village.code // 10**6 * 10**6
    return village.code // 10**8 * 10**8 if region == "03" else None
