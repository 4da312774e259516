"""Every rule has its floor. That both find the same is held in `tests.crosschecks.engines`, case by case."""

from __future__ import annotations

import datetime

from apps.crosschecks.rules import RULES, Context
from bench.rules_floor import STATEMENTS, floor_of

WAITING = {"ID-06"}  # runs once a history of division codes is loaded


def test_every_rule_has_its_condition_by_hand() -> None:
    assert set(STATEMENTS) == set(RULES) - WAITING


def test_dates_and_years_are_filled_in() -> None:
    for rule in STATEMENTS:
        sql = floor_of(rule, Context.at(datetime.date(2018, 12, 31)))
        assert not set("{}") & set(sql.replace("'{01}'", "").replace("'{}'", ""))
