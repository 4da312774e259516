"""The to-do bell of the top bar. What rings it is said by the app that knows the work; here is only its place."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.core.cache import cache
from django.dispatch import receiver

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
    return cache.get_or_set(_key(user), lambda: _sources[0](user), SECONDS)


@receiver(user_logged_out)
def forget(sender: Any, user: Any, **kwargs: Any) -> None:
    """Who signs out leaves nothing of his in the cache."""
    if user is not None:
        cache.delete(_key(user))


def _key(user: Any) -> str:
    return "bell:" + hashlib.sha256(scopes.of(user).cache_key.encode()).hexdigest()
