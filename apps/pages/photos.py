"""Photos of a row on its page and in the API: the form and the page that take one, and the picture itself."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.views import APIView

from apps.common import photos
from apps.history.services import log_access
from apps.pages.file_pages import FileAddPage


class PhotoForm(forms.Form):
    """One photo; its fields have ids of their own, as it stands on a page with other forms."""

    photo = forms.FileField(
        label=gettext_lazy("照片"),
        help_text=gettext_lazy("JPEG、PNG 或 WebP；保存时去除位置等拍摄信息。"),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "photo_%s", **kwargs})

    def clean_photo(self) -> Any:
        """Refuse what is larger than any photo before it is read."""
        photo = self.cleaned_data["photo"]
        if photo.size > photos.MOST_BYTES:
            raise ValidationError(photos.too_large(), code="too_large")
        return photo


class PhotoAddPage(FileAddPage):
    """Takes a photo of a row."""

    field, part = "photo", "photos"
    most_bytes = photos.MOST_BYTES


class PhotoRequest(serializers.Serializer):
    """A photo, as multipart/form-data."""

    photo = serializers.FileField()


class PhotoTakingView(APIView):
    """An address of the API that takes a photo."""

    field, most_bytes = "photo", photos.MOST_BYTES


def sent_photo(request: Request) -> bytes:
    """The file that a program sent. Raises ValidationError for none and for one that is too large."""
    form = PhotoForm({}, request.FILES)
    if not form.is_valid():
        raise ValidationError(form.errors.as_data())
    data: bytes = form.cleaned_data["photo"].read()
    return data


class PhotoPage(View):
    """The picture of a photo among those that the requester sees, or the small one; on record when it is seen whole."""

    model: ClassVar[Any]
    small = False

    def get(self, request: HttpRequest, key: int) -> FileResponse:
        user = request.user
        photo = self.model.objects.visible_to(user).filter(pk=key).first()
        if photo is None:
            raise Http404(_("没有这条记录，或者它不在您的范围内。"))
        if not self.small:
            log_access(user, "view", division=photo.division_id, obj=photo, fields=["image"])
        file = photo.thumbnail if self.small else photo.image
        return FileResponse(file.open("rb"), content_type="image/jpeg")
