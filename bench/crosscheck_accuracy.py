"""Precision and recall of every rule: the findings of a night run against the contradictions that were planted.

The demonstration register is in order but for what `demo-truth.json` names, so each further finding is a false one and
each contradiction without a finding a miss. All rules are exact conditions: one that is not right about everything ends
the benchmark with an error.
"""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.management import call_command

from bench.data import Bench

# What makes two the same: the rule, the kind of object, the codes of household, person and cadre ("" for none), the
# place.
Case = tuple[str, str, str, str, str, str]


@dataclass(frozen=True)
class Accuracy:
    """How right one rule was."""

    right: int
    false: int
    missed: int

    @property
    def precision(self) -> float:
        """The part of its findings that were planted; 1 without findings."""
        found = self.right + self.false
        return self.right / found if found else 1.0

    @property
    def recall(self) -> float:
        """The part of what was planted that it found; 1 where nothing was planted."""
        planted = self.right + self.missed
        return self.right / planted if planted else 1.0

    @property
    def exact(self) -> bool:
        return not self.false and not self.missed

    def __add__(self, other: Accuracy) -> Accuracy:
        return Accuracy(self.right + other.right, self.false + other.false, self.missed + other.missed)

    def __str__(self) -> str:
        text = f"precision {self.precision:.3f}, recall {self.recall:.3f}; {self.right:,} right"
        text += f", {self.false:,} false" if self.false else ""
        return text + (f", {self.missed:,} missed" if self.missed else "")


def compare(found: Iterable[Case], planted: Iterable[Case]) -> dict[str, Accuracy]:
    """By rule; a case that is found or planted several times counts as often."""
    hits, truth = Counter(found), Counter(planted)
    both = hits & truth
    tallies: dict[str, list[int]] = {}
    for at, cases in enumerate((both, hits - both, truth - both)):
        for case, number in cases.items():
            tallies.setdefault(case[0], [0, 0, 0])[at] += number
    return {rule: Accuracy(*tallies[rule]) for rule in sorted(tallies)}


def planted_case(entry: Mapping[str, Any]) -> Case:
    """One entry of `demo-truth.json`. A conflict's finding says no more than at which of the two places it is."""
    of_conflict = entry["object_kind"] == "conflict"
    names = ("household_code", "person_code", "cadre_code")
    household, person, cadre = ("" if of_conflict else entry[name] or "" for name in names)
    return entry["rule"], entry["object_kind"], household, person, cadre, entry["division"]


FOUND = """
SELECT finding.rule, finding.object_kind, coalesce(household.code, ''), coalesce(person.code, ''),
       coalesce(cadre.code, ''), finding.division_id::text
FROM crosschecks_finding finding
LEFT JOIN households_household household ON household.id = finding.household_id
LEFT JOIN households_person person ON person.id = finding.person_id
LEFT JOIN access_pairing pairing ON finding.object_kind = 'pairing' AND pairing.id = finding.object_id
LEFT JOIN cadres_duty duty ON finding.object_kind = 'duty' AND duty.id = finding.object_id
LEFT JOIN visits_visit visit ON finding.object_kind = 'visit' AND visit.id = finding.object_id
LEFT JOIN cadres_cadre cadre ON cadre.id = pairing.cadre_id OR cadre.account_id = visit.author_id
    OR cadre.id = duty.cadre_id OR (finding.object_kind = 'cadre' AND cadre.id = finding.object_id)
WHERE finding.state NOT IN ('closed', 'cleared_by_data')"""


def run(bench: Bench) -> None:
    """A night run over the region, and what it found; AssertionError when a rule is not exact."""
    call_command("run_crosschecks", stdout=io.StringIO())
    found = [tuple(row) for row in bench.admin().execute(FOUND).fetchall()]
    truth = json.loads((bench.folder / "demo-truth.json").read_text())
    by_rule = compare(found, map(planted_case, truth))
    for rule, accuracy in by_rule.items():
        bench.report.say(f"accuracy {rule}", accuracy.precision, "precision", note=str(accuracy))
    overall = sum(by_rule.values(), Accuracy(0, 0, 0))
    bench.report.say(f"accuracy of all {len(by_rule)} rules", overall.precision, "precision", note=str(overall))
    if wrong := [rule for rule, accuracy in by_rule.items() if not accuracy.exact]:
        raise AssertionError(f"not exact: {', '.join(wrong)}")
