"""Tags of the page shell: icons, addresses that keep the place, amounts."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django import template
from django.db.models import Field
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.access import policy
from apps.common import wording
from apps.divisions.models import Division
from apps.pages import amounts, docs_views, kinds
from apps.pages.filters import FilterGroup
from apps.pages.places import Place

register = template.Library()

SOURCES = {"page": _("页面"), "api": _("接口"), "command": _("命令"), "task": _("后台任务"), "import": _("导入")}


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon of the sprite; with a label it says something, without it is decoration."""
    return _icon(name, str(label))


@lru_cache(maxsize=1024)
def _icon(name: str, label: str) -> SafeString:
    """A page shows some forty of them, the same on every page."""
    address = f"{static('img/icons.svg')}#{name}"
    if label:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="{}"/></svg>', label, address)
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"/></svg>', address)


@register.simple_tag(takes_context=True)
def at_place(context: template.Context, address: str, **params: Any) -> str:
    """An address (or URL name) with the chosen place kept, and further parameters."""
    path = address if address.startswith("/") else reverse(address)
    place = context.get("place")
    if place is not None and place.chosen and "division" not in params:
        params["division"] = place.chosen
    query = urlencode({name: value for name, value in params.items() if value not in (None, "")})
    return f"{path}?{query}" if query else path


@register.simple_tag(takes_context=True)
def here_at(context: template.Context, division: int | None) -> str:
    """The page being shown, at another place: its own filters stay, its position in the list does not."""
    params = context["request"].GET.copy()
    for name in ("division", "after", "before"):
        params.pop(name, None)
    if division is not None:
        params["division"] = str(division)
    return f"{context['request'].path}?{params.urlencode()}" if params else context["request"].path


@register.filter
def reaches(place: Place, division: Division) -> bool:
    """Whether the account may choose this division."""
    return place.reaches(division)


@register.filter
def may(user: Any, capability: str) -> bool:
    """Whether an account holds a capability anywhere."""
    return policy.can(user, capability)


@register.filter
def any_given(groups: list[FilterGroup]) -> bool:
    """Whether one of these filters is in force."""
    return any(group.given for group in groups)


@register.filter
def source_label(source: str) -> str:
    """Through what a change was made."""
    return str(SOURCES.get(source, source))


@register.simple_tag
def recorded(field: Field[Any, Any], value: Any) -> str:
    """A value of the history as people read it."""
    return kinds.of_field(field).text(value) if value not in (None, "", []) else "—"


@register.simple_tag
def labelled(label: Any, text: Any) -> str:
    """A label and its text with the colon of the reader's language; without a label the text alone."""
    return wording.labelled(label, text) if label else str(text)


@register.simple_tag
def noted(text: Any, more: Any) -> str:
    """A text with something in the reader's brackets behind it; alone where there is nothing to add."""
    return wording.noted(text, more) if more else str(text)


@register.filter
def grouped(value: int) -> str:
    """A count with its thousands grouped, in every language alike."""
    return kinds.NUMBER.text(value)


@register.filter
def figure(value: Decimal) -> str:
    """A measure with its thousands grouped and no more decimals than it has."""
    return f"{value.normalize():,f}"


@register.filter
def amount(value: Decimal | int | None) -> SafeString:
    """Yuan in 万元 or 亿元 with the exact value on hover."""
    return amounts.html(value)


@register.filter
def yuan(value: Decimal | None) -> str:
    """An exact amount in yuan, thousands grouped; a dash when unknown. (Django groups by four in Chinese.)"""
    return "—" if value is None else kinds.MONEY.text(value)


@register.filter
def schema_kind(schema: dict[str, Any]) -> str:
    """The type of an OpenAPI schema in a word or two."""
    return docs_views.kind(schema)
