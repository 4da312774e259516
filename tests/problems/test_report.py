"""The public report of rectification: prepared out of the ledger, approved by another, once a month."""

from __future__ import annotations

import pytest
from django.test import Client

from apps.access import scope as scopes
from apps.notices.models import PublicNotice
from tests.factories.accounts import make_user, sign_in
from tests.factories.divisions import VILLAGES, plant
from tests.factories.problems import COUNTY, TOWNSHIP, VILLAGE, People

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> People:
    plant(*VILLAGES)
    return People.make()


def client_of(user) -> Client:
    return sign_in(Client(), user)


def test_a_report_says_the_numbers_of_the_ledger_and_waits_for_another_person(people: People) -> None:
    people.at("closed")
    people.raised(VILLAGE)
    answer = client_of(people.county).post("/problems/report/")
    with scopes.acting(people.county):
        made = PublicNotice.objects.get(kind="rectification")
    assert answer.status_code == 302 and answer["Location"].endswith(f"/{made.pk}/")
    assert (made.state, made.days, made.division_id) == ("prepared", None, COUNTY)
    assert [(line["problems"], line["closed"], line["long_term"]) for line in made.lines] == [(1, 1, 0), (1, 0, 0)]
    assert "共2个，已整改销号1个" in made.text
    again = client_of(people.county).post("/api/v1/problems/report/")
    assert (again.status_code, again.json()["errors"][0]["code"]) == (409, "under_way")


def test_nothing_to_say_no_right_and_other_places(people: People) -> None:
    client = client_of(people.county)
    assert client.post("/api/v1/problems/report/").status_code == 409
    assert client.post(f"/api/v1/problems/report/?division={TOWNSHIP}").status_code == 422
    assert client.post("/api/v1/problems/report/?division=150423000000").status_code == 404
    assert client_of(people.inspector).post("/api/v1/problems/report/").status_code == 403
    assert client_of(make_user("money", "finance_user", COUNTY)).post("/api/v1/problems/report/").status_code == 403
