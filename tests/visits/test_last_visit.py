"""The latest visit of every household and helper, kept by the database however visits come in."""

from __future__ import annotations

import datetime
from uuid import uuid4

import pytest
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from apps.access import scope as scopes
from apps.visits.models import LastVisit, Visit, VisitReceipt
from apps.visits.services import datum
from tests.access.world import EVERYTHING
from tests.factories.accounts import make_user
from tests.factories.visits import body, make_visit, send
from tests.visits.conftest import OTHER_LEAGUE


def latest() -> dict[tuple[int, int], datetime.date]:
    with scopes.activate(EVERYTHING):
        return {(one.household_id, one.author_id): one.visited_on for one in LastVisit.objects.all()}


@pytest.mark.django_db
def test_a_visit_that_arrives_late_does_not_put_the_day_back(phone, helper, households):
    key, now = (households[0].pk, helper.pk), timezone.now()
    for days, expected in ((5, 5), (9, 5), (2, 2), (2, 2)):
        send(phone, body(households[0], visited_at=(now - datetime.timedelta(days=days)).isoformat()))
        assert latest() == {key: timezone.localdate() - datetime.timedelta(days=expected)}


@pytest.mark.django_db
def test_a_phone_years_ahead_counts_for_the_day_of_receipt(phone, helper, households):
    send(phone, body(households[0], visited_at="2031-05-01T08:00:00+08:00"))
    assert latest() == {(households[0].pk, helper.pk): timezone.localdate()}


@pytest.mark.django_db
def test_each_author_has_his_own_day_and_the_place_follows_the_household(households, helper):
    officer = make_user("officer", "village_officer", OTHER_LEAGUE)
    make_visit(households[0], helper)
    make_visit(households[0], officer)
    assert len(latest()) == 2
    with scopes.activate(EVERYTHING):
        assert set(LastVisit.objects.values_list("division_id", flat=True)) == {OTHER_LEAGUE}


@pytest.mark.django_db
def test_many_visits_in_one_statement_are_kept_too(households, helper):
    then = timezone.now()
    days = [then.date() - datetime.timedelta(days=n) for n in (3, 1, 8)]
    with scopes.activate(EVERYTHING):
        here = {"household": households[0], "division_id": OTHER_LEAGUE, "author": helper, "received_at": then}
        receipts = [VisitReceipt.objects.create(**here, client_id=uuid4(), visited_on=day, digest="0") for day in days]
        Visit.objects.bulk_create(
            Visit(**here, id=one.pk, client_id=one.client_id, visited_on=one.visited_on, visited_at=then, text="x")
            for one in receipts
        )
    assert latest() == {(households[0].pk, helper.pk): days[1]}


@pytest.mark.django_db
def test_the_application_takes_no_day_away(phone, households):
    send(phone, body(households[0]))
    with scopes.activate(EVERYTHING), pytest.raises(ProgrammingError), transaction.atomic():
        connection.cursor().execute("DELETE FROM visits_lastvisit")


# The three cities of the open-source reference implementations of GCJ-02 (eviltransform): longitude, latitude.
KNOWN = [
    ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
    ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
    ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
]


@pytest.mark.parametrize(("world", "chinese"), KNOWN)
def test_positions_of_the_chinese_grid_come_back_to_wgs_84(world, chinese):
    assert datum.wgs84_to_gcj02(world) == pytest.approx(chinese, abs=1e-10)
    assert datum.to_wgs84(chinese, "gcj02") == pytest.approx(world, abs=1e-6)
    assert datum.to_wgs84(chinese, "wgs84") == chinese


def test_outside_of_china_nothing_is_shifted():
    assert datum.to_wgs84((2.35, 48.85), "gcj02") == (2.35, 48.85)


@pytest.mark.django_db
def test_a_position_of_the_chinese_grid_is_stored_as_wgs_84_with_its_source(phone, households):
    lon, lat = datum.wgs84_to_gcj02((119.4, 43.6))
    sent = body(households[0], lon=lon, lat=lat, accuracy=10, datum="gcj02")
    made = send(phone, sent).json()
    assert (made["lon"], made["lat"], made["datum"], made["distance"]) == ("119.400000", "43.600000", "gcj02", 0)
    assert send(phone, sent).status_code == 200
    assert send(phone, sent | {"datum": "wgs84"}).status_code == 409, "another place is other content"
    assert send(phone, sent | {"client_id": str(uuid4()), "datum": "bd09"}).status_code == 422
