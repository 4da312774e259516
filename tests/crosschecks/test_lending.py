"""PC-09 to PC-13 and PC-19: the register's own loans, asked four ways (tests.crosschecks.engines)."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.crosschecks.evidence import sentence
from apps.crosschecks.rules import RULES
from apps.crosschecks.rules.parameters import Settings
from apps.measures.models import LoanRepayment, SmallLoan
from tests.crosschecks.families import LINES, REFERENCE, Family, family
from tests.crosschecks.field_work import COUNTY, day
from tests.crosschecks.supplied import found
from tests.crosschecks.test_records import write
from tests.factories.loans import make_fund, make_loan, make_wish

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)


def borrowed(*loans: dict[str, Any], **household: Any) -> Family:
    """A household of 王建国 with loans that the policy allows but for what is said of them."""
    made = family({"name": "王建国"}, household=household or None)
    for one in loans:
        make_loan(made.household, borrower=made.persons[0], **one)
    return made


def evidence_of(rule: str, made: Family, **more: Any) -> dict[str, Any] | None:
    """What proves the only finding that there can be."""
    got = found(rule, **more)
    assert set(got) <= {("household", made.household.pk)}
    return next(iter(got.values()), None)


def told(made: Family, **more: Any) -> dict[str, Any]:
    return {"code": made.household.code, "head": "王建国", **more}


@pytest.mark.parametrize(
    ("loans", "left"),
    [
        ([{"amount": Decimal("50000.00")}], None),
        ([{"amount": Decimal("50000.01")}], 50000.01),
        ([{"amount": 30000}, {"amount": Decimal("20000.01")}], 50000.01),
        ([{"amount": 60000, "repaid": 10000}], None),
        ([{"amount": 60000, "repaid": Decimal("9999.99")}], 50000.01),
        ([{"amount": 60000, "product": "fumin"}], None),
        ([{"amount": 60000, "lent_on": REFERENCE + DAY}], None),
    ],
)
def test_pc_09_what_a_household_still_owes_of_small_loans(loans, left):
    made = borrowed(*loans)
    assert evidence_of("PC-09", made) == (told(made, small_left=left) if left else None)


def test_pc_09_counts_what_was_repaid_by_the_date_and_follows_the_threshold_of_a_place():
    made = borrowed({"amount": 60000})
    with scopes.acting(system_account()):
        loan = SmallLoan.objects.get()
        LoanRepayment.objects.create(
            household=loan.household, division_id=loan.division_id, loan=loan, on=REFERENCE + DAY, principal=60000
        )
    assert evidence_of("PC-09", made) == told(made, small_left=60000.00)
    more = Settings.of([*LINES, ("loan_max", COUNTY, Decimal(60000))])
    assert evidence_of("PC-09", made, settings=more) is None


@pytest.mark.parametrize(
    ("loan", "hit"),
    [
        ({"term_months": 36}, False),
        ({"term_months": 37}, True),
        ({"term_months": 48, "repaid": 30000}, False),
        ({"term_months": 48, "product": "micro"}, True),
    ],
)
def test_pc_10_longer_than_three_years(loan, hit):
    made = borrowed(loan, {"term_months": 12})
    wanted = told(made, term_months=loan["term_months"], lent_since="2018-01-10")
    assert evidence_of("PC-10", made) == (wanted if hit else None)


@pytest.mark.parametrize(
    ("loans", "lapses"),
    [
        ([{}], None),
        ([{"collateral": True}, {"guarantee": True}], "collateral,guarantee,"),
        ([{"interest_subsidised": False}], "unsubsidised,"),
        ([{"collateral": True, "repaid": 30000}], None),
        ([{"lent_on": datetime.date(2015, 12, 31)}], "no_fund,"),
        ([{"lent_on": datetime.date(2016, 1, 1)}], None),
    ],
)
def test_pc_11_collateral_guarantee_interest_and_a_fund_by_the_year_of_lending(loans, lapses):
    make_fund(COUNTY, 2016)
    made = borrowed(*loans)
    assert evidence_of("PC-11", made) == (told(made, lapses=lapses) if lapses else None)


def test_pc_11_a_fund_of_another_county_is_none():
    make_fund(COUNTY + 10**6, 2016)
    assert evidence_of("PC-11", made := borrowed({})) == told(made, lapses="no_fund,")


def test_pc_12_an_enterprise_or_another_household_uses_it():
    firm, neighbour, settled, own = (
        borrowed({"real_enterprise": "某公司"}),
        borrowed({"real_household": family({}).household}),
        borrowed({"real_enterprise": "某公司", "repaid": 30000}),
        borrowed({}),
    )
    got = {key[1]: evidence["real_user"] for key, evidence in found("PC-12").items()}
    assert got == {firm.household.pk: "某公司", neighbour.household.pk: "@household"}
    assert settled.household.pk not in got and own.household.pk not in got
    assert sentence("PC-12", told(neighbour, real_user="@household")) == "王建国户贷款由另一户使用"


@pytest.mark.parametrize(
    ("loan", "days"),
    [
        ({"due_on": REFERENCE}, None),
        ({"due_on": REFERENCE - DAY}, 1),
        ({"due_on": day(11, 1), "repaid": 30000}, None),
        ({"due_on": day(11, 1), "repaid": 29999}, 60),
    ],
)
def test_pc_13_due_before_the_date_and_not_repaid(loan, days):
    made = borrowed(loan)
    left = 30000 - loan.get("repaid", 0)
    wanted = told(made, loan_due_on=loan["due_on"].isoformat(), days=days, loan_left=float(left))
    assert evidence_of("PC-13", made) == (wanted if days else None)


@pytest.mark.parametrize(
    ("waited", "withdrawn_on", "lent_on", "hit"),
    [
        (61, None, None, True),
        (60, None, None, False),
        (61, REFERENCE, None, False),
        (61, REFERENCE + DAY, None, True),
        (61, None, REFERENCE, False),
        (61, None, REFERENCE + DAY, True),
    ],
)
def test_pc_19_a_wish_of_more_than_sixty_days_and_no_loan(waited, withdrawn_on, lent_on, hit):
    made = borrowed(*([{"lent_on": lent_on}] if lent_on else []))
    make_wish(made.household, REFERENCE - waited * DAY, withdrawn_on=withdrawn_on)
    wished = (REFERENCE - waited * DAY).isoformat()
    assert evidence_of("PC-19", made) == (told(made, wished_on=wished, days=waited) if hit else None)


def test_households_that_were_removed_are_not_asked():
    make_fund(COUNTY)
    borrowed({"term_months": 48, "collateral": True}, status="60")
    assert not found("PC-10") and not found("PC-11")


def test_rules_of_loans_are_not_run_without_loans_and_cleared_by_repayment():
    for rule in ("PC-09", "PC-10", "PC-11", "PC-12", "PC-13"):
        assert "小额信贷" in RULES[rule].waits_for()
    assert "贷款意愿" in RULES["PC-19"].waits_for()
    made = borrowed({"due_on": day(6, 1)})
    assert [one.household_id for one in write("PC-13")] == [made.household.pk]
    with scopes.acting(system_account()):
        loan = SmallLoan.objects.get()
        LoanRepayment.objects.create(
            household=loan.household, division_id=loan.division_id, loan=loan, on=day(12, 1), principal=30000
        )
    assert [one.state for one in write("PC-13")] == ["cleared_by_data"]
