"""Pages of loans beyond the generic ones: a repayment, and the way to take it back."""

from __future__ import annotations

from typing import Any

from django.forms import ModelForm
from django.http import HttpResponse
from django.utils.translation import gettext as _

from apps.measures.models import LoanRepayment
from apps.measures.tables import LoanRepaymentResource
from apps.pages.views import DetailPage, FormPage


class RepaymentPage(DetailPage):
    """One repayment; while nothing reverses it, the way to do so."""

    def more(self, found: LoanRepayment) -> dict[str, Any]:
        own = LoanRepaymentResource.rows(self.request.user)
        undone = found.reverses_id is not None or own.filter(reverses=found.pk).exists()
        may = not undone and LoanRepaymentResource.may_change(self.request.user, found.division_id)
        return {"reverse_url": f"{LoanRepaymentResource.url('create')}?reverses={found.pk}" if may else ""}


class RepaymentFormPage(FormPage):
    """Enters a repayment, or reverses one that was wrong, and says which of both it does."""

    def show_form(self, form: ModelForm[Any], status: int = 200, **context: Any) -> HttpResponse:
        if form.data.get("reverses") or form.initial.get("reverses"):
            context["title"] = _("冲销贷款还款")
        return super().show_form(form, status, **context)
