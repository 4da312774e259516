"""How values of visits look: several marks, the beginning of a text, small pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from apps.common.models import field_label
from apps.common.wording import clauses, labelled, listed
from apps.pages.kinds import EMPTY, Choice, Kind
from apps.visits.choices import Mark
from apps.visits.models import Visit

BEGINNING = 60


class Marks(Choice):
    """The kinds of a visit's marks; each a light, yellow because a person has to look first."""

    css = "wrap"

    def __init__(self) -> None:
        super().__init__(Mark)
        self.schema = {"type": "array", "items": {"type": "string", "enum": list(self.labels)}}

    def text(self, value: list[str]) -> str:
        return listed(self.labels.get(one, one) for one in value)

    def markup(self, value: list[str]) -> SafeString:
        light = '<span class="light light-yellow">{}</span>'
        return format_html_join(" ", light, ((self.labels.get(one, one),) for one in value))


class Beginning(Kind):
    """The first characters of a text."""

    css = "wrap"
    width = 40

    def text(self, value: str) -> str:
        return Truncator(" ".join(value.split())).chars(BEGINNING)

    def json(self, value: str | None) -> str | None:
        return None if value is None else self.text(value)


class Words(Kind):
    """A text in full, with its line breaks."""

    css = "words"
    width = 80

    def markup(self, value: str) -> SafeString:
        return format_html('<span class="words">{}</span>', value)


class Thumbnails(Kind):
    """Small pictures of the photos with these keys, each opening the whole one; the keys in JSON."""

    schema: Mapping[str, Any] = {"type": "array", "items": {"type": "integer"}}

    def text(self, value: list[int]) -> str:
        return str(len(value))

    def markup(self, value: list[int]) -> SafeString:
        return format_html_join(
            " ",
            '<a href="{}"><img class="thumbnail" src="{}" alt="{}" loading="lazy"></a>',
            (
                (
                    reverse("api:visit-photo-image", args=[key]),
                    reverse("api:visit-photo-thumbnail", args=[key]),
                    _("走访照片 %(number)d") % {"number": number},
                )
                for number, key in enumerate(value, start=1)
            ),
        )


class Rest(Kind):
    """What else came with a visit that was not stored: values by the names of a visit's fields; an object in JSON."""

    width = 60
    schema: Mapping[str, Any] = {"type": "object", "additionalProperties": True}

    def html(self, value: dict[str, Any] | None) -> SafeString:
        return self.markup(value) if value else EMPTY

    def text(self, value: dict[str, Any]) -> str:
        return clauses(labelled(field_label(Visit, name), one) for name, one in value.items())


REST = Rest()
MARKS, BEGINNING_OF_TEXT, WORDS, THUMBNAILS = Marks(), Beginning(), Words(), Thumbnails()
