"""What the register's API has beyond the generic resources: revealing numbers."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiTypes, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.access import policy
from apps.common.network import client_ip
from apps.history.services import log_access
from apps.households import personfile, services
from apps.households.models import Household, Person
from apps.households.sharing_api import SharingActions
from apps.pages.api import ResourceViewSet
from apps.pages.bodies import valid_body

MEMBERS = "id_no", "disability_no"


class RevealRequest(serializers.Serializer):
    """Which numbers, and why."""

    fields_ = serializers.ListField(child=serializers.CharField(max_length=40), min_length=1, max_length=10)
    reason = serializers.CharField(max_length=500)

    def get_fields(self) -> dict[str, Any]:
        """The wire name `fields` is taken by the serializer class itself."""
        found = super().get_fields()
        found["fields"] = found.pop("fields_")
        return found


class RevealingViewSet(ResourceViewSet):
    """A resource whose objects hold encrypted numbers."""

    @extend_schema(request=RevealRequest, responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["post"])
    def reveal(self, request: Request, key: str) -> Response:
        """The clear values of the named fields; needs the right and a reason and is written to the access log.

        A household also answers for its members' numbers, as a list of `{person, …}` under `persons`.
        """
        found = self.get_object(key)
        form = RevealRequest(data=request.data)
        form.is_valid(raise_exception=True)
        wanted, reason = form.validated_data["fields"], form.validated_data["reason"]
        options = {"by": request.user, "reason": reason, "address": client_ip(request._request)}
        if isinstance(found, Household) and (of_members := [name for name in wanted if name in MEMBERS]):
            own = [name for name in wanted if name not in MEMBERS]
            body: dict[str, Any] = services.reveal(found, own, **options) if own else {}
            members = Person.objects.visible_to(request.user).filter(household=found, is_active=True).order_by("id")
            body["persons"] = [
                {"person": person.pk, **services.reveal(person, of_members, **options)} for person in members
            ]
            return Response(body)
        return Response(services.reveal(found, wanted, **options))


class LookersRequest(serializers.Serializer):
    """Why somebody asks who looked."""

    reason = serializers.CharField(max_length=500)


class PersonViewSet(RevealingViewSet):
    """Persons: their whole file, and who looked at it."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["get"])
    def file(self, request: Request, key: str) -> Response:
        """Everything kept of the person, part by part; needs `view_personal_data` there and is on record."""
        person = personfile.person_of(request.user, int(key))
        log_access(request.user, "view", division=person.division_id, obj=person, fields=["file"])
        return Response(personfile.body(request.user, person))

    @extend_schema(request=LookersRequest, responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["post"])
    def lookers(self, request: Request, key: str) -> Response:
        """Who looked at the person or the household, newest first; needs `trace_access` there and a reason."""
        person = personfile.person_of(request.user, int(key))
        policy.require(request.user, personfile.TRACE, person)
        given = valid_body(LookersRequest, request.data)
        found = personfile.lookers(request.user, person, given["reason"])
        return Response({"results": found.reader.json(found.rows), "more": found.more})


class HouseholdViewSet(SharingActions, RevealingViewSet):
    """Households: their numbers can be revealed, and they can be shared."""
