"""Amounts and the flow picture in templates."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import template
from django.utils.safestring import SafeString

from apps.funds.services.flow import Node
from apps.pages import amounts
from apps.pages.kinds import PERCENT

register = template.Library()


@register.filter
def money(value: Decimal | None) -> SafeString:
    """万元 and 亿元, the exact amount on hover."""
    return amounts.html(value)


@register.filter
def money_text(value: Decimal) -> str:
    """The same as plain text."""
    return amounts.text(value)


@register.filter
def money_exact(value: Decimal) -> str:
    """To the cent."""
    return amounts.exact(value)


@register.filter
def percent(value: Any) -> str:
    """A share between 0 and 1."""
    return PERCENT.text(value)


@register.filter
def add_to(value: float, more: int) -> str:
    """A place in the picture, so many units further on."""
    return f"{value + more:.1f}"


@register.filter
def middle(node: Node) -> str:
    """The line of a bar's label."""
    return f"{node.y + node.height / 2 + 4:.1f}"
