"""What a benchmark says of its figures. No test waits for a time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.measuring import Line, Own, Report, against, interleave, seconds_of, shown


@pytest.mark.parametrize(
    ("value", "verdict"),
    [(1.0, "met"), (1.79, "met"), (1.81, "undecided"), (2.0, "undecided"), (2.19, "undecided"), (2.21, "missed")],
)
def test_a_tenth_around_the_limit_is_undecided(value: float, verdict: str) -> None:
    assert Line("page", value, "ms", floor=1.0, limit=2.0).verdict == verdict


def test_without_limit_or_floor_nothing_is_judged() -> None:
    assert Line("page", 3.0, "ms", floor=1.0).verdict == ""
    assert Line("page", 3.0, "ms", limit=1.0).verdict == ""


def test_a_line_names_value_unit_and_ratio() -> None:
    line = Line("lists region page", 3.0, "ms", floor=2.0, floor_name="same SQL", control=0.98, limit=2, note="50 rows")
    assert str(line) == "lists region page: 3 ms, 1.50 to same SQL (2 ms, A/A 0.98), target 2: met; 50 rows"


@pytest.mark.parametrize(("value", "text"), [(0.01234, "0.0123"), (12.345, "12.3"), (99.96, "100"), (1234.5, "1,234")])
def test_figures_have_three_digits(value: float, text: str) -> None:
    assert shown(value) == text


def test_a_candidate_may_keep_its_own_time() -> None:
    assert seconds_of(lambda: Own(42.0)) == 42.0
    assert seconds_of(lambda: 42.0) < 1


def test_medians_of_all_candidates() -> None:
    found = interleave({"a": lambda: Own(0.2), "b": lambda: Own(0.1)}, least=3, most=3)
    assert found == {"a": 0.2, "b": 0.1}


def test_the_floor_is_compared_with_itself() -> None:
    times = iter([5.0, 1.0, 1.0, 3.0] * 4)
    target, floor, control = against(lambda: Own(6.0), lambda: Own(next(times)), least=2, most=2, seconds=99)
    assert target == 6.0
    assert floor > 0
    assert control > 0


def test_results_are_kept_by_benchmark(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = Report(tmp_path, {"scale": 100})
    report.say("a", 2.0, "ms", floor=1.0, floor_name="floor", limit=1.0)
    report.keep("first", 1.0)
    report.compare("b", (12.0, 6.0, 1.0), "floor")
    report.keep("second", 1.0)
    kept = json.loads((tmp_path / "results.json").read_text())
    assert [line["verdict"] for line in kept["first"]["lines"]] == ["missed"]
    assert [(line["name"], line["unit"], line["ratio"]) for line in kept["second"]["lines"]] == [("b", "s", 2.0)]
    assert capsys.readouterr().out.startswith("a: 2 ms, 2.00 to floor (1 ms), target 1: missed\n")
