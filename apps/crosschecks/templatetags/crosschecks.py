"""Words and lights of cross-checking for templates."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import template
from django.utils.safestring import SafeString

from apps.crosschecks.choices import Verdict
from apps.crosschecks.kinds import SEVERITY, UNIT_STATE, RuleName
from apps.pages.kinds import PERCENT

register = template.Library()


@register.filter
def severity_light(value: str) -> SafeString:
    """A severity with its colour."""
    return SEVERITY.html(value)


@register.filter
def unit_light(value: str) -> SafeString:
    """The state of a rule or unit with its colour."""
    return UNIT_STATE.html(value)


@register.filter
def verdict_label(value: str) -> Any:
    """A verdict in words."""
    return Verdict(value).label


@register.filter
def rule_name(value: str) -> SafeString:
    """A rule's id with its name."""
    return RuleName().markup(value)


@register.filter
def share(value: Decimal | None) -> str:
    """A share as per cent; a dash when there is nothing to take a share of."""
    return "—" if value is None else PERCENT.text(value)


@register.filter
def plain(value: Decimal) -> str:
    """A number without trailing zeros."""
    return f"{value.normalize():f}"
