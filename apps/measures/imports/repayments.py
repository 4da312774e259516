"""还款与逾期导入: what a bank was paid back, line by line, and which loans it calls overdue; a line is written once."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.common.errors import ServiceError
from apps.households.models import Person
from apps.measures import services
from apps.measures.choices import Source
from apps.measures.imports.banks import BankStage, members, unknown_borrower, yuan
from apps.measures.models import LoanRepayment, SmallLoan
from apps.measures.services.repayments import require_fitting
from apps.pages.imports import cells
from apps.pages.imports.importer import Difference, Outcome
from apps.pages.imports.rows import Row
from apps.pages.imports.sheets import Column, Sheet, SheetImporter, chunks

SHEET = Sheet(
    Column("contract_no", "合同编号", cells.text(40), "已登记的贷款合同。", ("贷款编号", "合同号"), 24, required=True),
    Column("bank", "贷款银行", cells.text(60), "几家银行有相同编号时填写。", ("银行", "金融机构"), 24),
    Column(
        "id_no",
        "借款人证件号码",
        cells.identifier(22),
        "以文本填写；应是该合同的借款人。",
        ("证件号码", "身份证号码", "身份证号"),
        22,
        required=True,
    ),
    Column(
        "line_no", "银行流水号", cells.text(60), "银行每笔还款的编号；同一流水号只登记一次。", ("流水号", "凭证号"), 24
    ),
    Column("on", "还款日期", cells.date, "如2018-12-01，不晚于今天。", ("归还日期",)),
    Column("principal", "归还本金", yuan, "元，最多两位小数；只报逾期的行不填。", ("归还本金（元）", "还款本金")),
    Column("overdue", "逾期", cells.flag, "填是或否，可不填。", ("是否逾期",)),
)


class RepaymentStage(BankStage):
    """One file of repayments, compared with the contracts and lines that are there."""

    sheet = SHEET

    def settle(self) -> None:
        self.begin()
        people = members(self.lines, self.scope)
        loans: dict[str, list[SmallLoan]] = defaultdict(list)
        for some in chunks({line.values["contract_no"] for line in self.lines if "contract_no" in line.values}):
            rows = SmallLoan.objects.visible_to(self.scope).filter(contract_no__in=some).select_related("borrower")
            # Held, so that nobody repays them between what is shown here and what is written.
            for one in rows.select_for_update(of=("self",)).order_by("pk"):
                loans[one.contract_no].append(one)
        self.there: dict[tuple[str, str], LoanRepayment] = {}
        for some in chunks({line.values["line_no"] for line in self.lines if "line_no" in line.values}):
            known = LoanRepayment.objects.visible_to(self.scope).filter(bank_line__in=some).select_related("loan")
            self.there |= {(paid.loan.bank, paid.bank_line): paid for paid in known}
        self.seen: dict[tuple[str, str], int] = {}
        by_key = {loan.pk: loan for each in loans.values() for loan in each}
        self.said: dict[int, Row] = {}
        self.left = {key: loan.amount - loan.repaid for key, loan in by_key.items()}
        for row in self.found:
            loan = self._loan(row, loans, people) if not row.faults else None
            if loan is None:
                continue
            row.title, row.division, row.outcome = loan.borrower_name, loan.division_id, Outcome.UNCHANGED
            if "principal" in row.line.values:
                self._repaid(row, loan)
            if not row.faults and "overdue" in row.line.values:
                self.said[loan.pk] = row
        for key, row in self.said.items():
            self._called(row, by_key[key], called(row))

    def apply(self, *, by: Any) -> None:
        overdue = {key: called(row) for key, row in self.said.items() if row.outcome != Outcome.REFUSED}
        services.book_repayments(self.accepted, overdue, by=by)

    def _loan(self, row: Row, loans: dict[str, list[SmallLoan]], people: dict[str, Person]) -> SmallLoan | None:
        """The contract of a row, if its borrower is the one whom the row names; None, and why, otherwise."""
        values = row.line.values
        found = [
            loan for loan in loans[values["contract_no"]] if values.get("bank") in (None, loan.bank) and
            self.may(loan.division_id)
        ]  # fmt: skip
        borrower = people.get(values["id_no"])
        if borrower is None:
            row.refuse("id_no", unknown_borrower(), "not_found")
        if not found:
            row.refuse("contract_no", _("没有这份合同，或者它不在您的范围内。"), "not_found")
        elif len(found) > 1:
            row.refuse("bank", _("有几家银行的合同是这个编号，请填写贷款银行。"), "several")
        elif borrower is not None and found[0].borrower_id != borrower.pk:
            row.refuse("id_no", _("不是这份合同的借款人。"), "borrower")
        self._whole(row)
        return None if row.faults else found[0]

    def _whole(self, row: Row) -> None:
        """A repayment has its day and the bank's number; a row without one tells at least whether it is overdue."""
        values = row.line.values
        if "principal" in values:
            for name in ("on", "line_no"):
                if name not in values:
                    row.refuse(name, _("必填项为空。"), "required")
        elif "overdue" not in values:
            row.refuse("principal", _("请填写归还本金，或者是否逾期。"), "required")

    def _repaid(self, row: Row, loan: SmallLoan) -> None:
        values = row.line.values
        line_no, on, principal = values["line_no"], row.line.on, Decimal(values["principal"])
        mark = (loan.bank, line_no)
        if mark in self.seen:
            row.refuse("line_no", _("与第%(row)s行是同一条流水。") % {"row": self.seen[mark]}, "twice")
            return
        self.seen[mark] = row.line.row
        if (known := self.there.get(mark)) is not None:
            if (known.loan_id, known.on, known.principal) != (loan.pk, on, principal):
                row.refuse("line_no", _("这条流水已经登记，内容与文件不同。"), "differs")
            return
        try:
            require_fitting(loan, on, principal, self.left[loan.pk])
        except ServiceError as error:
            row.refuse_as("on", error)
            return
        self.left[loan.pk] -= principal
        repayment = LoanRepayment(
            loan=loan, on=on, principal=principal, voucher=line_no, bank_line=line_no, source=Source.BANK
        )
        row.add(repayment, "principal", f"{principal:,.2f}", loan.borrower_name)

    @staticmethod
    def _called(row: Row, loan: SmallLoan, overdue: bool) -> None:
        """The last row of a loan says whether the bank calls it overdue."""
        if loan.overdue_at_bank is overdue:
            return
        words = {True: _("是"), False: _("否"), None: "—"}
        change = Difference(
            loan.borrower_name, SHEET.headers["overdue"], str(words[loan.overdue_at_bank]), str(words[overdue])
        )
        row.differences.append(change)
        if row.outcome == Outcome.UNCHANGED:
            row.outcome = Outcome.CHANGED


class RepaymentImporter(SheetImporter):
    """还款与逾期: what banks were paid back, and what they wait for."""

    kind = "loan-repayments"
    title = gettext_lazy("贷款还款与逾期")
    stages = RepaymentStage
    template_url = "loan-repayment-import-template"
    accepts = gettext_lazy("银行报送的文件或填好的导入模板（.xlsx、.xls 或 .csv），不超过 100 MB。")


def called(row: Row) -> bool:
    """Whether a row calls its loan overdue."""
    return row.line.values["overdue"] == "t"
