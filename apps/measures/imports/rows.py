"""A bank's file, row by row: each row stands for itself, and one that cannot be is refused with its reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext as _

from apps.access.scope import Scope
from apps.common.errors import ServiceError
from apps.common.money import to_cents
from apps.common.sealing import blind_indexes
from apps.common.wording import clauses
from apps.households.models import Person
from apps.measures.services.loans import CAPABILITY
from apps.pages.imports import cells
from apps.pages.imports.importer import Counts, Difference, Fault, Outcome, Progress, Stage, Unit
from apps.pages.imports.models import ImportBatch
from apps.pages.imports.sheets import Line, Sheet, chunks, gathered, not_known
from apps.pages.imports.workbook import Cell, Table

CAPABILITIES = (CAPABILITY, ImportBatch.change_capability)
_NUMBER = cells.number(20, 10, least=None)


def yuan(cell: Cell) -> str | None:
    """A positive amount, exact to the fen: what is more precise is no amount of money, and is not rounded to one."""
    written = _NUMBER(cell)
    if written is None:
        return None
    value = Decimal(written)
    if value <= 0:
        raise cells.CellError(_("金额应大于零。"))
    if value != to_cents(value):
        raise cells.CellError(_("金额最多两位小数。"))
    return str(to_cents(value))


@dataclass
class Row:
    """One row of the file, and what becomes of it."""

    seq: int
    line: Line
    outcome: str = Outcome.REFUSED
    title: str = ""
    division: int | None = None
    differences: list[Difference] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def refuse(self, name: str, message: str, code: str = "invalid") -> None:
        """Say what is wrong, by the name of the column."""
        self.faults.append(Fault(self.line.row, self.line.headers.get(name, ""), message, code))

    def refuse_as(self, name: str, error: ServiceError) -> None:
        """What a service refuses."""
        field = error.field if error.field and error.field in self.line.headers else name
        self.refuse(field, str(error), error.code)


class RowStage(Stage):
    """One file whose unit is the row; what becomes of each is for the kind of import to decide."""

    sheet: Sheet

    def __init__(self, table: Table, scope: Scope, progress: Progress) -> None:
        self.scope = scope
        columns, unknown = self.sheet.layout(table.header)
        self.sheet.require(columns)
        lines = gathered(self.sheet.read(table, columns), progress)
        self.rows = len(lines)
        self.warnings = not_known(unknown)
        self.found = [Row(number, line) for number, line in enumerate(lines, start=1)]
        self.settle()

    def counts(self) -> Counts:
        found = Counter(row.outcome for row in self.found)
        return Counts(*(found[outcome] for outcome in Outcome.values))

    def units(self, outcomes: Collection[str]) -> Iterator[Unit]:
        for row in self.found:
            if row.outcome in outcomes:
                yield Unit(
                    seq=row.seq,
                    key=row.line.values.get("contract_no", ""),
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
                row.outcome = Outcome.REFUSED

    def reasons(self) -> dict[int, str]:
        return {
            row.line.row: clauses(str(fault) for fault in row.faults)
            for row in self.found
            if row.outcome == Outcome.REFUSED
        }

    def begin(self) -> None:
        """Forget what was found, but for what the rows themselves say."""
        for row in self.found:
            row.faults, row.differences = list(row.line.faults), []
            row.outcome, row.title, row.division = Outcome.REFUSED, "", None

    def may(self, division: int) -> bool:
        """Whether the bringer of the file may write at a place."""
        return all(self.scope.allows(name, division) for name in CAPABILITIES)


def members(lines: Sequence[Line], scope: Scope) -> dict[str, Person]:
    """The active members in sight, by the number that the rows call them by; two questions at most for 5,000."""
    indexes = {
        number: blind_indexes("citizen", number)
        for number in {line.values["id_no"] for line in lines if "id_no" in line.values}
    }
    found: dict[bytes, Person] = {}
    for some in chunks({index for each in indexes.values() for index in each}):
        rows = Person.objects.visible_to(scope).filter(id_no_index__in=some, is_active=True)
        found |= {bytes(person.id_no_index): person for person in rows.select_related("household")}
    return {number: found[bytes(index)] for number, each in indexes.items() for index in each if bytes(index) in found}


def unknown_borrower() -> str:
    """What is said of a number that nobody in sight has."""
    return _("在册成员中没有这个证件号码，或者不在您的范围内。")
