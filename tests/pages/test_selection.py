"""What a query string may ask: filters, place, order, columns; and what is refused instead of being ignored."""

from __future__ import annotations

import datetime

import pytest
from django.http import Http404

from apps.access import scope as scopes
from tests.factories.accounts import make_user
from tests.factories.cadres import pair
from tests.factories.households import make_household
from tests.pages.conftest import COUNTY, VILLAGE, SampleResource, select

pytestmark = pytest.mark.django_db


@pytest.fixture
def households(places):
    return [
        make_household(150422100200, status="20", cause_main="01", plan_exit_year=2016, is_relocated=True),
        make_household(150422100201, status="50", cause_main="02", plan_exit_year=2018, is_relocated=False),
        make_household(150422101200, status="40", cause_main="01", identified_on=datetime.date(2016, 1, 1)),
        make_household(150423100200, status="20"),
    ]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [0, 1, 2]),
        ("status=20", [0]),
        ("status=20&status=50", [0, 1]),
        ("cause_main=01", [0, 2]),
        ("status=40&cause_main=02", []),
        ("is_relocated=true", [0]),
        ("is_relocated=false", [1]),
        ("identified_on=2016-01-01", [2]),
        ("plan_exit_year_min=2017", [1]),
        ("plan_exit_year_max=2017", [0]),
        ("plan_exit_year_min=2016&plan_exit_year_max=2018", [0, 1]),
        ("division=150422000000", [0, 1, 2]),
        ("division=150422100000", [0, 1]),
        ("division=150422100201", [1]),
        ("division=150422100000&status=50", [1]),
    ],
)
def test_filters_narrow_the_rows(officer, households, query, found):
    with scopes.acting(officer):
        selection = select(officer, query)
        assert selection.problems == {}
        assert set(selection.rows.values_list("pk", flat=True)) == {households[at].pk for at in found}


@pytest.mark.parametrize(
    ("query", "parameter", "code"),
    [
        ("village=1", "village", "unknown"),
        ("status__in=20", "status__in", "unknown"),
        ("filled_by__password=x", "filled_by__password", "unknown"),
        ("status=99", "status", "invalid_choice"),
        ("status=%00", "status", "invalid_choice"),
        ("status=", "status", "blank"),
        ("is_relocated=yes", "is_relocated", "invalid_choice"),
        ("is_relocated=true&is_relocated=false", "is_relocated", "repeated"),
        ("identified_on=2018-13-01", "identified_on", "invalid"),
        ("identified_on=01/02/2018", "identified_on", "invalid"),
        ("plan_exit_year_min=viele", "plan_exit_year_min", "invalid"),
        ("filled_by=999999", "filled_by", "invalid_choice"),
        ("order=address", "order", "unknown"),
        ("order=-division", "order", "unknown"),
        ("columns=code,password", "columns", "unknown"),
        ("page_size=0", "page_size", "invalid"),
        ("page_size=201", "page_size", "invalid"),
        ("page_size=-1", "page_size", "invalid"),
        ("page_size=1e2", "page_size", "invalid"),
        ("count=yes", "count", "invalid"),
        ("after=x&before=y", "before", "invalid"),
    ],
)
def test_what_cannot_be_answered_is_refused_by_name(officer, households, query, parameter, code):
    with scopes.acting(officer):
        problems = select(officer, query).problems
    assert {name: [error.code for error in errors] for name, errors in problems.items()} == {parameter: [code]}


def test_a_page_form_sends_its_empty_inputs_along(officer, households):
    with scopes.acting(officer):
        assert select(officer, "status=&is_relocated=&plan_exit_year_min=", strict=False).problems == {}


@pytest.mark.parametrize(
    "query",
    [
        "division=150423000000",  # the sibling county
        "division=150400000000",  # the league above
        "division=150422999999",  # a number of one's own county that is no division
        "division=1504220",
        "division=",
        "division=abc",
        "division=150422000000&division=150422100000",
    ],
)
def test_a_place_that_is_not_ones_own_is_not_there(officer, households, query):
    with scopes.acting(officer), pytest.raises(Http404):
        select(officer, query)


def test_a_helper_may_choose_the_places_of_his_households_and_no_others(households):
    helper = make_user("helper", "helper", VILLAGE)
    pair(households[3], helper)
    with scopes.acting(helper):
        for place in (150423100200, 150423000000, 150000000000):
            assert list(select(helper, f"division={place}").rows) == [households[3]]
        with pytest.raises(Http404):
            select(helper, f"division={COUNTY}")


def test_a_relation_is_offered_only_as_far_as_the_user_sees_it(officer, households):
    stranger = make_user("stranger", None, 150423000000)
    with scopes.acting(officer):
        assert select(officer, f"filled_by={officer.pk}").problems == {}
        assert list(select(officer, f"filled_by={stranger.pk}").problems) == ["filled_by"]


def test_chips_say_what_is_in_force_and_how_to_drop_it(officer, households):
    with scopes.acting(officer):
        selection = select(officer, "status=20&status=50&division=150422000000&is_relocated=true&after=x")
        assert [(chip.label, chip.text, chip.without) for chip in selection.filters.chips()] == [
            ("脱贫属性", "未脱贫", "status=50&division=150422000000&is_relocated=true"),
            ("脱贫属性", "返贫", "status=20&division=150422000000&is_relocated=true"),
            ("是否搬迁户", "是", "status=20&status=50&division=150422000000"),
        ]


def test_filters_of_a_range_share_one_menu(officer, households):
    with scopes.acting(officer):
        groups = select(officer, "plan_exit_year_max=2018").filters.groups()
    assert [(group.label, len(group.fields), group.given) for group in groups] == [
        ("脱贫属性", 1, False),
        ("主要致贫原因", 1, False),
        ("是否搬迁户", 1, False),
        ("识别时间", 1, False),
        ("填表人", 1, False),
        ("计划脱贫年度", 2, True),
    ]


def test_columns_are_those_asked_for_remembered_or_usual(officer, households):
    with scopes.acting(officer):
        usual = [column.name for column in select(officer).columns()]
        assert usual == ["code", "division", "status", "cause_main", "address", "plan_exit_year"]
        assert [one.name for one in select(officer, "columns=phone,code").columns()] == ["code", "phone"]
        assert [one.name for one in select(officer, "columns=phone&columns=code").columns()] == ["code", "phone"]
        assert [one.name for one in select(officer).columns(["version"])] == ["version"]


def test_a_list_without_filters_costs_one_query_whatever_the_number_of_rows(
    officer, households, django_assert_num_queries
):
    with scopes.acting(officer):
        for query in ("page_size=1", "page_size=3"):
            selection = select(officer, query)
            with django_assert_num_queries(1):
                assert selection.problems == {}
                selection.page(SampleResource.reader(officer, selection.columns()))
