"""What every page of the shell shows of the account itself."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from apps.accounts import notices


def account(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the number of unread notices, asked for by the pages that show it."""
    return {"unread_notices": SimpleLazyObject(lambda: notices.unread(request.user))}  # type: ignore[arg-type]
