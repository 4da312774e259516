"""Counting what a client asks, in the cache: so many a minute, and every nonce once. Without the cache, nothing."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from django.core.cache import cache
from django.utils.translation import gettext_lazy as _
from redis.exceptions import RedisError

from apps.common.errors import ServiceError

WINDOW = 60
MOST_BYTES = 64 * 1024  # of a request's body
Answer = TypeVar("Answer")


class Unavailable(ServiceError):
    """What guards the door does not answer, so the door stays shut."""

    status = 503
    code = "unavailable"


def spend(name: str, amount: int, limit: int) -> float:
    """Count `amount` under a name in this minute; the seconds to wait if that is more than `limit`, else 0.

    Raises Unavailable when the cache does not answer.
    """
    now = time.time()
    key = f"rate:{name}:{int(now // WINDOW)}"

    def count() -> int:
        cache.add(key, 0, 2 * WINDOW)
        return cache.incr(key, amount)

    return 0 if _asked(count) <= limit else WINDOW - now % WINDOW


def once(name: str, seconds: int) -> bool:
    """Whether this name was never seen before within so many seconds. Raises Unavailable like `spend`."""
    return _asked(lambda: cache.add(f"once:{name}", 1, seconds))


def _asked(question: Callable[[], Answer]) -> Answer:
    try:
        return question()
    except (RedisError, OSError, ValueError) as error:
        raise Unavailable(_("服务暂不可用，请稍后再试。")) from error
