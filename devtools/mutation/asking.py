"""Guards taken away: who passes each is noted first, then asked again without it until something fails."""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from devtools.mutation import guards
from devtools.mutation.running import Runner
from devtools.mutation.sharing import asked_for
from devtools.mutation.walking import TEST, Walk

BUDGET = 15.0
"""So many seconds a guard is looked at in one phase before others have their turn, by tests of at most a third of that;
the last phase knows no limit."""

WALLS = {"application": 0, "both": 1, "database": 2}
"""Where a hole shows first: with the database opened."""


def _is_of(module: str, name: str) -> bool:
    return name.startswith(f"{module}::")


class Guards(Runner):
    """The plugin for guards of the application."""

    def __init__(self) -> None:
        super().__init__()
        self.walk = Walk()
        self.tests: dict[str, tuple[float, list[str]]] = {}
        self.noted: dict[str, tuple[float, list[str]]] = {}
        self.matrix: dict[str, int] = defaultdict(int)
        self.kills: dict[str, int] = defaultdict(int)
        self.tried: dict[str, set[str]] = defaultdict(set)

    def pytest_runtestloop(self, session: Any) -> bool:
        self.items = {item.nodeid: item for item in session.items}
        apps = os.environ["WALLS_APPS"].split()
        walks = [item for item in session.items if item.originalname == TEST]
        self.walking = [item for item in walks if not apps or item.callspec.params["app"] in apps]
        self.items = {name: item for name, item in self.items.items() if item in self.walking or item not in walks}
        started = time.perf_counter()
        self.note()
        self.chosen = self.choose()
        noted = time.perf_counter() - started
        if self.walking:
            self.replay("walk", BUDGET)
        self.try_tests("near tests", BUDGET, lambda name: not name.startswith("tests/access/"))
        for module in sorted({name.partition("::")[0] for name in self.tests if name.startswith("tests/access/")}):
            self.try_tests(module, BUDGET, partial(_is_of, module))
        self.shared.together("short")
        if self.walking:
            self.replay("walk to its end")
        self.try_tests("all tests")
        survivors = [key for key in self.chosen if not self.shared.marked("killed", key)]
        for key in survivors if self.shared.part == 0 else ():
            self.say(f"SURVIVED {guards.GUARDS[key].where} ({len(self.passing(key))} tests and requests)")
        self.leave_for(None)
        matrix = {"asked": dict(self.matrix), "seconds": self.seconds, "noted": noted}
        self.shared.together(
            "guards",
            {
                "guards": [guards.GUARDS[key].where for key in self.chosen],
                "survivors": [guards.GUARDS[key].where for key in survivors],
                **matrix,
            },
        )
        return True

    # --- noting ---

    def note(self) -> None:
        """Run everything once as it is, shared with the other processes."""
        modules: dict[str, list[Any]] = defaultdict(list)
        for name, item in self.items.items():
            if item not in self.walking:
                modules[name.partition("::")[0]].append(item)
        failed = []
        with self.walk.noting():
            for name in self.shared.claimed("note", [item.nodeid for item in self.walking]):
                failed += [] if self.passes(self.items[name])[0] else [self.left_out(name)]
        # Long modules first, so that the processes end together.
        for module in self.shared.claimed("note", sorted(modules, key=lambda name: -len(modules[name]))):
            for item in modules[module]:
                guards.passed.clear()
                fine, seconds = self.passes(item)
                if fine:
                    self.tests[item.nodeid] = seconds, sorted(guards.passed)
                else:
                    failed.append(self.left_out(item.nodeid))
        self.leave_for(None)
        told = self.shared.together(
            "noted", [self.tests, self.walk.noted, self.walk.matrix, failed, sorted(guards.GUARDS)]
        )
        self.tests = {}
        for tests, noted, matrix, failures, _keys in told:
            self.tests |= tests
            self.noted |= noted
            for relation, count in matrix.items():
                self.matrix[relation] += count
            if failures and self.shared.part == 0:
                self.say("Left out, because they fail with both walls standing:\n  " + "\n  ".join(failures))
        self.seconds = sum(seconds for seconds, _passed in self.noted.values())
        self.by_guard: dict[str, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
        for number, known in enumerate((self.noted, self.tests)):
            for name, (_seconds, passed) in known.items():
                for key in passed:
                    self.by_guard[key][number].append(name)

    def choose(self) -> list[str]:
        """The guards that are asked for. Those that nothing passes are told at once."""
        limit = int(os.environ["WALLS_LIMIT"])
        known = guards.GUARDS.items()
        chosen = sorted(key for key, guard in known if asked_for(key.split("/")[1], guard.where))[: limit or None]
        for key in chosen if self.shared.part == 0 else ():
            if not self.passing(key):
                self.say(f"not passed by any of these tests: {guards.GUARDS[key].where}")
        return chosen

    def passing(self, key: str) -> list[str]:
        """The requests and tests that pass a guard."""
        walked, tested = self.by_guard[key]
        return [*walked, *tested]

    def left_out(self, name: str) -> str:
        """A test that fails as things are, with the first line of why."""
        if os.environ.get("WALLS_WHY"):  # the whole of it
            self.say(self.why)
        said = [line for line in self.why.splitlines() if line.startswith("E ")]
        return f"{name}: {said[0] if said else self.why}"

    # --- asking again ---

    def left(self, phase: str) -> Iterable[str]:
        """The guards that nobody has killed yet, those that are ours in this phase."""
        waiting = [key for key in self.chosen if not self.shared.marked("killed", key)]
        return (key for key in self.shared.claimed(phase, waiting) if not self.shared.marked("killed", key))

    def replay(self, phase: str, budget: float = 1e9) -> None:
        """The requests of the walk that pass a guard, asked without it."""
        item = next(one for one in self.walking if "both" in one.nodeid)
        self.walk.begin(item)
        for key in self.left(phase):
            names = sorted(self.by_guard[key][0], key=lambda name: (WALLS[name.partition(" ")[0]], self.cost(name)))
            self.ask(key, names, self.walk.passes, budget)
        self.walk.end(item)
        self.shared.together(phase)

    def try_tests(self, phase: str, budget: float = 1e9, which: Callable[[str], bool] = lambda name: True) -> None:
        """The tests that pass a guard, run without it."""
        for key in self.left(phase):
            app = key.split("/")[1]
            names = sorted(
                filter(which, self.by_guard[key][1]), key=lambda name: (f"/{app}/" not in name, self.cost(name))
            )
            self.ask(key, names, lambda name: self.passes(self.items[name])[0], budget)
        self.leave_for(None)
        if budget > BUDGET:
            self.shared.together(phase)

    def took(self, name: str) -> float:
        """Seconds of a request or test as things are."""
        return (self.noted.get(name) or self.tests[name])[0]

    def cost(self, name: str) -> float:
        """What comes first: short, particular, and such that have found something before."""
        seconds, passed = self.noted.get(name) or self.tests[name]
        return seconds * len(passed) / (1 + 3 * self.kills[name])

    def ask(self, key: str, names: list[str], passes: Callable[[str], bool], budget: float) -> None:
        """Ask again what passes a guard, until it is seen to be gone or the time is over."""
        until = time.perf_counter() + budget
        guards.take_away(key)
        try:
            for name in names:
                if name in self.tried[key] or self.took(name) > budget / 3:
                    continue
                if time.perf_counter() > until:
                    return
                self.tried[key].add(name)
                if not passes(name):
                    self.kills[name] += 1
                    self.shared.mark("killed", key, name)
                    file, _colons, test = name.partition("::")
                    by = f"{Path(file).name} {test}" if test else name
                    self.say(f"killed {guards.GUARDS[key].where} by {by}")
                    return
        finally:
            guards.take_away("")
