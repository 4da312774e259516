"""Key-set pages: every row once and in order, whatever the keys; counts stop where they get dear."""

from __future__ import annotations

import pytest

from apps.access import scope as scopes
from apps.divisions.models import Division
from apps.pages import paging
from apps.pages.paging import BadCursor, KeySet
from tests.factories.households import make_household
from tests.pages.conftest import VILLAGE, SampleResource

pytestmark = pytest.mark.django_db


def walk(keys: KeySet, rows, size: int, start: str = "", *, backward: bool = False) -> list[tuple]:
    """All pages from a cursor on, in one direction, as the pages' rows in reading order."""
    found, cursor = [], start
    while True:
        page = keys.page(rows, ("pk",), size, **{"before" if backward else "after": cursor})
        found = [*page.rows, *found] if backward else [*found, *page.rows]
        cursor = page.before if backward else page.after
        if cursor is None:
            return [row[0] for row in found]


@pytest.fixture
def households(places):
    # Equal keys and empty ones on purpose: three years over ten households, three without any.
    years = [2016, 2018, None, 2016, 2017, 2018, None, 2016, 2016, None]
    return [make_household(VILLAGE, plan_exit_year=year) for year in years]


@pytest.mark.parametrize("name", ["", "code", "-code", "plan_exit_year", "-plan_exit_year"])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 9, 10, 11])
def test_walking_all_pages_shows_every_row_once_in_order(officer, households, name, size):
    keys = SampleResource.orderings()[name]
    with scopes.acting(officer):
        rows = SampleResource.rows(officer)
        expected = list(keys.ordered(rows).values_list("pk", flat=True))
        assert sorted(expected) == sorted(household.pk for household in households)
        assert walk(keys, rows, size) == expected


@pytest.mark.parametrize("name", ["", "-code", "plan_exit_year", "-plan_exit_year"])
@pytest.mark.parametrize("size", [1, 3, 4, 10])
def test_walking_back_from_the_end_shows_the_same_rows(officer, households, name, size):
    keys = SampleResource.orderings()[name]
    with scopes.acting(officer):
        rows = SampleResource.rows(officer)
        expected = list(keys.ordered(rows).values_list("pk", flat=True))
        last = keys.page(rows, ("pk",), 9)
        last = keys.page(rows, ("pk",), 9, after=last.after)
        assert walk(keys, rows, size, last.before, backward=True) == expected[:-1]


def test_rows_without_a_value_come_last_in_both_directions(officer, households):
    with scopes.acting(officer):
        rows = SampleResource.rows(officer)
        for name, first in (("plan_exit_year", 2016), ("-plan_exit_year", 2018)):
            page = SampleResource.orderings()[name].page(rows, ("plan_exit_year",), 10)
            years = [row[0] for row in page.rows]
            assert years[0] == first
            assert years[-3:] == [None, None, None]


def test_the_first_and_the_last_page_say_so(officer, households):
    keys = SampleResource.orderings()[""]
    with scopes.acting(officer):
        rows = SampleResource.rows(officer)
        first = keys.page(rows, ("pk",), 6)
        second = keys.page(rows, ("pk",), 6, after=first.after)
        again = keys.page(rows, ("pk",), 6, before=second.before)
        whole = keys.page(rows, ("pk",), 10)
    assert (first.before, second.after, again.before) == (None, None, None)
    assert again.rows == first.rows
    assert again.after == first.after
    assert (whole.before, whole.after) == (None, None)


def test_a_row_added_behind_the_cursor_does_not_move_the_next_page(officer, households):
    keys = SampleResource.orderings()[""]
    with scopes.acting(officer):
        rows = SampleResource.rows(officer)
        first = keys.page(rows, ("pk",), 5)
        expected = keys.page(rows, ("pk",), 5, after=first.after).rows
    SampleResource.model.objects  # noqa: B018
    with scopes.acting(officer):
        rows.filter(pk=first.rows[0][0]).delete()
        assert keys.page(rows, ("pk",), 5, after=first.after).rows == expected


@pytest.mark.parametrize("cursor", ["x", "", "eyJ9", "a:b:c", "WzFd:tampered", "\x00", "七"])
def test_a_cursor_that_was_not_given_out_is_refused(officer, households, cursor):
    keys = SampleResource.orderings()["code"]
    with scopes.acting(officer):
        rows = SampleResource.rows(officer)
        if cursor:
            with pytest.raises(BadCursor):
                keys.page(rows, ("pk",), 5, after=cursor)
        other = SampleResource.orderings()["-code"].page(rows, ("pk",), 5).after
        with pytest.raises(BadCursor):
            keys.page(rows, ("pk",), 5, after=other)


def test_the_next_page_is_one_row_comparison_on_the_index_columns(officer, households):
    keys = SampleResource.orderings()[""]
    with scopes.acting(officer):
        after = keys.page(SampleResource.rows(officer), ("pk",), 5).after
        rows = SampleResource.rows(officer).filter(keys._segments(keys._decode(after), False)[0])
        assert '("households_household"."division_id", "households_household"."id") > (' in str(rows.query)


def test_divisions_page_by_their_code_alone(places):
    keys = KeySet(Division, ("code",))
    expected = list(Division.objects.order_by("code").values_list("code", flat=True))
    assert walk(keys, Division.objects.all(), 3) == expected


def test_a_count_is_exact_up_to_the_limit_and_says_when_it_stops(places, monkeypatch):
    total = Division.objects.count()
    assert paging.count(Division.objects.all()) == (total, True)
    monkeypatch.setattr(paging, "COUNT_LIMIT", total)
    assert paging.count(Division.objects.all()) == (total, True)
    monkeypatch.setattr(paging, "COUNT_LIMIT", total - 1)
    assert paging.count(Division.objects.all()) == (total - 1, False)
