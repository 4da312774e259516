"""Orders, quotas and balances on pages and in the API, as four people work with them."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.divisions import codes
from apps.funds.models import FundOrder, Quota
from apps.funds.services.lines import Line
from tests.factories.accounts import make_user, planter, sign_in
from tests.factories.divisions import VILLAGES, plant
from tests.factories.funds import COUNTY, REGION, Office, make_project
from tests.factories.households import make_household, make_person

pytestmark = pytest.mark.django_db
API = "/api/v1/fund-orders/"


@pytest.fixture
def county() -> Office:
    plant(*VILLAGES)
    return Office.at(COUNTY)


def post(user: User, url: str, **body: Any) -> Any:
    return sign_in(Client(), user).post(url, body, content_type="application/json")


def test_the_api_takes_an_order_from_draft_to_payment(county: Office) -> None:
    quota, project = county.budget(5000), make_project()
    answer = post(
        county.proposer,
        API,
        division=str(COUNTY),
        act="allocate",
        title="落实到项目",
        reason="年度计划",
        lines=[{"quota": quota.pk, "project": project.pk, "amount": "3000.10"}],
    )
    assert answer.status_code == 201, answer.content
    body = answer.json()
    assert (body["state"], body["total"], body["steps"]) == ("draft", "3000.10", ["propose", "withdraw"])
    assert body["light"] is None, "nobody waits for a draft"
    for person, step in (
        (county.proposer, "propose"),
        (county.reviewer, "review"),
        (county.head, "approve"),
        (county.payer, "execute"),
    ):
        answer = post(person, f"{API}{body['id']}/step/", step=step, version=body["version"])
        assert answer.status_code == 200, answer.content
        body = answer.json()
    assert (body["state"], [line["step"] for line in body["log"]]) == (
        "done",
        ["propose", "review", "approve", "execute"],
    )
    row = sign_in(Client(), county.payer).get("/api/v1/quotas/").json()["results"][0]
    assert {name: row[name] for name in ("division", "year", "kind", "amount", "allocated", "paid", "left")} == {
        "division": str(COUNTY),
        "year": 2018,
        "kind": "special",
        "amount": "5000.00",
        "allocated": "3000.10",
        "paid": "0.00",
        "left": "1999.90",
    }


def test_what_is_wrong_with_a_line_is_named(county: Office) -> None:
    quota = county.budget(100)
    for line, field in (
        ({"quota": quota.pk, "project": 999999, "amount": "1"}, "lines.0.project"),
        ({"quota": quota.pk, "project": make_project().pk, "amount": "1.001"}, "lines"),
        ({"quota": quota.pk, "nonsense": 1}, "lines"),
    ):
        answer = post(county.proposer, API, division=str(COUNTY), act="allocate", title="一", reason="二", lines=[line])
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == field


def test_an_act_that_is_no_text_is_refused_like_an_unknown_one(county: Office) -> None:
    for act in ({}, [], "give away"):
        assert post(county.proposer, API, division=str(COUNTY), act=act, title="一", reason="二").status_code == 422


def test_a_foreign_order_is_not_there_and_ones_own_is_refused_without_the_right(county: Office) -> None:
    plant(150522100200)
    order = county.draft("budget", Line(Decimal(1), kind="special", origin="county"))

    stranger = make_user("stranger", "county_officer", 150423000000)
    village = make_user("village", "village_officer", VILLAGES[0])
    region = make_user("region", "region_officer", REGION)
    assert post(stranger, f"{API}{order.pk}/step/", step="review", version=1).status_code == 404
    assert post(village, f"{API}{order.pk}/step/", step="review", version=1).status_code == 404
    assert post(region, f"{API}{order.pk}/step/", step="review", version=1).status_code == 403


def test_an_order_is_drafted_and_decided_on_pages(county: Office) -> None:
    client = sign_in(Client(), county.proposer)
    assert "预算安排" in client.get("/fund-orders/new/").content.decode()
    page = client.get("/fund-orders/new/?act=budget").content.decode()
    assert 'name="lines-0-amount"' in page
    form = {
        "division": COUNTY,
        "act": "budget",
        "title": "县本级预算",
        "reason": "年初预算",
        "document_no": "1号",
        "year": 2018,
    }
    lines = {"lines-count": 4, "lines-1-kind": "special", "lines-1-origin": "county", "lines-1-amount": "12.50"}
    wrong = client.post("/fund-orders/new/", {**form, **lines, "lines-1-amount": "-1"})
    assert wrong.status_code == 422
    assert "金额必须大于0" in wrong.content.decode()
    assert client.post("/fund-orders/new/", form).status_code == 422
    saved = client.post("/fund-orders/new/", {**form, **lines})
    assert saved.status_code == 302
    with scopes.acting(planter()):
        order = FundOrder.objects.get()
        assert (order.total, order.lines.count()) == (Decimal("12.50"), 1)
    for person, step in (
        (county.proposer, "propose"),
        (county.reviewer, "review"),
        (county.head, "approve"),
        (county.payer, "execute"),
    ):
        window = sign_in(Client(), person)
        page = window.get(saved.url).content.decode()
        assert f'value="{step}"' in page
        with scopes.acting(planter()):
            version = FundOrder.objects.get().version
        assert window.post(saved.url, {"step": step, "version": version}).status_code == 302
    with scopes.acting(planter()):
        assert Quota.objects.get().amount == Decimal("12.50")
    assert client.get(saved.url).status_code == 200


def test_a_quota_is_received_on_its_page(county: Office) -> None:
    region = Office.at(REGION)
    quota = region.pass_on(region.budget(100), COUNTY, 60)
    client = sign_in(Client(), county.payer)
    assert "签收指标" in client.get(f"/quotas/{quota.pk}/").content.decode()
    assert client.post(f"/quotas/{quota.pk}/").status_code == 302
    with scopes.acting(planter()):
        assert Quota.objects.get(pk=quota.pk).received_by_name == str(county.payer)
    assert sign_in(Client(), region.payer).post(f"/quotas/{quota.pk}/").status_code == 403


def test_the_overview_adds_up_and_opens(county: Office) -> None:
    region = Office.at(REGION)
    quota = county.receive(region.pass_on(region.budget(1000), COUNTY, 600))
    county.pay(county.allocate(quota, make_project(), 500), "450.50")
    client = sign_in(Client(), region.payer)
    body = client.get("/api/v1/funds/balance/?year=2018").json()
    assert (body["total"], body["paid"], body["idle"], body["retained"]) == ("1000.00", "450.50", "49.50", "500.00")
    units = {unit["division"]: unit for unit in body["units"]}
    assert units["150400000000"]["from_above"] == "600.00"
    page = client.get("/funds/").content.decode()
    assert "<svg" in page
    assert client.get(f"/funds/?division={COUNTY}&on=2018-12-31").status_code == 200
    assert client.get("/funds/?on=yesterday").status_code == 400
    assert client.get("/funds/?on=").status_code == 200
    assert client.get("/api/v1/funds/balance/?on=").status_code == 400
    foreign = sign_in(Client(), county.payer)
    assert foreign.get(f"/funds/?division={REGION}").status_code == 404
    assert foreign.get("/api/v1/funds/balance/?division=150423000000").status_code == 404


def test_the_picture_shows_where_projects_have_their_money_from(county: Office) -> None:
    """Projects in villages have the quotas of the county: what enters a bar is its amount, and nothing is negative."""
    project = make_project()
    county.pay(county.allocate(county.budget(600), project, 500), "450.50")
    client, village = sign_in(Client(), county.payer), project.division_id
    for place, there, units in (
        (COUNTY, 600, {codes.at(village, codes.TOWNSHIP): 500, COUNTY: 100}),
        (codes.at(village, codes.TOWNSHIP), 500, {village: 500}),
        (village, 500, {village: 500}),
    ):
        page = client.get(f"/funds/?division={place}").context
        assert (page["there"], page["retained"], page["share"]) == (there, there - 500, Decimal("450.50") / there)
        amounts = {node.name: node.amount for node in page["flow"].nodes}
        assert {code: amounts[f"unit-{code}"] for code in units} == units
        assert (amounts["end-paid"], amounts["end-idle"]) == (Decimal("450.50"), Decimal("49.50"))
        into: dict[str, Decimal] = defaultdict(Decimal)
        for band in page["flow"].bands:
            into[band.title.split(" → ")[1]] += band.amount
        first = {node.label for node in page["flow"].nodes if node.x == 0}
        assert into == {node.label: node.amount for node in page["flow"].nodes if node.label not in first}


def test_accounts_of_payees_are_masked_without_the_right(county: Office) -> None:
    allocation = county.allocate(county.budget(100), make_project(), 100)
    county.pay(allocation, 5)
    with scopes.acting(planter()):
        order = FundOrder.objects.get(act="pay")
    household = make_household(VILLAGES[0])
    head = make_person(household)
    county.pay(allocation, 5, household=household.pk, payee_name=head.name, payee_account="")
    with scopes.acting(planter()):
        to_household = FundOrder.objects.exclude(pk=order.pk).get(act="pay")
    for person in (county.reviewer, county.proposer):  # who reviews money sees no household
        assert sign_in(Client(), person).get(f"/fund-orders/{to_household.pk}/").status_code == 200

    inspector = make_user("inspector", "inspector", COUNTY)
    for person, seen in ((inspector, "****"), (county.payer, "4567")):
        body = sign_in(Client(), person).get(f"{API}{order.pk}/").json()
        assert seen in body["lines"][0]["payee_account"]
        assert "6222020400001234567" not in str(body)
        page = sign_in(Client(), person).get(f"/fund-orders/{order.pk}/")
        assert page.status_code == 200
        assert seen in page.content.decode() and "6222020400001234567" not in page.content.decode()
