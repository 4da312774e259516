"""How values of notices look."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from apps.common.wording import listed
from apps.notices.choices import Light, State, Way
from apps.pages.kinds import Choice, Kind
from apps.pages.kinds import State as LightState

STATE = LightState(
    labels=dict(State.choices),
    colours={
        State.APPROVED: "yellow",
        State.POSTED: "blue",
        State.RUNNING: "blue",
        State.OBJECTION: "yellow",
        State.ENDED: "green",
        State.ARCHIVED: "grey",
    },
)
LIGHT = LightState(labels=dict(Light.choices), colours={light: light for light in Light})


class Ways(Choice):
    """How a notice is posted: one or several ways."""

    css = "wrap"

    def __init__(self) -> None:
        super().__init__(Way)
        self.schema = {"type": "array", "items": {"type": "string", "enum": list(self.labels)}}

    def text(self, value: list[str]) -> str:
        return listed(self.labels.get(one, one) for one in value)


class Lines(Kind):
    """The list of a notice: how many rows on a page, the rows in JSON."""

    schema: Mapping[str, Any] = {"type": "array", "items": {"type": "object", "additionalProperties": True}}

    def text(self, value: list[Any]) -> str:
        return ngettext("%(number)d 行", "%(number)d 行", len(value)) % {"number": len(value)}


class Words(Kind):
    """A text in full, with its line breaks."""

    css = "words"
    width = 80

    def markup(self, value: str) -> SafeString:
        return format_html('<span class="words">{}</span>', value)


WAYS, LINES, WORDS = Ways(), Lines(), Words()
