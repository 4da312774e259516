"""The world of the access tests: built once per module, in a transaction that is rolled back at its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings

from apps.access import session
from apps.access.querysets import ScopedQuerySet
from apps.pages import places
from tests.access.world import EVERYTHING, World, build


@pytest.fixture(scope="module")
def world(
    django_db_setup: None, django_db_blocker: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """Everything of `tests.access.world`; not together with `db`, which would end this transaction."""
    files = override_settings(MEDIA_ROOT=str(tmp_path_factory.mktemp("media")))
    with django_db_blocker.unblock(), files, transaction.atomic():
        yield build()
        transaction.set_rollback(True)


@pytest.fixture
def undone(world: World) -> Iterator[None]:
    """What a test writes is gone at its end; the world stays."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def wall(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The wall that is left standing: "both", "application" or "database". Ask for it by indirect parameters.

    Each must hold alone: while both stand, a hole in one is hidden by the other.
    """
    standing = str(getattr(request, "param", "both"))
    if standing == "application":
        _open_database(monkeypatch)
    elif standing == "database":
        _open_application(monkeypatch)
    return standing


def _open_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """The policies are told of the whole region, whoever acts; the application's scope stays the account's."""
    told: Callable[[Any], list[str]] = session.settings_of

    def everything(scope: Any) -> list[str]:
        return told(scope and replace(scope, capabilities=EVERYTHING.capabilities))

    monkeypatch.setattr(session, "settings_of", everything)


def _open_application(monkeypatch: pytest.MonkeyPatch) -> None:
    """The querysets let everything through, and every place may be chosen; the policies stay."""
    monkeypatch.setattr(ScopedQuerySet, "visible_to", lambda rows, user: rows.all())
    monkeypatch.setattr(ScopedQuerySet, "editable_by", lambda rows, user, capability=None: rows.all())
    monkeypatch.setattr(places, "reached", lambda scope, code: True)
