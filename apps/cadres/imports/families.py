"""A file about households, row by row grouped by household: what every such import tells of itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from django.utils.translation import gettext as _

from apps.cadres.imports.sheets import HouseholdLine
from apps.cadres.services import pairing as rules
from apps.common.errors import ServiceError
from apps.common.wording import clauses, listed
from apps.households.models import Household
from apps.pages.imports.importer import Counts, Difference, Fault, Outcome, Unit
from apps.pages.imports.models import ImportBatch
from apps.pages.imports.sheets import SheetStage

CAPABILITIES = (rules.CAPABILITY, ImportBatch.change_capability)


@dataclass
class Family:
    """One household of the file, its rows, and what becomes of it."""

    seq: int
    lines: list[HouseholdLine]
    household: Household | None
    outcome: str = Outcome.REFUSED
    faults: list[Fault] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def refuse(self, line: HouseholdLine, name: str, error: ServiceError) -> None:
        """A rule that one of its rows breaks."""
        self.faults.append(Fault(line.row, line.headers.get(name, ""), str(error), error.code))


_Family = TypeVar("_Family", bound=Family)


class FamilyStage(SheetStage, Generic[_Family]):
    """One file whose unit is the household; what becomes of each is for the kind of import to decide."""

    lines: Sequence[HouseholdLine]
    families: list[_Family]

    def counts(self) -> Counts:
        found = Counter(family.outcome for family in self.families)
        return Counts(*(found[outcome] for outcome in Outcome.values))

    def units(self, outcomes: Collection[str]) -> Iterator[Unit]:
        for family in self.families:
            if family.outcome not in outcomes and not family.notes:
                continue
            first, one = family.lines[0], family.household
            yield Unit(
                seq=family.seq,
                key=(one.national_no or one.code) if one else first.key,
                title=(getattr(one, "head_name", "") or "") if one else "",
                division=one.division_id if one else None,
                row=first.row,
                rows=len(family.lines),
                outcome=family.outcome,
                differences=family.differences,
                faults=family.faults,
                notes=family.notes,
            )

    def refuse(self, reasons: dict[int, str]) -> None:
        for family in self.families:
            if reason := reasons.get(family.seq):
                family.faults.append(Fault(family.lines[0].row, "", reason, "stale"))
                family.outcome = Outcome.REFUSED

    def reasons(self) -> dict[int, str]:
        found: dict[int, str] = {}
        for family in self.families:
            if family.outcome != Outcome.REFUSED:
                continue
            said: dict[int, list[str]] = {}
            for fault in family.faults:
                said.setdefault(fault.row, []).append(str(fault))
            elsewhere = _("同户第%(rows)s行有误。") % {"rows": listed(sorted(said))}
            found |= {line.row: clauses(said[line.row]) if line.row in said else elsewhere for line in family.lines}
        return found

    @property
    def accepted(self) -> Iterator[_Family]:
        """Those of which something is written."""
        return (family for family in self.families if family.outcome in (Outcome.ADDED, Outcome.CHANGED))

    def begin(self, family: Family) -> None:
        """Forget what was found, but for what the rows themselves say; whose household it is not, is told."""
        family.faults = [fault for line in family.lines for fault in line.faults]
        family.differences, family.notes, family.outcome = [], [], Outcome.REFUSED
        if family.household is None:
            return
        if not all(self.scope.allows(name, family.household.division_id) for name in CAPABILITIES):
            family.refuse(family.lines[0], "national_no", rules.not_yours())


def grouped(
    lines: Sequence[HouseholdLine],
    households: dict[int, Household],
    make: Callable[[int, list[HouseholdLine], Any], _Family],
) -> list[_Family]:
    """The rows by household, in the order of the file; rows of none that is known, by what they call it."""
    found: dict[Any, _Family] = {}
    for line in lines:
        key = line.household or ("unknown", line.key or line.row)
        if key not in found:
            found[key] = make(len(found) + 1, [], households.get(line.household) if line.household else None)
        found[key].lines.append(line)
    return list(found.values())
