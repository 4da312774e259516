"""Uploaded files and error workbooks at rest: encrypted, because they hold numbers of persons in the clear.

Each file has a key of its own, sealed by the key service at its head; its blocks are AES-256-GCM with their position
and whether they are the last bound to them, so that a file that was cut or rearranged does not open.
"""

from __future__ import annotations

import io
import os
import struct
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from apps.common.sealing import UnsealError, key_service

BLOCK = 1 << 20
MAGIC = b"SEALED1\n"
# The kind under which a file's own key is sealed; files hold citizen numbers.
KIND = "citizen"


class Damaged(OSError):
    """The file is not whole, or its key is not here."""


def path_of(name: str) -> Path:
    """Where a stored file lies; only code that asked whose it is opens it."""
    return Path(settings.MEDIA_ROOT) / "imports" / name


def store(source: BinaryIO) -> str:
    """Encrypt a file from its current position to its end; the name to open it by."""
    name = f"{uuid.uuid4().hex}.sealed"
    path = path_of(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    key = os.urandom(32)
    wrapped = key_service().seal(KIND, key)
    draft = path.with_suffix(".draft")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
            target.write(MAGIC + struct.pack("!H", len(wrapped)) + wrapped)
            cipher, block, number = AESGCM(key), source.read(BLOCK), 0
            while True:
                following = source.read(BLOCK)
                sealed = cipher.encrypt(_nonce(number), block, _bound(last=not following))
                target.write(struct.pack("!I", len(sealed)) + sealed)
                if not following:
                    break
                block, number = following, number + 1
            target.flush()
            os.fsync(target.fileno())
        draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)
    return name


@contextmanager
def opened(name: str) -> Iterator[BinaryIO]:
    """The clear file, readable and seekable; in memory, never on disk. Damaged when it does not open."""
    content = io.BytesIO()
    try:
        with path_of(name).open("rb") as source:
            for block in _blocks(source):
                content.write(block)
    except (InvalidTag, UnsealError, struct.error, FileNotFoundError) as error:
        raise Damaged(f"{name}: {type(error).__name__}") from None
    content.seek(0)
    try:
        yield content
    finally:
        content.close()


def remove(name: str) -> None:
    """Throw a stored file away; nothing happens when it is gone."""
    if name:
        path_of(name).unlink(missing_ok=True)


def _blocks(source: BinaryIO) -> Iterator[bytes]:
    if source.read(len(MAGIC)) != MAGIC:
        raise InvalidTag
    (length,) = struct.unpack("!H", source.read(2))
    cipher = AESGCM(key_service().unseal(KIND, source.read(length)))
    number, last = 0, False
    while not last:
        (length,) = struct.unpack("!I", source.read(4))
        sealed = source.read(length)
        last = not source.peek(1)  # type: ignore[attr-defined]  # a buffered reader
        yield cipher.decrypt(_nonce(number), sealed, _bound(last=last))
        number += 1


def _nonce(number: int) -> bytes:
    return struct.pack("!IQ", 0, number)


def _bound(*, last: bool) -> bytes:
    return MAGIC + (b"last" if last else b"more")
