"""QR codes as images in a page."""

from __future__ import annotations

import segno
from django.utils.safestring import SafeString


def picture(address: str) -> SafeString:
    """A QR code of an address as an image in the page. It holds the address alone."""
    return SafeString(
        segno.make(address, error="m", micro=False).svg_inline(
            scale=4, border=4, dark="#000", light="#fff", svgclass="qr", lineclass=None, omitsize=True
        )
    )
