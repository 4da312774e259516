"""Pages of loans beyond the generic ones: a repayment, and the way to take it back."""

from __future__ import annotations

from typing import Any

from apps.measures.models import LoanRepayment
from apps.measures.tables import LoanRepaymentResource
from apps.pages.views import DetailPage


class RepaymentPage(DetailPage):
    """One repayment; while nothing reverses it, the way to do so."""

    def more(self, found: LoanRepayment) -> dict[str, Any]:
        own = LoanRepaymentResource.rows(self.request.user)
        undone = found.reverses_id is not None or own.filter(reverses=found.pk).exists()
        may = not undone and LoanRepaymentResource.may_change(self.request.user, found.division_id)
        return {"reverse_url": f"{LoanRepaymentResource.url('create')}?reverses={found.pk}" if may else ""}
