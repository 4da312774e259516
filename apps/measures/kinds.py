"""How values of loans look."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.pages.kinds import Bool


class Alarm(Bool):
    """Yes is what must not be, and shows in red."""

    def markup(self, value: bool) -> SafeString:
        return (
            format_html('<span class="light light-red">{}</span>', self.text(value)) if value else super().markup(value)
        )


ALARM = Alarm()
