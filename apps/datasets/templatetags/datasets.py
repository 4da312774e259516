"""Lights and names of departments' data in templates."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from apps.datasets.catalogue import Refresh
from apps.datasets.kinds import FRESHNESS

register = template.Library()


@register.filter
def freshness_light(state: str) -> SafeString:
    """How fresh a data set is, as a light."""
    return FRESHNESS.html(state)


@register.filter
def refresh_name(value: str) -> str:
    """How often a data set is supplied anew."""
    return str(Refresh(value).label) if value else ""
