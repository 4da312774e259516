"""Timing candidates in turn, and saying what came of it."""

from __future__ import annotations

import json
import os
import random
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

AGAIN = " again"
UNDECIDED = 0.10
"""A ratio this close to its limit is neither met nor missed."""


class Own(float):
    """Seconds that a candidate measured itself, because not all it does counts."""


def seconds_of(work: Callable[[], Any]) -> float:
    """How long one call takes, by the clock or by its own account."""
    started = time.perf_counter()
    result = work()
    return result if isinstance(result, Own) else time.perf_counter() - started


def interleave(
    candidates: Mapping[str, Callable[[], Any]], *, least: int = 5, most: int = 61, seconds: float = 3.0
) -> dict[str, float]:
    """Median seconds of each candidate, run in rounds of random order.

    Every candidate is run once beforehand, which counts only if it takes longer than `seconds`. There are at least
    `least` rounds and at most `most`, and no more than fit into about `seconds` for each candidate.
    """
    taken: dict[str, list[float]] = {name: [] for name in candidates}
    for name, work in candidates.items():
        first = seconds_of(work)
        if first > seconds:
            taken[name].append(first)
    order, names = random.Random(7), list(candidates)
    started = time.perf_counter()
    for number in range(most):
        if number >= least and time.perf_counter() - started > seconds * len(names):
            break
        order.shuffle(names)
        for name in names:
            # What takes minutes is run as often as fits, not as often as what takes milliseconds.
            if sum(taken[name]) < 4 * seconds or len(taken[name]) < 2:
                taken[name].append(seconds_of(candidates[name]))
    return {name: statistics.median(times) for name, times in taken.items()}


def against(target: Callable[[], Any], floor: Callable[[], Any], **limits: Any) -> tuple[float, float, float]:
    """Median seconds of the target and of the floor, and the A/A ratio of the floor with itself."""
    found = interleave({"target": target, "floor": floor, "floor" + AGAIN: floor}, **limits)
    both = statistics.mean((found["floor"], found["floor" + AGAIN]))
    return found["target"], both, found["floor" + AGAIN] / found["floor"]


@dataclass
class Line:
    """One result. `value` in `unit`; `floor` in the same unit where there is one; `limit` is the target's ratio."""

    name: str
    value: float
    unit: str
    floor: float | None = None
    floor_name: str = ""
    control: float | None = None
    limit: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return self.value / self.floor if self.floor else None

    @property
    def verdict(self) -> str:
        """met, undecided or missed; empty without a limit."""
        if self.limit is None or self.ratio is None:
            return ""
        if abs(self.ratio - self.limit) <= UNDECIDED * self.limit:
            return "undecided"
        return "met" if self.ratio < self.limit else "missed"

    def __str__(self) -> str:
        text = f"{self.name}: {shown(self.value)} {self.unit}"
        if self.ratio is not None:
            text += f", {self.ratio:.2f} to {self.floor_name} ({shown(self.floor or 0)} {self.unit}"
            text += f", A/A {self.control:.2f})" if self.control else ")"
        if self.verdict:
            text += f", target {self.limit:g}: {self.verdict}"
        return text + (f"; {self.note}" if self.note else "")


def shown(value: float) -> str:
    """A figure with three significant digits, or a whole number."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


@dataclass
class Report:
    """The lines of one run: printed as they come, kept in `results.json` by benchmark."""

    folder: Path
    facts: dict[str, Any] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)

    def say(self, name: str, value: float, unit: str, **more: Any) -> Line:
        """Print and keep a result."""
        line = Line(name, value, unit, **more)
        self.lines.append(line)
        print(line, flush=True)
        return line

    def compare(self, name: str, result: tuple[float, float, float], floor_name: str, **more: Any) -> Line:
        """Print and keep what `against` found, in the unit that suits its size."""
        target, floor, control = result
        unit, factor = ("ms", 1000.0) if target < 10 else ("s", 1.0)
        return self.say(
            name, target * factor, unit, floor=floor * factor, floor_name=floor_name, control=control, **more
        )

    def keep(self, benchmark: str, seconds: float) -> None:
        """Write the lines since the last call under this benchmark's name."""
        path = self.folder / "results.json"
        known = json.loads(path.read_text()) if path.exists() else {}
        known[benchmark] = {
            **self.facts,
            "at": time.strftime("%Y-%m-%d %H:%M"),
            "seconds": round(seconds, 1),
            "load": os.getloadavg(),
            "lines": [asdict(line) | {"ratio": line.ratio, "verdict": line.verdict} for line in self.lines],
        }
        path.write_text(json.dumps(known, ensure_ascii=False, indent=1))
        self.lines.clear()
