"""Amounts of money for summaries: 万元 and 亿元, the exact value on hover."""

from __future__ import annotations

from decimal import Decimal

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

WAN, YI = Decimal(10_000), Decimal(100_000_000)


def text(value: Decimal | int) -> str:
    """`1234567` → `123.46 万元`; below 10,000 to the fen."""
    amount = Decimal(value)
    if abs(amount) >= YI:
        return _("%(value)s 亿元") % {"value": f"{amount / YI:,.2f}"}
    if abs(amount) >= WAN:
        return _("%(value)s 万元") % {"value": f"{amount / WAN:,.2f}"}
    return exact(amount)


def exact(value: Decimal | int) -> str:
    """`1234.5` → `1,234.50 元`."""
    return _("%(value)s 元") % {"value": f"{Decimal(value):,.2f}"}


def html(value: Decimal | int | None) -> SafeString:
    """The amount with its exact value on hover; a dash where there is none."""
    if value is None:
        return SafeString("—")
    return format_html('<span title="{}">{}</span>', exact(value), text(value))
