"""How one kind of value looks on a page, in JSON and in a workbook.

A kind is stateless. What needs more than the value itself (a place needs its name) overrides `bind`, which sees all
values of a page at once and answers with a kind that knows what it needs: one query per page, not one per row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import BooleanField, Choices, DateField, DateTimeField, DecimalField, Field, ForeignKey
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.common.codes import codelist
from apps.common.fieldclasses import MASK
from apps.common.fields import CodeArrayField, CodeField, SealedField
from apps.common.wording import listed
from apps.divisions.models import Division
from apps.pages.places import Places

EMPTY = SafeString('<span class="empty-value">—</span>')


class Kind:
    """Plain text, and the base of all others."""

    @property
    def masked(self) -> Kind:
        """The kind that shows a value of this kind to those who may not read it; itself where it tells nothing."""
        return MASKED

    css = ""
    cell_format = "text"
    width = 16
    schema: Mapping[str, Any] = {"type": "string"}

    def bind(self, values: Iterable[Any]) -> Kind:
        """A kind ready to show exactly these values."""
        return self

    def html(self, value: Any) -> SafeString:
        """The value for a page, escaped; a dash where there is none."""
        return EMPTY if value is None or value in ("", []) else self.markup(value)

    def markup(self, value: Any) -> SafeString:
        return conditional_escape(self.text(value))

    def text(self, value: Any) -> str:
        """The value as people read it, without markup."""
        return str(value)

    def json(self, value: Any) -> Any:
        """The value in an API answer (`docs/api.md`, "Values")."""
        return value

    def cell(self, value: Any) -> Any:
        """The value in a workbook: a number, date or text."""
        return None if value is None else self.text(value)


class Identifier(Kind):
    """Codes and numbers that are compared digit by digit: monospace, and text in JSON and in a workbook."""

    css = "mono"
    width = 22

    def json(self, value: Any) -> str | None:
        return None if value is None else str(value)


class Sealed(Identifier):
    """An encrypted number: everything shows its mask. The clear number is only ever revealed one at a time."""

    @property
    def masked(self) -> Kind:
        return self


class Masked(Kind):
    """What is not for this reader, empty or not: the mark on pages and in workbooks, null in JSON."""

    def html(self, value: Any) -> SafeString:
        return format_html('<span class="masked" title="{}">{}</span>', _("无权查看"), MASK)

    def text(self, value: Any) -> str:
        return MASK

    def json(self, value: Any) -> None:
        return None

    def cell(self, value: Any) -> str:
        return MASK


class Number(Kind):
    """A count or measure, thousands grouped."""

    css = "num"
    cell_format = "number"
    width = 10

    def __init__(self, places: int = 0) -> None:
        self.places = places
        self.schema = {"type": "integer"} if places == 0 else {"type": "string", "format": "decimal"}
        if places:
            self.cell_format = "decimal"

    def text(self, value: Any) -> str:
        return f"{value:,.{self.places}f}"

    def json(self, value: Any) -> Any:
        return str(value) if isinstance(value, Decimal) else value

    def cell(self, value: Any) -> Any:
        return value


class Year(Number):
    """A calendar year: a number that is not grouped."""

    cell_format = "text"

    def text(self, value: int) -> str:
        return str(value)


class Money(Number):
    """Yuan, exact to the fen."""

    cell_format = "money"
    width = 14

    def __init__(self) -> None:
        super().__init__(places=2)

    def json(self, value: Decimal | None) -> str | None:
        return None if value is None else f"{value:.2f}"


class Percent(Number):
    """A share between 0 and 1, shown with one decimal."""

    cell_format = "percent"

    def __init__(self) -> None:
        super().__init__(places=1)

    def text(self, value: Any) -> str:
        return f"{value * 100:.1f}%"


class Date(Kind):
    css = "date"
    cell_format = "date"
    width = 12
    schema = {"type": "string", "format": "date"}

    def text(self, value: date) -> str:
        return value.isoformat()

    def cell(self, value: date | None) -> date | None:
        return value


class Moment(Kind):
    """A point in time, in the local time zone to the minute; with its offset in JSON."""

    css = "date"
    cell_format = "moment"
    width = 17
    schema = {"type": "string", "format": "date-time"}

    def text(self, value: datetime) -> str:
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")

    def markup(self, value: datetime) -> SafeString:
        return format_html('<time datetime="{}">{}</time>', self.json(value), self.text(value))

    def json(self, value: datetime | None) -> str | None:
        return None if value is None else timezone.localtime(value).isoformat()

    def cell(self, value: datetime | None) -> datetime | None:
        return None if value is None else timezone.make_naive(value)


class Bool(Kind):
    width = 8
    schema = {"type": "boolean"}

    def text(self, value: bool) -> str:
        return str(_("是") if value else _("否"))


class Code(Kind):
    """A code of a code list, or several: the label for people, the code in JSON."""

    def __init__(self, name: str) -> None:
        self.name = name

    @property
    def schema(self) -> Mapping[str, Any]:  # type: ignore[override]
        return {"type": "string", "enum": list(codelist(self.name).codes)}

    def text(self, value: str | list[str]) -> str:
        labels = codelist(self.name).labels
        codes = value if isinstance(value, list) else [value]
        return listed(labels.get(code, code) for code in codes)


class Choice(Kind):
    """A value of Django choices: its label for people, the value in JSON."""

    def __init__(self, choices: type[Choices]) -> None:
        self.labels = dict(choices.choices)
        whole = all(isinstance(value, int) for value in self.labels)
        self.schema = {"type": "integer" if whole else "string", "enum": list(self.labels)}

    def text(self, value: Any) -> str:
        return str(self.labels.get(value, value))


class State(Kind):
    """A choice shown as a light with its text; red is for what is overdue or wrong, never decoration.

    `labels` maps the stored value to its text (default: the code list `name`), `colours` to one of the light classes of
    the style sheet: green, yellow, red, blue, grey.
    """

    def __init__(self, name: str = "", *, labels: Mapping[Any, Any] | None = None, colours: Mapping[Any, str]) -> None:
        self.name, self.own_labels, self.colours = name, labels, colours

    @property
    def labels(self) -> Mapping[Any, Any]:
        return self.own_labels if self.own_labels is not None else codelist(self.name).labels

    @property
    def schema(self) -> Mapping[str, Any]:  # type: ignore[override]
        return {"type": "string", "enum": [str(value) for value in self.labels]}

    def json(self, value: Any) -> Any:
        # A light that does not burn is none of its colours.
        return None if value == "" and value not in self.labels else value

    def text(self, value: Any) -> str:
        return str(self.labels.get(value, value))

    def markup(self, value: Any) -> SafeString:
        return format_html('<span class="light light-{}">{}</span>', self.colours.get(value, "grey"), self.text(value))


class PlaceName(Kind):
    """A division, stored as its code: the last two names of its path on a page, the whole path in a workbook."""

    css = "place"
    width = 40
    schema = {"type": "string", "pattern": "^[0-9]{12}$"}

    def __init__(self, places: Places | None = None) -> None:
        self.places = places

    def bind(self, values: Iterable[Any]) -> PlaceName:
        return PlaceName(Places.of(value for value in values if value is not None))

    def text(self, value: int) -> str:
        return self.places.full(value) if self.places else str(value)

    def markup(self, value: int) -> SafeString:
        if self.places is None:
            return conditional_escape(str(value))
        return format_html('<span title="{}">{}</span>', self.places.full(value), self.places.short(value))

    def json(self, value: int | None) -> str | None:
        return None if value is None else str(value)


TEXT, IDENTIFIER, SEALED, MASKED = Kind(), Identifier(), Sealed(), Masked()
NUMBER, YEAR, MONEY, PERCENT = Number(), Year(), Money(), Percent()
DATE, MOMENT, BOOL, PLACE = Date(), Moment(), Bool(), PlaceName()


def of_field(field: Field[Any, Any]) -> Kind:
    """The kind that fits a model field, for what has no declaration of its own (the history)."""
    match field:
        case CodeField() | CodeArrayField():
            return Code(field.list_name)
        case SealedField():
            return SEALED
        case ForeignKey() if field.related_model is Division:
            return PLACE
        case BooleanField():
            return BOOL
        case DateTimeField():
            return MOMENT
        case DateField():
            return DATE
        case DecimalField():
            return Number(field.decimal_places)
    return State(labels=dict(field.choices), colours={}) if field.choices else TEXT
