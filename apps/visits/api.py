"""The REST API of visits: handing one in exactly once, correcting it, and sending its photos in pieces."""

from __future__ import annotations

import base64
import binascii
import hashlib
import math
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from apps.access import sight
from apps.accounts.sessions import requester
from apps.history.services import log_access
from apps.pages import problems
from apps.pages.api import ReadingViewSet, answer
from apps.pages.bodies import valid_body
from apps.pages.kinds import MOMENT
from apps.pages.parsers import TooLarge
from apps.visits.choices import LONGEST_NOTE, LONGEST_TEXT, SLOTS, Datum, NoPosition, PhotoState
from apps.visits.models import VisitPhoto
from apps.visits.services import photos, reading, writing

EARLIEST, LATEST = datetime(1970, 1, 2, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""What a phone's clock may say at all; that it is years off is no reason to refuse."""


class ClockField(serializers.DateTimeField):
    """A moment by a phone's clock."""

    def to_internal_value(self, value: Any) -> datetime:
        found: datetime = super().to_internal_value(value)
        if not EARLIEST < found < LATEST:
            raise serializers.ValidationError(_("时间超出范围。"), code="invalid")
        return found


class DegreesField(serializers.FloatField):
    """Degrees within plus and minus `most`."""

    def __init__(self, most: int, **kwargs: Any) -> None:
        super().__init__(min_value=-most, max_value=most, required=False, allow_null=True, default=None, **kwargs)

    def to_internal_value(self, data: Any) -> float:
        found: float = super().to_internal_value(data)
        if not math.isfinite(found):
            raise serializers.ValidationError(_("应为数字。"), code="invalid")
        return found


def note() -> serializers.CharField:
    return serializers.CharField(
        max_length=LONGEST_NOTE, required=False, allow_blank=True, default="", trim_whitespace=False
    )


class VisitBody(serializers.Serializer):
    """A visit as the phone sends it. `sent_at`, `age` and `offline` may differ when it is sent again; nothing else may.

    `written_by`: the account that wrote it, by the phone; another account's session does not hand it in.
    """

    client_id = serializers.UUIDField()
    household = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    visited_at = ClockField()
    text = serializers.CharField(max_length=LONGEST_TEXT, trim_whitespace=False)
    situation = note()
    help_given = note()
    policies = note()
    persons_met = note()
    problem = note()
    problem_solved = serializers.BooleanField(required=False, allow_null=True, default=None)
    lon = DegreesField(180)
    lat = DegreesField(90)
    accuracy = serializers.FloatField(min_value=0, max_value=1_000_000, required=False, allow_null=True, default=None)
    datum = serializers.ChoiceField(choices=Datum.choices, required=False, default=Datum.WGS84)
    no_position = serializers.ChoiceField(choices=NoPosition.choices, required=False, allow_blank=True, default="")
    offline = serializers.BooleanField(required=False, default=False)
    sent_at = ClockField(required=False, allow_null=True, default=None)
    age = serializers.FloatField(min_value=0, max_value=10**9, required=False, allow_null=True, default=None)
    written_by = serializers.IntegerField(min_value=1, max_value=2**63 - 1, required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if (attrs["lon"] is None) != (attrs["lat"] is None):
            raise serializers.ValidationError({"lat": [_("经度和纬度应同时给出。")]}, code="invalid")
        if not attrs["text"].strip():
            raise serializers.ValidationError({"text": [_("请填写日记内容。")]}, code="blank")
        return attrs


class CorrectionBody(serializers.Serializer):
    """What the author says now, and why."""

    text = serializers.CharField(max_length=LONGEST_TEXT, trim_whitespace=False)
    reason = serializers.CharField(max_length=500)


class PhotoBody(serializers.Serializer):
    """A photo that will come: its number on the visit, its size in bytes and SHA-256 in hexadecimal."""

    slot = serializers.IntegerField(min_value=0, max_value=SLOTS - 1)
    size = serializers.IntegerField(min_value=1, max_value=photos.MOST_BYTES)
    sha256 = serializers.RegexField(r"^[0-9a-f]{64}$")


class PieceParser(BaseParser):
    """A piece of a file as it is."""

    media_type = "application/octet-stream"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        piece: bytes = stream.read(photos.PIECE + 1)
        if len(piece) > photos.PIECE:
            raise TooLarge
        return piece


class VisitViewSet(ReadingViewSet):
    """Visits; one visit comes with its marks, corrections, photos, and what came under its id besides."""

    @extend_schema(request=VisitBody, responses={200: OpenApiTypes.OBJECT, 201: OpenApiTypes.OBJECT})
    def create(self, request: Request) -> Response:
        """Hand in a visit: 201, then 200 with the same `id` for a repeat, 409 for other content under its id."""
        body, by = self.body(request), requester(request)
        writing.require_author(body.get("written_by"), by)
        household = body.get("household")
        if type(household) is int and not writing.is_known(by, household):
            raise Http404
        if not writing.may_write(by):
            raise PermissionDenied(_("您没有填写民情日记的权限。"))
        said = valid_body(VisitBody, body)
        said.pop("written_by", None)
        outcome = writing.submit(writing.Draft(**said), by=by)
        if outcome.conflict:
            # No exception: what was sent has been kept, and must stay.
            told = _("这个编号下已有内容不同的日记，两份都已保留，请核对后更正。")
            if outcome.visit is None:
                told = _("这个编号已被使用，请用新的编号提交；本次内容已保留。")
            shown = {} if outcome.visit is None else {"current": visit_body(self, outcome.visit)}
            return answer(problems.problem(409, told, [problems.entry("client_id", "conflict", told)], **shown))
        response = Response(visit_body(self, outcome.visit), status=201 if outcome.created else 200)
        response["Location"] = request.build_absolute_uri(f"{request.path}{outcome.visit}/")
        return response

    def current(self, found: Any) -> dict[str, Any]:
        return visit_body(self, found.pk)

    @extend_schema(request=CorrectionBody, responses={201: OpenApiTypes.OBJECT})
    @action(detail=True, methods=["post"])
    def correct(self, request: Request, key: str) -> Response:
        """Add the author's correction; what was handed in stays beside it."""
        found, by = self.get_object(key), requester(request)
        if found.author_id != by.pk:
            raise PermissionDenied(_("只有走访人本人可以更正日记。"))
        writing.correct(found, **valid_body(CorrectionBody, self.body(request)), by=by)
        return Response(self.current(found), status=201)

    @extend_schema(request=PhotoBody, responses={200: OpenApiTypes.OBJECT, 201: OpenApiTypes.OBJECT})
    @action(detail=True, methods=["post"])
    def photos(self, request: Request, key: str) -> Response:
        """Announce a photo; its bytes go to `visit-photos/{id}/data/`. Announced twice it is the same photo."""
        found, by = self.get_object(key), requester(request)
        if found.author_id != by.pk:
            raise PermissionDenied(_("只有走访人本人可以添加照片。"))
        photo, new = photos.announce(found, **valid_body(PhotoBody, self.body(request)), by=by)
        return Response(photo_body(photo), status=201 if new else 200)


def visit_body(view: ReadingViewSet, key: Any) -> dict[str, Any]:
    """A visit as the API shows it, with what hangs off it; Http404 when it is not the requester's."""
    user = view.request.user
    found = view.get_object(key)
    whole = sight.opens(user, found)
    body = ReadingViewSet.current(view, found)
    body["marks"] = [
        {"kind": mark.kind, "value": mark.value, "photo": mark.photo_id} for mark in reading.marks_of(user, found.pk)
    ]
    body["corrections"] = [
        {"at": MOMENT.json(one.at), "by": one.author_name, "text": one.text if whole else None, "reason": one.reason}
        for one in reading.corrections_of(user, found.pk)
    ]
    body["photos"] = [photo_body(photo) for photo in photos.of_visit(user, found.pk)]
    body["conflicts"] = list(reading.conflicts_of(user, found.pk).values_list("pk", flat=True))
    return body


def photo_body(photo: VisitPhoto) -> dict[str, Any]:
    """How far a photo is."""
    return {
        "id": photo.pk,
        "slot": photo.slot,
        "size": photo.size,
        "sha256": photo.sha256,
        "offset": photo.received,
        "state": photo.state,
        "refusal": photo.refusal or None,
    }


OFFSET = OpenApiParameter("Upload-Offset", int, "header", required=True)
CHECKSUM = OpenApiParameter("Upload-Checksum", str, "header", required=True, description="sha256 BASE64")


class VisitPhotoViewSet(ReadingViewSet):
    """Photos of visits: how far they are, their bytes in pieces (with the headers of tus 1.0), and the pictures."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["get"], parser_classes=[PieceParser])
    def data(self, request: Request, key: str) -> Response:
        """Where the upload stands; HEAD tells `Upload-Offset` alone."""
        return self._told(self.get_object(key))

    @extend_schema(
        operation_id="visit_photo_send",
        request={"application/octet-stream": OpenApiTypes.BINARY},
        parameters=[OFFSET, CHECKSUM],
        responses=OpenApiTypes.OBJECT,
    )
    @data.mapping.put
    def send(self, request: Request, key: str) -> Response:
        """A piece of at most 256 kB at `Upload-Offset`. The same piece again changes nothing; the last one finishes the
        photo, which is then read, kept without its metadata, or refused with a reason."""
        found, by = self.get_object(key), requester(request)
        if found.author_id != by.pk:
            raise PermissionDenied(_("只有走访人本人可以添加照片。"))
        offset = _offset(request)
        piece: bytes = request.data if isinstance(request.data, bytes) else b""
        _require_checksum(request, piece)
        try:
            return self._told(photos.receive(found, offset, piece, by=by))
        except photos.WrongOffset as error:
            entry = problems.entry("Upload-Offset", error.code, error)
            response = answer(problems.problem(409, error, [entry], offset=error.offset))
            response["Upload-Offset"] = str(error.offset)
            return response

    @extend_schema(responses={(200, "image/jpeg"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"])
    def image(self, request: Request, key: str) -> HttpResponse:
        """The picture; written to the access log."""
        photo = self._picture(request, key)
        log_access(requester(request), "view", division=photo.division_id, obj=photo, fields=["image"])
        return _file(photo.image)

    @extend_schema(responses={(200, "image/jpeg"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"])
    def thumbnail(self, request: Request, key: str) -> HttpResponse:
        """The picture made small."""
        return _file(self._picture(request, key).thumbnail)

    def _picture(self, request: Request, key: str) -> VisitPhoto:
        photo: VisitPhoto = self.get_object(key)
        if not photos.may_look(request.user, photo):
            raise PermissionDenied(_("照片含敏感个人信息，您没有查看的权限。"))
        if photo.state != PhotoState.DONE:
            raise Http404
        return photo

    @staticmethod
    def _told(photo: VisitPhoto) -> Response:
        headers = {"Upload-Offset": str(photo.received), "Upload-Length": str(photo.size)}
        return Response(photo_body(photo), headers={**headers, "Cache-Control": "no-store"})


def _file(stored: Any) -> HttpResponse:
    try:
        with stored.open("rb") as source:
            content = source.read()
    except FileNotFoundError:
        raise Http404(_("没有找到照片文件。")) from None
    return HttpResponse(content, content_type="image/jpeg", headers={"Cache-Control": "private, no-store"})


def _offset(request: Request) -> int:
    written = request.headers.get("Upload-Offset", "")
    if not (written.isascii() and written.isdigit() and len(written) < 12):
        raise ValidationError({"Upload-Offset": ValidationError(_("请给出这一段的起始字节。"), code="required")})
    return int(written)


def _require_checksum(request: Request, piece: bytes) -> None:
    """ValidationError when the piece is not what was sent."""
    method, _space, written = request.headers.get("Upload-Checksum", "").partition(" ")
    try:
        wanted = base64.b64decode(written, validate=True)
    except (binascii.Error, ValueError):
        wanted = b""
    if method != "sha256" or wanted != hashlib.sha256(piece).digest():
        raise ValidationError(
            {"Upload-Checksum": ValidationError(_("这一段的校验值不符，请重新上传。"), code="checksum")}
        )
