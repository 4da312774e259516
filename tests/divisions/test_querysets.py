"""Queries over the tree: what they find, and that each is one query."""

import datetime

import pytest

from apps.divisions import codes
from apps.divisions.models import Division
from apps.divisions.services import load
from tests.factories.divisions import every_unit
from tests.held import held

pytestmark = pytest.mark.django_db

WANTED = every_unit()

REGION = 150000000000
LEAGUE = 150100000000
COUNTY = 150422000000
TOWNSHIP = 150422100000
VILLAGE = 150422100200


@pytest.fixture(scope="module", autouse=True)
def tree(django_db_setup, django_db_blocker):
    with held(django_db_blocker):
        load(WANTED)
        yield


def keys(rows):
    return [row.code for row in rows]


def test_within_is_the_unit_and_all_below():
    listed = [unit.code for unit in WANTED]
    for code in (REGION, LEAGUE, COUNTY, TOWNSHIP, VILLAGE):
        expected = [one for one in listed if one == code or code in codes.ancestors(one)]
        assert keys(Division.objects.within(code).order_by("code")) == expected


def test_within_an_unknown_code_is_empty_and_within_no_code_is_refused():
    assert not Division.objects.within(110000000000).exists()
    with pytest.raises(ValueError, match="without township"):
        Division.objects.within(150422000001)


def test_below_leaves_the_unit_out():
    assert Division.objects.below(TOWNSHIP).count() == Division.objects.within(TOWNSHIP).count() - 1
    assert not Division.objects.below(VILLAGE).exists()


@pytest.mark.parametrize("code", [REGION, LEAGUE, COUNTY, TOWNSHIP, VILLAGE])
def test_children_are_those_with_this_parent(code, django_assert_num_queries):
    with django_assert_num_queries(1):
        found = keys(Division.objects.children_of(code))
    assert found == keys(Division.objects.filter(parent=code))


def test_children_of_a_league_end_with_its_zone():
    assert keys(Division.objects.children_of(LEAGUE))[-1] == 150172000000
    assert 150172000000 not in keys(Division.objects.drawn_in(LEAGUE))
    assert Division.objects.drawn_in(LEAGUE).count() == 9


def test_path_is_one_query_from_the_region_down(django_assert_num_queries):
    with django_assert_num_queries(1):
        path = Division.path(VILLAGE)
    assert [unit.code for unit in path] == [REGION, 150400000000, COUNTY, TOWNSHIP, VILLAGE]
    assert [unit.level for unit in path] == [1, 2, 3, 4, 5]
    assert keys(Division.path(REGION)) == [REGION]


def test_pickable_leaves_out_virtual_and_ended_units():
    assert Division.objects.pickable().count() == 15938 - 91
    Division.objects.filter(code=VILLAGE).update(ended_on=datetime.date(2024, 1, 1))
    assert Division.objects.pickable().count() == 15938 - 92
    assert Division.objects.current().count() == 15937
    assert not Division.objects.pickable().filter(name__contains="虚拟").exists()


def test_counties_are_the_real_ones():
    assert Division.objects.counties().count() == 103
    assert Division.objects.poverty_counties().count() == 57
    assert Division.objects.at_level(3).count() == 108


def test_tree_order_is_the_default():
    ordered = keys(Division.objects.all())
    assert ordered[:3] == [REGION, LEAGUE, 150102000000]
    assert ordered == [unit.code for unit in sorted(WANTED, key=lambda unit: unit.sort_key)]


def test_search_by_name_ranks_whole_names_and_upper_levels_first():
    found = list(Division.objects.search("巴林左旗"))
    assert found[0].code == COUNTY
    assert keys(Division.objects.search("赤峰市"))[0] == 150400000000
    names = [unit.name for unit in Division.objects.search("红旗村")]
    exact = [name for name in names if name.startswith("红旗村")]
    assert names[: len(exact)] == exact
    assert len(exact) > 10


def test_search_within_a_place():
    inside = Division.objects.within(COUNTY).search("嘎查")
    assert 0 < inside.count() == sum(1 for unit in inside if codes.contains(COUNTY, unit.code))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("150422100200", [VILLAGE]),
        ("15042210020", list(range(150422100200, 150422100210))),
        ("1504221002000", []),
        ("999", []),
        ("", []),
        ("   ", []),
        ("%", []),
        ("没有这样的地方", []),
    ],
)
def test_search_by_code_and_nothing(text, found):
    listed = {unit.code for unit in WANTED}
    assert sorted(keys(Division.objects.search(text))) == [code for code in found if code in listed]


def test_search_by_code_prefix_is_the_subtree():
    assert keys(Division.objects.search("150422").order_by("code")) == keys(
        Division.objects.within(COUNTY).order_by("code")
    )


def test_division_tells_its_code_range_and_kind():
    zone, county = Division.objects.get(code=150172000000), Division.objects.get(code=COUNTY)
    assert (zone.is_zone, zone.host_id, county.is_zone) == (True, 150105000000, False)
    assert county.code_text == "150422000000"
    assert county.range == (150422000000, 150422999999)
    assert str(county) == "巴林左旗"


def test_full_clean_refuses_what_is_no_code():
    from django.core.exceptions import ValidationError

    unit = Division(code=150422000001, level=5, name="某村", short_name="某村", kind="villagers", sort_key=1)
    with pytest.raises(ValidationError) as refusal:
        unit.full_clean()
    assert "不是有效的12位区划代码" in refusal.value.message_dict["code"]
