"""Files from strangers: how much is taken in is known before, and counted while it comes."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler
from django.http import HttpRequest

from apps.common import pictures
from apps.common.errors import ServiceError

MOST_PICTURES = 3
MOST_BYTES = 10 * 1024 * 1024
"""Of one picture."""
MOST_OF_ALL = MOST_PICTURES * MOST_BYTES + 64 * 1024
"""Of a whole request: the pictures and the words beside them."""
MOST_OF_WORDS = 64 * 1024
"""Of a request without pictures."""


class Counted(TemporaryFileUploadHandler):
    """Writes files to a temporary folder, and stops reading as soon as one is larger than it may be."""

    too_large = False

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.seen = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.seen += len(raw_data)
        if self.seen > MOST_BYTES:
            self.too_large = True
            raise StopUpload(connection_reset=True)
        super().receive_data_chunk(raw_data, start)


def announced(request: HttpRequest) -> int:
    """How long the body says it is."""
    written = request.META.get("CONTENT_LENGTH") or "0"
    return int(written) if written.isdigit() else MOST_OF_ALL + 1


def few(request: HttpRequest) -> bool:
    """Whether a request that brings no pictures is as short as its words can be; asked before any of it is read."""
    return announced(request) <= MOST_OF_WORDS


def taken(request: HttpRequest) -> bool:
    """Read the body of a form with files, unless it is too large: False then, without having read it to its end."""
    if announced(request) > MOST_OF_ALL or not (few(request) or request.content_type == "multipart/form-data"):
        return False
    handler = Counted(request)
    request.upload_handlers = [handler]
    _files = request.FILES  # reads it
    return not handler.too_large


def drawn(files: Iterable[UploadedFile]) -> list[pictures.Picture]:
    """The pictures, drawn anew from their pixels by a process of its own: what else was in the files is gone.

    Raises ServiceError at `pictures` for a file that is none, whatever it calls itself.
    """
    return [_drawn(one) for one in files]


def _drawn(file: UploadedFile) -> pictures.Picture:
    with tempfile.NamedTemporaryFile() as copy:
        for chunk in file.chunks():
            copy.write(chunk)
        copy.flush()
        try:
            return pictures.read(Path(copy.name))
        except pictures.PictureRefused as refused:
            message = str(pictures.Unfit(refused.reason).label)
            raise ServiceError(message, field="pictures", code=refused.reason) from None
