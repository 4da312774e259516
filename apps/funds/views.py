"""Pages of money beyond the generic ones: an order with its lines and steps, a quota with its receipt."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from apps.accounts.sessions import requester
from apps.common.errors import ServiceError
from apps.divisions import codes
from apps.funds.choices import ORDER_ACTS, Act, OrderState
from apps.funds.forms import LINES, OrderStepForm
from apps.funds.kinds import ORDER_STATE
from apps.funds.models import FundOrder, OrderLine, Quota
from apps.funds.notice_views import notices_on_page
from apps.funds.services import quotas, reading, steps
from apps.funds.tables import OrderResource, QuotaResource
from apps.pages.views import DetailPage, FormPage
from apps.pages.way_forms import WayForm
from apps.pages.way_pages import WayPage
from apps.pages.ways import holds


class OrderFormPage(FormPage):
    """Drafting an order: first the act, then its lines; only whoever drafted it changes it."""

    def get(self, request: HttpRequest, key: int | None = None) -> HttpResponse:
        if self.object is None and request.GET.get("act") not in LINES:
            return self.show(
                "funds/acts.html", title=_("新增资金审批单"), acts=ORDER_ACTS, back_url=OrderResource.list_url()
            )
        return super().get(request, key)


def _has(line: OrderLine, name: str) -> bool:
    """Whether a line says something of a field. Its household is not asked for: who sees money need not see that; and a
    household's code is only entered."""
    return bool(vars(line).get(f"{name}_id") or vars(line).get(name))


class OrderPage(WayPage):
    """One order: what it asks for line by line, the steps one may take, and what was done so far."""

    form_class = OrderStepForm
    states = ORDER_STATE

    def more(self, found: FundOrder, form: WayForm | None = None) -> dict[str, Any]:
        user = requester(self.request)
        plain = reading.reads_accounts(user, found)
        lines = reading.lines_of(user, found)
        return {
            **super().more(found, form),
            "lines": [(line, reading.account(line.payee_account, plain=plain)) for line in lines],
            "shown": {name for name in LINES[found.act] if any(_has(line, name) for line in lines)},
            "entries_url": f"{reverse('entry-list')}?order_of={found.pk}" if found.state == OrderState.DONE else "",
        }


class QuotaPage(DetailPage):
    """One quota: its sums, what may be done with it, its entries."""

    def title(self, found: Quota) -> str:
        return f"{found.document_no} {found.get_kind_display()}"

    def more(self, found: Quota) -> dict[str, Any]:
        user = requester(self.request)
        left = found.amount - found.passed - found.allocated - found.recovered
        offers: list[tuple[str, str]] = []
        own = holds(user, steps.PROPOSES, found.division_id)
        if own and found.received_on and left > 0:
            acts = [Act.PASS, Act.ALLOCATE] if codes.level(found.division_id) <= codes.COUNTY else []
            offers = [(str(Act(act).label), self._draft(act, found)) for act in acts]
        above = found.from_division_id
        if left > 0 and above and holds(user, steps.PROPOSES, above):
            offers.append((str(Act.RECOVER.label), self._draft(Act.RECOVER, found, above)))
        return {
            "offers": offers,
            "may_receive": found.received_on is None and quotas.may_receive(found, user),
            "passed_url": f"{QuotaResource.list_url()}?parent={found.pk}" if found.passed else "",
            **notices_on_page(QuotaResource, found, user),
        }

    def _draft(self, act: str, quota: Quota, division: int | None = None) -> str:
        query: dict[str, Any] = {
            "act": act,
            "quota": quota.pk,
            "division": division or quota.division_id,
            "year": quota.year,
        }
        return f"{OrderResource.url('create')}?{urlencode(query)}"

    def post(self, request: HttpRequest, key: int) -> HttpResponse:
        found = self.get_object(key)
        user = requester(request)
        if not quotas.may_receive(found, user):
            raise PermissionDenied(_("指标由收到它的地区签收。"))
        try:
            quotas.receive(found, by=user)
        except ServiceError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("已签收。"))
        return HttpResponseRedirect(QuotaResource.url("detail", found.pk))
