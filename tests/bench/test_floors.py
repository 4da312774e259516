"""Every rule has its floor, and both find the same planted rows."""

from __future__ import annotations

import datetime

from apps.crosschecks.rules import RULES
from bench.rules_floor import STATEMENTS, floor_of

WAITING = {"ID-06"}  # runs once a history of division codes is loaded


def test_every_rule_has_its_condition_by_hand() -> None:
    with_departments = {name for name, rule in RULES.items() if rule.needs}
    assert set(STATEMENTS) == set(RULES) - WAITING - with_departments


def test_dates_and_years_are_filled_in() -> None:
    for rule in STATEMENTS:
        sql = floor_of(rule, datetime.date(2018, 12, 31), 2018)
        assert "{" not in sql.replace("'{01}'", "")
        assert "}" not in sql.replace("'{01}'", "")
