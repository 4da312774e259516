"""Papers that go with a verdict: what an office scans or photographs, under a name of our own."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.files.base import File

from apps.common import attachments

KINDS = ("pdf", "jpg", "png")


def checked_file(file: File[Any]) -> File[Any]:
    """The file under a name of our own; ServiceError (field "file") when it is too large or of another kind."""
    file.name = f"{uuid.uuid4().hex}.{attachments.checked(file, kinds=KINDS)}"
    return file
