"""Every rule of the register against its plain statement in Python, on registers whose values are thrown about."""

from __future__ import annotations

from collections import Counter
from io import StringIO

from django.core.management import call_command

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.crosschecks.models import Finding
from apps.crosschecks.rules import RULES
from apps.dashboards.demo import writing
from apps.divisions.services.loading import load
from tests.dashboards.disturbed import disturbed
from tests.dashboards.oracle import findings

SCALE, SEED = 2000, 1


def test_every_rule_says_what_its_plain_statement_says(db, monkeypatch):
    made = []

    def families(plan):
        for batch in disturbed(plan, SEED):
            made.extend(batch.families)
            yield batch

    monkeypatch.setattr(writing, "families", families)
    # No rule of the register asks what these leave.
    monkeypatch.setattr(writing, "assess_places", lambda seed: {})
    monkeypatch.setattr(writing, "assess_helpers", lambda: 0)
    monkeypatch.setattr(writing, "assess_corps", lambda: 0)
    for name in ("inspect_everywhere", "keep_ledger", "take_complaints"):
        monkeypatch.setattr(writing, name, lambda bulk, seed: None)
    load()
    writing.seed(SCALE, SEED, "a demonstration password")
    call_command("run_crosschecks", date="2018-12-31", stdout=StringIO())
    stated = findings(made)
    compared = {rule for rule, _kind, _code in stated} | {"ID-01", "ID-02", "ID-05", "ID-07"}
    with scopes.acting(system_account()):
        rows = Finding.objects.filter(rule__in=compared).values_list(
            "rule", "object_kind", "division_id", "household__code", "person__code"
        )
        found = Counter(
            (rule, kind, str(place) if kind == "conflict" else person or household)
            for rule, kind, place, household, person in rows
        )
    assert len(compared) > 45 and not {name for name in compared if RULES[name].needs}
    differing = Counter(rule for rule, _kind, _code in (found - stated) + (stated - found))
    examples = {
        rule: [one for one in [*(found - stated), *(stated - found)] if one[0] == rule][:3] for rule in differing
    }
    assert not differing, (differing, examples)
