"""The REST API of the register of assets beyond the generic resources: one row with its log, taking a step."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiTypes, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.sessions import requester
from apps.funds.asset_choices import AssetKind, IncomeForm, OwnerKind
from apps.funds.asset_forms import said_of
from apps.funds.asset_tables import AssetDistributionResource, AssetResource
from apps.funds.project_api import MONEY
from apps.funds.services import assets, distributions
from apps.pages.api import ResourceViewSet
from apps.pages.bodies import valid_body
from apps.pages.idempotency import once
from apps.pages.steplogs import LONGEST_NOTE
from apps.pages.way_api import WayStepView, way_body


def _optional(most: int) -> serializers.CharField:
    return serializers.CharField(max_length=most, required=False, default="", allow_blank=True)


class AssetStepRequest(serializers.Serializer):
    """A step of an asset, based on the version that was read."""

    step = serializers.ChoiceField(choices=list(assets.WAY.steps))
    version = serializers.IntegerField(min_value=1)
    note = _optional(LONGEST_NOTE)
    kind = serializers.ChoiceField(choices=AssetKind.choices, required=False)
    owner_kind = serializers.ChoiceField(choices=OwnerKind.choices, required=False)
    owner = _optional(100)
    household = _optional(17)
    manager = _optional(60)
    on = serializers.DateField(required=False)
    operator = _optional(100)
    income_form = serializers.ChoiceField(choices=IncomeForm.choices, required=False)
    from_on = serializers.DateField(required=False)
    until_on = serializers.DateField(required=False)
    yearly_yield = serializers.DecimalField(**MONEY, required=False)
    is_prepaid = serializers.BooleanField(required=False, default=False)
    deposit = serializers.DecimalField(**MONEY, required=False)
    year = serializers.IntegerField(min_value=2011, max_value=2100, required=False)
    amount = serializers.DecimalField(**MONEY, required=False)
    received_on = serializers.DateField(required=False)
    voucher_no = _optional(60)


class DistributionStepRequest(serializers.Serializer):
    """A step of a distribution, based on the version that was read."""

    step = serializers.ChoiceField(choices=list(distributions.WAY.steps))
    version = serializers.IntegerField(min_value=1)
    note = _optional(LONGEST_NOTE)
    on = serializers.DateField(required=False)


class AssetViewSet(ResourceViewSet):
    """Assets; one comes with its log and the steps that the requester may take."""

    def current(self, found: Any) -> dict[str, Any]:
        return way_body(AssetResource, assets.WAY, self.request.user, found.pk)


class DistributionViewSet(ResourceViewSet):
    """Distributions; planned once, never changed. One comes with its log and steps."""

    def current(self, found: Any) -> dict[str, Any]:
        return way_body(AssetDistributionResource, distributions.WAY, self.request.user, found.pk)


class AssetStepView(WayStepView):
    """A step of an asset."""

    resource_of, way = AssetResource, assets.WAY

    @extend_schema(request=AssetStepRequest, responses=OpenApiTypes.OBJECT)
    @once
    def post(self, request: Request, key: int) -> Response:
        found = self.found(request, key)
        given = valid_body(AssetStepRequest, request.data)
        assets.take(found, given["step"], by=requester(request), said=said_of(given), expected_version=given["version"])
        return Response(way_body(AssetResource, assets.WAY, request.user, key))


class DistributionStepView(WayStepView):
    """A step of a distribution."""

    resource_of, way = AssetDistributionResource, distributions.WAY

    @extend_schema(request=DistributionStepRequest, responses=OpenApiTypes.OBJECT)
    @once
    def post(self, request: Request, key: int) -> Response:
        found = self.found(request, key)
        given = valid_body(DistributionStepRequest, request.data)
        said = distributions.Said(note=given["note"], on=given.get("on"))
        distributions.take(found, given["step"], by=requester(request), said=said, expected_version=given["version"])
        return Response(way_body(AssetDistributionResource, distributions.WAY, request.user, key))
