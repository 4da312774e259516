"""Reads an uploaded photo from standard input and writes it anew, without anything but its pixels.

Runs as a process of its own (`apps.common.pictures` starts it), so that a file made to exhaust memory ends this process
and not the worker; the limits are set here, before anything is read. Nothing of the platform is imported.

    python -m apps.common.picture MEMORY SECONDS PIXELS

The output is a line of JSON ({"error": code}, or the facts of the picture with the lengths of what follows), then the
picture and its thumbnail, both JPEG.
"""

from __future__ import annotations

import io
import re
import sys
from typing import Any

import orjson

from apps.common.confined import confine

LONGEST_SIDE, THUMBNAIL_SIDE = 2560, 240
QUALITY, THUMBNAIL_QUALITY = 85, 75
FORMATS = ("JPEG", "PNG", "WEBP")
TAKEN, TAKEN_OFFSET, EXIF_PART, GPS_PART = 0x9003, 0x9011, 0x8769, 0x8825


def main(memory: int, seconds: int, pixels: int) -> None:
    """Read standard input to its end, then write the answer."""
    confine(memory, seconds)
    try:
        facts, image, thumbnail = _read(sys.stdin.buffer.read(), pixels)
    except Refusal as refusal:
        _send({"error": str(refusal)})
    except MemoryError:
        _send({"error": "exhausted"})
    else:
        _send({**facts, "image": len(image), "thumbnail": len(thumbnail)}, image, thumbnail)


class Refusal(Exception):
    """A value of `apps.common.pictures.Unfit`."""


def _send(facts: dict[str, Any], *parts: bytes) -> None:
    sys.stdout.buffer.write(orjson.dumps(facts) + b"\n" + b"".join(parts))
    sys.stdout.buffer.flush()


def _read(data: bytes, pixels: int) -> tuple[dict[str, Any], bytes, bytes]:
    from PIL import Image, ImageOps  # noqa: PLC0415  # after the limits are set

    Image.MAX_IMAGE_PIXELS = None  # the size is looked at here, before a pixel is decoded
    try:
        picture: Any = Image.open(io.BytesIO(data), formats=FORMATS)
        if picture.width * picture.height > pixels:
            raise Refusal("too_large")
        facts = _metadata(picture)
        if picture.format == "JPEG":
            # Decoded at a half, quarter or eighth, where that is still large enough.
            picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        picture = ImageOps.exif_transpose(picture)
        picture = _plain(picture)
    except (Refusal, MemoryError):
        raise
    except Exception:  # a broken file raises whatever its decoder stumbles over
        raise Refusal("not_a_picture") from None
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    facts |= {"width": picture.width, "height": picture.height, "bands": _bands(picture)}
    image = _jpeg(picture, QUALITY)
    picture.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    return facts, image, _jpeg(picture, THUMBNAIL_QUALITY)


def _plain(picture: Any) -> Any:
    """The pixels alone, on white where they are transparent."""
    from PIL import Image  # noqa: PLC0415

    if picture.mode in ("RGB", "L"):
        return picture.convert("RGB")
    layer = picture.convert("RGBA")
    ground = Image.new("RGB", layer.size, "white")
    ground.paste(layer, mask=layer.getchannel("A"))
    return ground


def _jpeg(picture: Any, quality: int) -> bytes:
    target = io.BytesIO()
    # A new picture: whatever hung off the old one (profiles, comments, metadata) stays behind.
    clean = picture.copy()
    clean.info = {}
    clean.save(target, "JPEG", quality=quality, optimize=True, exif=b"", icc_profile=None)
    return target.getvalue()


def _bands(picture: Any) -> list[int]:
    """The difference hash: of 8 rows of 9 grey values, whether each is brighter than the next; 16 bits each."""
    grey = list(picture.convert("L").resize((9, 8)).tobytes())
    bits = [grey[row * 9 + column] > grey[row * 9 + column + 1] for row in range(8) for column in range(8)]
    return [sum(bit << place for place, bit in enumerate(bits[start : start + 16])) for start in range(0, 64, 16)]


def _metadata(picture: Any) -> dict[str, Any]:
    """When and where the camera says it was: local time as written, its offset if there is one, degrees."""
    facts: dict[str, Any] = {"taken": None, "offset": None, "lon": None, "lat": None}
    try:
        exif = picture.getexif()
        detail, gps = exif.get_ifd(EXIF_PART), exif.get_ifd(GPS_PART)
        taken, offset = str(detail.get(TAKEN) or ""), str(detail.get(TAKEN_OFFSET) or "")
        if re.fullmatch(r"\d{4}:\d\d:\d\d \d\d:\d\d:\d\d", taken):
            facts["taken"] = taken
            facts["offset"] = offset if re.fullmatch(r"[+-]\d\d:\d\d", offset) else None
        lat, lon = _degrees(gps.get(2), gps.get(1), "S", 90), _degrees(gps.get(4), gps.get(3), "W", 180)
        if lat is not None and lon is not None and (lat, lon) != (0, 0):
            facts |= {"lat": lat, "lon": lon}
    except Exception:  # metadata that nobody can read are none
        return {"taken": None, "offset": None, "lon": None, "lat": None}
    return facts


def _degrees(parts: Any, side: Any, negative: str, most: int) -> float | None:
    if not parts or len(parts) != 3:
        return None
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    if not 0 <= value <= most:  # also what is not a number
        return None
    return round(-value if str(side).upper().startswith(negative) else value, 6)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
