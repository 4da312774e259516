"""Where the bytes of uploads lie until the photo is whole, and what is said when there is no room for them."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from apps.common.errors import ServiceError
from apps.visits.models import VisitPhoto


class NoSpace(ServiceError):
    """The disk for photos is full."""

    status = 507
    code = "no_space"


def parts_folder() -> Path:
    """Where uploads lie that are not read yet."""
    return Path(settings.MEDIA_ROOT) / "visits" / "parts"


def part_of(photo: VisitPhoto) -> Path:
    """Where the bytes of one upload are gathered."""
    return parts_folder() / f"{photo.part}.part"


def write(path: Path, offset: int, piece: bytes) -> None:
    """Put bytes at their place in a file and have them on the disk before the database says so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        os.lseek(handle, offset, os.SEEK_SET)
        view = memoryview(piece)
        while view:
            view = view[os.write(handle, view) :]
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def enough_space() -> Iterator[None]:
    """Say NoSpace (507) where the disk is full."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NoSpace(
                _("服务器存储空间不足，照片暂时无法保存。请保留手机上的照片，稍后会自动重新上传。")
            ) from error
        raise
