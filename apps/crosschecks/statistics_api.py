"""The REST API of how findings came out: an object with the sum, each rule and each unit one level below."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.common.days import today
from apps.crosschecks.choices import Group
from apps.crosschecks.services.statistics import QUERIES, Counted, statistics
from apps.crosschecks.statistics_views import read, unknown
from apps.divisions import codes
from apps.pages import problems
from apps.pages.api import answer


class CountedAnswer(serializers.Serializer):
    """Figures of some findings; shares of those with a verdict, null without one."""

    def get_fields(self) -> dict[str, serializers.Field]:
        counts: dict[str, serializers.Field] = {name: serializers.IntegerField() for name in QUERIES}
        shares = {
            name: serializers.DecimalField(max_digits=5, decimal_places=4, allow_null=True)
            for name in ("confirmed_share", "refuted_share")
        }
        days = serializers.DecimalField(
            max_digits=8, decimal_places=1, allow_null=True, help_text="median from found to closed"
        )
        return {**super().get_fields(), **counts, **shares, "median_days": days}


class RuleCounted(CountedAnswer):
    rule = serializers.CharField()
    title = serializers.CharField()


class UnitCounted(CountedAnswer):
    division = serializers.CharField(help_text="12 digits")
    name = serializers.CharField()
    own = serializers.BooleanField(help_text="placed at the place itself and not below")


class StatisticsAnswer(serializers.Serializer):
    total = CountedAnswer()
    rules = RuleCounted(many=True)
    units = UnitCounted(many=True)


class StatisticsView(APIView):
    """How the findings of a place came out, by rule and by unit one level below."""

    @extend_schema(
        parameters=[
            OpenApiParameter("division", str, description="12 digits, there and below"),
            OpenApiParameter("found_on_min", str, description="found on this day or later"),
            OpenApiParameter("found_on_max", str, description="found on this day or before"),
            OpenApiParameter("group", str, enum=Group.values, many=True),
            OpenApiParameter("rule", str, many=True),
        ],
        responses=StatisticsAnswer,
    )
    def get(self, request: Request) -> Response:
        selection = read(request.user, request.query_params, strict=True)
        found = dict(selection.problems)
        for name in unknown(request.query_params):
            found[name] = [ValidationError(_("没有这个查询参数。"), code="unknown")]
        if found:
            return answer(problems.problem(400, errors=problems.entries(found)))
        counted = statistics(selection.rows, selection.place.code, today())
        return Response(
            {
                "total": _body(counted.total),
                "rules": [
                    {"rule": one.entry.id, "title": one.entry.title, **_body(one.counted)} for one in counted.rules
                ],
                "units": [
                    {"division": codes.text(one.code), "name": one.name, "own": one.own, **_body(one.counted)}
                    for one in counted.units
                ],
            }
        )


def _body(counted: Counted) -> dict[str, Any]:
    shares = {"confirmed_share": counted.confirmed_share, "refuted_share": counted.refuted_share}
    return {
        **{name: counted[name] for name in QUERIES},
        **{name: None if share is None else f"{share:.4f}" for name, share in shares.items()},
        "median_days": None if counted.days is None else str(counted.days),
    }
