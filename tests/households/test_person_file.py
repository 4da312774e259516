"""One person's whole file: everything that hangs off him, on record, for those who may read it; and who looked."""

from __future__ import annotations

import datetime

import pytest
from django.db import models

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.crosschecks.models import Finding, FindingLog
from apps.history.models import AccessLog
from apps.households import personfile
from apps.households.models import Household, Person, StatusEvent
from apps.pages.imports.models import StagedUnit
from tests.access.world import EVERYTHING
from tests.factories.accounts import make_user, sign_in
from tests.factories.cadres import pair
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import make_household, make_household_year, make_person, make_person_year

pytestmark = pytest.mark.django_db
OWN, COUNTY, REASON = VILLAGES[0], 150422000000, "本人申请查询"

# What tells of the person by way of something that is in the file, and is shown with it.
WITH_ANOTHER = {FindingLog: "the steps of a finding stand on the finding's page", StagedUnit: "kept for a month"}


@pytest.fixture
def person(db) -> Person:
    plant(*VILLAGES)
    household = make_household(OWN, address="索布力嘎东组")
    found = make_person(household)
    make_person_year(found)
    make_household_year(household)
    county = make_user("county", "county_officer", COUNTY)
    with scopes.activate(EVERYTHING):
        day = datetime.date(2018, 6, 1)
        here = {"household": household, "division_id": OWN}
        StatusEvent.objects.create(**here, kind="identified", status="20", on=day, note="评议通过", by=county)
    pair(household, county)
    return found


@pytest.fixture
def village(person):
    return make_user("village", "village_officer", OWN)


@pytest.fixture
def county(person):
    with scopes.activate(EVERYTHING):
        return User.objects.get(username="county")


def test_every_model_that_hangs_off_a_person_is_in_the_file():
    """A new one fails here until it is given a part, or said to be shown with another."""
    known = {part.resource.model for part in personfile.parts()} | set(WITH_ANOTHER) | {Person}
    missing = set()
    for one in (Person, Household):
        for relation in one._meta.related_objects:
            model: type[models.Model] = relation.related_model
            if model not in known and not hasattr(model, "pgh_tracked_model"):
                missing.add(model._meta.label)
    assert missing == set() and Finding in known


def test_everything_is_on_one_page_and_the_look_is_on_record(client, person, village):
    page = sign_in(client, village).get(f"/persons/{person.pk}/file/").content.decode()
    assert all(text in page for text in (person.name, "索布力嘎东组", "评议通过", "2018", str(person.id_no)))
    with scopes.activate(EVERYTHING):
        assert person.id_no.clear() not in page
        entry = AccessLog.objects.get(object_kind="households.person", object_id=person.pk)
    assert (entry.username, entry.action, entry.fields) == ("village", "view", ["file"])


def test_programs_read_the_same(client, person, village):
    body = sign_in(client, village).get(f"/api/v1/persons/{person.pk}/file/").json()
    assert body["person"]["name"] == person.name
    assert {part.resource.name for part in personfile.parts()} == set(body["parts"])
    assert body["parts"]["status-event"]["results"][0]["note"] == "评议通过"
    assert len(body["parts"]["pairing"]["results"]) == 1


def test_without_the_right_to_personal_data_it_is_refused_and_elsewhere_not_there(client, person):
    addresses = (f"/persons/{person.pk}/file/", f"/api/v1/persons/{person.pk}/file/")
    sign_in(client, make_user("inspector", "inspector", COUNTY))
    assert [client.get(one).status_code for one in addresses] == [403, 403]
    sign_in(client, make_user("other", "village_officer", VILLAGES[1]))
    assert [client.get(one).status_code for one in addresses] == [404, 404]
    sign_in(client, make_user("auditor", "audit_administrator", COUNTY))
    assert [client.get(one).status_code for one in addresses] == [404, 404]


def test_on_paper_it_is_an_export_with_a_watermark(client, person, village):
    page = sign_in(client, village).get(f"/persons/{person.pk}/file/print/").content.decode()
    assert "data-print" in page and "(village)" in page.split('class="watermark"')[1]
    with scopes.activate(EVERYTHING):
        assert AccessLog.objects.filter(action="print", object_id=person.pk).count() == 1


def test_the_county_asks_who_looked_for_a_reason_that_is_on_record(client, person, village, county):
    sign_in(client, village).get(f"/persons/{person.pk}/")
    client.get(f"/households/{person.household_id}/")
    sign_in(client, county)
    address = f"/persons/{person.pk}/lookers/"
    assert client.post(address).status_code == 422
    page = client.post(address, {"reason": REASON}).content.decode()
    assert "谁查阅过" in page and page.split('id="lookers"')[1].count(">village<") == 2
    told = client.post(f"/api/v1/persons/{person.pk}/lookers/", {"reason": REASON}, content_type="application/json")
    assert {row["username"] for row in told.json()["results"]} == {"village", "county"}
    assert all("address" not in row and "device" not in row for row in told.json()["results"])
    with scopes.activate(EVERYTHING):
        asked = AccessLog.objects.filter(username="county", fields=["access_log"])
        assert {one.reason for one in asked} == {REASON} and len(asked) == 2
    assert client.get(address).status_code == 405


def test_who_looked_is_not_for_the_village_nor_told_of_others(client, person, village, county):
    sign_in(client, village)
    address = f"/persons/{person.pk}/lookers/"
    assert client.post(address, {"reason": REASON}).status_code == 403
    assert 'action="/persons/' not in client.get(f"/persons/{person.pk}/file/").content.decode()
    other = make_person(make_household(OWN))
    client.get(f"/persons/{other.pk}/")
    sign_in(client, county)
    told = client.post(f"/api/v1/persons/{person.pk}/lookers/", {"reason": REASON}, content_type="application/json")
    assert [row["username"] for row in told.json()["results"]] == ["village"]  # the file above, not the other person


def test_the_log_lent_for_one_question_is_given_back(client, person, county):
    with scopes.acting(county):
        personfile.lookers(county, person, REASON)
        assert not AccessLog.objects.exclude(user=county).exists()
        assert scopes.current().user_id == county.pk and not scopes.current().ranges("audit")


def test_the_file_costs_the_same_whatever_hangs_off_the_person(client, person, village, django_assert_max_num_queries):
    sign_in(client, village)
    client.get("/account/sessions/")
    with django_assert_max_num_queries(48) as few:
        client.get(f"/persons/{person.pk}/file/")
    for year in (2016, 2017):
        make_person_year(person, year=year)
    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get(f"/persons/{person.pk}/file/")
