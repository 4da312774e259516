"""What became of many rows that something was to be done with, each by itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Refusal:
    """Why some of the rows cannot be taken: a code for programs, a sentence for people, and which they are."""

    code: str
    message: str
    rows: Sequence[int]

    @property
    def count(self) -> int:
        return len(self.rows)


@dataclass
class Outcome:
    """What became (or, on trial, would become) of each row that was named."""

    done: list[int] = field(default_factory=list)
    refused: dict[tuple[str, str], list[int]] = field(default_factory=dict)

    def refuse(self, code: str, message: str, rows: Iterable[int]) -> None:
        """Note why some rows are not taken; those with the same reason stand together."""
        self.refused.setdefault((code, message), []).extend(rows)

    @property
    def refusals(self) -> list[Refusal]:
        return [Refusal(code, message, rows) for (code, message), rows in self.refused.items()]

    @property
    def refused_count(self) -> int:
        return sum(map(len, self.refused.values()))

    @property
    def found(self) -> int:
        """How many rows were named."""
        return len(self.done) + self.refused_count
