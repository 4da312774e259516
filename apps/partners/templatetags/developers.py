"""How the page for programmers shows names of programs."""

from __future__ import annotations

import re
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()
TICKED = re.compile(r"`([^`]*)`")


@register.filter
def ticks(text: Any) -> SafeString:
    """Escaped text with what stands in backticks as code."""
    pieces = enumerate(TICKED.split(str(text)))
    return format_html_join("", "{}", ((format_html("<code>{}</code>", one) if at % 2 else one,) for at, one in pieces))
