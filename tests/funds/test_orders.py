"""Orders of money: four different people, bands, returns, and what of a line is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.access import scope as scopes
from apps.common.errors import Refused, ServiceError, StaleVersion
from apps.funds.models import ApprovalBand, Entry, FundOrder, OrderLog, Payment, Quota
from apps.funds.services import steps
from apps.funds.services.balances import balance
from apps.funds.services.lines import Line
from apps.funds.services.quotas import receive
from tests.factories.accounts import make_user, planter
from tests.factories.divisions import VILLAGES, plant
from tests.factories.funds import COUNTY, LEAGUE, REGION, TOWNSHIP, VILLAGE, Office, make_project
from tests.factories.households import make_household, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def places() -> None:
    plant(*VILLAGES)


@pytest.fixture
def county(places: None) -> Office:
    return Office.at(COUNTY)


@pytest.fixture
def region(places: None) -> Office:
    return Office.at(REGION)


def entries_of(order: FundOrder) -> int:
    with scopes.acting(planter()):
        return Entry.objects.filter(order=order).count()


def test_money_goes_from_the_region_to_a_payee(region: Office, county: Office) -> None:
    league = Office.at(LEAGUE)
    central = region.budget("10000000.00")
    assert (central.amount, central.received_on is not None, central.state) == (Decimal(10000000), True, "received")
    at_league = region.pass_on(central, LEAGUE, "6000000")
    assert at_league.state == "issued"
    league.receive(at_league)
    at_county = county.receive(league.pass_on(at_league, COUNTY, "5000000"))
    project = make_project()
    allocation = county.allocate(at_county, project, "400000.50")
    county.pay(allocation, "300000.25")
    with scopes.acting(region.payer):
        central.refresh_from_db()
        found = balance(region.payer, REGION)
        below = balance(region.payer, COUNTY)
    assert (central.passed, central.amount - central.passed) == (Decimal(6000000), Decimal(4000000))
    assert (found.own, found.from_above, found.passed) == (Decimal(10000000), 0, Decimal(11000000))
    assert (found.allocated, found.paid) == (Decimal("400000.50"), Decimal("300000.25"))
    assert (below.from_above, below.idle, below.retained) == (
        Decimal(5000000),
        Decimal("100000.25"),
        Decimal("4599999.50"),
    )
    with scopes.acting(county.payer):
        payment = Payment.objects.visible_to(county.payer).get()
    assert (payment.amount, payment.project_id, payment.voucher_no) == (Decimal("300000.25"), project.pk, "付1")


def test_nobody_takes_two_steps(county: Office) -> None:
    order = county.draft("budget", Line(amount=Decimal(100), kind="special", origin="county"))
    order = county.take(order, "propose", "review")
    both = county.reviewer
    with scopes.acting(both), pytest.raises(Refused):
        steps.take(order, "approve", by=both)
    order = county.take(order, "approve")
    with scopes.acting(both), pytest.raises(Refused, match="不同的人"):
        steps.take(order, "execute", by=both)
    assert entries_of(order) == 0
    assert county.take(order, "execute").state == "done"
    with scopes.acting(planter()):
        people = list(OrderLog.objects.filter(order=order).order_by("pk").values_list("step", "by_name"))
    assert people == [
        ("propose", f"proposer-{COUNTY}"),
        ("review", f"reviewer-{COUNTY}"),
        ("approve", f"head-{COUNTY}"),
        ("execute", f"payer-{COUNTY}"),
    ]


def test_the_proposer_does_not_review_his_own(county: Office) -> None:
    order = county.take(county.draft("budget", Line(amount=Decimal(1), kind="special", origin="county")), "propose")
    with scopes.acting(county.proposer), pytest.raises(Refused):
        steps.take(order, "review", by=county.proposer)


def test_a_level_above_does_not_decide_for_the_county(region: Office, county: Office) -> None:
    order = county.take(
        county.draft("budget", Line(amount=Decimal(1), kind="special", origin="county")), "propose", "review"
    )
    with scopes.acting(region.head), pytest.raises(PermissionDenied):
        steps.take(order, "approve", by=region.head)
    with scopes.acting(region.proposer), pytest.raises(PermissionDenied):
        county_draft = steps.Draft(
            "budget", "越级", "越级", 2018, [Line(Decimal(1), kind="special", origin="county")], "1"
        )
        steps.draft(COUNTY, county_draft, by=region.proposer)


def test_what_is_returned_is_proposed_again_by_a_new_round(county: Office) -> None:
    order = county.take(county.draft("budget", Line(amount=Decimal(5), kind="special", origin="county")), "propose")
    with scopes.acting(county.reviewer):
        with pytest.raises(ServiceError, match="理由"):
            steps.take(order, "return_reviewed", by=county.reviewer)
        order = steps.take(order, "return_reviewed", by=county.reviewer, note="文号不对")
    with scopes.acting(county.proposer):
        said = steps.Draft(
            "budget", "改正", "改正", 2018, [Line(Decimal(6), kind="special", origin="county")], "新文号"
        )
        with pytest.raises(StaleVersion):
            steps.redraft(order, said, by=county.proposer, expected_version=1)
        order = steps.redraft(order, said, by=county.proposer, expected_version=order.version)
    done = county.take(order, "propose", "review", "approve", "execute")
    assert (done.round, done.total, entries_of(done)) == (2, Decimal(6), 1)


def test_above_a_band_several_people_approve(county: Office) -> None:
    second = make_user("second-head", "county_head", COUNTY)
    with scopes.acting(planter()):
        ApprovalBand.objects.create(division_id=REGION, act="budget", above=0, signatures=1, days=9)
        ApprovalBand.objects.create(division_id=COUNTY, act="budget", above=0, signatures=1, days=3)
        ApprovalBand.objects.create(division_id=COUNTY, act="budget", above=1000, signatures=2, days=3)
    small = county.take(county.draft("budget", Line(Decimal("999.99"), kind="special", origin="county")), "propose")
    large = county.take(
        county.draft("budget", Line(Decimal(1000), kind="special", origin="county")), "propose", "review"
    )
    assert (small.signatures, large.signatures) == (1, 2)
    large = county.take(large, "approve")
    assert large.state == "reviewed"
    with scopes.acting(county.head), pytest.raises(Refused):
        steps.take(large, "approve", by=county.head)
    with scopes.acting(second):
        large = steps.take(large, "approve", by=second)
    assert large.state == "approved"
    assert county.take(large, "execute").state == "done"


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        ("-1", "min_value"),
        ("0", "min_value"),
        ("NaN", "min_value"),
        ("0.001", "max_decimal_places"),
        ("1e15", "max_value"),
    ],
)
def test_amounts_that_are_none(county: Office, amount: str, code: str) -> None:
    with pytest.raises(ServiceError) as refused:
        county.draft(
            "budget",
            Line(Decimal(1), kind="special", origin="county"),
            Line(Decimal(amount), kind="special", origin="county"),
        )
    assert (refused.value.field, refused.value.code) == ("lines.1.amount", code)


def test_more_than_there_is_is_refused_whole(county: Office) -> None:
    quota = county.budget(1000)
    project = make_project()
    lines = [
        Line(Decimal(600), quota=quota.pk, project=project.pk),
        Line(Decimal(401), quota=quota.pk, project=project.pk),
    ]
    order = county.take(county.draft("allocate", *lines), "propose", "review", "approve")
    with pytest.raises(ServiceError, match="余额不足") as refused:
        county.take(order, "execute")
    assert refused.value.status == 409
    assert entries_of(order) == 0
    with scopes.acting(planter()):
        assert Quota.objects.get(pk=quota.pk).allocated == 0
        assert FundOrder.objects.get(pk=order.pk).state == "approved"


def test_what_was_not_received_is_not_used(region: Office, county: Office) -> None:
    quota = region.pass_on(region.budget(100), COUNTY, 100)
    with pytest.raises(ServiceError, match="签收"):
        county.draft("allocate", Line(Decimal(1), quota=quota.pk, project=make_project().pk))
    with scopes.acting(region.payer), pytest.raises(PermissionDenied):
        receive(quota, by=region.payer)


def test_money_does_not_go_sideways_or_up(region: Office, county: Office) -> None:
    quota = county.receive(region.pass_on(region.budget(100), COUNTY, 100))
    for target in (LEAGUE, COUNTY, 150423000000, VILLAGE):
        with pytest.raises(ServiceError) as refused:
            county.draft("pass", Line(Decimal(1), quota=quota.pk, target_division=target))
        assert refused.value.field == "lines.0.target_division"
    assert county.pass_on(quota, TOWNSHIP, 1).division_id == TOWNSHIP


def test_a_household_is_paid_to_its_own_account(county: Office) -> None:
    with scopes.acting(planter()):
        household = make_household(division=VILLAGE, bank_account="6222020400007654321")
        make_person(household, name="包金山")
    allocation = county.allocate(county.budget(1000), make_project(), 1000)
    wrong = {"household": household.pk, "payee_name": "包金山", "payee_account": "6222020400001111111"}
    for said, code in (
        (wrong, "other_account"),
        ({**wrong, "payee_name": "外人", "payee_account": ""}, "not_a_member"),
    ):
        with pytest.raises(ServiceError) as refused:
            county.draft("pay", Line(Decimal(1), allocation=allocation.pk, voucher_no="1", **said))
        assert refused.value.code == code
    county.pay(allocation, 900, household=household.pk, payee_name="包金山", payee_account="")
    with scopes.acting(county.payer):
        payment = Payment.objects.visible_to(county.payer).get()
    assert payment.payee_account_index == household.bank_account_index
    assert "4321" in str(payment.payee_account)
    assert "6222020400007654321" not in str(payment.payee_account)


def test_a_payment_is_reversed_by_an_order_of_its_own(county: Office) -> None:
    allocation = county.allocate(county.budget(1000), make_project(), 1000)
    entry = county.pay(allocation, 700)
    county.carry_out("reverse", Line(Decimal(0), reverses=entry.pk))
    with scopes.acting(county.payer):
        allocation.refresh_from_db()
        payment = Payment.objects.visible_to(county.payer).get()
    assert (allocation.paid, payment.reversed_on is not None) == (0, True)
    with pytest.raises(ServiceError) as refused:
        county.draft("reverse", Line(Decimal(0), reverses=entry.pk))
    assert refused.value.code == "reversed"


def test_an_entry_of_the_place_above_is_not_reversed_here(region: Office, county: Office) -> None:
    quota = county.receive(region.pass_on(region.budget(100), COUNTY, 80))
    passed = county.seen(Entry, quota=quota)
    with pytest.raises(ServiceError) as refused:
        county.draft("reverse", Line(Decimal(0), reverses=passed.pk))
    assert refused.value.field == "lines.0.reverses"


def test_statements_do_not_grow_with_the_lines(county: Office) -> None:
    quota = county.budget(1000)

    def statements(number: int) -> int:
        lines = [Line(Decimal(1), quota=quota.pk, project=make_project().pk) for _line in range(number)]
        with CaptureQueriesContext(connection) as drafting:
            order = county.draft("allocate", *lines)
        order = county.take(order, "propose", "review", "approve")
        with CaptureQueriesContext(connection) as booking:
            county.take(order, "execute")
        return len(drafting) + len(booking)

    assert statements(2) == statements(9)


def test_only_the_place_that_passed_it_on_takes_it_back(region: Office, county: Office) -> None:
    central = region.budget(100)
    quota = county.receive(region.pass_on(central, COUNTY, 80))
    with pytest.raises(ServiceError):
        county.draft("recover", Line(Decimal(1), quota=quota.pk))
    region.carry_out("recover", Line(Decimal(30), quota=quota.pk))
    with scopes.acting(region.payer):
        central.refresh_from_db()
        quota.refresh_from_db()
    assert (central.passed, quota.recovered) == (Decimal(50), Decimal(30))
