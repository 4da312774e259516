"""What services of money, loans and notices read by themselves: each asks for the reader's own scope once more.

As in `tests.access.test_children` the database is opened, and where one check stands behind another, the one in front
is opened too: what holds then is the check itself.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import models

from apps.access import scope as scopes
from apps.accounts.services import SET_UP, appoint
from apps.common.errors import ServiceError
from apps.divisions import codes
from apps.funds.models import (
    Allocation,
    Beneficiary,
    Entry,
    FundOrder,
    LedgerCheck,
    Project,
    Quota,
    Reconciliation,
)
from apps.funds.services import publicity, reading, reconciling, verifying
from apps.funds.tables import EntryResource, PaymentResource
from apps.households.models import Household, Person
from apps.measures import forms
from apps.measures import services as loans
from apps.measures.imports.banks import BankStage
from apps.measures.imports.loans import LoanStage
from apps.measures.imports.repayments import RepaymentStage
from apps.measures.models import LoanRepayment, SmallLoan
from apps.measures.tables import LoanRepaymentResource, LoanResource
from apps.notices.models import PublicNotice
from apps.notices.services import writing
from apps.pages.imports.importer import Outcome
from apps.pages.imports.run import quiet
from apps.pages.imports.workbook import Table
from tests.access.test_children import opened
from tests.access.world import COUNTY, EVERYTHING, OTHER_LEAGUE, OWN, REGION, TOWNSHIP, World
from tests.factories.accounts import make_user

pytestmark = [
    pytest.mark.usefixtures("undone", "wall"),
    pytest.mark.parametrize("wall", ["application"], indirect=True),
]

DAY = datetime.date(2018, 7, 1)


def first(model: type[models.Model], place: int, **only: Any) -> Any:
    """The first planted row of a model at a place."""
    with scopes.activate(EVERYTHING):
        return model._default_manager.filter(division_id=place, **only).order_by("pk")[0]


def own_and_far(model: type[models.Model]) -> tuple[Any, Any]:
    """The rows of a village of the county and of one in another league."""
    return first(model, OWN), first(model, OTHER_LEAGUE)


def reads(world: World, name: str, ask: Callable[[Any], Any]) -> Any:
    """What an account of the world is answered by a service."""
    by = world.accounts[name].user
    with scopes.acting(by):
        return ask(by)


# --- notices about money ----------------------------------------------------------------------------------------------


def test_notices_that_are_not_posted_are_listed_for_those_who_see_them(world):
    for project in own_and_far(Project):
        with scopes.activate(EVERYTHING):
            here = PublicNotice.objects.filter(division_id=project.division_id)
            here.update(subject=publicity.subject_of(project))
    listed = [
        [one.visible for one in reads(world, "county", lambda by, row=row: publicity.notices_of(row, by))]
        for row in own_and_far(Project)
    ]
    assert listed == [[True], []]


def test_whoever_changes_nothing_at_a_place_has_no_notice_prepared_there(world):
    own, far = own_and_far(Project)
    assert reads(world, "county", lambda by: [publicity.may_prepare(row, by) for row in (own, far)]) == [True, False]
    assert not reads(world, "inspector", lambda by: publicity.may_prepare(own, by))
    with scopes.activate(EVERYTHING):
        Project.objects.filter(pk=own.pk).update(state="stopped")
    # At that moment there is nothing to say: whoever has the right is told so, and nobody else is.
    for place, refusal in ((OWN, ServiceError), (TOWNSHIP, PermissionDenied)):
        with pytest.raises(refusal):
            reads(world, "village", lambda by, place=place: publicity.prepare(own, place, by=by))


def shared_out() -> Quota:
    """Money of the region: 10 and 20 yuan passed on, 5 and 7 put into projects, the first of each in the county."""
    said = {"kind": "special", "origin": "central", "year": 2018, "issued_on": DAY, "received_on": DAY}
    with scopes.activate(EVERYTHING):
        quota = Quota.objects.create(division_id=REGION, document_no="d", **said)
        booked = {"booked_on": DAY, "document_no": "d"}
        Entry.objects.create(division_id=REGION, act="budget", quota=quota, amount=100, **booked)
        for place, amount in ((COUNTY, 10), (OTHER_LEAGUE // 10**6 * 10**6, 20)):
            part = Quota.objects.create(
                division_id=place, parent=quota, from_division_id=REGION, document_no=f"d{place}", **said
            )
            Entry.objects.create(division_id=place, act="pass", quota=part, amount=amount, **booked)
        for project, amount in zip(own_and_far(Project), (5, 7), strict=True):
            of = {"division_id": project.division_id, "quota": quota, "project": project}
            put = Allocation.objects.create(**of)
            Entry.objects.create(**of, act="allocate", allocation=put, amount=amount, **booked)
        return Quota.objects.get(pk=quota.pk)


def test_a_notice_of_what_became_of_money_names_what_its_writer_sees(world):
    quota = shared_out()
    for name, amounts in (("county", ["10.00", "5.00"]), ("region", ["10.00", "20.00", "5.00", "7.00"])):
        said = reads(world, name, lambda by: publicity.WORDS["distribution"](quota, by))
        assert [line["amount"] for line in said.lines] == amounts, name


def test_a_notice_of_a_project_tells_of_no_money_and_no_household_out_of_its_writers_sight(world):
    own, far = own_and_far(Project)
    with scopes.activate(EVERYTHING):
        Beneficiary.objects.filter(project__in=(own, far)).update(head="色音")
    for stage in ("before", "after"):
        words = publicity.WORDS[stage]
        near, away = reads(world, "county", lambda by, words=words: [words(row, by) for row in (own, far)])
        assert near.lines[0]["households"] == len(near.lines) - 1 > 0
        assert (away.lines[0]["households"], len(away.lines)) == (0, 1)
    assert ("落实资金1.00元，已拨付1.00元" in near.text, "落实资金0.00元，已拨付0.00元" in away.text) == (True, True)


def test_a_notice_is_changed_by_whoever_prepares_notices_there(world):
    said = {"title": "公示", "text": "公示", "lines": [], "days": None}
    notice = first(PublicNotice, OWN)
    with pytest.raises(PermissionDenied):
        reads(world, "inspector", lambda by: writing.change(notice, by, **said))
    assert reads(world, "county", lambda by: writing.change(notice, by, **said)).text == "公示"


# --- orders, the ledger and the finance department --------------------------------------------------------------------


def test_orders_that_came_back_wait_for_nobody_who_sees_them_no_more(world):
    own, far = own_and_far(FundOrder)
    with scopes.activate(EVERYTHING):
        drafted = {"state": "returned", "drafted_by": world.accounts["county"].user}
        FundOrder.objects.filter(pk__in=(own.pk, far.pk)).update(**drafted)
    assert reads(world, "county", lambda by: list(reading.waiting(by))) == [own]


def test_the_lines_of_an_order_and_its_payees_accounts_are_for_its_readers(world):
    orders = own_and_far(FundOrder)
    shown = reads(world, "county", lambda by: [len(reading.lines_of(by, order)) for order in orders])
    assert shown == [1, 0]
    # An office reads numbers of persons, the finance department pays: each by its right, each at its place.
    for name, plain in (("county", [True, False]), ("finance", [True, False]), ("inspector", [False, False])):
        assert reads(world, name, lambda by: [reading.reads_accounts(by, order) for order in orders]) == plain, name


def test_the_finance_departments_sums_are_those_of_ones_own_places(world):
    mine = [row for row in world.rows_of(Reconciliation) if world.accounts["county"].sees(row)]
    assert 0 < len(mine) < len(world.rows_of(Reconciliation))

    def counted(by: Any, *places: int | None) -> list[int]:
        return [sum(one.vouchers for one in reconciling.totals(by, place)) for place in places]

    assert reads(world, "county", lambda by: counted(by, None, OWN, OTHER_LEAGUE)) == [len(mine), 2, 0]


def test_what_was_said_of_a_difference_is_read_where_it_lies(world):
    with scopes.activate(EVERYTHING):
        Reconciliation.objects.exclude(settlement=None).update(voucher_no="v")
    rows = [first(Reconciliation, place, voucher_no="v") for place in (OWN, OTHER_LEAGUE)]
    told = reads(world, "county", lambda by: [len(reconciling.settlements_of(row, by)) for row in rows])
    assert told == [1, 0]


def reversed_at(place: int) -> Entry:
    """An entry that takes back what was paid at a place."""
    paid = first(Entry, place, act="pay")
    with scopes.activate(EVERYTHING):
        of = {name: getattr(paid, name) for name in ("division_id", "act", "quota", "project", "allocation")}
        return Entry.objects.create(**of, amount=-paid.amount, reverses=paid, booked_on=paid.booked_on)


def test_a_difference_is_settled_by_an_entry_in_sight_that_lies_where_it_does(world):
    """Who pays at the county itself sees no entry of a village; who pays in another league as well sees one there."""
    row = first(Reconciliation, COUNTY, settlement=None)
    own, far = reversed_at(OWN), reversed_at(OTHER_LEAGUE)
    here = make_user("pays-here", "finance_user", COUNTY, extent="here")
    twice = make_user("pays-twice", "finance_user", COUNTY)
    with scopes.activate(SET_UP):
        appoint(twice, role="finance_user", division=150500000000, by=None)
    for by, entry in ((here, own), (twice, far)):
        with scopes.acting(by), pytest.raises(ServiceError) as refused:
            reconciling.settle(row, "核对", by=by, entry=entry.pk)
        assert refused.value.field == "entry"
    with scopes.acting(twice):
        assert reconciling.settle(row, "核对", by=twice, entry=own.pk).entry == own


def test_differences_wait_for_those_who_read_the_money_that_they_pay(world):
    ranges = (codes.subtree(COUNTY),)
    for capabilities, count in ((("pay_funds", "view_funds"), 1), (("pay_funds",), 0)):
        payer = scopes.Scope(user_id=None, capabilities=dict.fromkeys(capabilities, ranges))
        with scopes.activate(payer):
            assert reconciling.waiting(payer).count() == count, capabilities


def test_a_ledger_that_is_not_whole_is_told_to_those_who_see_the_check(world):
    last = max(row.key for row in world.rows_of(LedgerCheck) if world.accounts["county"].sees(row))
    assert last < max(row.key for row in world.rows_of(LedgerCheck))
    assert reads(world, "county", verifying.broken).pk == last


@pytest.mark.parametrize("resource", [EntryResource, PaymentResource])
def test_an_entry_names_its_project_to_those_who_see_the_project(world, resource):
    rows = [first(resource.model, place, project__isnull=False) for place in (OWN, OTHER_LEAGUE)]
    with opened(resource.model):
        named = reads(world, "county", lambda by: dict(resource.rows(by).values_list("pk", "project_name")))
    assert [bool(named[row.pk]) for row in rows] == [True, False]


# --- loans and their repayments ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", [Household, Person])
def test_a_loan_is_offered_to_members_in_sight_of_a_household_in_sight(world, model):
    households = own_and_far(Household)

    def offered(by: Any, household: Household) -> set[Any]:
        field = forms.LoanForm(user=by, initial={"household": household.pk}).fields["borrower"]
        return {one.household_id for one in field.queryset} if isinstance(field, forms.MemberField) else set()

    with opened(model):
        found = reads(world, "county", lambda by: [offered(by, household) for household in households])
    assert found == [{households[0].pk}, set()]


@pytest.mark.parametrize("resource", [LoanRepaymentResource, LoanResource])
def test_a_loan_names_its_household_to_those_who_see_the_household(world, resource):
    own, far = own_and_far(resource.model)
    with opened(resource.model):
        named = reads(world, "county", lambda by: dict(resource.rows(by).values_list("pk", "code_seen")))
    with scopes.activate(EVERYTHING):
        code = own.household.code
    assert [named[row.pk] for row in (own, far)] == [code, None]


LENT = ("贷款银行", "合同编号", "借款人证件号码", "贷款金额", "期限", "放款日期", "财政贴息")
PAID = ("合同编号", "借款人证件号码", "银行流水号", "还款日期", "归还本金")


def judged(stage: type[BankStage], header: tuple[str, ...], *rows: tuple[str, ...]) -> Callable[[Any], list[Any]]:
    """What becomes of each row of a bank's file: how it ends, and why."""

    def ask(by: Any) -> list[Any]:
        table = Table("a.csv", "", list(header), 1, iter((number, list(row)) for number, row in enumerate(rows, 2)))
        found = stage(table, scopes.of(by), quiet).found
        return [[row.outcome, *sorted(fault.code for fault in row.faults)] for row in found]

    return ask


def numbers() -> tuple[str, str]:
    """The numbers of the borrowers of a loan of one's own and of one far away."""
    with scopes.activate(EVERYTHING):
        return tuple(loan.borrower.id_no.clear() for loan in own_and_far(SmallLoan))  # type: ignore[return-value]


def test_a_banks_loan_is_written_where_its_bringer_may_write(world):
    rest = ("900", "24", "2018-03-05", "否")
    rows = [("农信社", f"N{number}", one, *rest) for number, one in enumerate(numbers())]
    with opened(Person):
        answer = reads(world, "county", judged(LoanStage, LENT, *rows))
    assert answer == [[Outcome.ADDED], [Outcome.REFUSED, "not_found"]]


def test_a_bank_is_not_told_whose_number_is_in_the_register_elsewhere(world):
    """The contract is the county's own: that the number is somebody's would show in what is said of it."""
    loan, (mine, far) = first(SmallLoan, OWN), numbers()
    rest = ("S1", "2018-07-01", "2")
    answer = reads(
        world,
        "county",
        judged(RepaymentStage, PAID, (loan.contract_no, far, *rest), (loan.contract_no, mine, *rest)),
    )
    assert answer == [[Outcome.REFUSED, "not_found"], [Outcome.ADDED]]


def test_a_bank_is_not_told_that_a_contract_is_known_elsewhere(world, monkeypatch):
    mine, far = numbers()
    rest = ("900", "24", "2018-03-05", "否")
    rows = [(loan.bank, loan.contract_no, mine, *rest) for loan in own_and_far(SmallLoan)]
    answer = reads(world, "county", judged(LoanStage, LENT, *rows))
    assert answer == [[Outcome.REFUSED, "differs"], [Outcome.ADDED]]
    # The same of what is paid back, also where anybody might write.
    monkeypatch.setattr(BankStage, "may", lambda stage, division: True)
    paid = [
        (loan.contract_no, number, f"S{number}", "2018-07-01", "2")
        for loan, number in zip(own_and_far(SmallLoan), (mine, far), strict=True)
    ]
    with opened(Person):
        answer = reads(world, "county", judged(RepaymentStage, PAID, *paid))
    assert answer == [[Outcome.ADDED], [Outcome.REFUSED, "not_found"]]


def test_a_bank_is_not_told_that_a_line_is_known_elsewhere(world):
    loan, line_nos = first(SmallLoan, OWN), [paid.bank_line for paid in own_and_far(LoanRepayment)]
    with scopes.activate(EVERYTHING):
        SmallLoan.objects.filter(pk=first(SmallLoan, OTHER_LEAGUE).pk).update(bank=loan.bank)
    rows = [(loan.contract_no, numbers()[0], line_no, "2018-07-01", "2") for line_no in line_nos]
    answer = reads(world, "county", judged(RepaymentStage, PAID, *rows))
    assert answer == [[Outcome.REFUSED, "differs"], [Outcome.ADDED]]


def test_who_may_not_write_of_a_loan_is_told_so_before_what_was_said_is_looked_at(world):
    """The services refuse what was said too: of that only those hear who may write at all."""
    loan, paid = first(SmallLoan, OWN), first(LoanRepayment, OWN)
    calls = (
        lambda by: loans.repay(loan, on=DAY, principal=Decimal(0), by=by),
        lambda by: loans.reverse(paid, reason="", by=by),
    )
    for call in calls:
        for name, refusal in (("inspector", PermissionDenied), ("county", ServiceError)):
            with pytest.raises(refusal):
                reads(world, name, call)


def test_a_banks_repayments_are_written_by_whoever_may_write_at_their_loans(world):
    loan = first(SmallLoan, OWN)

    def book(by: Any) -> None:
        loans.book_repayments([LoanRepayment(loan=loan, on=DAY, principal=Decimal(2), voucher="S")], {}, by=by)

    with pytest.raises(PermissionDenied):
        reads(world, "inspector", book)
    reads(world, "county", book)
    with scopes.activate(EVERYTHING):
        assert LoanRepayment.objects.filter(loan=loan, voucher="S").count() == 1
