"""Papers that go with a verdict: what may be handed in, and under which name it is kept."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.files.base import File
from django.utils.translation import gettext as _

from apps.common.errors import ServiceError

LIMIT = 10 * 1024 * 1024
# First bytes of what an office scans or photographs, and the name it is kept under.
KINDS = {b"%PDF-": "pdf", b"\xff\xd8\xff": "jpg", b"\x89PNG\r\n\x1a\n": "png"}


def checked_file(file: File[Any]) -> File[Any]:
    """The file under a name of our own; ServiceError (field "file") when it is too large or of another kind."""
    if file.size > LIMIT:
        raise ServiceError(_("附件不能超过 10 MB。"), field="file")
    file.seek(0)
    head = file.read(8)
    file.seek(0)
    kind = next((name for first, name in KINDS.items() if head.startswith(first)), None)
    if kind is None:
        raise ServiceError(_("附件应为 PDF、JPG 或 PNG 文件。"), field="file")
    file.name = f"{uuid.uuid4().hex}.{kind}"
    return file
