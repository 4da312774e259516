"""Answers of the API. Apart from the views: Django REST framework imports this while it imports its own
views.
"""

from __future__ import annotations

from typing import Any

import orjson
from rest_framework import renderers


class JSONRenderer(renderers.BaseRenderer):
    """JSON by orjson, UTF-8, dates and times as ISO 8601."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        return b"" if data is None else orjson.dumps(data, default=str, option=orjson.OPT_NON_STR_KEYS)
