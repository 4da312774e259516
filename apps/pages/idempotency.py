"""`Idempotency-Key`: a request that is sent again gets the answer of the first time instead of a second action.

The key is written first, in the transaction of the action itself: of two requests at the same moment the second waits
for the first, and a refused or failed action leaves no key behind, so that it can be tried again.
"""

from __future__ import annotations

import functools
import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

import orjson
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from apps.common.errors import ServiceError
from apps.pages.models import ANSWERS_KEPT, StoredAnswer

Action = Callable[..., Response]


class KeptBriefly(ABC):
    """A view whose answers hold what may not be kept beside its rows: of one only `kept` is stored, and whoever asks
    again is answered with what he may read by then."""

    @abstractmethod
    def kept(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """What is stored of an answer."""

    @abstractmethod
    def again(self, kept: dict[str, Any]) -> dict[str, Any]:
        """The answer to a repeat, made anew from what was stored."""


def once(action: Action) -> Action:
    """Make a viewset's writing action answer a repeated `Idempotency-Key` from memory."""

    @functools.wraps(action)
    def wrapper(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return action(view, request, *args, **kwargs)
        if not (0 < len(key) <= 200 and key.isascii() and key.isprintable()):
            raise ParseError(_("Idempotency-Key 应为 1 至 200 个可见字符。"))
        user: Any = request.user  # strangers do not come this far
        fingerprint = _fingerprint(request)
        mine = StoredAnswer.objects.filter(user=user)
        mine.filter(created_at__lt=timezone.now() - ANSWERS_KEPT).delete()
        # ON CONFLICT DO NOTHING waits for another transaction that is writing the same key.
        StoredAnswer.objects.bulk_create(
            [StoredAnswer(user=user, key=key, fingerprint=fingerprint)], ignore_conflicts=True
        )
        stored = mine.get(key=key)
        if bytes(stored.fingerprint) != fingerprint:
            raise ServiceError(_("这个 Idempotency-Key 已用于另一个请求。"), code="key_reused")
        if stored.status is not None:
            body = view.again(stored.body or {}) if isinstance(view, KeptBriefly) else stored.body
            return Response(body, status=stored.status, headers={"Idempotent-Replayed": "true"})
        response = action(view, request, *args, **kwargs)
        if response.status_code < 400:
            told = view.kept(response.data) if isinstance(view, KeptBriefly) else response.data
            body = orjson.loads(orjson.dumps(told, default=str))
            mine.filter(key=key).update(status=response.status_code, body=body)
        else:
            mine.filter(key=key).delete()
        return response

    return wrapper


def _fingerprint(request: Request) -> bytes:
    """What makes two requests the same: method, path and body."""
    seal = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    seal.update(request._request.body)
    return seal.digest()
