"""Files that officials hand in beside a row: what a file is, told by its content and never by its name, and kept."""

from __future__ import annotations

import zipfile
from collections.abc import Collection
from pathlib import PurePath
from typing import Any, BinaryIO
from uuid import uuid4

from django.core.files.base import File
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.common.errors import ServiceError
from apps.common.uploads import Uploaded

MOST_BYTES = 10 * 1024 * 1024
LONGEST_NAME = 100
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "png": "image/png",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""The kinds of files there are, and as what each is served."""
FIRST = {b"%PDF-": "pdf", b"\xff\xd8\xff": "jpg", b"\x89PNG\r\n\x1a\n": "png"}
ZIP = b"PK\x03\x04"
HEARTS = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx"}
"""The part of an office document by which its kind is known."""
PROGRAMS = ("vbaproject.bin", ".exe", ".dll")


def path_of(attachment: models.Model, name: str) -> str:
    """Where a file lies: with those of its app, under a name that nobody guesses."""
    return f"{attachment._meta.app_label}/{uuid4().hex}.{name.rsplit('.', 1)[-1]}"


class Attachment(Uploaded):
    """A file with the name it came under, its kind, its size in bytes, and who uploaded it when. The row that it
    belongs to is the model's own."""

    name = models.CharField(gettext_lazy("文件名称"), max_length=LONGEST_NAME)
    kind = models.CharField(gettext_lazy("文件类型"), max_length=4, choices=[(kind, kind) for kind in MEDIA_TYPES])
    size = models.PositiveIntegerField(gettext_lazy("文件大小（字节）"))
    file = models.FileField(gettext_lazy("附件"), upload_to=path_of)

    class Meta:
        abstract = True

    @property
    def media_type(self) -> str:
        """As what it is served: as what it is, whatever it was called."""
        return MEDIA_TYPES[self.kind]


def checked(file: File[Any], *, kinds: Collection[str] = tuple(MEDIA_TYPES)) -> str:
    """The kind of a file among those that may be; the file is left at its beginning.

    Raises ServiceError at the field `file` for one that is empty, too large or of another kind.
    """
    if file.size > MOST_BYTES:
        raise ServiceError(too_large(), field="file", code="too_large")
    if not file.size:
        raise ServiceError(_("附件是空的。"), field="file", code="empty")
    kind = _kind_of(file)
    if kind not in kinds:
        message = _("附件应为 %(kinds)s 文件。") % {"kinds": "、".join(one.upper() for one in kinds)}
        raise ServiceError(message, field="file", code="wrong_type")
    return kind


def keep(attachment: Attachment, file: File[Any], *, by: Any) -> None:
    """Write a file and its row, which `by` uploaded now; the file goes again when the row is not written. Raises
    ServiceError as `checked` does."""
    kind = checked(file)
    attachment.sign(by)
    attachment.kind, attachment.size, attachment.name = kind, file.size, named(str(file.name), kind)
    try:
        attachment.file.save(f"file.{kind}", file, save=False)
        attachment.save(force_insert=True)
    except BaseException:
        if attachment.file.name:
            attachment.file.storage.delete(attachment.file.name)
        raise


def named(name: str, kind: str) -> str:
    """What a file is called: the name it came under, without folders and what cannot be printed, and with the suffix
    of what it is."""
    plain = "".join(letter for letter in name.replace("\\", "/").rsplit("/", 1)[-1] if letter.isprintable())
    stem = PurePath(plain).stem if PurePath(plain).suffix else plain
    return f"{stem.strip('. ')[: LONGEST_NAME - 5] or 'file'}.{kind}"


def too_large(most: int = MOST_BYTES) -> str:
    """Why a file is not read at all."""
    return _("附件不能超过 %(most)d MB。") % {"most": most >> 20}


def _kind_of(file: BinaryIO | File[Any]) -> str:
    """The kind of a file, empty for none that is known. An office document is looked into, not unpacked; one with a
    program in it is none."""
    file.seek(0)
    head = file.read(8)
    try:
        if head.startswith(ZIP):
            return _kind_of_zip(file)
    finally:
        file.seek(0)
    return next((kind for first, kind in FIRST.items() if head.startswith(first)), "")


def _kind_of_zip(file: Any) -> str:
    try:
        names = {entry.filename.lower() for entry in zipfile.ZipFile(file).infolist()}
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, OSError):
        return ""
    if any(name.endswith(PROGRAMS) for name in names):
        return ""
    return next((kind for heart, kind in HEARTS.items() if heart in names), "")
