"""Checks while the form is open: the same rules on one household, or on those that an import wrote."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from apps.access import scope as scopes
from apps.common.savechecks import Result
from apps.crosschecks.evidence import sentence
from apps.crosschecks.rules import RULES, Rule
from apps.crosschecks.services.writing import Author, Hit, context_for, write_households
from apps.households.models import Household

# One statement reads the register once for each rule, whether for a hundred households or a hundred thousand.
BATCH = 500_000


def acting_author(run_id: int | None = None) -> Author:
    """The acting account as the author of findings."""
    scope = scopes.current() or scopes.ANONYMOUS
    return Author(scope.user_id, scope.username, run_id)


def check(household: Household) -> list[Result]:
    """Run every rule on one household, write its findings, and say what is wrong with it.

    Two queries whatever the number of rules. A result has a `field` when its rule refuses new entries (ID-01, ID-02,
    HH-02; ID-03 is held by the unique index) and the matter is new: what a standing finding already knows does not
    keep other corrections from being saved (rule catalogue, "How rules run").
    """
    return check_many([household.pk]).get(household.pk, [])


def check_many(household_ids: Iterable[int]) -> dict[int, list[Result]]:
    """The same for many households, by household; those with nothing wrong are left out."""
    wanted = sorted(set(household_ids))
    rules = _rules_on_save()
    results: dict[int, list[Result]] = {}
    for start in range(0, len(wanted), BATCH):
        context = context_for(only=tuple(wanted[start : start + BATCH]))
        for hit in write_households(rules, context, acting_author()):
            if hit.household_id is not None:
                results.setdefault(hit.household_id, []).append(_result(hit))
    return results


def _rules_on_save() -> list[Rule]:
    """The rules about households and their members that one household can be asked."""
    return [rule for rule in RULES.values() if not rule.places and rule.on_save]


def _result(hit: Hit) -> Result:
    rule = RULES[hit.rule]
    evidence: dict[str, Any] = hit.evidence
    return Result(
        rule=hit.rule,
        title=sentence(hit.rule, evidence),
        severity=str(rule.entry.severity),
        object_kind=hit.object_kind,
        object_id=hit.object_id,
        evidence=evidence,
        field=rule.blocks if rule.blocks and not hit.standing else None,
    )
