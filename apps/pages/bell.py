"""The to-do bell of the top bar. What rings it is said by the app that knows the work; here is only its place."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache

from apps.access import scope as scopes

SECONDS = 60


@dataclass(frozen=True)
class Bell:
    """How much there is to do, how much of it is overdue, and the list that shows it."""

    count: int
    overdue: int
    address: str


Source = Callable[[Any], Bell]

_sources: list[Source] = []


def register(source: Source) -> None:
    """Say what rings the bell; called once, from an app's `ready()`."""
    _sources[:] = [source]


def of(user: Any) -> Bell | None:
    """The bell of an account, counted at most once a minute; None when nothing was registered to ring it."""
    if not _sources:
        return None
    key = "bell:" + hashlib.sha256(scopes.of(user).cache_key.encode()).hexdigest()
    return cache.get_or_set(key, lambda: _sources[0](user), SECONDS)
