"""A month of a project on its page and in the API, with its photos."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiTypes, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.sessions import requester
from apps.common.errors import ServiceError
from apps.funds.models import ProgressPhoto, ProjectProgress
from apps.funds.project_tables import ProgressResource, ProjectResource
from apps.funds.services import progress_photos
from apps.pages.api import ReadingViewSet
from apps.pages.kinds import MOMENT
from apps.pages.photos import PhotoForm, PhotoPage, PhotoRequest, sent_photo
from apps.pages.views import DetailPage


class ProgressPage(DetailPage):
    """A month of a project with its photos, and for whoever reports here the way to add one."""

    def title(self, found: ProjectProgress) -> str:
        return f"{found.project.name} {found.month:%Y-%m}"

    def more(self, found: ProjectProgress, photo: PhotoForm | None = None) -> dict[str, Any]:
        user = requester(self.request)
        open_now = found.project.state in progress_photos.REPORT.from_states
        return {
            "pictures": progress_photos.of_month(user, found),
            "photo_form": (photo or PhotoForm()) if open_now and progress_photos.concerned(found, user) else None,
            "project_url": ProjectResource.url("detail", found.project_id),
        }


class ProgressPhotoAddPage(ProgressPage):
    """Takes a photo of a month and shows the month again, or what is wrong with the file."""

    page = "detail"

    def get(self, request: HttpRequest, key: int) -> HttpResponse:
        return HttpResponseRedirect(self.resource.url("detail", self.get_object(key).pk))

    def post(self, request: HttpRequest, key: int) -> HttpResponse:
        found, by = self.get_object(key), requester(request)
        if not progress_photos.concerned(found, by):
            raise PermissionDenied(_("您没有报送这个项目月报的权限。"))
        form = PhotoForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                progress_photos.add(found, form.cleaned_data["photo"].read(), by=by)
            except ServiceError as error:
                form.add_error("photo", str(error))
            else:
                messages.success(request, _("照片已保存。"))
                return HttpResponseRedirect(f"{self.resource.url('detail', found.pk)}#photos")
        return self.again(found, photo=form)

    def again(self, found: ProjectProgress, photo: PhotoForm) -> HttpResponse:
        """The page with what is wrong with the file."""
        more = self.more(found, photo)
        return self.show(
            status=422,
            object=found,
            title=self.title(found),
            sections=self.sections(found),
            **{**more, "photo_form": photo},
        )


class ProgressPhotoPage(PhotoPage):
    """A photo of a month of a visible project."""

    model = ProgressPhoto


class ProgressViewSet(ReadingViewSet):
    """Months of projects; one comes with its photos."""

    def current(self, found: Any) -> dict[str, Any]:
        pictures = progress_photos.of_month(self.request.user, found)
        return {**super().current(found), "photos": [photo_body(one) for one in pictures]}


class ProgressPhotosView(APIView):
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
