"""Photos and files of problems in the REST API."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
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
from apps.pages.attachments import AttachmentRequest, AttachmentTakingView, sent_file
from apps.pages.kinds import MOMENT
from apps.pages.photos import PhotoRequest, PhotoTakingView, sent_photo
from apps.problems.choices import PhotoOf
from apps.problems.models import Problem, ProblemFile, ProblemPhoto
from apps.problems.services import files, photos
from apps.problems.tables import ProblemResource
from apps.problems.views import ProblemFilePage, ProblemPhotoPage


class ProblemPhotoRequest(PhotoRequest):
    """A photo, and what it is of."""

    of = serializers.ChoiceField(choices=PhotoOf.choices)


class ProblemFileRequest(AttachmentRequest):
    """A file, and what it proves."""

    of = serializers.ChoiceField(choices=PhotoOf.choices)


def _found(request: Request, key: int) -> tuple[Problem, str]:
    """A problem of the requester's to which he may add something, and what he says that it is of."""
    found: Problem | None = ProblemResource.rows(request.user).filter(pk=key).first()
    if found is None:
        raise Http404
    offered = photos.offered(found, request.user)
    if not offered:
        raise PermissionDenied(_("您没有在这里添加文件的权限。"))
    of = request.data.get("of") if isinstance(request.data, dict) else None
    if of not in offered:
        raise ValidationError({"of": ValidationError(_("请选择您可以添加的内容。"), code="invalid_choice")})
    return found, str(of)


class ProblemPhotosView(PhotoTakingView):
    """Add a photo of a problem."""

    @extend_schema(request={"multipart/form-data": ProblemPhotoRequest}, responses={201: OpenApiTypes.OBJECT})
    def post(self, request: Request, key: int) -> Response:
        found, of = _found(request, key)
        return Response(photo_body(photos.add(found, of, sent_photo(request), by=requester(request))), status=201)


class ProblemFilesView(AttachmentTakingView):
    """Add a file of a problem."""

    @extend_schema(request={"multipart/form-data": ProblemFileRequest}, responses={201: OpenApiTypes.OBJECT})
    def post(self, request: Request, key: int) -> Response:
        found, of = _found(request, key)
        return Response(file_body(files.add(found, of, sent_file(request), by=requester(request))), status=201)


class ProblemPhotoImageView(APIView):
    """The picture of a photo."""

    @extend_schema(responses={(200, "image/jpeg"): OpenApiTypes.BINARY})
    def get(self, request: Request, key: int) -> HttpResponseBase:
        return ProblemPhotoPage.as_view()(request._request, key=key)


class ProblemFileView(APIView):
    """A file."""

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, key: int) -> HttpResponseBase:
        return ProblemFilePage.as_view()(request._request, key=key)


def photo_body(photo: ProblemPhoto) -> dict[str, Any]:
    """A photo as the API tells of it."""
    return {
        "id": photo.pk,
        "of": photo.of,
        "round": photo.round,
        "by": photo.by_name,
        "at": MOMENT.json(photo.at),
        "taken_at": MOMENT.json(photo.taken_at),
        "image": reverse("api:problem-photo-image", args=[photo.pk]),
    }


def file_body(file: ProblemFile) -> dict[str, Any]:
    """A file as the API tells of it."""
    return {
        "id": file.pk,
        "of": file.of,
        "round": file.round,
        "by": file.by_name,
        "at": MOMENT.json(file.at),
        "name": file.name,
        "size": file.size,
        "file": reverse("api:problem-file", args=[file.pk]),
    }


def papers_of(user: Any, found: Problem) -> dict[str, Any]:
    """The photos and files of a problem that a user sees."""
    return {
        "photos": [photo_body(one) for one in photos.of_problem(user, found)],
        "files": [file_body(one) for one in files.of_problem(user, found)],
    }
