"""Forms of loans, repayments, wishes and risk funds: used by the form pages and the API alike."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from apps.common.days import today
from apps.common.money import CENT, YUAN
from apps.households.models import Household, Person
from apps.measures import services
from apps.measures.models import LoanRepayment, LoanWish, RiskFund, SmallLoan
from apps.pages.forms import AnswerField, DivisionField, PlacedByParentForm, SettledForm, day


class MemberField(forms.ModelChoiceField):
    """One of the few active members of a household, by name."""

    def label_from_instance(self, member: Model) -> str:
        return str(getattr(member, "name", member))


class LoanForm(PlacedByParentForm):
    """小额信贷: to whom, by which bank and contract, is settled once. Of a known household the members are offered."""

    lent_on = day(_("放款日期"))
    due_on = day(_("到期日期"), required=False, help_text=_("不填即按期限推算。"))
    interest_subsidised = AnswerField(label=_("财政贴息"))
    settled = ("household", "borrower", "product", "bank", "contract_no")
    fieldsets = (
        (_("借款"), ("household", "borrower", "product", "bank", "contract_no")),
        (_("金额和期限"), ("amount", "rate", "lent_on", "term_months", "due_on")),
        (_("政策"), ("interest_subsidised", "collateral", "guarantee", "note")),
        (_("实际用款"), ("real_household", "real_enterprise")),
    )

    class Meta:
        model = SmallLoan
        fields = [
            "household",
            "borrower",
            "product",
            "bank",
            "contract_no",
            "amount",
            "term_months",
            "rate",
            "lent_on",
            "due_on",
            "interest_subsidised",
            "collateral",
            "guarantee",
            "real_household",
            "real_enterprise",
            "note",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            return
        self.fields["amount"].help_text = _("不超过5万元。")
        self.fields["term_months"].help_text = _("不超过36个月。")
        key = self.data.get("household") or self.initial.get("household")
        household = self._household(str(key)) if key else None
        if household is not None:
            members = Person.objects.visible_to(self.user).filter(household=household, is_active=True)
            self.fields["borrower"] = MemberField(
                queryset=members.order_by("relation", "pk"), label=_("借款人"), empty_label=_("请选择")
            )

    def _household(self, key: str) -> Household | None:
        seen = Household.objects.visible_to(self.user)
        column = "code" if len(key) == Household._meta.get_field("code").max_length else "pk"
        return seen.filter(**{column: key}).first() if key.isascii() and key.isdigit() and len(key) < 19 else None

    def save(self, commit: bool = True) -> Model:
        if self.instance.pk is None:
            return services.lend(self.instance, by=self.user)
        return services.change_loan(self.instance, **self.said)


class LoanRepaymentForm(PlacedByParentForm):
    """贷款还款: entered once. Whoever names a repayment that was wrong and says why, reverses it."""

    on = day(_("还款日期"), required=False)
    principal = forms.DecimalField(
        label=_("归还本金（元）"),
        required=False,
        validators=[MinValueValidator(CENT)],
        **YUAN,  # type: ignore[arg-type]
    )

    class Meta:
        model = LoanRepayment
        fields = ["loan", "reverses", "on", "principal", "voucher", "note"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["loan"].required = False
        undone = self.data.get("reverses") or self.initial.get("reverses")
        if undone:
            self.fields["note"].label, self.fields["note"].required = _("冲销原因"), True
            if not self.is_bound:
                for name in ("loan", "on", "principal", "voucher"):
                    self.fields[name].widget = forms.HiddenInput()
        else:
            self.fields["on"].initial = today()
            if not self.is_bound:
                self.fields["reverses"].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        """Either what was paid back on which loan, or what is reversed."""
        data = super().clean() or {}
        given = [name for name in ("loan", "on", "principal") if data.get(name) is not None]
        if data.get("reverses") is None and "reverses" not in self.errors:
            for name in ("loan", "on", "principal"):
                if name not in given and name not in self.errors:
                    self.add_error(name, ValidationError(self.fields[name].error_messages["required"], code="required"))
        elif given:
            self.add_error("reverses", ValidationError(_("冲销时不填贷款、日期和金额。"), code="invalid"))
        return data

    def save(self, commit: bool = True) -> Model:
        given = self.cleaned_data
        if given.get("reverses") is not None:
            return services.reverse(given["reverses"], reason=given["note"], by=self.user)
        return services.repay(
            given["loan"],
            on=given["on"],
            principal=given["principal"],
            voucher=given["voucher"],
            note=given["note"],
            by=self.user,
        )


class LoanWishForm(PlacedByParentForm):
    """贷款意愿: whose it is, is settled once; it ends by the day on which it was taken back."""

    wished_on = day(_("提出日期"))
    withdrawn_on = day(_("撤回日期"), required=False)
    settled = ("household",)

    class Meta:
        model = LoanWish
        fields = ["household", "wished_on", "amount", "purpose", "withdrawn_on"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            self.fields["wished_on"].initial = today()
            del self.fields["withdrawn_on"]

    def save(self, commit: bool = True) -> Model:
        return services.save_wish(self.instance, **self.said)


class RiskFundForm(SettledForm):
    """风险补偿金: which county and year, is settled once."""

    division = DivisionField(label=_("旗县"))
    settled = ("division", "year")

    class Meta:
        model = RiskFund
        fields = ["division", "year", "amount", "document_no"]

    def save(self, commit: bool = True) -> Model:
        return services.save_fund(self.instance, **self.said)
