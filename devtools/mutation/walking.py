"""The walk over all addresses (`tests.access.walk`), request by request: which guards each passes, and asking again."""

from __future__ import annotations

import importlib
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from devtools.mutation import guards

TEST = "test_every_address_answers_this_account_rightly_and_tells_it_nothing_foreign"


def _tests(name: str) -> Any:
    """A module of the access tests; there only when they run."""
    return importlib.import_module(f"tests.access.{name}")


class Walk:
    """The requests of the walk by name. `noted`: name, seconds and guards of each; `matrix`: how rows lay to askers."""

    def __init__(self) -> None:
        self.noted: dict[str, tuple[float, list[str]]] = {}
        self.matrix: Counter[str] = Counter()
        self.world: Any = None
        self.asked: dict[str, dict[str, Any]] = {}

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Inside the block each request of the walk is noted."""
        walk = _tests("walk")
        faults = walk.faults

        def noted(world: Any, account: Any, asked: Any) -> list[str]:
            guards.passed.clear()
            started = time.perf_counter()
            found = faults(world, account, asked)
            if not found:  # what is wrong as things are would be wrong without any guard
                self.noted[asked.name] = time.perf_counter() - started, sorted(guards.passed)
            self.matrix[walk.relation(account, asked.row)] += 1
            return found

        walk.faults = noted
        try:
            yield
        finally:
            walk.faults = faults

    def begin(self, item: Any) -> None:
        """Put up the world as for this test of the walk."""
        item._initrequest()
        item.session._setupstate.setup(item)
        self.world = item.funcargs["world"]

    def end(self, item: Any) -> None:
        """Take it down again."""
        item.session._setupstate.teardown_exact(None)
        item._request = item.funcargs = None
        self.world = None

    def passes(self, name: str) -> bool:
        """Ask one request again: whether the answer is right."""
        from django.db import transaction

        walk, standing = _tests("walk"), _tests("walls").standing
        wall, account, _rest = name.split(" ", 2)
        asker = self.world.accounts[account]
        known = self.asked.get(f"{wall} {account}")
        if known is None:
            known = {asked.name: asked for asked in walk.questions(self.world, asker, wall)}
            self.asked[f"{wall} {account}"] = known
        try:
            with standing(wall), transaction.atomic():
                found = walk.faults(self.world, asker, known[name])
                transaction.set_rollback(True)
        except Exception:  # a guard that is gone may break anything; a test would have failed
            return False
        return not found
