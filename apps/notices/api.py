"""The REST API of notices beyond the generic resources: one notice with all that hangs off it, steps, photos."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiTypes, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.sessions import requester
from apps.notices.choices import Way
from apps.notices.models import NoticePhoto, PublicNotice
from apps.notices.models.notice import LONGEST_NOTE, LONGEST_PLACE
from apps.notices.services import photos, reading, steps
from apps.notices.tables import NoticeResource
from apps.notices.views import NoticePhotoPage
from apps.pages.api import ResourceViewSet, object_body
from apps.pages.bodies import valid_body
from apps.pages.idempotency import once
from apps.pages.kinds import DATE, MOMENT
from apps.pages.photos import PhotoRequest, PhotoTakingView, sent_photo


class NoticeStepRequest(serializers.Serializer):
    """A step of a notice, based on the version that was read."""

    step = serializers.ChoiceField(choices=list(steps.STEPS))
    version = serializers.IntegerField(min_value=1)
    note = serializers.CharField(max_length=LONGEST_NOTE, required=False, default="", allow_blank=True)
    place = serializers.CharField(max_length=LONGEST_PLACE, required=False, default="", allow_blank=True)
    ways = serializers.ListField(child=serializers.ChoiceField(choices=Way.values), required=False, default=list)
    posted_on = serializers.DateField(required=False)
    text = serializers.CharField(max_length=LONGEST_NOTE, required=False, default="", allow_blank=True)
    received_on = serializers.DateField(required=False)
    objection = serializers.IntegerField(required=False, min_value=1)


class NoticeViewSet(ResourceViewSet):
    """Notices; one comes with its objections, photos, log and the steps that the requester may take."""

    def current(self, found: Any) -> dict[str, Any]:
        return notice_body(self.request.user, found.pk)


def notice_body(user: Any, key: int) -> dict[str, Any]:
    """A notice as the API shows it; Http404 when it is not among the user's."""
    found: PublicNotice | None = NoticeResource.rows(user).filter(pk=key).first()
    if found is None:
        raise Http404
    return {
        **object_body(NoticeResource, user, key),
        "objections": [
            {
                "id": one.pk,
                "received_on": DATE.json(one.received_on),
                "received_by": one.received_by_name,
                "text": one.text,
                "due_on": DATE.json(one.due_on),
                "light": one.light or None,
                "answer": one.answer or None,
                "answered_on": DATE.json(one.answered_on),
                "answered_by": one.answered_by_name or None,
            }
            for one in reading.objections_of(user, found)
        ],
        "photos": [photo_body(one) for one in photos.of_notice(user, found)],
        "steps": [step.name for step in steps.steps_for(found, user)],
        "log": [
            {
                "at": MOMENT.json(line.at),
                "by": line.by_name or None,
                "step": line.step,
                "from_state": line.from_state or None,
                "to_state": line.to_state,
                "note": line.note,
            }
            for line in reading.log_of(user, found)
        ],
    }


def photo_body(photo: NoticePhoto) -> dict[str, Any]:
    """A photo as the API tells of it."""
    return {
        "id": photo.pk,
        "posting": photo.posting,
        "by": photo.by_name,
        "at": MOMENT.json(photo.at),
        "taken_at": MOMENT.json(photo.taken_at),
        "image": reverse("api:notice-photo-image", args=[photo.pk]),
    }


class NoticeStepView(APIView):
    """Take a step of a notice; the answer is the notice as it is now."""

    @extend_schema(request=NoticeStepRequest, responses=OpenApiTypes.OBJECT)
    @once
    def post(self, request: Request, key: int) -> Response:
        found = _found(request, key)
        by = requester(request)
        given = valid_body(NoticeStepRequest, request.data)
        version, step = given.pop("version"), given.pop("step")
        steps.take(found, step, by=by, said=steps.Said(**given), expected_version=version)
        return Response(notice_body(request.user, found.pk))


class NoticePhotosView(PhotoTakingView):
    """Add a photo that proves a posting."""

    @extend_schema(request={"multipart/form-data": PhotoRequest}, responses={201: OpenApiTypes.OBJECT})
    def post(self, request: Request, key: int) -> Response:
        found = _found(request, key)
        photo = photos.add(found, sent_photo(request), by=requester(request))
        return Response(photo_body(photo), status=201)


class NoticePhotoImageView(APIView):
    """The picture of a photo."""

    @extend_schema(responses={(200, "image/jpeg"): OpenApiTypes.BINARY})
    def get(self, request: Request, key: int) -> HttpResponseBase:
        return NoticePhotoPage.as_view()(request._request, key=key)


def _found(request: Request, key: int) -> PublicNotice:
    """A notice of the requester's in which he has some step; Http404, PermissionDenied otherwise."""
    found: PublicNotice | None = NoticeResource.rows(request.user).filter(pk=key).first()
    if found is None:
        raise Http404
    if not steps.concerned(found, requester(request)):
        raise PermissionDenied(_("您没有办理这项公示的权限。"))
    return found
