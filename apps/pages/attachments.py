"""Files beside a row on its page and in the API: the form and the page that take one, and the file itself."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.http import FileResponse, Http404, HttpRequest
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.views import APIView

from apps.common import attachments
from apps.history.services import log_access
from apps.pages.file_pages import FileAddPage

ACCEPTED = ",".join(f".{kind}" for kind in attachments.MEDIA_TYPES)


class AttachmentForm(forms.Form):
    """One file; its fields have ids of their own, as it stands on a page with other forms."""

    file = forms.FileField(
        label=gettext_lazy("附件"),
        allow_empty_file=True,  # so that an empty file is answered in our own words
        max_length=attachments.LONGEST_NAME * 2,
        help_text=format_lazy(
            gettext_lazy("{kinds} 文件，不超过 {most} MB。"),
            kinds="、".join(kind.upper() for kind in attachments.MEDIA_TYPES),
            most=attachments.MOST_BYTES >> 20,
        ),
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "file_%s", **kwargs})

    def clean_file(self) -> Any:
        """Refuse what is too large before it is looked into."""
        file = self.cleaned_data["file"]
        if file.size > attachments.MOST_BYTES:
            raise ValidationError(attachments.too_large(), code="too_large")
        return file


class AttachmentAddPage(FileAddPage):
    """Takes a file beside a row."""

    field, part = "file", "files"
    most_bytes = attachments.MOST_BYTES


class AttachmentRequest(serializers.Serializer):
    """A file, as multipart/form-data."""

    file = serializers.FileField()


class AttachmentTakingView(APIView):
    """An address of the API that takes a file."""

    field, most_bytes = "file", attachments.MOST_BYTES


def sent_file(request: Request) -> File[Any]:
    """The file that a program sent. Raises ValidationError for none and for one that is too large."""
    form = AttachmentForm({}, request.FILES)
    if not form.is_valid():
        raise ValidationError(form.errors.as_data())
    file: File[Any] = form.cleaned_data["file"]
    return file


class AttachmentPage(View):
    """A file among those that the requester sees, to be saved and never to be shown by the browser; on record."""

    model: ClassVar[Any]

    def get(self, request: HttpRequest, key: int) -> FileResponse:
        user = request.user
        found = self.model.objects.visible_to(user).filter(pk=key).first()
        if found is None:
            raise Http404(_("没有这个附件，或者它不在您的范围内。"))
        log_access(user, "download", division=found.division_id, obj=found, fields=["file"])
        return FileResponse(
            found.file.open("rb"), as_attachment=True, filename=found.name, content_type=found.media_type
        )
