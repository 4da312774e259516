"""An access log with real commits, and somebody with all the rights of the database who tampers with it."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.utils import timezone

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.history import chain
from apps.history.services import log_access
from tests.factories.accounts import make_user
from tests.factories.divisions import VILLAGES, plant

COUNTY = 150422000000


@pytest.fixture
def officer(committed_db: Any) -> User:
    plant(*VILLAGES)
    return make_user("county", "county_officer", COUNTY)


@pytest.fixture
def written(officer: User) -> list[int]:
    """Five records of one account, in one chain; their keys."""
    return [write(officer, "view", reason=f"第{number}次") for number in range(5)]


@pytest.fixture
def intruder(officer: User, committed_db: Any) -> Iterator[psycopg.Connection]:
    """A superuser of the database, whom neither triggers nor policies stop."""
    with psycopg.connect(os.environ["TEST_ADMIN_URL"], dbname=committed_db.name, autocommit=True) as opened:
        opened.execute("SET session_replication_role = replica")
        yield opened


def write(user: User, action: str, *, days_ago: int = 0, **more: Any) -> int:
    """A record of so many days ago, in a transaction of its own; its key."""
    then = timezone.now() - datetime.timedelta(days=days_ago)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chain.timezone, "now", lambda: then)
        with scopes.acting(user):
            log_access(user, action, division=user.division_id, **more)
    return last(user).pk


def last(user: User) -> Any:
    from apps.history.models import AccessLog

    with scopes.acting(user):
        return AccessLog.objects.visible_to(user).latest("pk")
