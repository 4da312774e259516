"""Starting the process that reads a photo (`apps.common.picture`), and what it found."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import orjson
from django.db.models import TextChoices
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

ROOT = Path(__file__).resolve().parents[2]
MEMORY, SECONDS, PIXELS = 1 << 30, 20, 50_000_000
PATIENCE = 60
"""Seconds of waiting; those of `SECONDS` are of work."""


class Unfit(TextChoices):
    """Why a file is no picture that can be kept."""

    NOT_A_PICTURE = "not_a_picture", _("不是照片，或文件已损坏")
    TOO_LARGE = "too_large", _("照片像素过多")
    EXHAUSTED = "exhausted", _("处理照片所需的内存或时间超出允许范围")


class PictureRefused(Exception):
    """The file is not kept; `reason` says why, a value of `Unfit` or of the caller's own list."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Picture:
    """A photo made anew, and what its metadata said. `bands`: the four parts of the perceptual hash."""

    image: bytes
    thumbnail: bytes
    width: int
    height: int
    taken_at: datetime | None
    lon: float | None
    lat: float | None
    bands: tuple[int, int, int, int]


def read(path: Path) -> Picture:
    """Read the photo in a file. Raises PictureRefused."""
    with path.open("rb") as source:
        try:
            done = subprocess.run(  # noqa: S603  # our own interpreter and module, no outside text
                [sys.executable, "-m", "apps.common.picture", str(MEMORY), str(SECONDS), str(PIXELS)],
                stdin=source,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=ROOT,
                check=False,
                timeout=PATIENCE,
            )
        except subprocess.TimeoutExpired:
            raise PictureRefused(Unfit.EXHAUSTED) from None
    head, _newline, rest = done.stdout.partition(b"\n")
    if not head:  # it died without a word: the memory or time allowed to it was used up
        raise PictureRefused(Unfit.EXHAUSTED)
    facts = orjson.loads(head)
    if "error" in facts:
        raise PictureRefused(Unfit(facts["error"]))
    return Picture(
        image=rest[: facts["image"]],
        thumbnail=rest[facts["image"] :],
        width=facts["width"],
        height=facts["height"],
        taken_at=_moment(facts["taken"], facts["offset"]),
        lon=facts["lon"],
        lat=facts["lat"],
        bands=tuple(facts["bands"]),
    )


def _moment(taken: str | None, offset: str | None) -> datetime | None:
    """The moment of a picture; without an offset by the clock of the region. None for a day that never was."""
    if taken is None:
        return None
    day, _space, time = taken.partition(" ")
    try:
        found = parse_datetime(f"{day.replace(':', '-')}T{time}{offset or ''}")
    except ValueError:
        return None
    if found is None or not 1900 < found.year < 2200:
        return None
    return found if timezone.is_aware(found) else timezone.make_aware(found)
