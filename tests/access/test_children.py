"""What hangs off a row is asked for by the reader's own scope, even where the row itself came from somewhere else.

The keys of the database hold most children placed where their parent is, so that the parent's check hides a hole in
theirs. Here the check of the parent alone is opened: whoever sees the parent by mistake sees nothing of its children.
"""

from __future__ import annotations

import datetime
import json

import pytest
from django.db import models
from django.test import Client
from django.utils import timezone

from apps.access import scope as scopes
from apps.access.models import Pairing
from apps.crosschecks.models import Finding, FindingLog, Run, RunUnit
from apps.dashboards import counting
from apps.dashboards.extent import Extent
from apps.funds.models import Asset, AssetDistribution, LibraryItem, Project, ProjectProgress
from apps.households import personfile
from apps.households.models import Household, Person, StatusEvent
from apps.notices.models import PublicNotice
from apps.pages.places import Place, tops
from apps.villages.models import Village
from tests.access.walls import opened, own_and_foreign
from tests.access.world import COUNTY, EVERYTHING, OTHER_LEAGUE, OWN
from tests.factories.cadres import make_cadre, pair

pytestmark = [
    pytest.mark.usefixtures("undone", "wall"),
    pytest.mark.parametrize("wall", ["application"], indirect=True),
]


def test_a_household_is_shown_without_its_income_its_lights_and_its_past(world):
    account = world.accounts["village"]
    own, foreign = own_and_foreign(world, account, Household)
    with opened(Household):
        shown = {key: account.client(Client).get(f"/households/{key}/").context for key in (own, foreign)}
    for name in ("bars", "lights"):
        assert shown[own][name]
        assert not shown[foreign][name]
    assert {entry.kind for entry in shown[own]["timeline"]} == {"status", "change", "edit"}
    assert {entry.kind for entry in shown[foreign]["timeline"]} <= {"edit"}
    assert shown[own]["related"]
    assert not any(table.rows for table in shown[foreign]["related"])


def test_the_numbers_of_members_are_asked_for_one_by_one(world):
    account = world.accounts["village"]
    own, foreign = own_and_foreign(world, account, Household)
    body = {"fields": ["id_no"], "reason": "核对信息"}
    with opened(Household):
        answers = [
            account.client().post(f"/api/v1/households/{key}/reveal/", body, content_type="application/json")
            for key in (own, foreign)
        ]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert [len(answer.json()["persons"]) for answer in answers] == [1, 0]


def test_the_desk_of_a_helper_counts_no_findings_of_a_household_that_is_not_his(world):
    account = world.accounts["helper"]
    own, foreign = own_and_foreign(world, account, Household)
    with opened(Household):
        listed = {one["pk"]: one for one in account.client(Client).get("/").context["households"]}
    assert listed[own]["open_findings"] == 1
    assert not listed[foreign]["open_findings"]


def test_households_are_not_found_by_a_head_or_a_helper_out_of_sight(world):
    account = world.accounts["village"]
    own, foreign = own_and_foreign(world, account, Household)
    with scopes.activate(EVERYTHING):
        Person.objects.filter(household__in=(own, foreign)).update(name="孟和巴特尔")
    client = account.client()
    with opened(Household):
        found = client.get("/api/v1/households/?head=孟和").json()["results"]
        paired = client.get("/api/v1/households/?has_helper=true").json()["results"]
        unpaired = client.get("/api/v1/households/?has_helper=false").json()["results"]
    assert [one["id"] for one in found] == [own]
    assert paired == []
    assert foreign in {one["id"] for one in unpaired}


def test_a_finding_is_shown_without_its_log(world):
    account = world.accounts["village"]
    own, foreign = own_and_foreign(world, account, Finding)
    client = account.client(Client)
    with opened(Finding):
        assert [bool(client.get(f"/findings/{key}/").context["log"]) for key in (own, foreign)] == [True, False]
        assert [bool(client.get(f"/api/v1/findings/{key}/").json()["log"]) for key in (own, foreign)] == [True, False]


OF_MONEY: dict[type[models.Model], tuple[str, tuple[str, ...]]] = {
    Project: ("projects", ("pictures", "checks", "log")),
    ProjectProgress: ("project-progress", ("pictures",)),
    LibraryItem: ("library-items", ("log",)),
    Asset: ("assets", ("log",)),
    AssetDistribution: ("asset-distributions", ("log",)),
    PublicNotice: ("notices", ("pictures", "objections", "log")),
}
"""Their pages, and what of the context hangs off the row."""


@pytest.mark.parametrize("model", OF_MONEY)
def test_what_hangs_off_a_row_of_money_is_looked_for_by_itself(world, model):
    account, (page, names) = world.accounts["county"], OF_MONEY[model]
    own, foreign = own_and_foreign(world, account, model)
    client = account.client(Client)
    with opened(model):
        shown = {key: client.get(f"/{page}/{key}/").context for key in (own, foreign)}
        told = {key: client.get(f"/api/v1/{page}/{key}/").json() for key in (own, foreign)}
    for name in names:
        assert shown[own][name] and not shown[foreign][name], name
    for name in {"photos", "objections", "negative_checks", "log"} & set(told[own]):
        assert told[own][name] and not told[foreign][name], name
    assert not any(table.rows for table in shown[foreign]["related"])


def test_a_run_is_shown_with_the_units_of_ones_own_places(world):
    """Nothing in the database holds a unit where its run is: here one lies elsewhere."""
    account = world.accounts["county"]
    with scopes.activate(EVERYTHING):
        run = Run.objects.get(division_id=COUNTY)
        for rule, place in (("HH-01", COUNTY), ("HH-15", OTHER_LEAGUE)):
            RunUnit.objects.create(run=run, rule=rule, division_id=place, state="done", hits=1)
    client = account.client(Client)
    assert [unit.rule for unit, _state in client.get(f"/runs/{run.pk}/").context["work"]] == ["HH-01"]
    assert [unit["rule"] for unit in client.get(f"/api/v1/runs/{run.pk}/").json()["units"]] == ["HH-01"]
    assert [unit.rule for unit, _state in client.get("/rules/HH-01/").context["runs"]] == ["HH-01"]
    assert list(client.get("/rules/HH-15/").context["runs"]) == []


def test_what_happened_is_told_without_the_names_of_households_out_of_sight(world):
    """A village's desk names the head of each household of which something changed."""
    account = world.accounts["helper"]
    own, foreign = own_and_foreign(world, account, Household)
    with scopes.activate(EVERYTHING):
        for key in (own, foreign):
            household = Household.objects.get(pk=key)
            StatusEvent.objects.create(
                household=household,
                division_id=household.division_id,
                kind="planned_exit",
                status="20",
                on=timezone.localdate(),
            )
            FindingLog.objects.create(
                household=household,
                division_id=household.division_id,
                finding=Finding.objects.get(household=household),
                at=timezone.now(),
                by=world.accounts["county"].user,
                by_name=f"经办人{key}",
                to_state="working",
            )
        names = dict(Person.objects.filter(household__in=(own, foreign)).values_list("household", "name"))
        codes = dict(Household.objects.values_list("pk", "code"))
    told = " ".join(one["text"] for one in account.client(Client).get("/").context["happenings"])
    assert (f"经办人{own}：" in told, f"经办人{foreign}：" in told) == (True, False)
    assert (names[own] in told, names[foreign] in told, codes[foreign] in told) == (True, False, False)
    with opened(StatusEvent):
        texts = {one["text"] for one in account.client(Client).get("/").context["happenings"]}
    assert {names[own], codes[foreign]} <= texts
    assert names[foreign] not in texts


def test_a_village_is_shown_without_its_years(world):
    account = world.accounts["village"]
    own, foreign = own_and_foreign(world, account, Village)
    with opened(Village):
        shown = {key: account.client(Client).get(f"/villages/{key}/").context for key in (own, foreign)}
    assert (shown[own]["years"], shown[foreign]["years"]) == ([2018], [])


def test_the_file_of_a_person_names_the_helper_to_whoever_sees_the_household(world):
    with scopes.activate(EVERYTHING):
        person = Person.objects.filter(division_id=OWN, is_active=True)[0]
        household = person.household
    pair(household, make_cadre(COUNTY, name="色音巴图"))
    with scopes.activate(EVERYTHING):
        names = set(Pairing.objects.filter(household=household).values_list("name", flat=True))
    assert "色音巴图" in names
    for account in ("village", "county"):
        by = world.accounts[account].user
        with scopes.acting(by):
            parts = {table.part.resource: table for table in personfile.read(by, person)}
        table = parts[personfile.PairingPart]
        assert {one["helper"] for one in table.reader.json(table.rows)} == names, account


@pytest.mark.parametrize("model", [Household, Person])
def test_a_department_is_told_of_nobody_whose_household_or_person_is_out_of_its_sight(world, model):
    own, foreign = (
        next(row.key for row in world.rows_of(Person) if row.place == place) for place in (OWN, OTHER_LEAGUE)
    )
    with scopes.activate(EVERYTHING):
        numbers = [Person.objects.get(pk=key).id_no.clear() for key in (own, foreign)]
    body = {"id_nos": numbers, "purpose": "低保核对"}
    with opened(model):
        answer = world.accounts["partner"].client().post(
            "/api/v1/households/verify/", body, content_type="application/json"
        )  # fmt: skip
    assert [one["registered"] for one in answer.json()["results"]] == [True, False]


def test_households_beyond_ones_places_are_counted_as_far_as_they_are_seen(world, monkeypatch):
    """The counts ask again for the households that are named to them."""
    account = world.accounts["helper"]
    own, foreign = own_and_foreign(world, account, Household)
    monkeypatch.setattr(counting, "_outside", lambda user, extent: [own, foreign])
    scope = scopes.of(account.user)
    extent = Extent.of(Place(tops(scope)), scope)
    with scopes.acting(account.user):
        counts = counting.total(counting.tallies(account.user, extent, datetime.date(2018, 12, 31)))
    assert (counts["registered_households"], counts["poor_persons"]) == (1, 1)


def test_roles_are_told_as_far_as_posts_are_seen(world):
    """An account of the county with a post in another league: what it is there is not the county's to know."""
    for name, roles in (("county", ["village_officer"]), ("region", ["village_officer", "inspector"])):
        client = world.accounts[name].client()
        found = next(
            one for one in client.get("/api/v1/users/?page_size=200").json()["results"] if one["username"] == "lent"
        )
        assert found["roles"] == roles
        assert client.get(f"/api/v1/users/{found['id']}/").json()["roles"] == roles
        named = {one["username"] for one in client.get("/api/v1/users/?role=inspector").json()["results"]}
        assert ("lent" in named) is ("inspector" in roles)


def test_a_post_of_an_account_out_of_sight_is_not_there(world):
    """It lies in the county, and whose it is the county must not know."""
    post = next(row for row in world.rows["post"] if row.also not in (None, row.place) and row.place == OWN)
    for name, status in (("county", 404), ("security-admin", 404), ("league", 200), ("region", 200)):
        client = world.accounts[name].client()
        assert client.get(f"/posts/{post.key}/").status_code == status, name
        listed = {one["id"] for one in client.get("/api/v1/posts/?page_size=200").json()["results"]}
        assert (str(post.key) in {str(one) for one in listed}) is (status == 200), name


def test_a_share_that_is_over_tells_no_code_of_its_household(world):
    account = world.accounts["village"]
    share = next(row for row in world.rows["share"] if row.owner == account.user.pk)
    shown = account.client().get(f"/api/v1/shares/{share.key}/").json()
    assert (shown["household"], shown["division"]) == (None, str(OTHER_LEAGUE))
    assert json.dumps(shown).count("null") >= 1
