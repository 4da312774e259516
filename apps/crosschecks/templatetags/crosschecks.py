"""Words and lights of cross-checking for templates."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from apps.accounts.services import SYSTEM
from apps.common.wording import clauses, listed
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


@register.simple_tag
def verdicts(standing: Any) -> str:
    """How the findings of a rule were judged, and the share of those that were none."""
    counted = listed(f"{Verdict(name).label} {count}" for name, count in standing.verdicts.items())
    return clauses((counted, gettext("核实无误占 %(share)s") % {"share": share(standing.false_share)}))


@register.filter
def rule_name(value: str) -> str:
    """A rule's id with its name."""
    return RuleName().text(value)


@register.filter
def author(value: str) -> str:
    """Who took a step: a name, or the platform itself."""
    return gettext("系统") if value == SYSTEM else value


@register.filter
def share(value: Decimal | None) -> str:
    """A share as per cent; a dash when there is nothing to take a share of."""
    return "—" if value is None else PERCENT.text(value)


@register.filter
def plain(value: Decimal) -> str:
    """A number without trailing zeros."""
    return f"{value.normalize():f}"
