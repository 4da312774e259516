"""Workbooks whose unit is one row, about one place: what their stages have in common, whatever the rows make."""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from apps.access.scope import Scope
from apps.common.wording import clauses
from apps.pages.imports.importer import Counts, Difference, Fault, Outcome, Progress, Stage, Unit
from apps.pages.imports.sheets import Line, Sheet, gathered, not_known
from apps.pages.imports.workbook import Table


@dataclass
class Row:
    """One row of the file, what it makes, and what becomes of it."""

    seq: int
    line: Line
    outcome: str = Outcome.REFUSED
    made: Any = None
    faults: list[Fault] = field(default_factory=list)

    def place(self, name: str) -> int:
        """The division that a column names, 0 when it is no code."""
        written = self.line.values.get(name, "")
        return int(written) if len(written) == 12 and written.isdigit() else 0

    def refuse(self, name: str, message: str, code: str = "invalid") -> None:
        """A rule that the row breaks."""
        self.faults.append(Fault(self.line.row, self.line.headers.get(name, ""), message, code))


class RowStage(Stage):
    """One file, each row compared with what is there. Bad rows are refused alone."""

    sheet: ClassVar[Sheet]
    twice: ClassVar[str]
    """The column that is blamed when two rows say the same."""

    def __init__(self, table: Table, scope: Scope, progress: Progress) -> None:
        self.scope = scope
        columns, unknown = self.sheet.layout(table.header)
        self.sheet.require(columns)
        lines = gathered(self.sheet.read(table, columns), progress)
        self.rows = len(lines)
        self.warnings = not_known(unknown)
        self.found = [Row(seq, line) for seq, line in enumerate(lines, 1)]
        self.settle()

    @abstractmethod
    def look(self) -> Any:
        """What is there and what this account may enter, for `compare`; asked once."""

    @abstractmethod
    def key(self, row: Row) -> tuple[Any, ...]:
        """What makes two rows one."""

    @abstractmethod
    def compare(self, row: Row, known: Any) -> None:
        """Decide what becomes of a row without faults: refuse it, or say its outcome and what it makes."""

    @abstractmethod
    def told(self, row: Row) -> tuple[str, str, str]:
        """Of a row: its title, the column that is shown as new, and what it says."""

    def settle(self) -> None:
        known = self.look()
        seen: dict[tuple[Any, ...], int] = {}
        for row in self.found:
            row.faults, row.made, row.outcome = list(row.line.faults), None, Outcome.REFUSED
            if row.faults:
                continue
            key = self.key(row)
            if key in seen:
                row.refuse(self.twice, _("与第%(row)s行是同一项。") % {"row": seen[key]}, "twice")
                continue
            seen[key] = row.line.row
            self.compare(row, known)

    def counts(self) -> Counts:
        found = Counter(row.outcome for row in self.found)
        return Counts(*(found[outcome] for outcome in Outcome.values))

    def units(self, outcomes: Collection[str]) -> Iterator[Unit]:
        for row in self.found:
            if row.outcome not in outcomes:
                continue
            title, column, text = self.told(row)
            yield Unit(
                seq=row.seq,
                key=row.line.values.get(self.sheet.columns[0].name, ""),
                title=title,
                division=row.made.division_id if row.made else None,
                row=row.line.row,
                rows=1,
                outcome=row.outcome,
                differences=[Difference("", self.sheet.headers[column], "—", text)] if row.made else [],
                faults=row.faults,
            )

    def refuse(self, reasons: dict[int, str]) -> None:
        for row in self.found:
            if reason := reasons.get(row.seq):
                row.refuse("", reason, "stale")
                row.outcome = Outcome.REFUSED

    def reasons(self) -> dict[int, str]:
        refused = (row for row in self.found if row.outcome == Outcome.REFUSED)
        return {row.line.row: clauses([str(fault) for fault in row.faults]) for row in refused}

    @property
    def accepted(self) -> list[Any]:
        """What the accepted rows make."""
        return [row.made for row in self.found if row.made and row.outcome == Outcome.ADDED]
