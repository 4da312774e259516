"""Loans as they are there after they were made; written in the scope of the system account."""

from __future__ import annotations

import datetime
from itertools import count
from typing import Any

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.households.models import Household, Person
from apps.measures.models import LoanRepayment, LoanWish, RiskFund, SmallLoan
from tests.factories.households import make_person

_sequence = count(1)


def make_loan(household: Household, *, repaid: Any = 0, **fields: Any) -> SmallLoan:
    """A small loan as the policy wants it, of the household's first member (made if there is none); a sum repaid."""
    with scopes.acting(system_account()):
        borrower = fields.pop("borrower", None) or Person.objects.filter(household=household).order_by("pk").first()
    borrower = borrower or make_person(household)
    values: dict[str, Any] = {
        "bank": "农村信用社",
        "contract_no": f"C{next(_sequence):06d}",
        "amount": 30000,
        "term_months": 24,
        "lent_on": datetime.date(2018, 1, 10),
        "due_on": datetime.date(2020, 1, 10),
        **fields,
    }
    with scopes.acting(system_account()):
        loan = SmallLoan.objects.create(
            household=household, division_id=household.division_id, borrower=borrower, borrower_name=borrower.name,
            **values,
        )  # fmt: skip
        if repaid:
            LoanRepayment.objects.create(
                household=household, division_id=household.division_id, loan=loan, on=loan.lent_on, principal=repaid
            )
            loan.refresh_from_db()
        return loan


def make_wish(household: Household, on: datetime.date, **fields: Any) -> LoanWish:
    """A household that wants a loan since a day."""
    with scopes.acting(system_account()):
        return LoanWish.objects.create(household=household, division_id=household.division_id, wished_on=on, **fields)


def make_fund(county: int, year: int = 2016) -> RiskFund:
    """What a county put aside in a year."""
    with scopes.acting(system_account()):
        return RiskFund.objects.create(division_id=county, year=year, amount=1_000_000, document_no="财金1号")
