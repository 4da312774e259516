"""The rows of the register before they are in a database; fields are named as the columns are.

`id` and references hold ordinals from 1, which `writing` shifts to what the database gave out. Numbers are clear here
and nowhere else; dates are `datetime.date`, money whole yuan or Decimal.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from decimal import Decimal

Money = Decimal | int | None


@dataclass(slots=True)
class Household:
    """households.Household."""

    id: int
    division_id: int
    code: str
    national_no: str
    natural_village: str
    address: str
    lon: float
    lat: float
    phone: str | None
    bank_name: str
    bank_account: str | None
    identification_standard: str | None
    household_type: str | None
    cause_main: str | None
    cause_other: list[str]
    return_cause: str | None
    plan_exit_year: int
    status: str
    identified_on: datetime.date
    exit_year: int | None
    returned_on: datetime.date | None
    is_martyr_family: bool
    is_only_child_family: bool
    is_two_daughter_family: bool
    is_relocated: bool
    member_count_stated: int
    filled_on: datetime.date


@dataclass(slots=True)
class Person:
    """households.Person."""

    id: int
    household_id: int
    division_id: int
    code: str
    national_no: str
    name: str
    sex: str | None
    id_type: str
    id_no: str | None
    disability_no: str | None
    birth_date: datetime.date | None
    relation: str
    ethnicity: str | None


@dataclass(slots=True)
class PersonYear:
    """households.PersonYear."""

    person_id: int
    household_id: int
    division_id: int
    year: int
    political: str | None
    education: str | None
    school_stage: str | None
    school: str
    health: list[str]
    labour: str | None
    work_region: str | None
    work_place_id: int | None
    work_months: Decimal | int | None
    work_employer: str
    public_job: str
    public_job_months: int | None
    speaks_mandarin: bool
    medical_resident: bool
    medical_employee: bool
    serious_illness_insured: bool | None
    commercial_medical: bool
    pension_resident: bool
    pension_employee: bool
    accident_subsidy: bool
    dibao: bool
    tekun: bool
    medical_relief: bool
    other_health_aid: bool
    contract_doctor: str
    five_path: str | None
    dropout_reason: str | None = None


@dataclass(slots=True)
class HouseholdYear:
    """households.HouseholdYear."""

    household_id: int
    division_id: int
    year: int
    cultivated_mu: Money
    irrigated_mu: Money
    forest_mu: Money
    returned_mu: Money
    orchard_mu: Money
    grassland_mu: Money
    water_mu: Money
    livestock_sheep_units: Money
    has_production_power: bool
    road_distance_km: Decimal
    road_type: str
    in_cooperative: bool
    led_by_enterprise: bool
    led_by_person: bool
    housing_m2: Money
    is_dangerous: bool
    dwelling_grade: str | None
    repair_plan_year: int | None
    repair_done_on: datetime.date | None
    has_domestic_power: bool | None
    has_tv: bool | None
    water_difficult: bool
    water_safe: bool | None
    fuel_type: str
    has_toilet: bool
    members: int


@dataclass(slots=True)
class HouseholdIncome:
    """households.HouseholdIncome without its computed columns."""

    household_id: int
    division_id: int
    year: int
    wage: Money
    wage_public_job: Money
    operating: Money
    property: Money
    asset_dividend: Money
    other_property: Money
    transfer: Money
    family_planning: Money
    dibao_amount: Money
    tekun_amount: Money
    pension_amount: Money
    eco_amount: Money
    other_transfer: Money
    operating_cost: Money
    gross_stated: Money
    net_stated: Money
    per_capita_net_stated: Money


def net_of(income: HouseholdIncome) -> int:
    """Net income as the database computes it; whole yuan here."""
    total = (income.wage or 0) + (income.operating or 0) + (income.property or 0) + (income.transfer or 0)
    return int(total - (income.operating_cost or 0))


@dataclass(slots=True)
class GuaranteeStatus:
    """households.GuaranteeStatus."""

    household_id: int
    division_id: int
    year: int
    food_ok: str
    clothing_ok: str
    education_ok: str
    medical_ok: str
    housing_ok: str
    water_ok: str
    income_ok: str
    assessed_on: datetime.date


@dataclass(slots=True)
class StatusEvent:
    """households.StatusEvent."""

    household_id: int
    division_id: int
    kind: str
    status: str
    on: datetime.date
    note: str


@dataclass(slots=True)
class NaturalChange:
    """households.NaturalChange."""

    household_id: int
    division_id: int
    person_id: int
    kind: str
    happened_on: datetime.date
    approved_on: datetime.date | None
    reason: str


@dataclass(slots=True)
class Conflict:
    """households.RegistrationConflict; `id_no` is an active person's number."""

    division_id: int
    id_no: str
    registered_division: int
    refused_division: int


@dataclass(slots=True)
class Family:
    """One household with everything that hangs off it."""

    household: Household
    persons: list[Person] = field(default_factory=list)
    person_years: list[PersonYear] = field(default_factory=list)
    years: list[HouseholdYear] = field(default_factory=list)
    incomes: list[HouseholdIncome] = field(default_factory=list)
    guarantees: list[GuaranteeStatus] = field(default_factory=list)
    events: list[StatusEvent] = field(default_factory=list)
    changes: list[NaturalChange] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)


@dataclass(slots=True)
class Counter:
    """households.CodeCounter: the last household serial issued in a village."""

    division_id: int
    last: int


@dataclass(slots=True)
class Helper:
    """accounts.User with the one post he holds: a helping cadre who cannot sign in."""

    username: str
    name: str
    division_id: int


@dataclass(slots=True)
class Unit:
    """cadres.HelpingUnit."""

    division_id: int
    name: str
    level: str
    kind: str


@dataclass(slots=True)
class Cadre:
    """cadres.Cadre; `account` is a username or empty, `unit` the name of a unit at the same place or empty."""

    account: str
    division_id: int
    code: str
    unit: str
    name: str
    sex: str
    phone: str | None
    rank: str
    post: str
    bilingual: bool
    rural_experience: bool
    accident_insured: bool | None = None
    health_checked_on: datetime.date | None = None
    trained_on: datetime.date | None = None


@dataclass(slots=True)
class Team:
    """cadres.TaskForce; `unit` is the name of a unit of the county, or empty."""

    division_id: int
    kind: str
    name: str
    unit: str
    set_on: datetime.date


@dataclass(slots=True)
class Duty:
    """cadres.Duty; `cadre` is a code, `unit` the name of a unit of the county, and one of the two is empty."""

    division_id: int
    kind: str
    cadre: str
    unit: str
    name: str
    unit_name: str
    phone: str | None
    from_on: datetime.date
    unfit: bool = False


@dataclass(slots=True)
class Pairing:
    """access.Pairing; `helper` is the username of the cadre's account."""

    household_id: int
    division_id: int
    helper: str
    name: str
    unit_name: str
    phone: str | None
    from_on: datetime.date


@dataclass(frozen=True, slots=True)
class Truth:
    """One planted contradiction: what the run must find, and why; of a cadre by his code."""

    rule: str
    object_kind: str
    household_code: str | None
    person_code: str | None
    division: str
    why: str
    cadre_code: str | None = None
