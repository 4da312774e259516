"""The one policy: may this account do that, here? Lists, pages, menus, choosers and services all ask it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.core.exceptions import PermissionDenied
from django.db import models
from django.utils.translation import gettext as _

from apps.access import scope as scopes
from apps.access.capabilities import CAPABILITIES

if TYPE_CHECKING:
    from apps.access.models import PlacedModel


def can(user: Any, capability: str, where: int | models.Model | None = None) -> bool:
    """Whether a user (or scope) holds a capability at a division code or a placed row; without a place: anywhere.

    Raises KeyError for a capability that does not exist, so that a misspelt one never passes silently.
    """
    CAPABILITIES[capability]
    place = getattr(where, cast("PlacedModel", where).place_attname) if isinstance(where, models.Model) else where
    return scopes.of(user).allows(capability, place)


def require(user: Any, capability: str, where: int | models.Model | None = None) -> None:
    """Raise PermissionDenied (403) unless `can`. Rows that are not one's own are 404 before this is asked."""
    if not can(user, capability, where):
        raise PermissionDenied(_("没有“%(capability)s”的权限。") % {"capability": CAPABILITIES[capability]})
