"""Workbooks whose unit is one row, which stands for itself: what their stages have in common, whatever rows make."""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from apps.access.scope import Scope
from apps.common.days import today
from apps.common.errors import ServiceError
from apps.common.wording import clauses
from apps.divisions.models import Division
from apps.pages.imports.importer import Counts, Difference, Fault, Outcome, Progress, Unit
from apps.pages.imports.sheets import Line, SheetStage, chunks
from apps.pages.imports.workbook import Table


@dataclass
class Row:
    """One row of the file, what it makes, and what becomes of it. `division` None if its place is not known."""

    seq: int
    line: Line
    outcome: str = Outcome.REFUSED
    title: str = ""
    division: int | None = None
    made: Any = None
    differences: list[Difference] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def place(self, name: str) -> int:
        """The division that a column names, 0 when it is no code."""
        written = self.line.values.get(name, "")
        return int(written) if len(written) == 12 and written.isdigit() else 0

    def add(self, made: Any, name: str, said: str | None = None, who: str = "") -> None:
        """Take the row for what it makes; shown as new is a column, with what the row says there or with `said`."""
        self.made, self.outcome = made, Outcome.ADDED
        after = self.line.values.get(name, "") if said is None else said
        self.differences = [Difference(who, self.line.headers[name], "—", after)]

    def refuse(self, name: str, message: str, code: str = "invalid") -> None:
        """Say what is wrong, by the name of the column."""
        self.faults.append(Fault(self.line.row, self.line.headers.get(name, ""), message, code))
        self.outcome = Outcome.REFUSED

    def refuse_as(self, name: str, error: ServiceError) -> None:
        """What a service refuses: at the column that it names, or else at this one."""
        field = error.field if error.field and error.field in self.line.headers else name
        self.refuse(field, str(error), error.code)

    def require_come(self, name: str) -> None:
        """Refuse the row when the day of a column is one to come."""
        if self.line.values.get(name, "") > today().isoformat():
            self.refuse(name, _("日期不能晚于今天。"), "future")


class RowStage(SheetStage):
    """One file whose unit is the row; what becomes of each is for the kind of import to decide."""

    named: ClassVar[str]
    """The column that a row is listed by."""

    def __init__(self, table: Table, scope: Scope, progress: Progress) -> None:
        super().__init__(table, scope, progress)
        self.settle()

    def begin(self) -> None:
        """Forget what was found, but for what the rows themselves say."""
        self.found = [Row(seq, line, faults=list(line.faults)) for seq, line in enumerate(self.lines, 1)]

    def counts(self) -> Counts:
        found = Counter(row.outcome for row in self.found)
        return Counts(*(found[outcome] for outcome in Outcome.values))

    def units(self, outcomes: Collection[str]) -> Iterator[Unit]:
        for row in self.found:
            if row.outcome in outcomes:
                yield Unit(
                    seq=row.seq,
                    key=row.line.values.get(self.named, ""),
                    title=row.title,
                    division=row.division,
                    row=row.line.row,
                    rows=1,
                    outcome=row.outcome,
                    differences=row.differences,
                    faults=row.faults,
                )

    def refuse(self, reasons: dict[int, str]) -> None:
        for row in self.found:
            if reason := reasons.get(row.seq):
                row.refuse("", reason, "stale")

    def reasons(self) -> dict[int, str]:
        refused = (row for row in self.found if row.outcome == Outcome.REFUSED)
        return {row.line.row: clauses(str(fault) for fault in row.faults) for row in refused}

    @property
    def accepted(self) -> list[Any]:
        """What the accepted rows make."""
        return [row.made for row in self.found if row.outcome == Outcome.ADDED]


class ComparedRows(RowStage):
    """One file, each row compared with what is there. Its rows are listed by the place that they are about."""

    named = "division"
    titled: ClassVar[str]
    """The column whose value is the title of a row."""
    twice: ClassVar[str]
    """The column that is blamed when two rows say the same."""

    @abstractmethod
    def look(self) -> Any:
        """What is there and what this account may enter, for `check` and `compare`; asked once."""

    @abstractmethod
    def key(self, row: Row) -> Hashable:
        """What makes two rows one; asked of rows without faults."""

    @abstractmethod
    def compare(self, row: Row, known: Any) -> None:
        """Decide what becomes of a row without faults: refuse it, add it, or say that it is there."""

    def check(self, row: Row, known: Any) -> None:
        """Refuse a row for what is said beside other faults."""

    def title(self, row: Row) -> str:
        """What a row is called where it is listed."""
        return row.line.values.get(self.titled, "")

    def settle(self) -> None:
        self.begin()
        known = self.look()
        seen: dict[Hashable, int] = {}
        for row in self.found:
            row.title = self.title(row)
            self.check(row, known)
            if row.faults:
                continue
            key = self.key(row)
            if key in seen:
                row.refuse(self.twice, _("与第%(row)s行是同一项。") % {"row": seen[key]}, "twice")
                continue
            seen[key] = row.line.row
            self.compare(row, known)

    def places(self, may: Callable[[int], bool]) -> set[int]:
        """The divisions that the rows name, of those that there are and where the account may."""
        found: set[int] = set()
        for some in chunks({row.place(self.named) for row in self.found}):
            there = Division.objects.current().filter(code__in=some).values_list("code", flat=True)
            found |= {code for code in there if may(code)}
        return found

    def require_place(self, row: Row, places: Collection[int]) -> None:
        """Place a row at the division that it names, or refuse it when that is none of these."""
        if (place := row.place(self.named)) in places:
            row.division = place
        elif self.named in row.line.values:
            row.refuse(self.named, _("没有这个行政区划，或者它不在您的范围内。"), "not_found")
