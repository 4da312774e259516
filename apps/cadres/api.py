"""What the API of cadres has beyond the generic resources: pairing and handing over many households at once."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiTypes, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.access import policy
from apps.access.models import Pairing
from apps.accounts.sessions import requester
from apps.cadres import services
from apps.cadres.models import Cadre
from apps.cadres.services.pairing import MOST
from apps.households.api import RevealingViewSet
from apps.pages.api import ResourceViewSet
from apps.pages.bodies import valid_body
from apps.pages.idempotency import once


class CadreViewSet(RevealingViewSet):
    """Cadres: their numbers can be revealed."""


class PairRequest(serializers.Serializer):
    """Which households, with whom, from when. `dry_run` writes nothing."""

    cadre = serializers.IntegerField(min_value=1)
    households = serializers.ListField(child=serializers.IntegerField(min_value=1), min_length=1, max_length=MOST)
    from_on = serializers.DateField()
    dry_run = serializers.BooleanField(default=False)


class HandOverRequest(serializers.Serializer):
    """Which pairings go to whom, on which day and why. `dry_run` writes nothing."""

    cadre = serializers.IntegerField(min_value=1)
    pairings = serializers.ListField(child=serializers.IntegerField(min_value=1), min_length=1, max_length=MOST)
    on = serializers.DateField()
    reason = serializers.CharField(max_length=200)
    dry_run = serializers.BooleanField(default=False)


class PairingViewSet(ResourceViewSet):
    """Pairings: one by one as any resource, many at once by `many/` and `hand-over/`."""

    @extend_schema(request=PairRequest, responses=OpenApiTypes.OBJECT)
    @action(detail=False, methods=["post"])
    @once
    def many(self, request: Request) -> Response:
        """Pair one cadre with many households; each that cannot be is told with its reason."""
        policy.require(request.user, Pairing.change_capability)
        given = valid_body(PairRequest, self.body(request))
        done = services.pair_many(
            given["households"],
            self._cadre(given),
            by=requester(request),
            on=given["from_on"],
            dry_run=given["dry_run"],
        )
        return Response(_body(done, "households"))

    @extend_schema(request=HandOverRequest, responses=OpenApiTypes.OBJECT)
    @action(detail=False, methods=["post"], url_path="hand-over")
    @once
    def hand_over(self, request: Request) -> Response:
        """Hand pairings over to one cadre: the old ones end and the new ones begin on the same day."""
        policy.require(request.user, Pairing.change_capability)
        given = valid_body(HandOverRequest, self.body(request))
        done = services.hand_over_many(
            given["pairings"],
            self._cadre(given),
            by=requester(request),
            on=given["on"],
            reason=given["reason"],
            dry_run=given["dry_run"],
        )
        return Response(_body(done, "pairings"))

    def _cadre(self, given: dict[str, Any]) -> Cadre:
        found = Cadre.objects.visible_to(self.request.user).filter(pk=given["cadre"]).first()
        if found is None:
            raise ValidationError(
                {"cadre": ValidationError(_("没有这名干部，或者不在您的范围内。"), code="invalid_choice")}
            )
        return found


def _body(outcome: services.Paired, rows: str) -> dict[str, Any]:
    """An outcome as the API tells it. `in_force` is how many households the cadre then helps."""
    return {
        "done": outcome.done,
        "refused": [{"code": one.code, "message": one.message, rows: list(one.rows)} for one in outcome.refusals],
        "in_force": outcome.in_force,
        "too_many": outcome.too_many,
    }
