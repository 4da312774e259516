"""Many copies of one visit at the same moment, over connections of their own; and the months of the table."""

from __future__ import annotations

import datetime
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.checks import run_checks
from django.db import DataError, connection, connections, transaction
from django.test import Client

from apps.access import scope as scopes
from apps.visits.models import Visit, VisitConflict, VisitReceipt
from apps.visits.services import partitions
from tests.access.world import EVERYTHING
from tests.factories.accounts import make_user, sign_in
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import make_household
from tests.factories.visits import URL, body, make_visit, pair

OWN = VILLAGES[0]


@pytest.fixture
def ready(committed_db: object) -> tuple[Any, Any, str]:
    plant(*VILLAGES)
    helper = make_user("helper", "helper", OWN)
    household = make_household(VILLAGES[4])
    pair(household, helper)
    return helper, household, sign_in(Client(), helper).cookies["sessionid"].value


def all_at_once(session: str, bodies: list[dict[str, Any]]) -> list[Any]:
    def one(sent: dict[str, Any]) -> Any:
        client = Client()
        client.cookies["sessionid"] = session
        try:
            return client.post(URL, json.dumps(sent), "application/json")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(10) as pool:
        return list(pool.map(one, bodies))


def counts() -> tuple[int, int, int]:
    with scopes.acting(EVERYTHING):
        return tuple(model.objects.count() for model in (VisitReceipt, Visit, VisitConflict))


def test_twenty_copies_are_one_visit_and_twenty_equal_answers(ready):
    _helper, household, session = ready
    sent = body(household)
    answers = all_at_once(session, [sent] * 20)
    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [201]
    assert len({answer.content for answer in answers}) == 1
    assert counts() == (1, 1, 0)


def test_of_two_contents_at_once_one_is_the_visit_and_the_other_is_kept(ready):
    _helper, household, session = ready
    sent = body(household)
    answers = all_at_once(session, [sent, sent | {"text": "另一篇内容，同一个编号。"}] * 5)
    assert sorted(answer.status_code for answer in answers) == [200] * 4 + [201] + [409] * 5
    assert counts() == (1, 1, 1)


# --- months -----------------------------------------------------------------------------------------------------------


def parts() -> dict[str, tuple[bool, bool, int, bool]]:
    """The parts of the table: row-level security on, forced, policies, and whether the application may read them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity,"
            " (SELECT count(*) FROM pg_policy WHERE polrelid = c.oid), has_table_privilege(c.oid, 'SELECT')"
            " FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid WHERE inhparent = 'visits_visit'::regclass"
        )
        return {name: tuple(rest) for name, *rest in cursor.fetchall()}


@pytest.mark.django_db
def test_months_are_made_once_and_open_to_nobody_by_themselves():
    before = set(parts())
    day = datetime.date(2018, 12, 31)
    made = partitions.ensure(day)
    assert made == [datetime.date(2018, 12, 1), *(datetime.date(2019, month, 1) for month in (1, 2, 3))]
    assert partitions.ensure(day) == []
    after = parts()
    assert set(after) - before == {"visits_visit_201812", *(f"visits_visit_20190{month}" for month in (1, 2, 3))}
    assert "visits_visit_other" in after and set(after.values()) == {(True, True, 0, False)}
    assert [one for one in run_checks(databases=["default"]) if one.id.startswith("access.")] == []
    for never in (datetime.date(2012, 12, 1), datetime.date(2999, 1, 1)):
        with pytest.raises(DataError), transaction.atomic():
            partitions.ensure(never, ahead=0)


@pytest.mark.django_db
def test_a_visit_lies_in_its_month_or_with_all_others_and_stays_there():
    plant(*VILLAGES)
    officer = make_user("officer", "village_officer", OWN)
    household = make_household(OWN)
    partitions.ensure(datetime.date(2018, 12, 1), ahead=0)
    for year in (2018, 1999, 2017, 2090):
        when = datetime.datetime(year, 12, 5, 8, tzinfo=datetime.UTC)
        make_visit(household, officer, visited_at=when, text=f"{year}")
    assert partitions.ensure(datetime.date(2017, 12, 1), ahead=0) == []
    with scopes.acting(EVERYTHING), connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text, text FROM visits_visit ORDER BY text")
        assert cursor.fetchall() == [
            *(("visits_visit_other", text) for text in ("1999", "2017")),
            ("visits_visit_201812", "2018"),
            ("visits_visit_other", "2090"),
        ]
