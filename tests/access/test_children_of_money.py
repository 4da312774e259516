"""Money, projects and assets: each check of the scope holds alone, with the policies of the database opened.

Where a row is reached through another one, the check of that one is opened as well (`opened`); where a place is named,
it is one of another league.
"""

from __future__ import annotations

import datetime
from contextlib import ExitStack
from decimal import Decimal
from typing import Any

import pytest
from django.db import models
from django.http import QueryDict
from django.test import Client

from apps.access import scope as scopes
from apps.common.errors import ServiceError
from apps.funds import asset_views
from apps.funds.asset_choices import AssetKind
from apps.funds.asset_filters import AssetFilters
from apps.funds.asset_forms import DistributionForm
from apps.funds.forms import OrderForm
from apps.funds.models import (
    Allocation,
    Asset,
    AssetDistribution,
    AssetYield,
    Beneficiary,
    Entry,
    FundOrder,
    LibraryItem,
    Project,
    Quota,
)
from apps.funds.services import beneficiaries, distributions, library
from apps.funds.services.distributions import Plan, Share
from apps.funds.services.lines import Line, checked
from apps.households.models import Household, Person
from apps.notices.models import PublicNotice
from apps.notices.querysets import subject
from tests.access.walls import opened, own_and_foreign
from tests.access.world import EVERYTHING, OTHER_LEAGUE, OWN, Account, World

pytestmark = [
    pytest.mark.usefixtures("undone", "wall"),
    pytest.mark.parametrize("wall", ["application"], indirect=True),
]

DAY = datetime.date(2018, 12, 31)
PLACES = (OWN, OTHER_LEAGUE)
"""A village of the county, and one of another league."""


def there(model: type[models.Model], place: int) -> Any:
    """The first row of a model at a place, whoever sees it."""
    with scopes.activate(EVERYTHING):
        return model._default_manager.filter(division_id=place).order_by("pk")[0]


def seen_at(world: World, account: Account, model: type[models.Model]) -> int:
    """How many planted rows of a model the account sees."""
    return sum(account.sees(row) for row in world.rows_of(model))


# --- assets ----------------------------------------------------------------------------------------------------------


def test_assets_whose_yield_is_not_shared_out_are_looked_for_by_the_reader(world):
    account = world.accounts["county"]
    own, foreign = own_and_foreign(world, account, Asset)
    with scopes.acting(account.user):
        rows = AssetFilters(QueryDict("unshared=true"), Asset.objects.all(), user=account.user).qs
        found = set(rows.values_list("pk", flat=True))
    assert own in found
    assert foreign not in found


@pytest.mark.parametrize("model", [Asset, Beneficiary])
def test_a_plan_begins_with_the_households_that_are_in_sight(world, model):
    """The asset that a query names, and those whom its project helps, are each looked for by the reader."""
    user, offered = world.accounts["county"].user, []
    with scopes.activate(EVERYTHING):
        for place in PLACES:
            Asset.objects.filter(division_id=place).update(project=Project.objects.get(division_id=place))
    for place in PLACES:
        asset = there(Asset, place)
        with scopes.acting(user), opened(model):
            offered.append(DistributionForm(user=user, initial={"asset": asset.pk}).initial["shares"])
    assert [bool(lines) for lines in offered] == [True, False]


def test_the_sums_above_the_list_of_assets_are_of_what_is_in_sight(world, monkeypatch):
    monkeypatch.setattr(asset_views, "today", lambda: DAY)
    account = world.accounts["county"]
    told = account.client(Client).get("/assets/").context["overview"]
    numbers = [one["number"] for one in told]
    position = AssetKind.values.index(AssetKind.OPERATING)
    expected = [seen_at(world, account, model) for model in (Asset, AssetYield, AssetDistribution)]
    assert [numbers[position], *numbers[-2:]] == expected
    assert min(expected) > 0


def test_the_card_of_an_asset_names_no_contract_out_of_sight(world, monkeypatch):
    monkeypatch.setattr(asset_views, "today", lambda: DAY)
    account = world.accounts["county"]
    with opened(Asset):
        own, foreign = (
            account.client(Client).get(f"/assets/{key}/card/").context["contract"]
            for key in own_and_foreign(world, account, Asset)
        )
    assert own is not None
    assert foreign is None


def test_a_distribution_leads_to_its_notice_if_that_is_in_sight(world):
    account = world.accounts["county"]
    with scopes.activate(EVERYTHING):
        for row in AssetDistribution.objects.all():
            about = subject(distributions.SUBJECT, row.pk)
            PublicNotice.objects.filter(division_id=row.division_id).update(subject=about)
    with opened(AssetDistribution):
        own, foreign = (
            account.client(Client).get(f"/asset-distributions/{key}/").context["notice_url"]
            for key in own_and_foreign(world, account, AssetDistribution)
        )
    assert own
    assert not foreign


def test_who_sees_money_alone_plans_no_share_by_the_name_of_a_member(world):
    """Names are of the register, which the finance office does not see."""
    asset, household = there(Asset, OWN), there(Household, OWN)
    with scopes.activate(EVERYTHING):
        AssetYield.objects.create(asset=asset, division_id=OWN, year=2017, amount=9, received_on=DAY, voucher_no="v")
        name = Person.objects.filter(household=household, is_active=True)[0].name
    said = Plan(2017, Decimal(9), DAY, 3, "m", [Share(household.code, Decimal(9), name)])

    def planned(account: str) -> list[str]:
        by = world.accounts[account].user
        with scopes.acting(by), opened(Household):
            return [line.person for line in distributions.plan(asset, said, by=by).lines.all()]

    with pytest.raises(ServiceError) as refused:
        planned("finance")
    assert refused.value.code == "not_a_member"
    assert planned("county") == [name]


# --- orders and their lines ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("act", "model", "field"), [("recover", Quota, "quota"), ("pay", Allocation, "allocation")])
def test_an_order_offers_the_money_that_is_in_sight(world, act, model, field):
    user = world.accounts["county"].user
    for place in PLACES:
        with scopes.acting(user):
            form = OrderForm(user=user, initial={"division": place, "act": act})
        choices = dict(form.lines_field().line.base_fields[field].widget.choices)
        assert (there(model, place).pk in choices) is (place == OWN)


def asked(world: World, account: str, order: FundOrder, line: Line, *seen: type[models.Model]) -> str:
    """Why a line is refused to an account that sees all rows of some models by mistake: the code, or nothing."""
    by = world.accounts[account].user
    with scopes.acting(by), ExitStack() as stack:
        for model in seen:
            stack.enter_context(opened(model))
        try:
            checked(order, [line], by=by)
        except ServiceError as error:
            return error.code
    return ""


@pytest.mark.parametrize("place", PLACES)
def test_a_line_names_only_money_in_sight(world, place):
    order, line = FundOrder(act="recover", division_id=place), Line(Decimal(1), quota=there(Quota, place).pk)
    assert asked(world, "county", order, line) == ("" if place == OWN else "does_not_exist")
    assert asked(world, "region", order, line) == ""


@pytest.mark.parametrize("place", PLACES)
def test_an_entry_is_not_reversed_by_who_sees_no_order_of_it(world, place):
    order, line = FundOrder(act="reverse", division_id=place), Line(Decimal(0), reverses=there(Entry, place).pk)
    assert asked(world, "county", order, line, Entry) == ("" if place == OWN else "invalid")
    assert asked(world, "county", order, line, Entry, FundOrder) == ""


@pytest.mark.parametrize("place", PLACES)
def test_nobody_is_paid_whose_household_or_name_is_out_of_sight(world, place):
    allocation, household = there(Allocation, place), there(Household, place)
    with scopes.activate(EVERYTHING):
        name = Person.objects.filter(household=household, is_active=True)[0].name
    order = FundOrder(act="pay", division_id=place)
    line = Line(Decimal(1), allocation=allocation.pk, household_code=household.code, payee_name=name)
    own = place == OWN
    assert asked(world, "county", order, line, Allocation) == ("" if own else "does_not_exist")
    assert asked(world, "county", order, line, Allocation, Household) == ("" if own else "not_a_member")
    assert asked(world, "county", order, line, Allocation, Household, Person) == ""


# --- the library -----------------------------------------------------------------------------------------------------


def test_an_item_is_shown_without_its_households_and_its_project(world):
    user = world.accounts["county"].user
    for place in PLACES:
        item, project, own = there(LibraryItem, place), there(Project, place), place == OWN
        with scopes.activate(EVERYTHING):
            Project.objects.filter(pk=project.pk).update(item=item)
            helped = set(Beneficiary.objects.filter(item=item).values_list("household_code", flat=True))
        with scopes.acting(user):
            assert set(beneficiaries.codes_of(item, user)) == (helped if own else set())
            assert library.project_of(item, user) == (project if own else None)
        assert helped


def test_what_came_back_waits_for_its_author_as_long_as_he_sees_it(world):
    """An account that was moved to another league has left its drafts behind."""
    user = world.accounts["county"].user
    with scopes.activate(EVERYTHING):
        LibraryItem.objects.filter(division_id__in=PLACES).update(state="returned", drafted_by=user)
    with scopes.acting(user):
        assert [item.division_id for item in library.waiting(user)] == [OWN]
