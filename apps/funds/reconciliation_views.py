"""财政支付核对 on pages and in the API: the list with its sums, one voucher with what was said of it, settling it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.models import User
from apps.accounts.sessions import requester
from apps.divisions import codes
from apps.funds.choices import Matching
from apps.funds.models import Reconciliation, ReconciliationSettlement
from apps.funds.reconciliation_tables import RESULT, ReconciliationResource
from apps.funds.services import reconciling
from apps.funds.services.reconciling import Total
from apps.pages.api import ReadingViewSet, object_body
from apps.pages.bodies import valid_body
from apps.pages.idempotency import once
from apps.pages.kinds import MOMENT, MONEY
from apps.pages.selection import Selection
from apps.pages.step_pages import StepPage
from apps.pages.steplogs import LONGEST_NOTE
from apps.pages.views import ListPage


class ReconciliationList(ListPage):
    """The list, and above it what each result comes to at the chosen place."""

    def above(self, selection: Selection) -> dict[str, Any]:
        place = selection.place.code
        own = {"division": codes.text(place)} if place else {}
        return {
            "totals": [
                (RESULT.html(one.result), one, f"?{urlencode({**own, 'result': one.result})}")
                for one in reconciling.totals(self.request.user, place)
            ]
        }


class SettleForm(forms.Form):
    """Why a difference is one."""

    reason = forms.CharField(
        label=gettext_lazy("处理说明"),
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": LONGEST_NOTE}),
    )
    entry = forms.IntegerField(
        label=gettext_lazy("冲销账目编号"),
        required=False,
        min_value=1,
        help_text=gettext_lazy("拨付有误、已经冲销的，填写冲销的账目。"),
    )

    def __init__(self, data: Any = None, *, row: Reconciliation, user: User) -> None:
        super().__init__(data)
        self.row, self.user = row, user

    @property
    def offered(self) -> bool:
        """Whether there is a difference that this account may settle now."""
        waits = self.row.result != Matching.AGREES and self.row.settlement_id is None
        return waits and reconciling.may_settle(self.row, self.user)

    def save(self) -> ReconciliationSettlement:
        """Settle it."""
        data = self.cleaned_data
        return reconciling.settle(self.row, data["reason"], entry=data["entry"], by=self.user)


class ReconciliationPage(StepPage):
    """One voucher: what both sides say, what was said of the difference, and settling it."""

    def more(self, found: Reconciliation, form: SettleForm | None = None) -> dict[str, Any]:
        said = reconciling.settlements_of(found, self.request.user)
        query = urlencode({"voucher_no": found.voucher_no, "division": codes.text(found.division_id)})
        return {
            "form": form or self.step_form(found),
            "settlements": [(one, RESULT.html(one.result)) for one in said],
            "payments_url": f"{reverse('payment-list')}?{query}" if found.payments else "",
        }

    def step_form(self, found: Any, data: Any = None, files: Any = None) -> SettleForm:
        return SettleForm(data, row=found, user=requester(self.request))

    def require(self, found: Any, form: Any) -> None:
        if not reconciling.may_settle(found, requester(self.request)):
            raise PermissionDenied(_("差异由办理拨付的地区处理。"))


class SettleRequest(serializers.Serializer):
    """Why a difference is one, and the entry that reverses what was wrong."""

    reason = serializers.CharField(max_length=LONGEST_NOTE)
    entry = serializers.IntegerField(min_value=1, required=False)


class ReconciliationViewSet(ReadingViewSet):
    """Vouchers; one comes with what was said of its differences."""

    def current(self, found: Any) -> dict[str, Any]:
        return _body(self.request.user, found.pk)


def _body(user: Any, key: int) -> dict[str, Any]:
    found = ReconciliationResource.rows(user).get(pk=key)
    return {
        **object_body(ReconciliationResource, user, key),
        "settlements": [
            {
                "result": one.result,
                "reason": one.reason,
                "entry": one.entry_id,
                "by": one.by_name,
                "at": MOMENT.json(one.at),
            }
            for one in reconciling.settlements_of(found, user)
        ],
    }


class SettleView(APIView):
    """Settle a difference; the answer is the voucher as it is now."""

    @extend_schema(request=SettleRequest, responses=OpenApiTypes.OBJECT)
    @once
    def post(self, request: Request, key: int) -> Response:
        found: Reconciliation | None = ReconciliationResource.rows(request.user).filter(pk=key).first()
        if found is None:
            raise Http404
        by = requester(request)
        if not reconciling.may_settle(found, by):
            raise PermissionDenied(_("差异由办理拨付的地区处理。"))
        given = valid_body(SettleRequest, request.data)
        reconciling.settle(found, given["reason"], entry=given.get("entry"), by=by)
        return Response(_body(request.user, key))


class TotalsView(APIView):
    """What each result comes to at a place and below."""

    @extend_schema(parameters=[OpenApiParameter("division", OpenApiTypes.STR)], responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        selection = Selection(ReconciliationResource, request.user, request.query_params, strict=True)
        ReconciliationResource.require_open(request.user)
        if set(request.query_params) - {"division"}:
            raise serializers.ValidationError({"division": [_("查询条件有误。")]})
        found = reconciling.totals(request.user, selection.place.code)
        return Response({"results": [_total(one) for one in found]})


def _total(one: Total) -> dict[str, Any]:
    return {
        "result": one.result,
        "vouchers": one.vouchers,
        "our_amount": MONEY.json(one.ours),
        "their_amount": MONEY.json(one.theirs),
        "open": one.open,
    }
