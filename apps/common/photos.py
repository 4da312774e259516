"""Photos that officials upload with a row: read by a process of its own (`pictures`), kept without metadata."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.core.files.base import ContentFile
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.common import pictures
from apps.common.errors import ServiceError
from apps.common.uploads import Uploaded

MOST_BYTES = 12 * 1024 * 1024


def path_of(photo: models.Model, name: str) -> str:
    """Where a picture lies: with those of its app, under a name that nobody guesses."""
    return f"{photo._meta.app_label}/{uuid4().hex}.jpg"


class Photo(Uploaded):
    """A photo, drawn anew without metadata, with who uploaded it when. The row that it is of is the model's own."""

    taken_at = models.DateTimeField(gettext_lazy("拍摄时间"), null=True)
    width = models.PositiveIntegerField(gettext_lazy("宽"))
    height = models.PositiveIntegerField(gettext_lazy("高"))
    image = models.FileField(gettext_lazy("照片"), upload_to=path_of)
    thumbnail = models.FileField(gettext_lazy("缩略图"), upload_to=path_of)

    class Meta:
        abstract = True

    @property
    def caption(self) -> str:
        """What stands below it, before the day on which it was uploaded."""
        return ""


def read(data: bytes, *, most: int = MOST_BYTES) -> pictures.Picture:
    """What an uploaded file of at most so many bytes shows. Raises ServiceError at the field `photo` for what is too
    large or no picture."""
    if not 0 < len(data) <= most:
        raise ServiceError(too_large(most), field="photo", code="too_large")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "photo"
        path.write_bytes(data)
        try:
            return pictures.read(path)
        except pictures.PictureRefused as refused:
            message = str(pictures.Unfit(refused.reason).label)
            raise ServiceError(message, field="photo", code=refused.reason) from None


def keep(photo: Photo, picture: pictures.Picture, *, by: Any) -> None:
    """Write the files and the row of a photo that `by` took now; the files go again when the row is not written."""
    photo.sign(by)
    photo.taken_at, photo.width, photo.height = picture.taken_at, picture.width, picture.height
    try:
        photo.image.save("photo.jpg", ContentFile(picture.image), save=False)
        photo.thumbnail.save("photo.jpg", ContentFile(picture.thumbnail), save=False)
        photo.save(force_insert=True)
    except BaseException:
        for file in (photo.image, photo.thumbnail):
            if file.name:
                file.storage.delete(file.name)
        raise


def too_large(most: int = MOST_BYTES) -> str:
    """Why a file is not read at all."""
    return _("照片不能超过 %(most)d MB。") % {"most": most >> 20}
