"""Lines of an order: what each act asks for, what of it is refused, and what is booked when it is carried out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.common.days import today
from apps.common.errors import ServiceError
from apps.common.money import CENT
from apps.common.sealing import blind_index
from apps.divisions import codes
from apps.divisions.models import Division
from apps.funds.choices import PROJECT_ACTS, Act, FundKind, Origin
from apps.funds.models import Allocation, Entry, FundOrder, OrderLine, Payment, Project, Quota
from apps.funds.services.ledger import book, explained
from apps.households.models import Household, Person

MOST_LINES = 5000
MOST_NAMED = 100
"""So many wrong lines are named; more help nobody."""
LABELS: dict[str, Any] = {
    "kind": gettext_lazy("资金种类"),
    "origin": gettext_lazy("资金来源"),
    "quota": gettext_lazy("资金指标"),
    "allocation": gettext_lazy("项目资金"),
    "project": gettext_lazy("扶贫项目"),
    "target_division": gettext_lazy("下达到"),
    "household": gettext_lazy("受益户"),
    "household_code": gettext_lazy("户编码"),
    "payee_name": gettext_lazy("收款人"),
    "payee_account": gettext_lazy("收款账号"),
    "voucher_no": gettext_lazy("凭证号"),
    "reverses": gettext_lazy("冲销的账目"),
    "amount": gettext_lazy("金额（元）"),
}
"""What the fields of a line are called."""
LARGEST = Decimal("99999999999999.99")
ORIGIN_OF_LEVEL = {
    codes.REGION: (Origin.CENTRAL, Origin.REGION, Origin.SOCIAL),
    codes.LEAGUE: (Origin.LEAGUE, Origin.SOCIAL),
    codes.COUNTY: (Origin.COUNTY, Origin.SOCIAL),
}
"""Whose money a level may enter as its own budget: the centre's comes in at the region."""


@dataclass(frozen=True)
class Line:
    """A line as it is asked for: keys of rows that the proposer sees, an amount in yuan, and the payee of a payment."""

    amount: Decimal
    quota: int | None = None
    allocation: int | None = None
    project: int | None = None
    target_division: int | None = None
    reverses: int | None = None
    kind: str = ""
    origin: str = ""
    household: int | None = None
    household_code: str = ""
    payee_name: str = ""
    payee_account: str = ""
    voucher_no: str = ""
    number: int = 0
    """By which people know the line, where it is not its position: the row of a file."""


class _Checker:
    """Checks lines of one order against what `by` sees, with one statement for each kind of row they name."""

    def __init__(self, order: FundOrder, lines: Sequence[Line], by: User) -> None:
        self.order, self.by = order, by
        self.quotas = self._rows(Quota, (line.quota for line in lines))
        self.allocations = self._rows(Allocation, (line.allocation for line in lines))
        self.projects = self._rows(Project, (line.project for line in lines))
        self.entries = self._rows(Entry, (line.reverses for line in lines))
        self.households = self._rows(Household, (line.household for line in lines))
        self.coded = self._coded({line.household_code for line in lines if line.household_code})
        self.households |= {household.pk: household for household in self.coded.values()}
        people = Person.objects.visible_to(by).filter(household__in=list(self.households), is_active=True)
        self.members = set(people.values_list("household_id", "name"))
        undone = Entry.objects.filter(reverses__in=list(self.entries)).values_list("reverses_id", flat=True)
        self.undone = set(undone) | {key for key, entry in self.entries.items() if entry.reverses_id is not None}
        # The order of an entry that came from above is not seen from here.
        orders = FundOrder.objects.visible_to(by).filter(pk__in={one.order_id for one in self.entries.values()})
        self.own_orders = set(orders.filter(division_id=order.division_id).values_list("pk", flat=True))
        targets = {line.target_division for line in lines if line.target_division}
        self.targets = {place.code: place for place in Division.objects.current().filter(code__in=targets)}

    def _rows(self, model: Any, keys: Iterable[int | None]) -> dict[int, Any]:
        wanted = {key for key in keys if key}
        return model.objects.visible_to(self.by).in_bulk(list(wanted)) if wanted else {}

    def _coded(self, wanted: set[str]) -> dict[str, Household]:
        """Households by their codes."""
        if not wanted:
            return {}
        return {one.code: one for one in Household.objects.visible_to(self.by).filter(code__in=wanted)}

    def row(self, position: int, line: Line) -> OrderLine:
        """The row to store. Raises ServiceError naming line and field (`lines.3.amount`)."""
        self.position, self.number = position, line.number or position
        self._amount(line)
        row = OrderLine(order=self.order, division_id=self.order.division_id, position=position, amount=line.amount)
        CHECKS[Act(self.order.act)](self, line, row)
        return row

    def refuse(self, message: str, field: str, code: str = "invalid") -> ServiceError:
        """The error for this line."""
        text = _("第%(number)d行 %(label)s：%(message)s") % {
            "number": self.number,
            "label": LABELS.get(field, ""),
            "message": message,
        }
        return ServiceError(text, field=f"lines.{self.position - 1}.{field}", code=code)

    def _amount(self, line: Line) -> None:
        if self.order.act == Act.REVERSE:
            return
        amount = line.amount
        if not amount.is_finite() or amount <= 0:
            raise self.refuse(_("金额必须大于0。"), "amount", "min_value")
        if amount != amount.quantize(CENT):
            raise self.refuse(_("金额最多两位小数（到分）。"), "amount", "max_decimal_places")
        if amount > LARGEST:
            raise self.refuse(_("金额过大。"), "amount", "max_value")

    def _found(self, rows: dict[int, Any], key: int | None, field: str) -> Any:
        found = rows.get(key or 0)
        if found is None:
            raise self.refuse(_("没有这条记录，或者它不在您的范围内。"), field, "does_not_exist")
        return found

    def _quota(self, line: Line, row: OrderLine) -> Quota:
        quota: Quota = self._found(self.quotas, line.quota, "quota")
        row.quota = quota
        return quota

    # --- each act -----------------------------------------------------------------------------------------------------

    def budget(self, line: Line, row: OrderLine) -> None:
        if line.kind not in FundKind.values:
            raise self.refuse(_("请选择资金种类。"), "kind", "required")
        if line.origin not in ORIGIN_OF_LEVEL.get(codes.level(self.order.division_id), ()):
            raise self.refuse(_("本级不能登记这一来源的预算。"), "origin", "invalid_choice")
        row.kind, row.origin = line.kind, line.origin

    def pass_on(self, line: Line, row: OrderLine) -> None:
        quota = self._own_quota(line, row)
        target = self.targets.get(line.target_division or 0)
        if target is None:
            raise self.refuse(_("没有这个地区，或者它已经撤销。"), "target_division", "does_not_exist")
        if target.code == quota.division_id or not codes.contains(quota.division_id, target.code):
            raise self.refuse(_("指标只能下达到下级地区。"), "target_division")
        if codes.level(target.code) > codes.TOWNSHIP:
            raise self.refuse(_("指标最低下达到苏木乡镇。"), "target_division")
        row.target_division = target

    def allocate(self, line: Line, row: OrderLine) -> None:
        quota = self._own_quota(line, row)
        project: Project = self._found(self.projects, line.project, "project")
        if not codes.contains(quota.division_id, project.division_id):
            raise self.refuse(_("项目不在指标所在地区内。"), "project")
        row.project = project

    def _own_quota(self, line: Line, row: OrderLine) -> Quota:
        quota = self._quota(line, row)
        if quota.division_id != self.order.division_id and codes.level(quota.division_id) <= codes.COUNTY:
            raise self.refuse(_("只能使用本级的指标。"), "quota")
        if not codes.contains(self.order.division_id, quota.division_id):
            raise self.refuse(_("只能使用本级的指标。"), "quota")
        if quota.received_on is None:
            raise self.refuse(_("指标还没有签收，不能使用。"), "quota", "not_received")
        return quota

    def of_allocation(self, line: Line, row: OrderLine) -> Allocation:
        allocation: Allocation = self._found(self.allocations, line.allocation, "allocation")
        if not codes.contains(self.order.division_id, allocation.division_id):
            raise self.refuse(_("项目不在本地区。"), "allocation")
        row.allocation = allocation
        row.quota_id, row.project_id = allocation.quota_id, allocation.project_id
        return allocation

    def pay(self, line: Line, row: OrderLine) -> None:
        allocation = self.of_allocation(line, row)
        row.payee_name, row.voucher_no = line.payee_name.strip(), line.voucher_no.strip()
        if not row.payee_name:
            raise self.refuse(_("请填写收款人。"), "payee_name", "required")
        account = line.payee_account.strip()
        if line.household or line.household_code:
            self._household(line, row, allocation)
        elif not account:
            raise self.refuse(_("请填写收款账号。"), "payee_account", "required")
        else:
            row.payee_account = account

    def _household(self, line: Line, row: OrderLine, allocation: Allocation) -> None:
        """A payment to a household goes to one of its members, to the account that the register has (FP-19)."""
        if line.household_code and line.household_code not in self.coded:
            raise self.refuse(_("没有这一户，或者它不在您的范围内。"), "household_code", "does_not_exist")
        by_code = self.coded.get(line.household_code)
        household: Household = by_code or self._found(self.households, line.household, "household")
        if not codes.contains(codes.at(allocation.division_id, codes.COUNTY), household.division_id):
            raise self.refuse(_("受益户不在项目所在旗县。"), "household")
        if (household.pk, row.payee_name) not in self.members:
            raise self.refuse(_("收款人不是该户成员。"), "payee_name", "not_a_member")
        if household.bank_account is None:
            raise self.refuse(_("该户没有登记银行卡号，不能拨付到户。"), "payee_account", "no_account")
        account = line.payee_account.strip()
        if account and blind_index("bank", account) != household.bank_account_index:
            raise self.refuse(_("收款账号与该户登记的银行卡号不符。"), "payee_account", "other_account")
        row.household, row.payee_account = household, household.bank_account

    def recover(self, line: Line, row: OrderLine) -> None:
        quota = self._quota(line, row)
        if quota.parent_id is not None and quota.from_division_id != self.order.division_id:
            raise self.refuse(_("指标由下达它的地区收回。"), "quota")
        if quota.parent_id is None and quota.division_id != self.order.division_id:
            raise self.refuse(_("只能收回本级的预算。"), "quota")

    def reverse(self, line: Line, row: OrderLine) -> None:
        entry: Entry = self._found(self.entries, line.reverses, "reverses")
        if entry.pk in self.undone:
            raise self.refuse(_("这笔账目已经冲销，或者它本身是冲销账目。"), "reverses", "reversed")
        if entry.act == Act.CARRY:
            raise self.refuse(_("年末结转不能冲销。"), "reverses")
        if entry.order_id not in self.own_orders:
            raise self.refuse(_("账目由办理它的地区冲销。"), "reverses")
        row.reverses, row.amount = entry, -entry.amount
        row.quota_id, row.project_id, row.allocation_id = entry.quota_id, entry.project_id, entry.allocation_id


CHECKS: dict[Act, Callable[[_Checker, Line, OrderLine], Any]] = {
    Act.BUDGET: _Checker.budget,
    Act.PASS: _Checker.pass_on,
    Act.ALLOCATE: _Checker.allocate,
    Act.PAY: _Checker.pay,
    Act.CLAIM: _Checker.of_allocation,
    Act.SETTLE: _Checker.of_allocation,
    Act.RETURN: _Checker.of_allocation,
    Act.RECOVER: _Checker.recover,
    Act.REVERSE: _Checker.reverse,
}


def checked(order: FundOrder, lines: Sequence[Line], *, by: User) -> list[OrderLine]:
    """The rows of an order's lines. Raises ServiceError for none, for too many, and for those that are wrong, each by
    its line and field (to a hundred of them)."""
    if not lines:
        raise ServiceError(_("请至少填写一行明细。"), field="lines", code="required")
    if len(lines) > MOST_LINES:
        raise ServiceError(
            _("一张审批单最多 %(most)d 行，请分单办理。") % {"most": MOST_LINES}, field="lines", code="too_many"
        )
    checker = _Checker(order, lines, by)
    rows, wrong = [], []
    for position, line in enumerate(lines, 1):
        try:
            rows.append(checker.row(position, line))
        except ServiceError as error:
            wrong.append(error)
            if len(wrong) == MOST_NAMED:
                break
    if wrong:
        first = wrong[0]
        raise ServiceError(first.message, field=first.field, code=first.code, status=first.status, parts=wrong)
    return rows


# --- carrying out -----------------------------------------------------------------------------------------------------


def carry_out(order: FundOrder, *, by: User) -> list[Entry]:
    """Book all lines of an order, or none; a payment makes its record as well.

    Raises ServiceError (409) for what is not covered now, whatever was when it was proposed.
    """
    lines = list(
        order.lines.select_related("order", "quota", "target_division", "allocation", "project", "reverses").order_by(
            "position"
        )
    )
    with explained():
        _make_ready(order, lines)
        entries = [DOING[Act(order.act)](line) for line in lines]
        for entry in entries:
            entry.order, entry.document_no = order, entry.document_no or order.document_no
        book(entries, by=by)
        if order.act == Act.PAY:
            Payment.objects.bulk_create(_payment(line, entry) for line, entry in zip(lines, entries, strict=True))
        if order.act == Act.REVERSE:
            undone = [line.reverses_id for line in lines]
            Payment.objects.filter(entry__in=undone).update(reversed_on=today())
    return entries


def _make_ready(order: FundOrder, lines: Sequence[OrderLine]) -> None:
    """Make what the lines put money into and is not there yet: new quotas, or allocations. Sets, however many lines."""
    if order.act in (Act.BUDGET, Act.PASS):
        new = [_new_quota(order, line) for line in lines]
        for line, quota in zip(lines, Quota.objects.bulk_create(new, batch_size=1000), strict=True):
            line.quota = quota
    if order.act == Act.ALLOCATE:
        wanted = {(line.quota_id, line.project_id): line for line in lines}
        Allocation.objects.bulk_create(
            (
                Allocation(quota=line.quota, project=line.project, division_id=line.project.division_id)
                for line in wanted.values()
                if line.quota is not None and line.project is not None
            ),
            batch_size=1000,
            ignore_conflicts=True,
        )
        there = Allocation.objects.filter(quota__in={key for key, _project in wanted})
        known: dict[tuple[int | None, int | None], Allocation] = {(one.quota_id, one.project_id): one for one in there}
        for line in lines:
            line.allocation = known[line.quota_id, line.project_id]


def _new_quota(order: FundOrder, line: OrderLine) -> Quota:
    """A place's own budget, received at once; or what is passed down, out of the quota that the line names."""
    parent = line.quota
    if parent is None:
        money = {"division_id": order.division_id, "kind": line.kind, "origin": line.origin, "year": order.year}
        return Quota(**money, document_no=order.document_no, issued_on=today(), received_on=today())
    return Quota(
        division=line.target_division,
        parent=parent,
        from_division_id=parent.division_id,
        kind=parent.kind,
        origin=parent.origin,
        year=parent.year,
        document_no=order.document_no,
        issued_on=today(),
    )


def _of_quota(line: OrderLine) -> Entry:
    quota = line.quota
    if quota is None:
        raise ValueError("a line about a quota has one")
    return Entry(act=line.order.act, quota=quota, division_id=quota.division_id, amount=line.amount)


def _of_project(line: OrderLine) -> Entry:
    of: dict[str, Any] = {"quota_id": line.quota_id, "project_id": line.project_id, "allocation": line.allocation}
    if line.project is None:
        raise ValueError("a line about a project has one")
    place = line.project.division_id
    return Entry(**of, act=line.order.act, division_id=place, amount=line.amount, document_no=line.voucher_no)


def _reverse(line: OrderLine) -> Entry:
    undone = line.reverses
    if undone is None:
        raise ValueError("a line that reverses has an entry")
    return Entry(
        act=undone.act,
        quota_id=undone.quota_id,
        project_id=undone.project_id,
        allocation_id=undone.allocation_id,
        division_id=undone.division_id,
        amount=-undone.amount,
        reverses=undone,
        document_no=undone.document_no,
    )


def _payment(line: OrderLine, entry: Entry) -> Payment:
    of: dict[str, Any] = {"project_id": entry.project_id, "allocation_id": entry.allocation_id}
    return Payment(
        **of,
        division_id=entry.division_id,
        entry=entry,
        amount=line.amount,
        paid_on=entry.booked_on,
        household_id=line.household_id,
        payee_name=line.payee_name,
        payee_account=line.payee_account,
        voucher_no=line.voucher_no or entry.document_no,
    )


DOING: dict[Act, Callable[[OrderLine], Entry]] = {
    **dict.fromkeys((Act.BUDGET, Act.PASS, Act.RECOVER), _of_quota),
    **dict.fromkeys(PROJECT_ACTS, _of_project),
    Act.REVERSE: _reverse,
}
