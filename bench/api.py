"""API list per level against orjson over `.values()` of the same rows, and the plain ModelSerializer with a count.

Three depths: the view alone (account known, as floor and comparison have it), and the whole request with session,
account, grants and all middleware.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
from django.db import transaction
from django.http import HttpResponse
from rest_framework import generics, pagination, renderers, serializers
from rest_framework.test import APIRequestFactory, force_authenticate

from apps.access import scope as scopes
from apps.access.middleware import ScopeMiddleware
from apps.households.models import Household
from apps.households.tables import HouseholdResource
from apps.pages.columns import sources
from apps.pages.routes import viewset
from bench.data import LEVELS, Bench, statements
from bench.measuring import against, interleave

FLOOR = "orjson over .values()"
SIZE = 50
PATHS = sources(HouseholdResource.api_columns())
PLAIN_FIELDS = [
    field.name
    for field in Household._meta.get_fields()
    if field.concrete and field.name in {path.removesuffix("_id") for path in PATHS}
]


def plain_rows(user: Any) -> Callable[[], bytes]:
    """The floor: one page of what the API shows, read with `.values()` in the user's scope and written by orjson."""
    scope = scopes.of(user)

    def ask() -> bytes:
        with scopes.activate(scope), transaction.atomic():
            rows = HouseholdResource.rows(scope).order_by("division_id", "pk").values(*PATHS)[: SIZE + 1]
            return orjson.dumps(list(rows)[:SIZE], default=str)

    return ask


class PlainSerializer(serializers.ModelSerializer[Household]):
    """What a first draft of such an API would be."""

    head_name = serializers.CharField()
    member_count = serializers.IntegerField()

    class Meta:
        model = Household
        fields = [*PLAIN_FIELDS, "head_name", "member_count"]

    serializer_field_mapping = serializers.ModelSerializer.serializer_field_mapping

    def build_standard_field(self, field_name: str, model_field: Any) -> Any:
        """Numbers by their masks, as everywhere."""
        if model_field.get_internal_type() == "BinaryField" or field_name in ("phone", "bank_account"):
            return serializers.CharField, {}
        return super().build_standard_field(field_name, model_field)


class PageNumbers(pagination.PageNumberPagination):
    page_size = SIZE


class PlainList(generics.ListAPIView[Household]):
    """ModelSerializer, page numbers, and a count of everything."""

    serializer_class = PlainSerializer
    pagination_class = PageNumbers
    renderer_classes = [renderers.JSONRenderer]

    def get_queryset(self) -> Any:
        return HouseholdResource.rows(self.request.user).order_by("division_id", "pk")


def called(view: Callable[..., Any], user: Any) -> Callable[[], HttpResponse]:
    """A view asked by somebody who is known already, in the transaction of a request."""
    factory = APIRequestFactory()
    middleware = ScopeMiddleware(lambda request: HttpResponse())

    def ask() -> HttpResponse:
        request = factory.get("/api/v1/households/", {"page_size": SIZE}, headers={"host": "127.0.0.1"})
        request.user = user
        force_authenticate(request, user)
        answer = middleware.process_view(request, view, (), {})
        if answer is None or answer.status_code != 200 or len(orjson.loads(answer.content)["results"]) == 0:
            raise AssertionError(f"{view} answered {answer}")
        return answer

    return ask


def run(bench: Bench) -> None:
    """Every level; at the region also how many times the plain way takes."""
    ours = viewset(HouseholdResource).as_view({"get": "list"})
    plain = PlainList.as_view()
    for level in LEVELS:
        user = bench.user(level.username)
        scopes.of(user)
        floor = plain_rows(user)
        compare_rows(called(ours, user)(), floor())
        found = against(called(ours, user), floor)
        bench.report.compare(f"api {level.name} view", found, FLOOR, limit=1.4)
        client = bench.client(level.username)

        def whole(client: Any = client) -> None:
            answer = client.get(f"/api/v1/households/?page_size={SIZE}")
            if answer.status_code != 200:
                raise AssertionError(f"API list answered {answer.status_code}")

        found = against(whole, floor)
        note = f"{len(statements(whole))} statements; with session, account and grants"
        bench.report.compare(f"api {level.name} whole request", found, FLOOR, note=note)
        pair = interleave({"plain": called(plain, user), "ours": called(ours, user)})
        line = bench.report.say(
            f"api {level.name} plain ModelSerializer + count",
            pair["plain"] * 1000,
            "ms",
            floor=pair["ours"] * 1000,
            floor_name="our view",
        )
        if level.name == "region" and line.ratio is not None:
            verdict = "met" if line.ratio >= 11 else "undecided" if line.ratio >= 9 else "missed"
            bench.report.say("api region: times faster than the plain way", line.ratio, "x", note=f"aim 10: {verdict}")


def compare_rows(answer: HttpResponse, floor: bytes) -> None:
    """The view and the floor give the same households in the same order."""
    ours = [row["id"] for row in orjson.loads(answer.content)["results"]]
    theirs = [row["pk"] for row in orjson.loads(floor)]
    if ours != theirs:
        raise AssertionError("the API and its floor give other rows")
