"""Queries whose SQL is made once give what the same query gives made anew."""

from threading import Thread

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import Post
from apps.common.prepared import Given, Prepared
from apps.divisions.models import Division
from tests.factories.divisions import VILLAGES, plant

OWN, SIBLING, *_others = VILLAGES

BELOW = Prepared(
    lambda: Division.objects.filter(parent_id=Given("parent"), code__gt=Given("after")).select_related("parent")[:1]
)
TWO = Prepared(lambda: Division.objects.filter(code__in=[Given("one"), Given("other")]).values_list("code", "name"))
BOTH = Prepared(
    lambda: (
        Division.objects.filter(code=Given("one"))
        .values_list("code")
        .union(Division.objects.filter(code=Given("other")).values_list("code"))
        .order_by("code")
    )
)


@pytest.fixture
def places(db: None) -> None:
    plant(*VILLAGES)


@pytest.mark.parametrize(("parent", "after"), [(OWN // 1000 * 1000, OWN), (OWN // 1000 * 1000, 0), (150000000000, 0)])
def test_each_asking_has_its_own_values(places, parent, after):
    usual = Division.objects.filter(parent_id=parent, code__gt=after)[:1]
    assert BELOW.rows(parent=parent, after=after) == list(usual) != []


def test_what_comes_along_comes_in_the_same_statement(places, django_assert_num_queries):
    with django_assert_num_queries(1):
        (found,) = BELOW.rows(parent=OWN // 1000 * 1000, after=0)
        assert found.parent.code == OWN // 1000 * 1000


def test_lists_tuples_and_unions(places):
    assert {code for code, _name in TWO.rows(one=OWN, other=SIBLING)} == {OWN, SIBLING}
    assert TWO.rows(one=OWN, other=OWN) == [(OWN, Division.objects.get(pk=OWN).name)]
    assert BOTH.rows(one=SIBLING, other=OWN) == sorted([(OWN,), (SIBLING,)])


def test_none_is_equal_to_nothing(places):
    assert TWO.rows(one=None, other=OWN) == TWO.rows(one=OWN, other=OWN)


def test_a_value_that_is_not_named_is_an_error(places):
    with pytest.raises(KeyError, match="other"):
        TWO.rows(one=OWN)


def test_a_value_is_never_read_as_sql(places):
    named = Prepared(lambda: Division.objects.filter(name=Given("name")))
    assert named.rows(name="' OR '1'='1' --") == []


def test_the_statement_is_the_query_s_own(places):
    with CaptureQueriesContext(connections["default"]) as asked:
        Prepared(lambda: Post.objects.filter(user_id=Given("user")).order_by("id")).rows(user=7)
        list(Post.objects.filter(user_id=7).order_by("id"))
    assert asked[0]["sql"].replace("(7)", "7") == asked[1]["sql"]


def test_another_thread_asks_by_its_own_connection(places):
    """What is not committed here is not there."""
    inside, outside = TWO.rows(one=OWN, other=SIBLING), []

    def ask() -> None:
        outside.append(TWO.rows(one=OWN, other=SIBLING))
        connections.close_all()

    thread = Thread(target=ask)
    thread.start()
    thread.join()
    assert len(inside) == 2
    assert outside == [[]]
