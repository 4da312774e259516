"""The REST API of inspections beyond the generic resources: steps, draws, replacements, on-site forms, the phone."""

from __future__ import annotations

import math
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema
from rest_framework import serializers
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.sessions import requester
from apps.inspections.choices import LateVerdict, ProblemLevel
from apps.inspections.forms import said_of
from apps.inspections.models import SampledUnit, SiteForm, SiteFormPhoto
from apps.inspections.models.form import LONGEST_FACT, LONGEST_REASON
from apps.inspections.models.inspection import LONGEST_REPORT
from apps.inspections.services import drawing, filling, late, photos, reading, steps, templates
from apps.inspections.services.filling import LONGEST_ANSWER, SPAN
from apps.inspections.tables import FormTemplateResource, InspectionResource, SampledUnitResource, SiteFormResource
from apps.inspections.views import SitePhotoPage
from apps.pages import problems
from apps.pages.api import ReadingViewSet, ResourceViewSet, answer, object_body
from apps.pages.bodies import valid_body
from apps.pages.idempotency import once
from apps.pages.kinds import MOMENT, PLACE
from apps.pages.parsers import TooLarge
from apps.pages.steplogs import LONGEST_NOTE
from apps.pages.way_api import WayStepView, way_body

BIG = 2**63 - 1


def _optional(most: int) -> serializers.CharField:
    return serializers.CharField(max_length=most, required=False, default="", allow_blank=True)


class MemberRequest(serializers.Serializer):
    """One person of a team."""

    team = serializers.IntegerField(min_value=1, max_value=99)
    name = serializers.CharField(max_length=60)
    unit = _optional(100)
    account = _optional(150)
    leader = serializers.BooleanField(required=False, default=False)
    places = _optional(2000)


class InspectionStepRequest(serializers.Serializer):
    """A step of an inspection, based on the version that was read."""

    step = serializers.ChoiceField(choices=list(steps.WAY.steps))
    version = serializers.IntegerField(min_value=1)
    note = _optional(LONGEST_NOTE)
    on = serializers.DateField(required=False)
    text = _optional(LONGEST_REPORT)
    notice_no = _optional(60)
    teams = MemberRequest(many=True, required=False)


class ReplaceRequest(serializers.Serializer):
    """Why a unit is replaced."""

    reason = serializers.CharField(max_length=200)


class Degrees(serializers.FloatField):
    """Degrees within plus and minus `most`."""

    def __init__(self, most: int, **kwargs: Any) -> None:
        super().__init__(min_value=-most, max_value=most, required=False, allow_null=True, default=None, **kwargs)

    def to_internal_value(self, data: Any) -> float:
        found: float = super().to_internal_value(data)
        if not math.isfinite(found):
            raise serializers.ValidationError(_("应为数字。"), code="invalid")
        return found


class SiteFormRequest(serializers.Serializer):
    """A form as the phone sends it; `offline` may differ when it is sent again, nothing else may.

    `written_by`: the account that wrote it, by the phone; another account's session does not hand it in.
    """

    client_id = serializers.UUIDField()
    unit = serializers.IntegerField(min_value=1, max_value=BIG)
    written_at = serializers.DateTimeField()
    answers = serializers.ListField(
        child=serializers.CharField(max_length=LONGEST_ANSWER, allow_blank=True), required=False, default=list
    )
    remark = _optional(LONGEST_FACT)
    signed_by = _optional(60)
    signature = serializers.ListField(
        child=serializers.ListField(
            child=serializers.ListField(
                child=serializers.IntegerField(min_value=0, max_value=SPAN), min_length=2, max_length=2
            )
        ),
        required=False,
        default=list,
    )
    lon = Degrees(180)
    lat = Degrees(90)
    accuracy = serializers.FloatField(min_value=0, max_value=10**6, required=False, allow_null=True, default=None)
    problem_area = _optional(30)
    problem_fact = _optional(LONGEST_FACT)
    problem_level = serializers.ChoiceField(choices=ProblemLevel.choices, required=False, allow_blank=True, default="")
    offline = serializers.BooleanField(required=False, default=False)
    written_by = serializers.IntegerField(min_value=1, max_value=BIG, required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if (attrs["lon"] is None) != (attrs["lat"] is None):
            raise serializers.ValidationError({"lat": [_("经度和纬度应同时给出。")]}, code="invalid")
        return attrs


class InspectionViewSet(ResourceViewSet):
    """Inspections; one comes with its places, teams, log and the steps that the requester may take."""

    def current(self, found: Any) -> dict[str, Any]:
        return inspection_body(self.request.user, found.pk)


def inspection_body(user: Any, key: int) -> dict[str, Any]:
    """An inspection as the API shows it; Http404 when it is not among the user's."""
    found = InspectionResource.rows(user).filter(pk=key).first()
    if found is None:
        raise Http404
    return {
        **way_body(InspectionResource, steps.WAY, user, key),
        "places": [PLACE.json(target.place_id) for target in reading.targets_of(found, user)],
        "teams": [
            {
                "number": team["number"],
                "name": team["name"],
                "places": team["places"],
                "members": [
                    {"name": one.name, "unit": one.unit or None, "leader": one.leader} for one in team["members"]
                ],
            }
            for team in reading.teams_of(found, user)
        ],
    }


class InspectionStepView(WayStepView):
    """A step of an inspection."""

    resource_of, way = InspectionResource, steps.WAY

    @extend_schema(request=InspectionStepRequest, responses=OpenApiTypes.OBJECT)
    @once
    def post(self, request: Request, key: int) -> Response:
        found = self.found(request, key)
        given = valid_body(InspectionStepRequest, request.data)
        steps.take(found, given["step"], by=requester(request), said=said_of(given), expected_version=given["version"])
        return Response(inspection_body(request.user, key))


class ReplaceView(APIView):
    """Draw another unit in the place of one that cannot be visited; the answer is the new one."""

    @extend_schema(request=ReplaceRequest, responses={201: OpenApiTypes.OBJECT})
    @once
    def post(self, request: Request, key: int) -> Response:
        found: SampledUnit | None = SampledUnitResource.rows(request.user).filter(pk=key).first()
        if found is None:
            raise Http404
        if not drawing.holds(requester(request), drawing.INSPECTS, found.division_id):
            raise PermissionDenied(_("您没有为这项督查抽样的权限。"))
        reason = valid_body(ReplaceRequest, request.data)["reason"]
        new = drawing.replace(found, reason, by=requester(request))
        return Response(object_body(SampledUnitResource, request.user, new.pk), status=201)


class FormTemplateViewSet(ResourceViewSet):
    """Templates; one comes with its questions."""

    def current(self, found: Any) -> dict[str, Any]:
        body = object_body(FormTemplateResource, self.request.user, found.pk)
        return {**body, "questions": templates.questions_of(found)}


class SiteFormViewSet(ReadingViewSet):
    """On-site forms; one comes with its answers and photos."""

    @extend_schema(request=SiteFormRequest, responses={200: OpenApiTypes.OBJECT, 201: OpenApiTypes.OBJECT})
    def create(self, request: Request) -> Response:
        """Hand in a form: 201, then 200 with the same `id` for a repeat, 409 for other content under its id."""
        body, by = self.body(request), requester(request)
        filling.require_author(body.get("written_by"), by)
        unit = body.get("unit")
        if type(unit) is int and not SampledUnit.objects.visible_to(by).filter(pk=unit).exists():
            raise Http404
        if not filling.fills_somewhere(by):
            raise PermissionDenied(_("您不是这项督查的督查组成员，不能填写现场表。"))
        said = valid_body(SiteFormRequest, body)
        said.pop("written_by", None)
        outcome = filling.submit(filling.Draft(**said), by=by)
        if outcome.conflict:
            # No exception: what was sent has been kept, and must stay.
            told = _("这个编号下已有内容不同的现场表，两份都已保留。")
            shown = {} if outcome.form is None else {"current": self.current(outcome.form)}
            return answer(problems.problem(409, told, [problems.entry("client_id", "conflict", told)], **shown))
        form = outcome.form
        if form is None:
            raise Http404
        response = Response(self.current(form), status=201 if outcome.created else 200)
        response["Location"] = request.build_absolute_uri(f"{request.path}{form.pk}/")
        return response

    def current(self, found: Any) -> dict[str, Any]:
        user = self.request.user
        form: SiteForm = self.get_object(found.pk)
        return {
            **object_body(SiteFormResource, user, form.pk),
            "answers": [
                {"question": question["text"], "answer": said or None}
                for question, said in zip(form.questions, form.answers, strict=True)
            ],
            "photos": [photo_body(photo) for photo in photos.of_form(user, form)],
            "conflicts": reading.conflicts_of(user, form),
        }


def photo_body(photo: SiteFormPhoto) -> dict[str, Any]:
    """A photo as the API tells of it; `state` as the phone knows it of other photos."""
    return {
        "id": photo.pk,
        "slot": photo.slot,
        "sha256": photo.sha256,
        "state": "done",
        "taken_at": MOMENT.json(photo.taken_at),
        "image": reverse("api:site-form-photo-image", args=[photo.pk]),
    }


class LateProblemRequest(serializers.Serializer):
    """What becomes of the problem of a form that came late; `reason` of one that is dismissed."""

    verdict = serializers.ChoiceField(choices=LateVerdict.choices)
    reason = _optional(LONGEST_REASON)


class LateProblemView(APIView):
    """Adopt or dismiss the problem of a form that came after its inspection; the answer is the form."""

    @extend_schema(request=LateProblemRequest, responses=OpenApiTypes.OBJECT)
    @once
    def post(self, request: Request, key: int) -> Response:
        found: SiteForm | None = SiteFormResource.rows(request.user).filter(pk=key).first()
        if found is None:
            raise Http404
        if not late.may_settle(found, requester(request)):
            raise PermissionDenied(_("办结后到达的问题由督查单位的其他人员处理。"))
        late.settle(found, **valid_body(LateProblemRequest, request.data), by=requester(request))
        return Response(object_body(SiteFormResource, request.user, key))


class PhotoParser(BaseParser):
    """A photo as it is."""

    media_type = "application/octet-stream"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        found: bytes = stream.read(photos.MOST_BYTES + 1)
        if len(found) > photos.MOST_BYTES:
            raise TooLarge
        return found


class SiteFormPhotoView(APIView):
    """A photo of one's own form, by its number (`slot`, 0 to 8): 201, then 200 for the same one, 409 for another."""

    parser_classes = [PhotoParser]

    @extend_schema(
        request={"application/octet-stream": OpenApiTypes.BINARY},
        parameters=[OpenApiParameter("slot", int, required=True)],
        responses={200: OpenApiTypes.OBJECT, 201: OpenApiTypes.OBJECT},
    )
    def put(self, request: Request, key: int) -> Response:
        found: SiteForm | None = SiteFormResource.rows(request.user).filter(pk=key).first()
        if found is None:
            raise Http404
        by = requester(request)
        if found.author_id != by.pk:
            raise PermissionDenied(_("只有填表人本人可以添加照片。"))
        written = request.query_params.get("slot", "")
        slot = int(written) if written.isascii() and written.isdigit() and len(written) < 3 else photos.SLOTS
        data = request.data if isinstance(request.data, bytes) else b""
        photo, new = photos.add(found, slot, data, by=by)
        return Response(photo_body(photo), status=201 if new else 200)


class SiteFormPhotoImageView(APIView):
    """The picture of a photo."""

    @extend_schema(responses={(200, "image/jpeg"): OpenApiTypes.BINARY})
    def get(self, request: Request, key: int) -> HttpResponseBase:
        return SitePhotoPage.as_view()(request._request, key=key)


class PhoneInspectionsView(APIView):
    """The running inspections whose team the account is on, with what was drawn and what is asked."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        by = requester(request)
        found = reading.offered(by)
        return Response({"results": found, **reading.choices()}, headers={"Cache-Control": "no-store"})
