"""小额信贷导入: what a bank reports to have lent, taken as it is; contracts that are there are never changed."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.common.errors import ServiceError
from apps.households.models import Person
from apps.measures import services
from apps.measures.choices import LoanProduct
from apps.measures.imports.banks import BankStage, members, unknown_borrower, yuan
from apps.measures.models import SmallLoan
from apps.measures.services.loans import end_of_term, require_come
from apps.pages.imports import cells
from apps.pages.imports.importer import Outcome
from apps.pages.imports.rows import Row
from apps.pages.imports.sheets import Column, Line, Sheet, SheetImporter, chunks

PRODUCTS = {
    "扶贫小额信贷": LoanProduct.SMALL.value,
    "金融扶贫富民工程贷款": LoanProduct.WEALTH.value,
    "扶贫再贷款": LoanProduct.RELENDING.value,
    "中和农信小额贷款": LoanProduct.MICRO.value,
    "其他": LoanProduct.OTHER.value,
}
SHEET = Sheet(
    Column("bank", "贷款银行", cells.text(60), "放款的银行或机构。", ("银行", "金融机构"), 24, required=True),
    Column("contract_no", "合同编号", cells.text(40), "同一银行不重复。", ("贷款编号", "合同号"), 24, required=True),
    Column(
        "id_no",
        "借款人证件号码",
        cells.identifier(22),
        "以文本填写；借款人应是在册成员。",
        ("证件号码", "身份证号码", "身份证号"),
        22,
        required=True,
    ),
    Column("product", "贷款产品", cells.choice(PRODUCTS), "不填即为扶贫小额信贷。", ("产品",)),
    Column("amount", "贷款金额", yuan, "元，最多两位小数。", ("金额", "贷款金额（元）"), required=True),
    Column("term", "期限", cells.number(3, 0, least=1), "月数。", ("期限（月）", "贷款期限"), required=True),
    Column("rate", "年利率", cells.number(6, 4), "百分数，可不填。", ("年利率（%）", "利率")),
    Column("on", "放款日期", cells.date, "如2018-06-01，不晚于今天。", ("发放日期",), required=True),
    Column("due_on", "到期日期", cells.date, "不填即按期限推算。", ("到期日",)),
    Column("subsidised", "财政贴息", cells.flag, "填是或否。", ("是否贴息", "贴息"), required=True),
    Column("collateral", "抵押", cells.flag, "填是或否，不填为否。", ("有抵押", "是否抵押")),
    Column("guarantee", "担保", cells.flag, "填是或否，不填为否。", ("有担保", "是否担保")),
    Column("enterprise", "实际用款企业", cells.text(100), "由企业使用时填写。", ("用款企业",), 24),
)


class LoanStage(BankStage):
    """One file of loans, compared with the contracts that are there."""

    sheet = SHEET

    def settle(self) -> None:
        self.begin()
        people = members(self.lines, self.scope)
        there: dict[tuple[str, str], SmallLoan] = {}
        for some in chunks({line.values["contract_no"] for line in self.lines if "contract_no" in line.values}):
            found = SmallLoan.objects.visible_to(self.scope).filter(contract_no__in=some)
            there |= {(loan.bank, loan.contract_no): loan for loan in found}
        seen: dict[tuple[str, str], int] = {}
        for row in self.found:
            if not row.faults:
                self._compare(row, people.get(row.line.values["id_no"]), there, seen)

    def apply(self, *, by: Any) -> None:
        services.book_loans(self.accepted, by=by)

    def _compare(
        self,
        row: Row,
        borrower: Person | None,
        there: dict[tuple[str, str], SmallLoan],
        seen: dict[tuple[str, str], int],
    ) -> None:
        values = row.line.values
        if borrower is None or not self.may(borrower.division_id):
            row.refuse("id_no", unknown_borrower(), "not_found")
            return
        row.title, row.division = borrower.name, borrower.division_id
        contract = (values["bank"], values["contract_no"])
        if contract in seen:
            row.refuse("contract_no", _("与第%(row)s行是同一份合同。") % {"row": seen[contract]}, "twice")
            return
        seen[contract] = row.line.row
        loan = loan_of(row.line, borrower)
        known = there.get(contract)
        if known is not None:
            facts = ("borrower_id", "amount", "term_months", "lent_on")
            if any(getattr(loan, name) != getattr(known, name) for name in facts):
                row.refuse("contract_no", _("这份合同已经登记，内容与文件不同，请在页面上更正。"), "differs")
            else:
                row.outcome = Outcome.UNCHANGED
            return
        try:
            require_come(loan.lent_on, "on")
            loan.clean_fields(exclude=("division", "borrower_name"))
            if loan.due_on <= loan.lent_on:
                raise ServiceError(_("到期日期应晚于放款日期。"), field="due_on", code="order")
        except ServiceError as error:
            row.refuse_as("on", error)
        except ValidationError as error:
            for name, messages in error.message_dict.items():
                row.refuse(name, " ".join(messages))
        else:
            row.add(loan, "amount", f"{loan.amount:,.2f}", borrower.name)


class LoanImporter(SheetImporter):
    """小额信贷: what banks report to have lent."""

    kind = "loans"
    title = gettext_lazy("小额信贷")
    stages = LoanStage
    template_url = "loan-import-template"
    accepts = gettext_lazy("银行报送的文件或填好的导入模板（.xlsx、.xls 或 .csv），不超过 100 MB。")


def loan_of(line: Line, borrower: Person) -> SmallLoan:
    """The loan that a row tells of; what the bank says is not weighed here."""
    values = line.values
    lent_on, months = line.on, int(values["term"])
    due_on = datetime.date.fromisoformat(values["due_on"]) if "due_on" in values else end_of_term(lent_on, months)
    return SmallLoan(
        household_id=borrower.household_id,
        division_id=borrower.household.division_id,
        borrower=borrower,
        borrower_name=borrower.name,
        product=values.get("product", LoanProduct.SMALL.value),
        bank=values["bank"],
        contract_no=values["contract_no"],
        amount=Decimal(values["amount"]),
        term_months=months,
        rate=Decimal(values["rate"]) if "rate" in values else None,
        lent_on=lent_on,
        due_on=due_on,
        interest_subsidised=values["subsidised"] == "t",
        collateral=values.get("collateral") == "t",
        guarantee=values.get("guarantee") == "t",
        real_enterprise=values.get("enterprise", ""),
    )
