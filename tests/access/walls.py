"""Taking one of the two walls away for a while: each must hold alone, and in the application's every single check.

While both stand, a hole in one is hidden by the other; so is a hole in the check of a child by that of its parent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from django.db import models

from apps.access import session
from apps.access.querysets import ScopedQuerySet
from apps.pages import places
from tests.access.world import EVERYTHING, OTHER_LEAGUE, Account, World


@contextmanager
def standing(wall: str) -> Iterator[None]:
    """Only this wall stands inside the block: "both", "application" or "database"."""
    with pytest.MonkeyPatch.context() as patch:
        if wall == "application":
            _open_database(patch)
        elif wall == "database":
            _open_application(patch)
        yield


def _open_database(patch: pytest.MonkeyPatch) -> None:
    """The policies are told of the whole region, whoever acts; the application's scope stays the account's."""
    told: Callable[[Any], list[str]] = session.settings_of

    def everything(scope: Any) -> list[str]:
        return told(scope and replace(scope, capabilities=EVERYTHING.capabilities))

    patch.setattr(session, "settings_of", everything)


def _open_application(patch: pytest.MonkeyPatch) -> None:
    """The querysets let everything through, and every place may be chosen; the policies stay."""
    patch.setattr(ScopedQuerySet, "visible_to", lambda rows, user: rows.all())
    patch.setattr(ScopedQuerySet, "editable_by", lambda rows, user, capability=None: rows.all())
    patch.setattr(places, "reached", lambda scope, code: True)


@contextmanager
def opened(model: type[models.Model]) -> Iterator[None]:
    """Every row of this model is visible to everybody inside the block, and nothing else is."""
    usual: Callable[..., Any] = ScopedQuerySet.visible_to
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            ScopedQuerySet, "visible_to", lambda rows, user: rows.all() if rows.model is model else usual(rows, user)
        )
        yield


def own_and_foreign(world: World, account: Account, model: type[models.Model]) -> tuple[int, int]:
    """The keys of a row that the account sees and of one in another league."""
    rows = [row for row in world.rows_of(model) if not row.gone]
    own = next(row.key for row in rows if account.sees(row))
    return own, next(row.key for row in rows if row.place == OTHER_LEAGUE and not account.sees(row))
