"""Forms of money: an order with its lines, a step of it, the bands of approval."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.access import scope as scopes
from apps.common.days import today
from apps.divisions.models import Division
from apps.funds.choices import ORDER_ACTS, Act, FundKind, Origin
from apps.funds.models import Allocation, ApprovalBand, ClosedYear, FundOrder, Quota
from apps.funds.models.base import FUND
from apps.funds.services import steps
from apps.funds.services.closing import close_year
from apps.funds.services.lines import LABELS, Line
from apps.pages.amounts import exact
from apps.pages.forms import DivisionField, PageForm
from apps.pages.lines import LinesField
from apps.pages.steplogs import LONGEST_NOTE
from apps.pages.way_forms import WayForm

MOST_OFFERED = 300
"""Quotas or allocations that a list offers; a program names any by its key."""
_KEY = {"required": False, "min_value": 1}
_NOTE = forms.Textarea(attrs={"rows": 2, "maxlength": LONGEST_NOTE})


class LineForm(forms.Form):
    """One line of an order; which fields there are depends on the act (`LINES`)."""

    kind = forms.ChoiceField(label=LABELS["kind"], choices=[("", _("请选择")), *FundKind.choices], required=False)
    origin = forms.ChoiceField(label=LABELS["origin"], choices=[("", _("请选择")), *Origin.choices], required=False)
    quota = forms.IntegerField(label=LABELS["quota"], **_KEY)  # type: ignore[arg-type]
    allocation = forms.IntegerField(label=LABELS["allocation"], **_KEY)  # type: ignore[arg-type]
    project = forms.IntegerField(label=LABELS["project"], **_KEY)  # type: ignore[arg-type]
    target_division = forms.CharField(label=LABELS["target_division"], required=False, max_length=12)
    household = forms.IntegerField(label=LABELS["household"], widget=forms.HiddenInput, **_KEY)  # type: ignore[arg-type]
    household_code = forms.CharField(label=LABELS["household_code"], required=False, max_length=17)
    payee_name = forms.CharField(label=LABELS["payee_name"], required=False, max_length=100)
    payee_account = forms.CharField(label=LABELS["payee_account"], required=False, max_length=30)
    voucher_no = forms.CharField(label=LABELS["voucher_no"], required=False, max_length=60)
    reverses = forms.IntegerField(label=LABELS["reverses"], **_KEY)  # type: ignore[arg-type]
    amount = forms.DecimalField(label=LABELS["amount"], max_digits=FUND["max_digits"], decimal_places=2)


LINES: dict[str, tuple[str, ...]] = {
    Act.BUDGET: ("kind", "origin", "amount"),
    Act.PASS: ("quota", "target_division", "amount"),
    Act.ALLOCATE: ("quota", "project", "amount"),
    Act.PAY: ("allocation", "household", "household_code", "payee_name", "payee_account", "voucher_no", "amount"),
    Act.CLAIM: ("allocation", "voucher_no", "amount"),
    Act.SETTLE: ("allocation", "voucher_no", "amount"),
    Act.RETURN: ("allocation", "amount"),
    Act.RECOVER: ("quota", "amount"),
    Act.REVERSE: ("reverses",),
}
"""The fields of a line, by act."""


def line_form(act: str, fields: dict[str, forms.Field] | None = None) -> type[LineForm]:
    """The form of a line for an act; `fields` replace some of its fields by lists to choose from."""
    wanted = LINES[act]
    body: dict[str, Any] = {name: None for name in LineForm.base_fields if name not in wanted}
    body |= {name: field for name, field in (fields or {}).items() if name in wanted}
    return type(f"{act.title()}LineForm", (LineForm,), body)


class OrderForm(PageForm):
    """资金审批单: what is asked for and its lines. The act is settled when the order is begun."""

    division = DivisionField(help_text=_("由自治区、盟市或旗县本级提出。"))
    act = forms.ChoiceField(label=_("事项"), choices=ORDER_ACTS)
    lines = LinesField(label=_("明细"))
    paid_from = forms.IntegerField(
        label=_("项目资金（明细中没有填写的各行）"),
        required=False,
        min_value=1,
        help_text=_("从表格文件读取时在此选择。"),
    )

    fieldsets: ClassVar = (
        (_("审批单"), ("division", "act", "title", "document_no", "year", "reason")),
        (_("明细"), ("paid_from", "lines")),
    )

    class Meta:
        model = FundOrder
        fields = ["division", "title", "document_no", "reason"]
        widgets = {"reason": _NOTE}

    year = forms.IntegerField(label=_("资金年度"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        act: Any = self.data.get("act") if self.is_bound else self.initial.get("act")
        if self.instance.pk is not None:
            act = self.instance.act
            del self.fields["division"], self.fields["act"]
            self.initial["year"] = self.instance.year
            # An account is entered anew with its line: no page shows a whole number.
            self.initial["lines"] = [_raw(line) for line in self.instance.lines.order_by("position")]
            if self.is_bound and self.lines_left_out():
                self.fields["lines"].required = False
        else:
            self.initial.setdefault("division", scopes.of(self.user).top)
            self.initial.setdefault("year", today().year)
        self.chosen_act: str = act if isinstance(act, str) and act in LINES else Act.BUDGET
        offered = {} if self.is_bound else self._offered()
        pays = self.chosen_act == Act.PAY
        self.lines_field().take(line_form(self.chosen_act, offered), file=pays)
        if not pays:
            del self.fields["paid_from"]
        elif "allocation" in offered:
            self.fields["paid_from"].widget = offered["allocation"].widget
        if self.instance.pk is None and not self.is_bound:
            row = {name: self.initial[name] for name in LINES[self.chosen_act] if name in self.initial}
            self.initial["lines"] = [row] if row else []

    def lines_field(self) -> LinesField:
        """The field of the lines."""
        field: Any = self.fields["lines"]
        return field

    def lines_left_out(self) -> bool:
        """Whether a change says nothing of the lines: they stay."""
        return self.fields["lines"].widget.value_omitted_from_data(self.data, self.files, "lines")

    def _offered(self) -> dict[str, forms.Field]:
        """Lists of what there is to choose from at this place."""
        place = self.instance.division_id if self.instance.pk else self.initial.get("division")
        place = int(getattr(place, "pk", place) or 0)
        found: dict[str, forms.Field] = {}
        if not place:
            return found
        if "quota" in LINES[self.chosen_act]:
            quotas = Quota.objects.visible_to(self.user).with_left()
            if self.chosen_act == Act.RECOVER:
                quotas = quotas.filter(from_division_id=place) | quotas.filter(division_id=place, parent=None)
            else:
                quotas = quotas.usable().filter(division_id=place)
            found["quota"] = _choice(
                _("资金指标"), [(one.pk, _of_quota(one)) for one in quotas.order_by("-pk")[:MOST_OFFERED]]
            )
        if "target_division" in LINES[self.chosen_act]:
            below = Division.objects.current().filter(parent_id=place).order_by("code")
            found["target_division"] = _choice(_("下达到"), [(one.code, one.name) for one in below])
        if "allocation" in LINES[self.chosen_act]:
            held = Allocation.objects.visible_to(self.user).within(place).select_related("project", "quota")
            found["allocation"] = _choice(
                _("项目资金"), [(one.pk, _of_allocation(one)) for one in held.order_by("-pk")[:MOST_OFFERED]]
            )
        return found

    def _post_clean(self) -> None:
        """The order is made by the service; no instance is filled."""

    def said(self) -> steps.Draft:
        """What the form says."""
        data = self.cleaned_data
        if self.instance.pk is not None and self.lines_left_out():
            rows = [
                {**_raw(line), "payee_account": _account(line)} for line in self.instance.lines.order_by("position")
            ]
        else:
            # Of a file its rows are known by their numbers, and the money they are paid from is chosen once.
            numbers = self.lines_field().numbers
            common = {"allocation": data.get("paid_from")} if data.get("paid_from") else {}
            rows = [
                {**row, **{name: key for name, key in common.items() if not row[name]}, "number": number}
                for row, number in zip(data["lines"], numbers, strict=True)
            ]
        return steps.Draft(
            act=self.chosen_act,
            title=data["title"],
            reason=data["reason"],
            year=data.get("year") or today().year,
            document_no=data.get("document_no", ""),
            lines=[_line(row) for row in rows],
        )

    def save(self, commit: bool = True) -> FundOrder:
        """Write the draft with its lines."""
        if self.instance.pk is None:
            return steps.draft(self.cleaned_data["division"].pk, self.said(), by=self.user)
        version = self.cleaned_data.get("version")
        return steps.redraft(self.instance, self.said(), by=self.user, expected_version=version)


def _choice(label: Any, choices: list[tuple[int, str]]) -> forms.Field:
    """A list to choose from; what a program or an older page names is checked by the service, not by the list."""
    return forms.IntegerField(label=label, required=False, widget=forms.Select(choices=[("", _("请选择")), *choices]))


def _of_quota(quota: Any) -> str:
    return f"{quota.document_no} {quota.get_kind_display()} {exact(quota.left)}"


def _of_allocation(allocation: Allocation) -> str:
    left = exact(allocation.amount - allocation.paid)
    return f"{allocation.project.name} {allocation.quota.document_no} {left}"


def _raw(line: Any) -> dict[str, Any]:
    return {
        "kind": line.kind,
        "origin": line.origin,
        "quota": line.quota_id,
        "allocation": line.allocation_id,
        "project": line.project_id,
        "target_division": line.target_division_id,
        "household": line.household_id,
        "payee_name": line.payee_name,
        "payee_account": "",
        "voucher_no": line.voucher_no,
        "reverses": line.reverses_id,
        "amount": line.amount,
    }


def _account(line: Any) -> str:
    """The account of a line that stays as it is, to be sealed again; a household's comes from the register."""
    return line.payee_account.clear() if line.payee_account is not None and line.household_id is None else ""


def _line(row: dict[str, Any]) -> Line:
    names = {name: value for name, value in row.items() if value not in (None, "")}
    names["target_division"] = int(names["target_division"]) if "target_division" in names else None
    return Line(**{"amount": 0, **names})


class OrderStepForm(WayForm):
    """One step of an order."""

    way = steps.WAY

    def save(self) -> FundOrder:
        """Take the step."""
        data = self.cleaned_data
        return steps.take(self.row, data["step"], by=self.user, note=data["note"], expected_version=data["version"])


class BandForm(PageForm):
    """审批权限."""

    division = DivisionField()

    class Meta:
        model = ApprovalBand
        fields = ["division", "act", "above", "signatures", "days"]


class ClosedYearForm(PageForm):
    """Closing a year at a place and everywhere below."""

    division = DivisionField()

    class Meta:
        model = ClosedYear
        fields = ["division", "year"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["division"] = self.initial.get("division") or scopes.of(self.user).top
        self.initial.setdefault("year", today().year - 1)

    def _post_clean(self) -> None:
        """The row is made by the service."""

    def save(self, commit: bool = True) -> ClosedYear:
        """Close the year."""
        data = self.cleaned_data
        return close_year(data["division"].pk, data["year"], by=self.user)
