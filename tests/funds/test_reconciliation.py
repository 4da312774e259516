"""The finance department's payments beside the platform's: line by line, settled by whoever pays, loaded twice."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from apps.access import scope as scopes
from apps.common.errors import ServiceError
from apps.datasets.models import FundPayment
from apps.funds.models import Entry, Reconciliation, ReconciliationSettlement
from apps.funds.services import reconciling
from apps.funds.services.lines import Line
from tests.access.world import EVERYTHING
from tests.factories.accounts import make_user, planter, sign_in
from tests.factories.datasets import deliver
from tests.factories.divisions import VILLAGES, plant
from tests.factories.funds import COUNTY, LEAGUE, REGION, Office, make_project
from tests.factories.households import citizen_number

pytestmark = pytest.mark.django_db
DAY = datetime.date(2018, 12, 31)
OURS = {"P1": 100, "P2": 200, "P3": 300, "P4": 400, "P5": 500, "P6": 600, "P7": 70}
UNIT = "旗扶贫开发公司"


def paid(county: Office, project: Any = None) -> Any:
    """Seven payments of a county, by voucher; of P7 there are two."""
    quota = county.budget(10000, document_no="旗财农1号")
    allocation = county.allocate(quota, project or make_project(), 9000)
    lines = [
        Line(Decimal(amount), allocation=allocation.pk, payee_name=UNIT, payee_account="1", voucher_no=voucher)
        for voucher, amount in [*OURS.items(), ("P7", 7)]
    ]
    county.carry_out("pay", *lines)
    return allocation


def row(voucher: str, amount: int, **said: Any) -> dict[str, Any]:
    usual = {"quota_no": "旗财农1号", "voucher_no": voucher, "account": UNIT, "paid_on": DAY.isoformat()}
    return {**usual, "amount": amount, **said}


THEIRS = [
    row("P1", 100),
    row("P2", 201),
    row("P3", 300, account="包金山", name="包金山", key=citizen_number()),
    row("P4", 400, paid_on="2018-12-30"),
    row("P5", 500, quota_no="旗财农9号"),
    row("P7", 77),
    row("Q1", 9, account="6222020400001234567"),
    row("Q2", 8, quota_no="旗财农9号", account="张三丰", name="张三丰", key=citizen_number()),
]


@pytest.fixture
def county(settings: Any) -> Office:
    settings.REFERENCE_DATE = DAY
    plant(*VILLAGES)
    return Office.at(COUNTY)


def load(place: int, rows: list[dict[str, Any]], who: str = "county_officer") -> Any:
    return deliver("FN-FU", place, rows, by=make_user(f"loader-{place}-{len(rows)}", who, place), period="2018-12")


def found(by: Any = EVERYTHING) -> dict[tuple[int, str], str]:
    with scopes.acting(by):
        return {
            (place, voucher): result
            for place, voucher, result in Reconciliation.objects.visible_to(by).values_list(
                "division_id", "voucher_no", "result"
            )
        }


EXPECTED = {
    "P1": "agrees",
    "P2": "amount",
    "P3": "account",
    "P4": "day",
    "P5": "unknown_quota",
    "P6": "only_ours",
    "P7": "agrees",
    "Q1": "only_theirs",
    "Q2": "unknown_quota",
}


def test_every_voucher_is_compared(county: Office) -> None:
    paid(county)
    load(COUNTY, THEIRS)
    assert reconciling.reconcile() == (9, 0)
    assert found() == {(COUNTY, voucher): result for voucher, result in EXPECTED.items()}
    with scopes.acting(EVERYTHING):
        accounts = dict(Reconciliation.objects.values_list("voucher_no", "their_account"))
        assert Reconciliation.objects.get(voucher_no="P7").payments == 2
    assert (accounts["P1"], accounts["P3"]) == (UNIT, "包*")
    assert (accounts["Q1"], accounts["Q2"]) == ("***************4567", "张*")
    with scopes.acting(county.payer):
        totals = {
            one.result: (one.vouchers, one.ours, one.theirs, one.open)
            for one in reconciling.totals(county.payer, COUNTY)
        }
    assert totals["agrees"] == (2, 177, 177, 0)
    assert totals["only_ours"] == (1, 600, 0, 1)
    assert totals["unknown_quota"] == (2, 500, 508, 2)


def test_a_file_loaded_twice_changes_nothing(county: Office) -> None:
    """A second delivery replaces the first; of every voucher there is one result, and what was said of it stays."""
    paid(county)
    load(COUNTY, THEIRS)
    reconciling.reconcile()
    with scopes.acting(county.payer):
        settled = Reconciliation.objects.get(voucher_no="P2")
        reconciling.settle(settled, "财政多计手续费", by=county.payer)
    with scopes.acting(EVERYTHING):
        before = list(Reconciliation.objects.order_by("pk").values())
        paid_before = Entry.objects.filter(act="pay").count()
    loader = make_user("again", "county_officer", COUNTY)
    deliver("FN-FU", COUNTY, THEIRS, by=loader, period="2018-12")
    assert reconciling.reconcile() == (0, 0)
    with scopes.acting(EVERYTHING):
        assert FundPayment.objects.count() == 2 * len(
            THEIRS
        )  # the replaced one is kept for a while, and counts no more
        assert list(Reconciliation.objects.order_by("pk").values()) == before
        assert Entry.objects.filter(act="pay").count() == paid_before


def test_a_settlement_holds_until_a_side_says_something_else(county: Office) -> None:
    allocation = paid(county)
    load(COUNTY, THEIRS)
    reconciling.reconcile()
    by, other = county.payer, Office.at(LEAGUE).payer
    with scopes.acting(EVERYTHING):
        rows = {one.voucher_no: one for one in Reconciliation.objects.all()}
    for who, voucher, reason, error in (
        (other, "P2", "核对无误", PermissionDenied),
        (by, "P1", "核对无误", ServiceError),
        (by, "P2", "  ", ServiceError),
        (by, "P2", "长" * 501, ServiceError),
    ):
        with scopes.acting(who), pytest.raises(error):
            reconciling.settle(rows[voucher], reason, by=who)
    with scopes.acting(by):
        assert reconciling.waiting(by).count() == 7
        entry = Entry.objects.get(act="pay", amount=600)
        with pytest.raises(ServiceError) as refused:  # which reverses nothing
            reconciling.settle(rows["P6"], "重复拨付，已冲销", entry=entry.pk, by=by)
        assert refused.value.field == "entry"
        reconciling.settle(rows["P2"], "财政多计手续费", by=by)
        with pytest.raises(ServiceError, match="已经处理"):
            reconciling.settle(rows["P2"], "再次处理", by=by)
        assert reconciling.waiting(by).count() == 6
    county.carry_out("reverse", Line(Decimal(0), reverses=entry.pk))
    assert reconciling.reconcile() == (0, 1)  # what was reversed is no payment any more
    load(COUNTY, [*THEIRS[:1], row("P2", 202), *THEIRS[2:], row("P6", 600)])
    assert reconciling.reconcile() == (2, 0)
    with scopes.acting(by):
        again = Reconciliation.objects.get(voucher_no="P2")
        assert (again.their_amount, again.settlement) == (202, None)
        late = Reconciliation.objects.get(voucher_no="P6")
        assert late.result == "only_theirs"
        reversing = Entry.objects.get(reverses=entry)
        made = reconciling.settle(late, "拨付有误，已冲销，财政待退款", entry=reversing.pk, by=by)
        assert made.entry == reversing
    assert allocation.pk


def test_a_file_from_above_reaches_each_county_alone(county: Office) -> None:
    """The region reports for all; a county sees what belongs to its own payments, and of the rest nothing."""
    paid(county)
    other = VILLAGES[-1] // 10**6 * 10**6
    load(REGION, [*THEIRS[:3], row("X1", 5)], "region_officer")
    reconciling.reconcile()
    assert found(county.payer) == {
        **{(COUNTY, voucher): EXPECTED[voucher] for voucher in ("P1", "P2", "P3")},
        **{(COUNTY, voucher): "only_ours" for voucher in ("P4", "P5", "P6", "P7")},
    }
    assert found(make_user("elsewhere", "finance_user", other)) == {}
    assert found()[REGION, "X1"] == "only_theirs"
    # The county's own file goes before the one from above.
    load(COUNTY, [row("P2", 200)])
    reconciling.reconcile()
    assert found(county.payer)[COUNTY, "P2"] == "agrees"


def test_payments_outside_the_days_of_the_file_are_no_differences(county: Office, settings: Any) -> None:
    paid(county)
    settings.REFERENCE_DATE = datetime.date(2019, 2, 1)
    deliver(
        "FN-FU",
        COUNTY,
        [row("Z1", 5, paid_on="2019-01-05")],
        by=make_user("loader", "county_officer", COUNTY),
        period="2019-01",
    )
    reconciling.reconcile()
    assert found() == {(COUNTY, "Z1"): "only_theirs"}


def test_the_list_adds_up_and_settles(county: Office) -> None:
    paid(county)
    load(COUNTY, THEIRS)
    reconciling.reconcile()
    client = sign_in(Client(), county.payer)
    page = client.get("/fund-reconciliation/").content.decode()
    assert "核对结果" in page and "张*" not in page and "张三丰" not in page
    assert client.get("/api/v1/fund-reconciliation/?result=amount&count=1").json()["count"] == 1
    assert client.get("/api/v1/fund-reconciliation/?waiting=true&count=1").json()["count"] == 7
    body = client.get("/api/v1/fund-reconciliation/totals/").json()["results"]
    assert body[1] == {"result": "amount", "vouchers": 1, "our_amount": "200.00", "their_amount": "201.00", "open": 1}
    with scopes.acting(planter()):
        key = Reconciliation.objects.get(voucher_no="P2").pk
    assert client.post(f"/fund-reconciliation/{key}/", {"reason": ""}).status_code == 422
    assert client.post(f"/fund-reconciliation/{key}/", {"reason": "财政多计手续费"}).status_code == 302
    page = client.get(f"/fund-reconciliation/{key}/").content.decode()
    assert "财政多计手续费" in page
    again = client.post(
        f"/api/v1/fund-reconciliation/{key}/settle/", {"reason": "再次"}, content_type="application/json"
    )
    assert again.status_code == 409
    with scopes.acting(planter()):
        assert ReconciliationSettlement.objects.get().by_name == county.payer.username
