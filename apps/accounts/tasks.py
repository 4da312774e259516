"""Night work on accounts and sessions."""

from __future__ import annotations

from celery import shared_task
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore

from apps.accounts import services


@shared_task
def close_unused_accounts() -> None:
    """Close accounts that nobody uses. A demonstration register stands still, and so do its accounts."""
    if not settings.DEMO_MODE:
        services.close_unused()


@shared_task
def clear_sessions() -> None:
    """Throw away sessions whose cookie has expired; where they were begun goes with them."""
    SessionStore.clear_expired()
