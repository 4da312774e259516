"""The world of the access tests: built once per module, in a transaction that is rolled back at its end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import override_settings

from tests.access.planting import build
from tests.access.walls import standing
from tests.access.world import World


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
def wall(request: pytest.FixtureRequest) -> Iterator[str]:
    """The wall that is left standing: "both", "application" or "database". Ask for it by indirect parameters."""
    name = str(getattr(request, "param", "both"))
    with standing(name):
        yield name
