"""Precision and recall by rule, on figures made up for it."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from bench import crosscheck_accuracy as accuracy
from bench.crosscheck_accuracy import Accuracy, Case, compare, planted_case
from bench.measuring import Report


def case(rule: str, person: str = "", household: str = "h1", kind: str = "person", place: str = "150422100200") -> Case:
    return rule, kind, household, person, "", place


def test_a_false_finding_and_a_miss_count_against_their_rule_alone() -> None:
    planted = [case("ID-01", f"p{n}") for n in range(3)] + [case("HH-01", kind="household")]
    found = [case("ID-01", "p0"), case("ID-01", "p1"), case("ID-01", "p9"), case("HH-01", kind="household")]
    by_rule = compare(found, planted)
    assert by_rule == {"HH-01": Accuracy(1, 0, 0), "ID-01": Accuracy(2, 1, 1)}
    assert by_rule["HH-01"].exact and not by_rule["ID-01"].exact
    assert (by_rule["ID-01"].precision, by_rule["ID-01"].recall) == (pytest.approx(2 / 3), pytest.approx(2 / 3))
    assert str(by_rule["ID-01"]) == "precision 0.667, recall 0.667; 2 right, 1 false, 1 missed"
    assert str(sum(by_rule.values(), Accuracy(0, 0, 0))) == "precision 0.750, recall 0.750; 3 right, 1 false, 1 missed"


def test_a_rule_that_finds_where_nothing_was_planted_and_one_that_finds_nothing() -> None:
    by_rule = compare([case("ID-02")], [case("ID-03")])
    assert by_rule == {"ID-02": Accuracy(0, 1, 0), "ID-03": Accuracy(0, 0, 1)}
    assert (by_rule["ID-02"].precision, by_rule["ID-02"].recall) == (0, 1)
    assert (by_rule["ID-03"].precision, by_rule["ID-03"].recall) == (1, 0)


@pytest.mark.parametrize(
    "other", [{"place": "150422100201"}, {"household": "h2"}, {"person": "p2"}, {"kind": "change"}]
)
def test_the_right_rule_on_another_object_is_false_and_a_miss(other: dict[str, str]) -> None:
    found = case("ID-01", **{"person": "p1", **other})
    assert compare([found], [case("ID-01", "p1")]) == {"ID-01": Accuracy(0, 1, 1)}


def test_a_case_counts_as_often_as_it_is_there() -> None:
    both = [case("ID-03", kind="conflict", household="")] * 2
    assert compare(both, both[:1]) == {"ID-03": Accuracy(1, 1, 0)}
    assert compare(both, both) == {"ID-03": Accuracy(2, 0, 0)}


def test_what_was_planted_is_read_as_a_finding_stands_in_the_database() -> None:
    entry = {
        "rule": "ID-01",
        "object_kind": "person",
        "household_code": "h1",
        "person_code": "p1",
        "division": "1",
        "why": "x",
        "cadre_code": None,
    }
    assert planted_case(entry) == ("ID-01", "person", "h1", "p1", "", "1")
    assert planted_case({**entry, "person_code": None}) == ("ID-01", "person", "h1", "", "", "1")
    assert planted_case({**entry, "object_kind": "conflict"}) == ("ID-01", "conflict", "", "", "", "1")
    of_cadre = {**entry, "object_kind": "pairing", "person_code": None, "cadre_code": "G1"}
    assert planted_case(of_cadre) == ("ID-01", "pairing", "h1", "", "G1", "1")


@pytest.mark.parametrize(("found", "exact"), [(["p1"], True), ([], False), (["p1", "p2"], False)])
def test_the_benchmark_ends_with_an_error_unless_all_rules_are_exact(
    found: list[str], exact: bool, tmp_path: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.setattr(accuracy, "call_command", lambda *names, **options: None)
    truth = {"rule": "ID-01", "object_kind": "person", "household_code": "h1", "person_code": "p1", "division": "1"}
    (tmp_path / "demo-truth.json").write_text(json.dumps([{**truth, "cadre_code": None}]))
    rows = [("ID-01", "person", "h1", person, "", "1") for person in found]
    admin = SimpleNamespace(execute=lambda sql: SimpleNamespace(fetchall=lambda: rows))
    bench: Any = SimpleNamespace(admin=lambda: admin, folder=tmp_path, report=Report(tmp_path))
    if exact:
        accuracy.run(bench)
    else:
        with pytest.raises(AssertionError, match="not exact: ID-01"):
            accuracy.run(bench)
    assert "accuracy ID-01" in capsys.readouterr().out
