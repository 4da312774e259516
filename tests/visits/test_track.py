"""Tracks: positions in the order of time, for those who read personal data there, and entered in the access log."""

from __future__ import annotations

import datetime

import pytest
from django.test import Client
from django.utils import timezone

from apps.access import scope as scopes
from apps.history.models import AccessLog
from tests.access.world import EVERYTHING
from tests.factories.accounts import make_user, sign_in
from tests.factories.visits import make_visit
from tests.visits.conftest import LAT, LON, OTHER_LEAGUE, OWN

pytestmark = pytest.mark.django_db

TRACK = "/tracks/"


@pytest.fixture
def walked(helper, households):
    """Two visits with positions, the later one written first, and one without."""
    now = timezone.localtime()
    for hours, lon in ((2, LON + 0.02), (6, LON), (4, None)):
        at = now - datetime.timedelta(hours=hours)
        make_visit(
            households[0], helper, visited_at=at, lon=lon, lat=LAT if lon else None, no_position="" if lon else "denied"
        )
    return f"?author={helper.pk}&first={(now - datetime.timedelta(days=2)):%Y-%m-%d}&last={now:%Y-%m-%d}"


def test_an_authors_track_is_in_the_order_of_time_and_on_record(officer, walked, helper):
    page = officer.get(TRACK + walked)
    points = page.context["points"]
    assert [point["number"] for point in points] == [1, None, 2]
    assert [float(point["lon"]) for point in points if point["number"]] == pytest.approx([LON, LON + 0.02])
    body = page.content.decode()
    assert 'data-lon="119.400000"' in body and "county-150522.json" in body and "helper 的走访轨迹" in body
    with scopes.activate(EVERYTHING):
        entry = AccessLog.objects.filter(action="view", object_kind="visits.visit").latest("pk")
    assert (entry.username, entry.fields, entry.reason) == ("officer", ["lon", "lat"], str(helper.pk))


def test_a_villages_visits_of_a_day_are_a_track_too(officer, walked):
    dates = walked.partition("&")[2]
    assert len(officer.get(f"{TRACK}?division={OTHER_LEAGUE}&{dates}").context["points"]) == 3
    wide = officer.get(f"{TRACK}?{dates}&division={OTHER_LEAGUE // 1000 * 1000}")
    assert wide.status_code == 404, "a village's officer has no township"


def test_the_author_sees_his_own_and_nobody_without_the_right_any(phone, walked, households):
    assert len(phone.get(TRACK + walked).context["points"]) == 3
    inspector = sign_in(Client(), make_user("inspector", "inspector", OTHER_LEAGUE // 10**6 * 10**6))
    assert inspector.get(TRACK + walked).status_code == 403
    stranger = sign_in(Client(), make_user("stranger", "village_officer", OWN))
    page = stranger.get(TRACK + walked)
    assert page.status_code == 200 and page.context["points"] == [] and "helper" not in page.context["name"]


def test_wrong_questions_are_told_so(officer, walked):
    author = walked.partition("&")[0]
    assert officer.get(f"{TRACK}{author}&first=2018-01-01").status_code == 422
    assert officer.get(f"{TRACK}{author}&first=2018-01-01&last=2018-12-31").status_code == 422
    assert officer.get(f"{TRACK}{author}&month=2018-13").status_code == 422
    assert officer.get(f"{TRACK}?author=x").status_code == 400
    assert officer.get(f"{TRACK}?colour=red").status_code == 400
    county = sign_in(Client(), make_user("county", "county_officer", OTHER_LEAGUE // 10**6 * 10**6))
    assert county.get(TRACK).context["asks"], "a county is too wide to be drawn"


def test_a_track_is_one_question_whatever_its_length(officer, walked, helper, households, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    asked = []
    officer.get(TRACK + walked)
    for _round in range(2):
        with CaptureQueriesContext(connection) as queries:
            officer.get(TRACK + walked)
        asked.append(len(queries))
        make_visit(households[0], helper, lon=LON, lat=LAT)
    assert asked[0] == asked[1]
    assert sum('FROM "visits_visit"' in one["sql"] for one in queries) == 1
