"""The REST API of money beyond the generic resources: orders with lines and log, their steps, receipts of quotas."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiTypes, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.sessions import requester
from apps.funds.models import FundOrder, Quota
from apps.funds.notice_views import notices_in_body
from apps.funds.services import quotas, reading, steps
from apps.funds.tables import OrderResource, QuotaResource
from apps.pages.api import ReadingViewSet, ResourceViewSet, object_body
from apps.pages.bodies import valid_body
from apps.pages.idempotency import once
from apps.pages.kinds import MOMENT, MONEY
from apps.pages.steplogs import LONGEST_NOTE


class OrderStepRequest(serializers.Serializer):
    """A step of an order, based on the version that was read."""

    step = serializers.ChoiceField(choices=list(steps.STEPS))
    version = serializers.IntegerField(min_value=1)
    note = serializers.CharField(max_length=LONGEST_NOTE, required=False, default="", allow_blank=True)


class QuotaViewSet(ReadingViewSet):
    """Quotas; one comes with the notices about it."""

    def current(self, found: Any) -> dict[str, Any]:
        return {**super().current(found), "notices": notices_in_body(found, self.request.user)}


class OrderViewSet(ResourceViewSet):
    """Orders; one comes with its lines, its log and the steps that the requester may take."""

    def current(self, found: Any) -> dict[str, Any]:
        return order_body(self.request.user, found.pk)


def order_body(user: Any, key: int) -> dict[str, Any]:
    """An order as the API shows it; Http404 when it is not among the user's."""
    found = OrderResource.rows(user).filter(pk=key).first()
    if found is None:
        raise Http404
    plain = reading.reads_accounts(user, found)
    return {
        **object_body(OrderResource, user, key),
        "lines": [
            {
                "id": line.pk,
                "kind": line.kind or None,
                "origin": line.origin or None,
                "quota": line.quota_id,
                "allocation": line.allocation_id,
                "project": line.project_id,
                "target_division": None if line.target_division_id is None else str(line.target_division_id),
                "reverses": line.reverses_id,
                "household": line.household_id,
                "payee_name": line.payee_name,
                "payee_account": reading.account(line.payee_account, plain=plain),
                "voucher_no": line.voucher_no,
                "amount": MONEY.json(line.amount),
            }
            for line in reading.lines_of(user, found)
        ],
        "steps": [step.name for step in steps.steps_for(found, user)],
        "log": [
            {
                "at": MOMENT.json(line.at),
                "by": line.by_name,
                "step": line.step,
                "from_state": line.from_state,
                "to_state": line.to_state,
                "note": line.note,
            }
            for line in steps.WAY.lines(found, user)
        ],
    }


class OrderStepView(APIView):
    """Take a step of an order; the answer is the order as it is now."""

    @extend_schema(request=OrderStepRequest, responses=OpenApiTypes.OBJECT)
    @once
    def post(self, request: Request, key: int) -> Response:
        found: FundOrder | None = OrderResource.rows(request.user).filter(pk=key).first()
        if found is None:
            raise Http404
        by = requester(request)
        if not steps.concerned(found, by):
            raise PermissionDenied(_("您没有办理资金审批的权限。"))
        given = valid_body(OrderStepRequest, request.data)
        steps.take(found, given["step"], by=by, note=given["note"], expected_version=given["version"])
        return Response(order_body(request.user, found.pk))


class ReceiveRequest(serializers.Serializer):
    """The receipt of a quota: nothing to say."""


class ReceiveView(APIView):
    """Confirm the receipt of a quota at the place that got it; the answer is the quota as it is now."""

    @extend_schema(request=ReceiveRequest, responses=OpenApiTypes.OBJECT)
    @once
    def post(self, request: Request, key: int) -> Response:
        found: Quota | None = QuotaResource.rows(request.user).filter(pk=key).first()
        if found is None:
            raise Http404
        by = requester(request)
        if not quotas.may_receive(found, by):
            raise PermissionDenied(_("指标由收到它的地区签收。"))
        valid_body(ReceiveRequest, request.data)
        quotas.receive(found, by=by)
        return Response(object_body(QuotaResource, request.user, found.pk))
