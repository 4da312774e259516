"""Assets on pages and in the API: entering, steps, sharing out, the card and the sums above the list."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from apps.access import scope as scopes
from apps.common.days import today
from apps.funds.models import Asset, AssetDistribution
from tests.factories.accounts import make_user, planter, sign_in
from tests.factories.assets import contract, go, in_use, on, plan, receipt, run_notice, share_out, survey
from tests.factories.divisions import VILLAGES, plant
from tests.factories.funds import VILLAGE
from tests.factories.households import make_household, make_person
from tests.factories.projects import Way

pytestmark = pytest.mark.django_db
OTHER_VILLAGE = 150422100201
FOUND = {
    "division": str(VILLAGE),
    "name": "育肥羊棚圈",
    "form": "greenhouse",
    "site": "村东",
    "acquired_on": "2014-10-20",
    "value": "420000.50",
    "year": "2014",
    "source": "special",
}


@pytest.fixture
def way() -> Way:
    plant(*VILLAGES)
    return Way.make()


@pytest.fixture
def as_(way: Way) -> Callable[[str], Client]:
    """A signed-in client of one of the people."""
    return lambda who: sign_in(Client(), way.people[who])


def family(division: int = VILLAGE) -> Any:
    household = make_household(division=division)
    make_person(household)
    return household


def test_an_asset_goes_into_the_register_on_its_page(way: Way, as_: Callable[[str], Client]) -> None:
    village = as_("village")
    assert village.get("/assets/new/").status_code == 200
    assert village.get("/asset-distributions/new/?asset=no").status_code == 200
    wrong = village.post("/assets/new/", {**FOUND, "value": "1.005"})
    assert (wrong.status_code, list(wrong.context["form"].errors)) == (422, ["value"])
    assert village.post("/assets/new/", FOUND).status_code == 302
    with scopes.acting(planter()):
        asset = Asset.objects.get()
    for who, said in (
        ("township", {"step": "classify", "kind": "operating"}),
        ("head", {"step": "confirm", "owner_kind": "collective", "owner": "村集体"}),
        ("office", {"step": "register"}),
    ):
        with scopes.acting(planter()):
            version = Asset.objects.get().version
        sent = as_(who).post(f"/assets/{asset.pk}/", {**said, "version": version})
        assert sent.status_code == 302, sent.content.decode()
    assert village.get(f"/assets/{asset.pk}/edit/").status_code == 403
    card = village.get(f"/assets/{asset.pk}/card/").content.decode()
    assert f"A1504222014{asset.pk:08d}" in card
    assert "<svg" in card
    neighbour = sign_in(Client(), make_user("neighbour", "village_officer", OTHER_VILLAGE))
    for path in (f"/assets/{asset.pk}/", f"/assets/{asset.pk}/card/", f"/api/v1/assets/{asset.pk}/"):
        assert neighbour.get(path).status_code == 404


def test_a_yield_is_shared_out_by_the_api(way: Way, as_: Callable[[str], Client]) -> None:
    asset, household = in_use(way), family()

    def post(who: str, path: str, **body: Any) -> Any:
        return as_(who).post(f"/api/v1/{path}", body, content_type="application/json")

    year = today().year
    body = {"step": "receive", "version": asset.version, "year": year, "amount": "100.00", "voucher_no": "收1"}
    missing = post("village", f"assets/{asset.pk}/step/", **body)
    assert (missing.status_code, missing.json()["errors"][0]["field"]) == (422, "amount")
    done = post("village", f"assets/{asset.pk}/step/", **body, received_on=today().isoformat())
    assert (done.status_code, done.json()["state"], done.json()["year_yield"]) == (200, "yielding", "100.00")
    said = {
        "asset": asset.pk,
        "year": year,
        "amount": "100.00",
        "collective": "20.00",
        "met_on": today().isoformat(),
        "present": 40,
        "minutes": "一致同意",
        "shares": [{"household": household.code, "amount": "80.01"}],
    }
    wrong = post("village", "asset-distributions/", **said)
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "shares")
    said["shares"] = [{"household": household.code, "amount": "80.00"}]
    assert post("office", "asset-distributions/", **{**said, "asset": 0}).status_code == 422
    made = post("village", "asset-distributions/", **said)
    assert made.status_code == 201, made.json()
    assert (made.json()["households"], made.json()["log"][0]["step"]) == (1, "plan")
    assert post("village", "asset-distributions/", **said).status_code == 409
    path = f"asset-distributions/{made.json()['id']}/"
    assert as_("village").patch(f"/api/v1/{path}", {}, content_type="application/json").status_code == 403
    step = post("township", f"{path}step/", step="check", version=made.json()["version"])
    assert step.json()["steps"] == ["publish", "withdraw", "refuse"]


def test_a_page_shares_out_and_leads_to_the_notice(way: Way, as_: Callable[[str], Client]) -> None:
    asset, household = go(way, in_use(way), "receive", receipt=receipt(10)), family()
    village = as_("village")
    assert f"?asset={asset.pk}" in village.get(f"/assets/{asset.pk}/").content.decode()
    lines = {"shares-count": "1", "shares-0-household": household.code, "shares-0-person": "", "shares-0-amount": "10"}
    said = {
        "asset": asset.pk,
        "year": today().year,
        "amount": "10",
        "met_on": today(),
        "present": "3",
        "minutes": "同意",
    }
    assert village.post(f"/asset-distributions/new/?asset={asset.pk}", {**said, **lines}).status_code == 302
    with scopes.acting(planter()):
        shared = AssetDistribution.objects.get()
    shared = on(way, on(way, shared, "check"), "publish")
    notice = run_notice(way)
    page = village.get(f"/asset-distributions/{shared.pk}/").content.decode()
    assert f"/notices/{notice.pk}/" in page
    assert (
        village.post(f"/asset-distributions/{shared.pk}/", {"step": "pay_out", "version": shared.version}).status_code
        == 302
    )
    with scopes.acting(planter()):
        member = household.persons.get()
    answer = as_("office").get(f"/api/v1/persons/{member.pk}/file/")
    assert answer.json()["parts"]["distribution-line"]["results"][0]["amount"] == "10.00"


def test_the_sums_above_the_list_are_those_of_the_place(
    way: Way, as_: Callable[[str], Client], django_assert_max_num_queries: Any
) -> None:
    asset = go(way, in_use(way), "receive", receipt=receipt(10))
    share_out(way, asset, plan("10", collective=Decimal(10)))
    go(way, asset, "contract", contract=contract())
    survey(way, name="未登记的")
    client = as_("office")
    client.get("/assets/")
    with django_assert_max_num_queries(25):
        page = client.get("/assets/", {"kind": "public"})
    told = [(one["number"], Decimal(one["money"] or 0)) for one in page.context["overview"]]
    assert told == [(0, 0), (1, Decimal(200000)), (0, 0), (1, Decimal(10)), (0, 0)]
    elsewhere = client.get("/assets/", {"division": str(OTHER_VILLAGE)})
    assert {one["number"] for one in elsewhere.context["overview"]} == {0}
