"""Drawn pictures that stand for all photos of their kind."""

from __future__ import annotations

import io
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageDraw

WIDTH, HEIGHT = 640, 480


def board() -> Image.Image:
    """A notice board with three sheets."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), "#6b7d5c")
    drawn = ImageDraw.Draw(picture)
    drawn.rectangle((90, 60, 550, 420), fill="#2f4858", outline="#d9c9a3", width=10)
    for column in range(3):
        drawn.rectangle((120 + column * 140, 100, 240 + column * 140, 380), fill="#f7f4ea")
        for line in range(12):
            drawn.line(
                (132 + column * 140, 130 + line * 20, 228 + column * 140, 130 + line * 20), fill="#888888", width=2
            )
    return picture


def site() -> Image.Image:
    """A barn that is being built on the steppe."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), "#b9d3e6")
    drawn = ImageDraw.Draw(picture)
    drawn.rectangle((0, 330, WIDTH, HEIGHT), fill="#a8a15c")
    drawn.rectangle((140, 220, 500, 360), fill="#b5533c")
    drawn.polygon(((110, 220), (320, 130), (530, 220)), fill="#5b6770")
    for left in (180, 290, 400):
        drawn.rectangle((left, 260, left + 60, 360), fill="#3b2f2a")
    for left in (120, 520):
        drawn.line((left, 120, left, 370), fill="#d9a441", width=6)
    for top in (160, 230, 300):
        drawn.line((120, top, 520, top), fill="#d9a441", width=4)
    return picture


def stored(folder: str, picture: Image.Image) -> dict[str, Any]:
    """The fields of a photo that shows this picture, its files written."""
    names = []
    for size in (picture, picture.resize((WIDTH * 3 // 8, HEIGHT * 3 // 8))):
        target = io.BytesIO()
        size.save(target, "JPEG", quality=80)
        names.append(default_storage.save(f"{folder}/demonstration.jpg", ContentFile(target.getvalue())))
    return {"image": names[0], "thumbnail": names[1], "width": picture.width, "height": picture.height}
