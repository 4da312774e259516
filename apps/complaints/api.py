"""The REST API of complaints beyond the generic resource: one with what the handling unit reads, steps, the author."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404
from django.http.response import HttpResponseBase
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.sessions import requester
from apps.complaints.choices import Body, Kind, Result, Satisfaction
from apps.complaints.models import ComplaintPhoto
from apps.complaints.models.confidential import LONGEST_TEXT
from apps.complaints.services import attaching, counting, reading, steps
from apps.complaints.services.receipts import Receipt
from apps.complaints.tables import ComplaintResource
from apps.complaints.views import ComplaintPhotoPage, since
from apps.divisions import codes
from apps.pages.api import ResourceViewSet
from apps.pages.bodies import valid_body
from apps.pages.idempotency import KeptBriefly, once
from apps.pages.photos import PhotoRequest, PhotoTakingView, sent_photo
from apps.pages.steplogs import LONGEST_NOTE
from apps.pages.way_api import WayStepView, way_body
from apps.problems.standing_views import place_of


def _optional(most: int) -> serializers.CharField:
    return serializers.CharField(max_length=most, required=False, default="", allow_blank=True)


class PlaceCode(serializers.RegexField):
    """A place by its twelve digits, as a number."""

    def __init__(self, **options: Any) -> None:
        super().__init__(r"^[0-9]{12}$", **options)

    def to_internal_value(self, data: Any) -> int:  # type: ignore[override]
        try:
            return codes.parse(super().to_internal_value(data))
        except ValueError:
            self.fail("invalid")


class ComplaintStepRequest(serializers.Serializer):
    """A step of a complaint, based on the version that was read. `to`: the unit that it goes to."""

    step = serializers.ChoiceField(choices=list(steps.WAY.steps))
    version = serializers.IntegerField(min_value=1)
    note = _optional(LONGEST_NOTE)
    kind = serializers.ChoiceField(choices=Kind.values, required=False, default="")
    concerned = PlaceCode(required=False, default=None)
    to = PlaceCode(required=False, default=None)
    sent_to = serializers.ChoiceField(choices=Body.values, required=False, default="")
    document_no = _optional(60)
    leader = _optional(50)
    leader_post = _optional(50)
    result = serializers.ChoiceField(choices=Result.values, required=False, default="")
    confirmed = serializers.BooleanField(required=False, default=None, allow_null=True)
    findings = _optional(LONGEST_TEXT)
    answer = _optional(LONGEST_TEXT)
    satisfaction = serializers.ChoiceField(choices=Satisfaction.values, required=False, default="")


class ReasonRequest(serializers.Serializer):
    """Why the author is read."""

    reason = serializers.CharField(max_length=500)


def complaint_body(user: Any, key: int) -> dict[str, Any]:
    """A complaint as the API shows it; Http404 when it is not among the user's. What was written is null for whoever
    does not handle it, and so are log and photos empty."""
    body = way_body(ComplaintResource, steps.WAY, user, key)
    found = ComplaintResource.rows(user).get(pk=key)
    statement = reading.read_words(user, found)
    return {
        **body,
        **{name: getattr(statement, name, "") or None for name in ("text", "findings", "answer")},
        "photos": [photo_body(one) for one in reading.photos_of(user, found)],
    }


def photo_body(photo: ComplaintPhoto) -> dict[str, Any]:
    """A photo as the API tells of it."""
    image = reverse("api:complaint-photo", args=[photo.pk])
    return {"id": photo.pk, "width": photo.width, "height": photo.height, "image": image}


def _told(user: Any, found: Mapping[str, Any]) -> dict[str, Any]:
    """A complaint as `complaint_body`, or its number alone where it went out of the requester's sight."""
    try:
        return complaint_body(user, found["id"])
    except Http404:
        return {"id": found["id"], "number": found["number"]}


class NumberKept(KeptBriefly):
    """No words of a complaint lie among the answers that are kept for repeats."""

    request: Any  # of the view beside it

    def kept(self, body: Mapping[str, Any]) -> dict[str, Any]:
        return {"id": body["id"], "number": body["number"]}

    def again(self, kept: dict[str, Any]) -> dict[str, Any]:
        return _told(self.request.user, kept)


class ComplaintViewSet(NumberKept, ResourceViewSet):
    """Complaints; one comes with what the handling unit reads, its log and its steps."""

    receipt: Receipt | None = None

    def save(self, form: Any) -> Any:
        saved = super().save(form)
        self.receipt = form.receipt
        return saved

    def current(self, found: Any) -> dict[str, Any]:
        """The complaint; of one that was just entered with the secret by which whoever complained follows it."""
        body = complaint_body(self.request.user, found.pk)
        return {**body, "secret": self.receipt.secret} if self.receipt else body


class ComplaintStepView(NumberKept, WayStepView):
    """A step of a complaint. One that went to where the requester does not see it is answered with its number alone."""

    resource_of, way = ComplaintResource, steps.WAY

    @extend_schema(request=ComplaintStepRequest, responses=OpenApiTypes.OBJECT)
    @once
    def post(self, request: Request, key: int) -> Response:
        found = self.found(request, key)
        given = valid_body(ComplaintStepRequest, request.data)
        version, step = given.pop("version"), given.pop("step")
        taken = steps.take(found, step, by=requester(request), said=steps.Said(**given), expected_version=version)
        return Response(_told(request.user, {"id": taken.pk, "number": taken.number}))


class ComplaintAuthorView(APIView):
    """Who complained, for a reason; on record."""

    @extend_schema(request=ReasonRequest, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, key: int) -> Response:
        found = ComplaintResource.rows(request.user).filter(pk=key).first()
        if found is None:
            raise Http404
        by = requester(request)
        reading.require_desk(by, found)
        reason = valid_body(ReasonRequest, request.data)["reason"]
        return Response(reading.author_of(found, by=by, reason=reason))


class ComplaintNumbersView(APIView):
    """Complaints at a place and below by kind: of the units complained about, and of the months in which they came.
    What is too few to be told is null."""

    @extend_schema(parameters=[OpenApiParameter("division", OpenApiTypes.STR)], responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        division = place_of(request.user, request.query_params)
        rows = counting.seen_by(request.user).within(division)
        units, months = counting.by_unit(rows, division), counting.by_month(rows, since())
        return Response(
            {
                "division": codes.text(division),
                "total": units.total,
                "units": [
                    {"division": codes.text(unit), "total": total, "kinds": kinds} for unit, kinds, total in units.rows
                ],
                "months": [
                    {"month": f"{month:%Y-%m}", "total": total, "kinds": kinds} for month, kinds, total in months.rows
                ],
            }
        )


class ComplaintPhotosView(PhotoTakingView):
    """Add a photo or scan of what came with a complaint."""

    @extend_schema(request={"multipart/form-data": PhotoRequest}, responses={201: OpenApiTypes.OBJECT})
    def post(self, request: Request, key: int) -> Response:
        found, by = ComplaintResource.rows(request.user).filter(pk=key).first(), requester(request)
        if found is None:
            raise Http404
        reading.require_desk(by, found)
        return Response(photo_body(attaching.attach(found, sent_photo(request), by=by)), status=201)


class ComplaintPhotoView(APIView):
    """A picture that came with a complaint."""

    @extend_schema(responses={(200, "image/jpeg"): OpenApiTypes.BINARY})
    def get(self, request: Request, key: int) -> HttpResponseBase:
        return ComplaintPhotoPage.as_view()(request._request, key=key)
