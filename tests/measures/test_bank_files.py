"""Banks' files: loans are taken as they are, repayments once; a row that cannot be is refused, and only it."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.measures.models import LoanRepayment, SmallLoan
from apps.pages.imports import tasks
from apps.pages.imports.models import ImportBatch, StagedUnit
from tests.factories.accounts import make_user, sign_in
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import make_household, make_person
from tests.factories.loans import make_loan
from tests.households.import_tools import csv_text

OWN, SIBLING, NEIGHBOUR, *_REST = VILLAGES
LENT = ["贷款银行", "合同编号", "借款人证件号码", "贷款金额", "期限", "放款日期", "财政贴息", "抵押", "实际用款企业"]
PAID = ["合同编号", "借款人证件号码", "银行流水号", "还款日期", "归还本金", "逾期"]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _settings(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.REFERENCE_DATE = datetime.date(2018, 12, 31)
    plant(*VILLAGES)


@pytest.fixture
def officer():
    return make_user("officer", "township_officer", OWN - OWN % 1000)


@pytest.fixture
def page(officer) -> Client:
    return sign_in(Client(), officer)


def somebody(village: int = OWN) -> Any:
    return make_person(make_household(village), name="包音")


def read(page: Client, user: Any, kind: str, header: list[str], *rows: list[str]) -> ImportBatch:
    file = SimpleUploadedFile("bank.csv", csv_text([header, *rows]).encode())
    answer = page.post(f"/imports/new/{kind}/", {"file": file})
    assert answer.status_code == 302, answer.content.decode()
    return work(user)


def work(user: Any) -> ImportBatch:
    with scopes.acting(user):
        batch = ImportBatch.objects.visible_to(user).latest("pk")
    tasks.work(batch.pk, user.pk)
    with scopes.acting(user):
        return ImportBatch.objects.visible_to(user).get(pk=batch.pk)


def confirmed(page: Client, user: Any, batch: ImportBatch) -> ImportBatch:
    assert page.post(f"/imports/{batch.pk}/confirm/").status_code == 302
    return work(user)


def counts(batch: ImportBatch) -> tuple[int, int, int, int]:
    assert not batch.error, batch.error
    return batch.added, batch.changed, batch.unchanged, batch.refused


def why(user: Any, batch: ImportBatch) -> dict[int, str]:
    """By row of the file, without its header."""
    with scopes.acting(user):
        rows = StagedUnit.objects.filter(batch=batch, outcome="r").order_by("seq")
        return {unit.seq: "".join(message for _row, _field, message in unit.faults) for unit in rows}


def stored(model: Any, *names: str) -> list[tuple]:
    with scopes.acting(system_account()):
        return list(model.objects.order_by("pk").values_list(*names))


def test_loans_beyond_every_limit_are_taken_as_the_bank_reports_them(page, officer):
    one, other = somebody(), somebody(SIBLING)
    rows = [
        ["农信社", "N1", one.id_no.clear(), "80000", "48", "2018-03-05", "否", "是", "某公司"],
        ["农信社", "N2", other.id_no.clear(), "50000.00", "36", "2018-03-05", "是", "", ""],
    ]
    batch = read(page, officer, "loans", LENT, *rows)
    assert counts(batch) == (2, 0, 0, 0) and stored(SmallLoan, "pk") == []
    assert counts(confirmed(page, officer, batch)) == (2, 0, 0, 0)
    told = stored(SmallLoan, "household_id", "amount", "term_months", "collateral", "used_by_enterprise", "source")
    assert told == [
        (one.household_id, Decimal(80000), 48, True, True, "bank"),
        (other.household_id, Decimal(50000), 36, False, False, "bank"),
    ]
    assert stored(SmallLoan, "due_on")[0] == (datetime.date(2022, 3, 5),)
    assert counts(read(page, officer, "loans", LENT, *rows)) == (0, 0, 2, 0)


def test_each_loan_that_cannot_be_says_why(page, officer):
    one, far = somebody(), somebody(NEIGHBOUR)
    known = make_loan(one.household, bank="农信社", contract_no="N9", borrower=one)
    number = one.id_no.clear()
    usual = ["农信社", "N1", number, "30000", "24", "2018-03-05", "是", "", ""]
    batch = read(
        page,
        officer,
        "loans",
        LENT,
        usual,
        [*usual[:3], "100.001", *usual[4:]],
        [*usual[:3], "-5", *usual[4:]],
        [*usual[:2], far.id_no.clear(), *usual[3:]],
        [*usual[:5], "2019-03-05", *usual[6:]],
        usual,
        ["农信社", known.contract_no, number, "1", "24", "2018-03-05", "是", "", ""],
    )
    assert counts(batch) == (1, 0, 0, 6)
    said = why(officer, batch)
    reasons = {2: "两位小数", 3: "大于零", 4: "没有这个证件号码", 5: "同一份合同", 6: "同一份合同", 7: "已经登记"}
    assert {seq: reason in said[seq] for seq, reason in reasons.items()} == dict.fromkeys(reasons, True), said


def test_repayments_are_written_once_whatever_file_they_come_in_twice(page, officer):
    one = somebody()
    loan = make_loan(one.household, contract_no="N1", borrower=one)
    number = one.id_no.clear()
    rows = [
        ["N1", number, "L1", "2018-10-01", "10000", ""],
        ["N1", number, "L2", "2018-11-01", "5000.50", "是"],
    ]
    batch = read(page, officer, "loan-repayments", PAID, *rows)
    assert counts(batch) == (2, 0, 0, 0) and stored(LoanRepayment, "pk") == []
    confirmed(page, officer, batch)
    names = ("loan_id", "principal", "bank_line", "source", "made_by_name")
    assert stored(LoanRepayment, *names) == [
        (loan.pk, Decimal(10000), "L1", "bank", "officer"),
        (loan.pk, Decimal("5000.50"), "L2", "bank", "officer"),
    ]
    assert stored(SmallLoan, "outstanding", "overdue_at_bank") == [(Decimal("14999.50"), True)]
    assert counts(read(page, officer, "loan-repayments", PAID, *rows)) == (0, 0, 2, 0)
    more = [*rows, ["N1", number, "", "", "", "否"]]
    batch = confirmed(page, officer, read(page, officer, "loan-repayments", PAID, *more))
    assert counts(batch) == (0, 1, 2, 0)
    assert len(stored(LoanRepayment, "pk")) == 2 and stored(SmallLoan, "overdue_at_bank") == [(False,)]


def test_two_files_with_the_same_line_shown_at_once_write_it_once(page, officer):
    one = somebody()
    make_loan(one.household, contract_no="N1", borrower=one)
    row = ["N1", one.id_no.clear(), "L1", "2018-10-01", "10000", ""]
    first, second = (read(page, officer, "loan-repayments", PAID, row) for _turn in range(2))
    confirmed(page, officer, second)
    assert page.post(f"/imports/{first.pk}/confirm/").status_code == 302
    tasks.work(first.pk, officer.pk)
    assert stored(LoanRepayment, "principal") == [(Decimal(10000),)]


def test_each_repayment_that_cannot_be_says_why_and_the_others_are_written(page, officer):
    one, other, far = somebody(), somebody(), somebody(NEIGHBOUR)
    make_loan(one.household, contract_no="N1", borrower=one)
    make_loan(other.household, contract_no="N2", borrower=other)
    make_loan(far.household, contract_no="N3", borrower=far)
    number = one.id_no.clear()
    usual = ["N1", number, "L1", "2018-10-01", "20000", ""]
    batch = read(
        page,
        officer,
        "loan-repayments",
        PAID,
        usual,
        ["N7", *usual[1:]],
        ["N2", *usual[1:]],
        ["N1", "159900196203150015", "L3", *usual[3:]],
        ["N3", far.id_no.clear(), "L4", *usual[3:]],
        [*usual[:2], "L5", "2018-10-01", "10000.01", ""],
        [*usual[:2], "L6", "2018-10-01", "1.001", ""],
        [*usual[:2], "L7", "2017-10-01", "1", ""],
        [*usual[:2], "", "2018-10-01", "1", ""],
        [*usual[:2], "", "", "", ""],
        [*usual[:2], "L1", "2018-10-02", "1", ""],
    )
    assert counts(batch) == (1, 0, 0, 10)
    said = why(officer, batch)
    reasons = {
        2: "没有这份合同", 3: "不是这份合同的借款人", 4: "没有这个证件号码", 5: "没有这份合同", 6: "超过未还本金",
        7: "两位小数", 8: "不能早于放款日期", 9: "必填", 10: "请填写归还本金", 11: "同一条流水",
    }  # fmt: skip
    assert {seq: reason in said[seq] for seq, reason in reasons.items()} == dict.fromkeys(reasons, True), said
    confirmed(page, officer, batch)
    assert stored(LoanRepayment, "bank_line", "principal") == [("L1", Decimal(20000))]


def test_the_templates_can_be_had_by_whoever_imports(page):
    looks = sign_in(Client(), make_user("looks", "inspector", OWN - OWN % 10**6))
    for way in ("/loans/import/template.xlsx", "/loan-repayments/import/template.xlsx"):
        assert page.get(way).status_code == 200 and way in page.get("/imports/").content.decode()
        assert looks.get(way).status_code == 403
