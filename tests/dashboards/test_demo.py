"""The demonstration register before it reaches a database: calibration, repeatability, planted contradictions."""

from __future__ import annotations

import datetime
import random
from collections import Counter
from dataclasses import asdict
from types import SimpleNamespace
from typing import cast

import pytest

from apps.common.numbers import citizen_check_char, code_ok, name_ok
from apps.crosschecks.catalogue import catalogue
from apps.dashboards.demo import calibration as figures
from apps.dashboards.demo import numbers
from apps.dashboards.demo.calibration import apportion
from apps.dashboards.demo.comparisons import PLANTS, each
from apps.dashboards.demo.contradictions import CARRIERS, finding_counts, in_first_batch, plants
from apps.dashboards.demo.families import Batch, families
from apps.dashboards.demo.income import Reasons, income_of
from apps.dashboards.demo.places import league_counts, rural_villages
from apps.dashboards.demo.plan import make_plan
from apps.dashboards.demo.records import Family, HouseholdYear, PersonYear, Truth, net_of
from apps.households.models.income import COUNTED
from tests.dashboards.oracle import findings
from tests.factories.divisions import every_unit

RULES = {f"ID-{number:02d}" for number in range(1, 11)} | {f"HH-{number:02d}" for number in range(1, 18)}
RULES |= {f"IN-{number:02d}" for number in range(1, 17)} | {f"TG-{number:02d}" for number in range(1, 13)}
RULES |= {"ST-01", "ST-07", "ST-12"}
# ID-06 waits for a history of codes, IN-15 for the ledger of measures, TG-10 for records of treatment.
RULES -= {"ID-06", "IN-15", "TG-10"}


@pytest.fixture(scope="module")
def units():
    return list(every_unit())


def made(units, scale: int, seed: int) -> list[Batch]:
    return list(families(make_plan(units, scale, seed)))


@pytest.fixture(scope="module")
def hundredth(units) -> list[Batch]:
    return made(units, 100, 1)


@pytest.fixture(scope="module")
def all_families(hundredth) -> list[Family]:
    return [family for batch in hundredth for family in batch.families]


def share(part: float, whole: float) -> float:
    return 100 * part / whole


# --- counts


def test_apportion_adds_up_and_respects_minima():
    assert apportion(10, {"a": 1, "b": 1, "c": 1}) == {"a": 4, "b": 3, "c": 3}
    assert apportion(10, {"a": 8, "b": 1, "c": 1}, {"b": 4}) == {"a": 5, "b": 4, "c": 1}
    assert apportion(0, {"a": 0, "b": 0}) == {"a": 0, "b": 0}
    with pytest.raises(ValueError, match="minima"):
        apportion(3, {"a": 1, "b": 1}, {"a": 2, "b": 2})


def test_the_table_adds_up_to_the_published_totals():
    leagues = figures.LEAGUES.values()
    assert sum(league.households for league in leagues) == 357_000
    assert sum(league.persons for league in leagues) == 802_000
    assert sum(league.poor_persons_2018 for league in leagues) == 152_400
    assert len(figures.WITHOUT_REGISTRY) == 13


@pytest.mark.parametrize("scale", [1, 7, 20, 100, 1000])
def test_every_league_has_its_part_and_the_totals_are_exact(scale):
    counts = league_counts(scale)
    assert sum(one.households for one in counts.values()) == round(357_000 / scale)
    assert sum(one.persons for one in counts.values()) == round(802_000 / scale)
    assert sum(one.poor_persons for one in counts.values()) == round(152_400 / scale)
    for code, league in figures.LEAGUES.items():
        assert abs(counts[code].households - league.households / scale) < 1
        assert abs(counts[code].persons - league.persons / scale) < 2
        assert abs(counts[code].poor_persons - league.poor_persons_2018 / scale) < 1


@pytest.mark.parametrize("scale", [20, 100, 1000, 2000, 3000])
def test_villages_of_the_demonstration_accounts_hold_twenty_households_at_any_scale(units, scale):
    plan = make_plan(units, scale, 5)
    assert (plan.households, plan.persons) == (round(357_000 / scale), round(802_000 / scale))
    slots = {one.village.code: len(one.slots) for one in plan.villages}
    assert all(slots[code] >= 20 for code in figures.DEMO_VILLAGES)
    poor = sum(slot.size for one in plan.villages for slot in one.slots if slot.status in ("20", "30", "50"))
    assert poor == round(152_400 / scale)


@pytest.mark.parametrize("scale", [0, -1, 4000])
def test_a_scale_that_leaves_too_little_is_refused(units, scale):
    with pytest.raises(ValueError, match=r"scale|minima"):
        make_plan(units, scale, 1)


def test_only_rural_villages_of_ninety_counties(units, all_families):
    rural = {village.code for village in rural_villages(units)}
    assert len({code // 10**6 for code in rural}) == 90
    assert {family.household.division_id for family in all_families} <= rural


# --- repeatability, numbers


def test_the_same_seed_makes_the_same_register(units):
    one, again, other = ([asdict(batch) for batch in made(units, 2000, seed)] for seed in (3, 3, 4))
    assert one == again
    assert one != other


def test_numbers_are_valid_invented_and_unique(hundredth, all_families):
    spoilt = {truth.person_code for batch in hundredth for truth in batch.truths}
    persons = [person for family in all_families for person in family.persons]
    ids = [person.id_no for person in persons if person.id_no]
    assert len(set(ids)) == len(ids) > 7900
    for person in persons:
        assert code_ok(person.code) and person.code.startswith(str(person.division_id))
        assert person.id_no is not None or person.id_type == "9"
        if person.id_no:
            assert person.id_no.startswith(numbers.PREFIX)
        if person.id_no and person.code not in spoilt:
            assert person.id_no[17] == citizen_check_char(person.id_no[:17])
            assert person.id_no[6:14] == f"{person.birth_date:%Y%m%d}"
            assert (int(person.id_no[16]) % 2 == 1) == (person.sex == "1") or person.sex is None
            assert name_ok(person.name)
    households = [family.household for family in all_families]
    assert len({one.code for one in households}) == len({one.national_no for one in households}) == len(households)
    assert all(code_ok(one.code) for one in households)
    assert all(one.phone is None or one.phone.startswith("169") for one in households)
    assert any("·" in person.name for person in persons)


def test_an_issuer_never_gives_a_number_twice_and_stops_when_none_is_left():
    issuer = numbers.Issuer()
    given = {issuer.citizen("19500101", "1") for _ in range(500)}
    assert len(given) == 500
    with pytest.raises(ValueError, match="no number left"):
        issuer.citizen("19500101", "1")
    assert issuer.citizen("19500101", "2") not in given


# --- calibration


def test_sizes_and_causes_are_as_calibrated(units):
    slots = [slot for one in make_plan(units, 20, 2).villages for slot in one.slots]
    for size, wanted in {1: 32, 2: 37, 3: 15, 4: 10}.items():
        assert abs(share(sum(slot.size == size for slot in slots), len(slots)) - wanted) < 2
    for cause, wanted in figures.CAUSES.items():
        assert abs(share(sum(slot.cause == cause for slot in slots), len(slots)) - wanted) < 0.3


def test_persons_are_as_calibrated(all_families):
    rows = [row for family in all_families for row in family.person_years if row.year == 2018]
    born = [person.birth_date.year for family in all_families for person in family.persons if person.birth_date]
    everybody = len(rows)
    assert abs(share(sum(2018 - year >= 60 for year in born), everybody) - 40) < 2.5
    assert abs(share(sum(2018 - year < 16 for year in born), everybody) - 12) < 2.5
    for code, wanted in {"02": 36, "03": 3, "04": 9}.items():
        assert abs(share(sum(code in row.health for row in rows), everybody) - wanted) < 2
    assert abs(share(sum(row.labour in ("01", "02", "03") for row in rows), everybody) - 50) < 2.5
    tongliao = [row for row in rows if row.division_id // 10**8 == 1505]
    assert abs(share(sum(row.labour in ("01", "02", "03") for row in tongliao), len(tongliao)) - 58) < 4
    for path, wanted in figures.PATHS.items():
        assert abs(share(sum(row.five_path == path for row in rows), everybody) - wanted) < 2.5


def test_peoples_are_as_calibrated(units, all_families):
    persons = [person for family in all_families for person in family.persons]
    for code, league in figures.LEAGUES.items():
        own = [person for person in persons if person.division_id // 10**8 == code]
        if len(own) > 800:
            assert abs(share(sum(one.ethnicity == "02" for one in own), len(own)) - 100 * league.mongol) < 6
    assert {"31", "45", "52"} <= {person.ethnicity for person in persons}


def test_incomes_are_as_calibrated_and_nobody_out_of_poverty_is_under_the_line(hundredth):
    totals: Counter[str] = Counter()
    for batch in hundredth:
        spoilt = {truth.household_code for truth in batch.truths}
        for family in batch.families:
            income, living = family.incomes[-1], family.years[-1]
            for name in ("transfer", "operating", "wage", "property"):
                totals[name] += int(getattr(income, name) or 0)
            a_head = net_of(income) / living.members
            if family.household.code in spoilt:
                continue
            if family.household.status in ("20", "50"):
                assert 1_500 <= a_head <= 3_500
            else:
                assert 3_999 <= a_head <= 12_001
    for name, wanted in {"transfer": 40, "operating": 30, "wage": 24, "property": 6}.items():
        assert abs(share(totals[name], totals.total()) - wanted) < 2.5


def test_no_part_of_an_income_is_below_nothing_whatever_a_household_lives_on():
    """A destitute member, an allowance and a worker under one roof have to share what may be little."""
    for seed in range(500):
        chance = random.Random(seed)
        persons = [
            cast(
                PersonYear,
                SimpleNamespace(
                    work_months=chance.choice([None, 3, 10]),
                    public_job="",
                    public_job_months=None,
                    dibao=chance.random() < 0.5,
                    tekun=chance.random() < 0.5,
                    pension_resident=True,
                ),
            )
            for _ in range(chance.randint(1, 5))
        ]
        living = cast(
            HouseholdYear,
            SimpleNamespace(
                household_id=1,
                division_id=1,
                year=2018,
                members=len(persons),
                forest_mu=1,
                grassland_mu=0,
                returned_mu=0,
                cultivated_mu=3,
            ),
        )
        born = [datetime.date(chance.randint(1940, 2010), 3, 3) for _ in persons]
        reasons = Reasons(born, persons, living, chance.random() < 0.5, True)
        income = income_of(chance, reasons, chance.choice([1, 300, 1250, 4000]))
        assert {name: getattr(income, name) for name in COUNTED if getattr(income, name) < 0} == {}
        assert bool(income.tekun_amount) == reasons.tekun
        assert bool(income.dibao_amount) == reasons.dibao


def test_the_last_event_is_the_status_and_events_are_in_order(all_families):
    for family in all_families:
        assert family.events[-1].status == family.household.status
        days = [event.on for event in family.events]
        assert days == sorted(days)


# --- contradictions


@pytest.mark.parametrize("scale", [1, 20, 100, 1000, 3000])
def test_the_first_batch_is_as_published_with_no_rule_empty_and_none_above_fifteen_per_cent(scale):
    counts = finding_counts(scale)
    assert set(counts) == set(CARRIERS) == RULES
    assert sum(1 for _plant in plants(counts)) == sum(counts.values()) - counts["ID-03"] // 2
    assert counts["ID-03"] % 2 == 0
    first = Counter({rule: count for rule, count in counts.items() if in_first_batch(rule)})
    for plant in PLANTS:
        if in_first_batch(plant.rule):
            first[plant.rule] += each(scale)
    batch = {rule for rule in catalogue() if rule[:2] in ("ID", "HH", "IN", "TG")}
    batch |= {"DC-01", "DC-03", "DC-05", "DC-16"}
    assert len(batch) == 59
    # One rule waits for a history of codes, one for contracts about dividends.
    assert set(first) == batch - {"ID-06", "IN-15"}
    # A conflict is found at two places, a comparison in two forms.
    assert first.total() == max(round(21_775 / scale), len(first) + 1 + 4)
    assert min(counts.values()) >= 1
    assert max(first.values()) <= 0.15 * first.total()


def key(truth: Truth) -> tuple[str, str, str]:
    about = truth.division if truth.object_kind == "conflict" else truth.person_code or truth.household_code
    return truth.rule, truth.object_kind, str(about)


@pytest.mark.parametrize(("scale", "seed"), [(100, 1), (1000, 1), (2000, 2), (3000, 3)])
def test_plain_rules_find_exactly_what_was_planted(units, scale, seed):
    batches = made(units, scale, seed)
    planted = Counter(key(truth) for batch in batches for truth in batch.truths)
    found = findings(family for batch in batches for family in batch.families)
    assert found == planted
    assert {rule for rule, _kind, _code in planted} == RULES


def test_a_telephone_is_shared_by_six_and_a_card_by_two(all_families):
    phones = Counter(family.household.phone for family in all_families if family.household.phone)
    cards = Counter(family.household.bank_account for family in all_families if family.household.bank_account)
    assert sorted(count for count in phones.values() if count > 1) == [6]
    assert {count for count in cards.values() if count > 1} == {2}


def test_every_village_account_has_something_to_do(hundredth):
    for batch in hundredth:
        if batch.village.code in figures.DEMO_VILLAGES:
            assert len(batch.truths) >= 3
