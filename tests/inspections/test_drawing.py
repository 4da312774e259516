"""Samples: their sizes, the same draw from the same seed, strata, weights, replacement, what cannot be drawn."""

from __future__ import annotations

import math
from collections import Counter
from statistics import NormalDist

import pytest
from django.core.exceptions import PermissionDenied

from apps.access import scope as scopes
from apps.common.errors import ServiceError
from apps.divisions.models import Division
from apps.inspections.choices import Strata
from apps.inspections.models import Sample
from apps.inspections.services import drawing
from apps.inspections.services.drawing import Plan
from apps.inspections.services.sizes import needed, shares
from tests.factories.accounts import make_user, planter
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import make_household
from tests.factories.inspections import COUNTY, NEXT_COUNTY, Bureau, draft_of, units_of

pytestmark = pytest.mark.django_db
OWN, SIBLING, NEIGHBOUR, OTHER_COUNTY, _other_league = VILLAGES
HOUSEHOLDS = {OWN: 12, SIBLING: 6, NEIGHBOUR: 2, OTHER_COUNTY: 10}


# --- sizes, without a row ---


@pytest.mark.parametrize("population", [1, 7, 100, 14_592, 580_000])
@pytest.mark.parametrize(("confidence", "margin"), [(90, 10), (95, 5), (95, 3), (99, 1)])
def test_sizes_are_those_of_the_plain_formula(population, confidence, margin):
    z = NormalDist().inv_cdf((1 + confidence / 100) / 2)
    endless = z**2 * 0.5 * 0.5 / (margin / 100) ** 2
    plain = endless * population / (population + endless - 1)
    found = needed(population, confidence, margin)
    assert plain <= found < plain + 1 + 1e-6 and found <= population


def test_sizes_that_everybody_knows():
    # The tables of textbooks: 95 %, 5 % of very many, of 10,000, of 1,000.
    assert [needed(number, 95, 5) for number in (10**9, 10_000, 1000)] == [385, 370, 278]
    assert needed(0, 95, 5) == 0


@pytest.mark.parametrize(
    ("counts", "size"),
    [({"a": 12, "b": 6, "c": 2}, 10), ({"a": 1, "b": 1, "c": 998}, 5), ({"a": 3}, 3), ({"a": 5, "b": 5, "c": 5}, 2)],
)
def test_shares_are_proportional_and_sum_up(counts, size):
    given, whole = shares(counts, size), sum(counts.values())
    assert sum(given.values()) == size
    assert all(0 <= given[name] <= counts[name] for name in counts)
    small = [name for name in counts if counts[name] * size < whole]
    if size >= len(counts):
        assert min(given.values()) >= 1
    if not small:
        assert all(abs(given[name] - size * counts[name] / whole) < 1 for name in counts)


def test_a_share_larger_than_there_are_is_an_error():
    with pytest.raises(ValueError, match="population"):
        shares({"a": 2}, 3)


# --- draws ---


@pytest.fixture
def bureau() -> Bureau:
    plant(*VILLAGES)
    for place, number in HOUSEHOLDS.items():
        for _one in range(number):
            make_household(place)
    return Bureau.at()


@pytest.fixture
def inspection(bureau):
    return bureau.take(bureau.plan(places=(COUNTY, NEXT_COUNTY)), "approve")


def keys(sample: Sample) -> list[int]:
    return [unit.household_id or unit.place_id for unit in units_of(sample)]


def test_the_same_seed_gives_the_same_draw_and_another_another(bureau, inspection):
    said = {"unit": "household", "size": 8}
    first, second = bureau.draw(inspection, **said), bureau.draw(inspection, **said)
    assert keys(first) == keys(second) and first.digest == second.digest and first.population == 30
    assert any(keys(bureau.draw(inspection, **said, seed=seed)) != keys(first) for seed in (8, 9))
    with scopes.acting(bureau.planner):
        assert drawing.again(first, bureau.planner) == (True, True)
    make_household(OWN)
    with scopes.acting(bureau.planner):
        assert drawing.again(first, bureau.planner)[0] is False
    assert all(unit.household_code and unit.place_id in HOUSEHOLDS for unit in units_of(first))


def test_every_stratum_gives_its_share(bureau, inspection):
    sample = bureau.draw(inspection, unit="household", size=10, strata=Strata.TOWNSHIP)
    found = Counter(unit.stratum for unit in units_of(sample))
    assert found == {"150422100000": 6, "150422101000": 1, "150423100000": 3}
    by_county = bureau.draw(inspection, unit="household", size=15, strata=Strata.COUNTY)
    assert Counter(unit.stratum for unit in units_of(by_county)) == {str(COUNTY): 10, str(NEXT_COUNTY): 5}


def test_villages_are_drawn_of_the_inspected_places_alone(bureau, inspection):
    with scopes.acting(planter()):
        there = set(Division.objects.pickable().at_level(5).values_list("pk", flat=True))
    sample = bureau.draw(inspection, size=4)
    assert set(keys(sample)) == {OWN, SIBLING, NEIGHBOUR, OTHER_COUNTY} < there
    assert sample.population == 4


def test_confidence_and_margin_say_the_size(bureau, inspection):
    sample = bureau.draw(inspection, unit="household", method="confidence", size=None, confidence=95, margin=20)
    assert sample.size == needed(30, 95, 20) == len(units_of(sample)) == 14


@pytest.mark.parametrize(
    ("said", "field", "message"),
    [
        ({"unit": "household", "size": 31}, "size", "样本 31 个，多于总体 30 个"),
        ({"size": 5}, "size", "样本 5 个，多于总体 4 个"),
        ({"size": None}, "size", "请填写抽样数量"),
        ({"method": "confidence", "confidence": 95}, "margin", "误差"),
        ({"strata": "status"}, "strata", "脱贫属性"),
        ({"seed": -1}, "seed", "随机种子"),
    ],
)
def test_a_sample_that_cannot_be_drawn_says_why(bureau, inspection, said, field, message):
    with pytest.raises(ServiceError, match=message) as refused:
        bureau.draw(inspection, **said)
    assert refused.value.field == field


def test_only_the_office_draws_and_only_in_time(bureau, inspection):
    league_member, county = bureau.member, make_user("county", "county_officer", COUNTY)
    for by in (league_member, county, bureau.head):
        with scopes.acting(by), pytest.raises(PermissionDenied):
            drawing.draw(inspection, Plan("village", "size", 1, size=1), by=by)
    with pytest.raises(ServiceError, match="不能抽样"):
        bureau.draw(bureau.plan(), size=1)


def test_risks_make_a_unit_more_likely(bureau, inspection):
    """Of 30 households each weighs 4 that was never visited; taken alone, the known ones come first."""
    sample = bureau.draw(inspection, unit="household", size=30, weighted=True)
    weights = {unit.weight for unit in units_of(sample)}
    assert weights == {4.0}
    plain = bureau.draw(inspection, unit="household", size=30)
    assert {unit.weight for unit in units_of(plain)} == {1.0} and plain.digest != sample.digest


def test_weighted_draws_take_the_heavy_ones_as_often_as_they_should(bureau, inspection, monkeypatch):
    """One village of four weighs nine times as much: of single draws it takes 9 in 12."""
    from apps.inspections import weighing

    def heavy(user):
        from django.db.models import F, FloatField, Value

        rows = Division.objects.filter(pk=OWN).order_by()
        return rows.values(key=F("pk"), risk=Value(8.0, FloatField()))

    monkeypatch.setattr(weighing, "_risks", [weighing.Risk("test", "test", {"village": heavy}, most=8)])
    places = [COUNTY, NEXT_COUNTY]
    with scopes.acting(bureau.planner):
        drawn = Counter(
            drawing.ranked(Plan("village", "size", seed, size=1, weighted=True), places, bureau.planner, {"": 1})[0].key
            for seed in range(240)
        )
    share = drawn[OWN] / 240
    assert abs(share - 9 / 12) < 3 * math.sqrt(0.75 * 0.25 / 240)


def test_a_unit_is_replaced_by_the_next_of_its_stratum(bureau, inspection):
    sample = bureau.draw(inspection, unit="household", size=10, strata=Strata.TOWNSHIP)
    gone = next(unit for unit in units_of(sample) if unit.stratum == "150422101000")
    with scopes.acting(bureau.planner):
        with pytest.raises(ServiceError, match="原因"):
            drawing.replace(gone, " ", by=bureau.planner)
        new = drawing.replace(gone, "外出务工，联系不上", by=bureau.planner)
        with pytest.raises(ServiceError, match="已经替换"):
            drawing.replace(gone, "再换", by=bureau.planner)
        with pytest.raises(ServiceError, match="没有可以替换"):
            drawing.replace(new, "也不在", by=bureau.planner)
    assert (new.stratum, new.place_id, new.replaces_id, new.position) == (gone.stratum, NEIGHBOUR, gone.pk, 11)
    again = next(unit for unit in units_of(sample) if unit.pk == gone.pk)
    assert again.dropped_reason == "外出务工，联系不上" and again.dropped_by_name


def test_a_visited_unit_is_not_replaced(bureau):
    found = bureau.running(places=(COUNTY,))
    unit = units_of(bureau.draw(found, size=1))[0]
    assert bureau.fill(draft_of(unit)).created
    with scopes.acting(bureau.planner), pytest.raises(ServiceError, match="已经走访"):
        drawing.replace(unit, "换一个", by=bureau.planner)
