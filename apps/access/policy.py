"""The one policy: may this account do that, here? Lists, pages, menus, choosers and services all ask it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.core.exceptions import PermissionDenied
from django.db import models
from django.utils.translation import gettext as _

from apps.access import scope as scopes
from apps.access.capabilities import CAPABILITIES
from apps.divisions import codes

if TYPE_CHECKING:
    from apps.access.models import PlacedModel


def can(user: Any, capability: str, where: int | models.Model | None = None) -> bool:
    """Whether a user (or scope) holds a capability at a division code or a placed row; without a place: anywhere.

    Raises KeyError for a capability that does not exist, so that a misspelt one never passes silently.
    """
    CAPABILITIES[capability]
    place = getattr(where, cast("PlacedModel", where).place_attname) if isinstance(where, models.Model) else where
    return scopes.of(user).allows(capability, place)


def covers(user: Any, capability: str, wanted: scopes.Range) -> bool:
    """Whether a user (or scope) holds a capability over a whole range. Raises KeyError as `can` does."""
    CAPABILITIES[capability]
    return scopes.of(user).covers(capability, wanted)


def holder_level(user: Any, capability: str, division: int) -> int | None:
    """The highest level (smallest number) at which a user holds a capability over a place; None without it."""
    ranges = scopes.of(user).ranges_of(capability)
    return min((codes.level(low) for low, high in ranges if low <= division <= high), default=None)


def require_another(by: Any, *proposers: int | None) -> None:
    """Raise PermissionDenied when `by` is one of those who proposed what he is about to confirm or review (四眼原则).

    The separation of `capabilities.SEPARATIONS` that holds for each item: an office may have both capabilities in
    one account, and still nobody reviews his own work.
    """
    if by.pk in proposers:
        raise PermissionDenied(_("不能审核或确认自己提出的事项，请由他人办理。"))


def require(user: Any, capability: str, where: int | models.Model | None = None) -> None:
    """Raise PermissionDenied (403) unless `can`. Rows that are not one's own are 404 before this is asked."""
    if not can(user, capability, where):
        raise PermissionDenied(_("没有“%(capability)s”的权限。") % {"capability": CAPABILITIES[capability]})
