"""结对导入: a workbook says who helps which households; what that changes is shown, and done when it is confirmed.

The unit is the household. All its rows together name its helpers: who is named and does not help it yet begins; if
somebody begins, those who help it and are not named end on that day (交接); if nobody does, nothing is changed.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.access.models import Pairing
from apps.access.scope import Scope
from apps.cadres.imports import finding, rows
from apps.cadres.imports.families import Family, FamilyStage, grouped
from apps.cadres.models import Cadre
from apps.cadres.services import pairing as rules
from apps.cadres.services.pairing import USUAL_MOST, Exchange
from apps.common.errors import ServiceError
from apps.common.wording import listed, noted
from apps.households.models import Household
from apps.pages.imports.importer import Difference, Outcome, Progress
from apps.pages.imports.sheets import SheetImporter
from apps.pages.imports.workbook import Table

NAMED = 10
"""So many cadres with too many households are named, the others are counted."""


@dataclass
class Helped(Family):
    """One household of the file, and what is to become of its pairings."""

    exchange: Exchange | None = None


class PairingStage(FamilyStage[Helped]):
    """One file, its rows grouped by household and compared with the pairings in force."""

    sheet = rows.SHEET

    def __init__(self, table: Table, scope: Scope, progress: Progress) -> None:
        super().__init__(table, scope, progress)
        self._not_known = self.warnings
        households = finding.households(self.lines, scope)
        self._cadres = finding.cadres(self.lines, scope)
        self.families = grouped(self.lines, households, Helped)
        self._decide(finding.open_pairings(households))

    def settle(self) -> None:
        keys = [family.household.pk for family in self.families if family.household]
        self._decide(finding.open_pairings(keys, held=True))

    def apply(self, *, by: Any) -> None:
        rules.exchange_all([family.exchange for family in self.accepted if family.exchange], by=by)

    # --- what becomes of each household -------------------------------------------------------------------------------

    def _decide(self, in_force: dict[int, list[Pairing]]) -> None:
        for family in self.families:
            self.begin(family)
            family.exchange = None
            self._check(family)
            if family.household is not None and not family.faults:
                self._compare(family, family.household, in_force.get(family.household.pk, []))
        self.warnings = self._too_many() + self._not_known

    def _check(self, family: Helped) -> None:
        """The rules that a pairing by page obeys as well, row by row."""
        if family.household is not None:
            try:
                rules.require_helpable(family.household)
            except ServiceError as error:
                family.refuse(family.lines[0], "national_no", error)
        seen: dict[int, int] = {}
        for line in family.lines:
            if line.cadre is None or "on" not in line.values:
                continue
            try:
                rules.require_day(line.on)
                rules.require_serving(self._cadres[line.cadre], line.on)
            except ServiceError as error:
                family.refuse(line, "on" if error.field == "on" else "person", error)
            if line.cadre in seen:
                twice = _("与第%(row)s行是同一名干部。") % {"row": seen[line.cadre]}
                family.refuse(line, "person", ServiceError(twice, code="twice"))
            seen.setdefault(line.cadre, line.row)

    def _compare(self, family: Helped, household: Household, helping: list[Pairing]) -> None:
        """Against who helps the household now."""
        known = {pairing.cadre_id for pairing in helping}
        new = [line for line in family.lines if line.cadre not in known]
        named = {line.cadre for line in family.lines}
        ends = [pairing for pairing in helping if pairing.cadre_id not in named]
        if not new:
            family.outcome = Outcome.UNCHANGED
            family.notes = self._left_alone(family, helping, ends)
            return
        on = min(line.on for line in new)
        reason = next((line.values["reason"] for line in new if "reason" in line.values), "")
        if ends and not reason:
            missing = _("该户原有责任人%(names)s，交接须写明原因。") % {"names": listed(one.name for one in ends)}
            family.refuse(new[0], "reason", ServiceError(missing, code="required"))
        for pairing in ends:
            if pairing.from_on > on:
                early = _("早于原责任人%(name)s的开始日期%(on)s。") % {"name": pairing.name, "on": pairing.from_on}
                family.refuse(new[0], "on", ServiceError(early, code="before"))
        if family.faults:
            return
        begins = [(self._cadres[line.cadre], line.on) for line in new if line.cadre is not None]
        family.outcome = Outcome.CHANGED if helping else Outcome.ADDED
        family.exchange = Exchange(household, ends, begins, on, reason)
        stay = [_called(one.name, one.unit_name) for one in helping if one.cadre_id in named]
        gone = [_called(one.name, one.unit_name) for one in ends]
        come = [f"{_cadre(cadre)} {on.isoformat()}" for cadre, on in begins]
        family.differences = [
            Difference("", str(_("帮扶责任人")), listed([*stay, *gone]) or "—", listed([*stay, *come]))
        ]

    @staticmethod
    def _left_alone(family: Family, helping: list[Pairing], others: list[Pairing]) -> list[str]:
        """What the file states otherwise, and an import does not change."""
        notes = []
        stated = {line.cadre: line for line in family.lines}
        for pairing in helping:
            line = stated.get(pairing.cadre_id)
            if line is not None and pairing.from_on != line.on:
                notes.append(
                    _("%(name)s的开始日期登记为%(before)s，文件为%(after)s，未作更改。")
                    % {"name": pairing.name, "before": pairing.from_on, "after": line.on}
                )
        if others:
            names = listed(one.name for one in others)
            notes.append(_("该户还有责任人%(names)s，表中没有列出，保持不变。") % {"names": names})
        return notes

    def _too_many(self) -> list[str]:
        """A warning that names those who would then help more households than they should."""
        moved: Counter[int] = Counter()
        for exchange in (family.exchange for family in self.families if family.exchange):
            moved.update(cadre.pk for cadre, _on in exchange.begins)
        gone = Counter(one.cadre_id for family in self.families if family.exchange for one in family.exchange.ends)
        now = rules.in_force_of(moved.keys(), by=self.scope) if moved else {}
        then = {key: now.get(key, 0) + more - gone[key] for key, more in moved.items()}
        many = sorted((key for key, number in then.items() if number > USUAL_MOST), key=lambda key: (-then[key], key))
        if not many:
            return []
        names = [_("%(name)s %(n)d 户") % {"name": _cadre(self._cadres[key]), "n": then[key]} for key in many[:NAMED]]
        return [
            _("%(count)d 名干部将结对超过 %(most)d 户，难以做到经常入户：%(names)s。")
            % {"count": len(many), "most": USUAL_MOST, "names": listed(names)}
        ]


class PairingImporter(SheetImporter):
    """帮扶结对: households and their helpers."""

    kind = "pairings"
    title = gettext_lazy("帮扶结对")
    stages = PairingStage
    template_url = "pairing-import-template"


def _cadre(cadre: Cadre) -> str:
    return _called(cadre.name, cadre.unit.name if cadre.unit else "")


def _called(name: str, unit: str) -> str:
    return noted(name, unit) if unit else name
