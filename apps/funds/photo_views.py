"""A month of a project on its page and in the API, with its photos."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiTypes, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.sessions import requester
from apps.funds.models import ProgressPhoto, ProjectProgress
from apps.funds.project_tables import ProgressResource, ProjectResource
from apps.funds.services import progress_photos
from apps.pages.api import ReadingViewSet
from apps.pages.kinds import MOMENT
from apps.pages.photos import PhotoAddPage, PhotoForm, PhotoPage, PhotoRequest, PhotoTakingView, sent_photo
from apps.pages.views import DetailPage


class ProgressPage(DetailPage):
    """A month of a project with its photos, and for whoever reports here the way to add one."""

    def title(self, found: ProjectProgress) -> str:
        return f"{found.project.name} {found.month:%Y-%m}"

    def more(self, found: ProjectProgress, photo: PhotoForm | None = None) -> dict[str, Any]:
        user = requester(self.request)
        open_now = found.project.state in progress_photos.REPORT.from_states
        offered = open_now and progress_photos.concerned(found, user)
        return {
            "pictures": progress_photos.of_month(user, found),
            "photo_form": photo or (PhotoForm() if offered else None),
            "project_url": ProjectResource.url("detail", found.project_id),
        }


class ProgressPhotoAddPage(PhotoAddPage, ProgressPage):
    """Takes a photo of a month."""

    def file_form(self, found: ProjectProgress, data: Any = None, files: Any = None) -> PhotoForm | None:
        return PhotoForm(data, files) if progress_photos.concerned(found, requester(self.request)) else None

    def keep(self, found: ProjectProgress, form: forms.Form) -> None:
        progress_photos.add(found, form.cleaned_data["photo"].read(), by=requester(self.request))


class ProgressPhotoPage(PhotoPage):
    """A photo of a month of a visible project."""

    model = ProgressPhoto


class ProgressViewSet(ReadingViewSet):
    """Months of projects; one comes with its photos."""

    def current(self, found: Any) -> dict[str, Any]:
        pictures = progress_photos.of_month(self.request.user, found)
        return {**super().current(found), "photos": [photo_body(one) for one in pictures]}


class ProgressPhotosView(PhotoTakingView):
    """Add a photo of a month."""

    @extend_schema(request={"multipart/form-data": PhotoRequest}, responses={201: OpenApiTypes.OBJECT})
    def post(self, request: Request, key: int) -> Response:
        found, by = ProgressResource.rows(request.user).filter(pk=key).first(), requester(request)
        if found is None:
            raise Http404
        if not progress_photos.concerned(found, by):
            raise PermissionDenied(_("您没有报送这个项目月报的权限。"))
        return Response(photo_body(progress_photos.add(found, sent_photo(request), by=by)), status=201)


class ProgressPhotoImageView(APIView):
    """The picture of a photo."""

    @extend_schema(responses={(200, "image/jpeg"): OpenApiTypes.BINARY})
    def get(self, request: Request, key: int) -> HttpResponseBase:
        return ProgressPhotoPage.as_view()(request._request, key=key)


def photo_body(photo: ProgressPhoto) -> dict[str, Any]:
    """A photo as the API tells of it."""
    return {
        "id": photo.pk,
        "by": photo.by_name,
        "at": MOMENT.json(photo.at),
        "taken_at": MOMENT.json(photo.taken_at),
        "image": reverse("api:progress-photo-image", args=[photo.pk]),
    }
