"""What the scanners are told: nothing accepted without a reason or in a file that is gone, a sample for each rule."""

from __future__ import annotations

import json
import re
import tomllib

import pytest

from devtools import probing, remains, scanning
from devtools.paths import ROOT

ENTRIES = [(tool, entry) for tool, found in tomllib.loads(scanning.ACCEPTED.read_text()).items() for entry in found]


@pytest.mark.parametrize(("tool", "entry"), ENTRIES, ids=lambda one: one if isinstance(one, str) else one["rule"])
def test_what_is_accepted_has_a_reason_and_a_file(tool, entry):
    assert len(entry["why"]) > 20
    if tool != "wapiti":  # there a finding has an address
        assert [path for path in entry["files"] if not (ROOT / path).exists()] == []


def test_each_rule_of_our_own_has_a_sample_that_it_must_find():
    rules = re.findall(r"^  - id: (\S+)$", scanning.RULES.read_text(), re.MULTILINE)
    assert sorted(tomllib.loads(scanning.SAMPLES.read_text())) == sorted(rules)


def test_one_finding_more_than_accepted_or_one_less_is_a_complaint(monkeypatch):
    monkeypatch.setattr(scanning, "accepted", lambda tool: scanning.Counter({("R1", "a.py"): 2, ("R2", "b.py"): 1}))
    assert scanning.compared("any", scanning.Counter({("R1", "a.py"): 2, ("R2", "b.py"): 1})) == []
    assert scanning.compared("any", scanning.Counter({("R1", "a.py"): 3})) == [
        "R1 in a.py: 3 found, 2 accepted",
        "R2 in b.py: 0 found, 1 accepted",
    ]


def test_the_search_for_what_is_left_finds_a_number_in_every_form_and_says_only_where():
    looking = remains.Looking(["159900196203150015", "13800000001"])
    looking.sees_what_is_there()
    looking.at("dump", b"nothing here 15990019620315001 and 1380000000")
    assert looking.hits == set()
    looking.at("dump", b"... 15990019620315001513800000001 ...")
    assert looking.hits == {"dump: a number of 18 characters"}
    looking.at("log", b"... 13800000001 ...")
    assert looking.hits == {"dump: a number of 18 characters", "log: a number of 11 characters"}


def test_failures_are_read_from_the_events_by_operation():
    good = {"name": "not_a_server_error", "status": "success"}
    told = {"failure": {"title": "Server error", "message": "500\nat length"}}
    bad = {"name": "not_a_server_error", "status": "failure", "failure_info": told}
    events = [
        {"ScenarioStarted": {"label": "GET /a/"}},
        {"ScenarioFinished": {"recorder": {"label": "GET /a/", "checks": {"1": [good], "2": [good, bad]}}}},
        {"ScenarioFinished": {"recorder": {"label": "GET /b/", "checks": {"3": [good]}}}},
    ]
    lines = [*map(json.dumps, events), '{"ScenarioFin']
    assert probing.outcome(lines) == (3, 2, [("GET /a/", "Server error: 500")])
