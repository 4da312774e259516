"""What pages offer: links for those who hold the right, and what is found or filled in from rows in sight alone."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from apps.access import scope as scopes
from apps.access.models import Grant
from apps.accounts.models import Post
from apps.households.models import Household, Person
from apps.households.search import search_households
from apps.partners.models import Client as Partner
from tests.access.world import COUNTY, EVERYTHING, OTHER_LEAGUE, OWN, World
from tests.factories.accounts import make_user, sign_in

pytestmark = [
    pytest.mark.usefixtures("undone", "wall"),
    pytest.mark.parametrize("wall", ["application"], indirect=True),
]


def own(world: World, model: type) -> int:
    """The key of a row at the village of the tests or at its county."""
    return next(row.key for row in world.rows_of(model) if row.place in (OWN, COUNTY) and not row.gone)


@pytest.mark.parametrize("may", [True, False])
def test_a_file_is_printed_by_who_may_export(world: World, may: bool) -> None:
    by = make_user("reads", "village_officer", OWN)
    if not may:
        with scopes.activate(EVERYTHING):
            Grant.objects.filter(user=by, permission__codename="export_register").delete()
    client, key = sign_in(Client(), by), own(world, Person)
    assert bool(client.get(reverse("person-file", args=[key])).context["print_url"]) is may
    assert client.get(reverse("person-file-print", args=[key])).status_code == (200 if may else 403)


@pytest.mark.parametrize("may", [True, False])
def test_the_questions_of_a_client_are_offered_to_who_reads_the_access_log(world: World, may: bool) -> None:
    by = make_user("runs-clients", "security_administrator", COUNTY)
    if may:
        with scopes.activate(EVERYTHING):
            permission = Permission.objects.get(codename="view_audit")
            post = Post.objects.get(user=by)
            Grant.objects.create(user=by, permission=permission, content_object_id=COUNTY, exact=False, post=post)
    page = sign_in(Client(), by).get(reverse("client-detail", args=[own(world, Partner)]))
    assert bool(page.context["audit_url"]) is may


def test_a_household_is_found_by_its_whole_code_where_it_is_seen(world: World) -> None:
    by = world.accounts["village"].user
    with scopes.activate(EVERYTHING):
        codes = {
            place: Household.objects.filter(division_id=place, status="20").values_list("code", flat=True)[0]
            for place in (OWN, OTHER_LEAGUE)
        }
    with scopes.acting(by):
        found = {place: [hit.label for hit in search_households(by, code)] for place, code in codes.items()}
    assert found == {OWN: [codes[OWN]], OTHER_LEAGUE: []}


@pytest.mark.parametrize(("place", "known"), [(OWN, 900), (OTHER_LEAGUE, None)])
def test_a_new_year_begins_with_the_facts_of_a_village_in_sight(world: World, place: int, known: int | None) -> None:
    client = world.accounts["village"].client(Client)
    form = client.get(reverse("village-year-create"), {"division": place}).context["form"]
    assert (form.initial.get("population"), "year" in form.initial) == (known, known is not None)


@pytest.mark.parametrize(("name", "may"), [("village", True), ("inspector", False)])
def test_numbers_and_the_file_are_offered_to_who_may_read_them(world: World, name: str, may: bool) -> None:
    page = world.accounts[name].client(Client).get(reverse("person-detail", args=[own(world, Person)]))
    assert (page.status_code, page.context["may_reveal"], bool(page.context["file_url"])) == (200, may, may)
