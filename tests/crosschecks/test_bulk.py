"""One step on many findings: each is checked as if it were alone, and what cannot be taken is said."""

from __future__ import annotations

import datetime
import threading
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.accounts.services import system_account
from apps.common.errors import ServiceError
from apps.crosschecks.models import Finding, FindingLog
from apps.crosschecks.services import bulk, working
from apps.history.models import AccessLog
from tests.crosschecks.families import REFERENCE, SIBLING, VILLAGE
from tests.crosschecks.many import many, states
from tests.factories.accounts import make_user

COUNTY, TOWNSHIP = 150422000000, 150422100000


@pytest.fixture(autouse=True)
def setting(settings, monkeypatch):
    settings.REFERENCE_DATE = REFERENCE
    monkeypatch.setattr(working.secrets, "randbelow", lambda most: 1)  # nobody is drawn for the sample


@pytest.fixture
def village(db) -> User:
    many(1, first=900_000, division_id=SIBLING)
    return make_user("village", "village_officer", VILLAGE)


def take(keys: Any, step: str, by: User, **options: Any) -> bulk.Outcome:
    scopes.forget(by)
    wanted = keys if isinstance(keys, dict) else dict.fromkeys(keys)
    with scopes.acting(by):
        return bulk.take_many(wanted, step, by=by, **options)


def told(outcome: bulk.Outcome) -> dict[str, int]:
    return {refusal.code: refusal.count for refusal in outcome.refusals}


def logged() -> list[dict[str, Any]]:
    """The records of batches in the access log."""
    with scopes.activate(scopes.everywhere("view_audit")):
        return list(AccessLog.objects.filter(action="batch").order_by("pk").values())


def test_a_step_on_many_writes_what_it_writes_on_each(village):
    one, *keys = many(4)
    with scopes.acting(village):
        working.take(Finding.objects.get(pk=one), "check", by=village, note="入户")
    outcome = take(keys, "check", village, note="入户")
    assert (sorted(outcome.done), outcome.refusals, outcome.found, outcome.dry_run) == (keys, [], 3, False)
    fields = ("state", "version", "verdict", "department", "due_on", "acting_level", "review_needed", "run_id")
    lines = ("by_id", "by_name", "by_level", "from_state", "to_state", "note", "file", "division_id", "evidence")
    with scopes.acting(system_account()):
        assert len(set(Finding.objects.filter(division_id=VILLAGE).values_list(*fields))) == 1
        assert {tuple(map(str, row)) for row in FindingLog.objects.values_list(*lines)} == {
            (str(village.pk), "village", "5", "new", "checking", "入户", "", str(VILLAGE), "{}")
        }
        assert set(FindingLog.objects.values_list("finding_id", flat=True)) == {one, *keys}
    (record,) = logged()
    assert (record["username"], record["object_kind"], record["object_key"], record["rows"], record["division_id"]) == (
        "village", "crosschecks.finding", "ID-04", 3, VILLAGE,
    )  # fmt: skip
    assert record["fields"] == ["state", "check"] and record["reason"] == "入户"


def test_what_cannot_be_taken_is_counted_by_reason_and_the_others_are_taken(village):
    keys = many(5)
    closed, checking = many(2, first=20, state="closed"), many(1, first=30, state="checking")
    of_county = many(2, first=40, acting_level=3)
    with scopes.acting(system_account()):
        foreign = Finding.objects.get(division_id=SIBLING).pk
    outcome = take([*keys, *closed, *checking, *of_county, foreign, 999_999], "check", village)
    assert sorted(outcome.done) == keys
    assert {(one.code, one.message, tuple(one.rows)) for one in outcome.refusals} == {
        ("state", "疑点现为“已办结”，不能“开始核查”。", tuple(closed)),
        ("state", "疑点现为“核查中”，不能“开始核查”。", tuple(checking)),
        ("forbidden", "应由旗县或上级办理。", tuple(of_county)),
        ("not_found", "没有这条记录，或者它不在您的范围内。", (foreign, 999_999)),
    }
    assert (outcome.found, outcome.refused_count) == (12, 7)
    assert set(states(keys).values()) == {"checking"} and states([foreign]) == {foreign: "new"}
    assert logged()[0]["reason"] == "未办理：7"


def test_a_trial_says_the_same_and_writes_nothing(village):
    keys, closed = many(3), many(2, first=20, state="closed")
    tried = take([*keys, *closed], "check", village, dry_run=True)
    assert (sorted(tried.done), told(tried), tried.dry_run) == (keys, {"state": 2}, True)
    assert set(states(keys).values()) == {"new"} and logged() == []
    with scopes.acting(system_account()):
        assert not FindingLog.objects.exists()


def test_taken_twice_or_changed_since_nothing_is_done_again(village):
    keys = many(3)
    seen = dict.fromkeys(keys, 1)
    with scopes.acting(village):
        working.take(Finding.objects.get(pk=keys[0]), "check", by=village)
    outcome = take(seen, "check", village)
    assert (sorted(outcome.done), told(outcome)) == (keys[1:], {"stale": 1})
    again = take(seen, "check", village)
    assert (again.done, told(again)) == ([], {"stale": 3})
    with scopes.acting(system_account()):
        assert FindingLog.objects.count() == 3
    assert len(logged()) == 1


@pytest.mark.parametrize(
    ("step", "options", "field"),
    [
        ("dance", {}, "step"),
        ("reopen", {"note": "再查"}, "step"),
        ("no_fault", {}, "note"),
        ("external_error", {"note": "  "}, "note"),
        ("reject", {}, "note"),
        ("check", {"note": "字" * 501}, "note"),
        ("to_workflow", {}, "workflow"),
        ("to_workflow", {"workflow": "holiday"}, "workflow"),
        ("assign", {"department": "部" * 51}, "department"),
        ("assign", {"due_on": REFERENCE - datetime.timedelta(days=1)}, "due_on"),
    ],
)
def test_what_no_finding_could_be_asked_with_is_refused_as_a_whole(village, step, options, field):
    keys = many(2, state="checking")
    with pytest.raises(ServiceError) as refused:
        take(keys, step, village, **options)
    assert refused.value.field == field
    assert set(states(keys).values()) == {"checking"}


def test_none_and_too_many(village):
    with pytest.raises(ServiceError) as refused:
        take([], "check", village)
    assert (refused.value.field, refused.value.code) == ("findings", "required")
    keys = many(bulk.MOST + 1)
    with pytest.raises(ServiceError, match="一次最多办理 5,000 条") as refused:
        take(keys, "check", village)
    assert refused.value.code == "too_many" and set(states(keys).values()) == {"new"}
    with CaptureQueriesContext(connection) as queries:
        outcome = take(keys[1:], "check", village)
    assert len(outcome.done) == bulk.MOST and outcome.refusals == []
    about = [query["sql"] for query in queries.captured_queries if "crosschecks_finding" in query["sql"]]
    assert len(about) == 2 + bulk.MOST // bulk.LOGGED_AT_ONCE  # read, written, and the log by the thousand
    assert sorted(states(keys).values()) == ["checking"] * bulk.MOST + ["new"]


def test_critical_ones_are_not_found_in_order_without_a_paper_each(village):
    keys, grave = many(2, state="checking"), many(1, first=20, state="checking", severity="critical")
    outcome = take([*keys, *grave], "no_fault", village, note="原件如此")
    assert (sorted(outcome.done), told(outcome)) == (keys, {"required": 1})
    assert outcome.refusals[0].message == "严重疑点核实无误须附证明材料。"
    with scopes.acting(system_account()):
        rows = Finding.objects.filter(pk__in=keys).values_list(
            "verdict", "verdict_reason", "verdict_by", "review_needed"
        )
        assert set(rows) == {("no_fault", "原件如此", village.pk, True)}


def test_reviewing_many(village):
    township, head = (make_user(role, role, TOWNSHIP) for role in ("township_officer", "township_head"))
    keys, own = many(2, state="checking"), many(1, first=20, state="checking")
    take(keys, "corrected", village)
    take(own, "corrected", township)
    outcome = take([*keys, *own], "review", township)
    assert (sorted(outcome.done), told(outcome)) == (keys, {"forbidden": 1})
    assert outcome.refusals[0].message == "不能复核自己的核查结论。"
    assert take(own, "reject", head, note="未见更正").done == own
    assert sorted(take([*keys, *own], "close", village).done) == keys


def test_assigning_many_gives_each_its_own_deadline_unless_one_is_named(village):
    county = make_user("county", "county_officer", COUNTY)
    due = REFERENCE + datetime.timedelta(days=15)
    keys, later = many(2, acting_level=3), many(1, first=20, acting_level=3, due_on=due + datetime.timedelta(days=1))
    outcome = take([*keys, *later], "assign", county, level=4, department="民政办")
    with scopes.acting(system_account()):
        rows = Finding.objects.filter(pk__in=outcome.done).order_by("pk")
        assert list(rows.values_list("acting_level", "department", "due_on")) == [
            (4, "民政办", due), (4, "民政办", due), (4, "民政办", due + datetime.timedelta(days=1)),
        ]  # fmt: skip
    # Now the county stands above the acting level and may give more time; the village may not hand them up.
    assert len(take(outcome.done, "assign", county, level=5, due_on=due + datetime.timedelta(days=9)).done) == 3
    assert told(take(outcome.done, "assign", village, level=4)) == {"invalid": 3}


def test_one_in_ten_is_drawn_by_itself(village, monkeypatch):
    drawn = iter([0, 1, 0, 1])
    monkeypatch.setattr(working.secrets, "randbelow", lambda most: next(drawn))
    keys = many(4, state="checking")
    take(keys, "corrected", village)
    with scopes.acting(system_account()):
        assert sorted(Finding.objects.filter(pk__in=keys).values_list("review_needed", flat=True)) == [
            False, False, True, True,
        ]  # fmt: skip


def test_readers_take_nothing(village):
    keys = many(2)
    inspector = make_user("inspector", "inspector", COUNTY)
    assert told(take(keys, "check", inspector)) == {"forbidden": 2}
    assert set(states(keys).values()) == {"new"}
    with pytest.raises(PermissionDenied), scopes.acting(inspector):
        working.take(Finding.objects.get(pk=keys[0]), "check", by=inspector)


def test_the_database_alone_keeps_a_neighbours_finding_from_a_bulk_step(village, monkeypatch):
    """With the application's filter taken away, the rows are not there either."""
    with scopes.acting(system_account()):
        foreign = Finding.objects.get(division_id=SIBLING).pk
    monkeypatch.setattr("apps.access.querysets.ScopedQuerySet.visible_to", lambda rows, user: rows.all())
    assert told(take([foreign], "check", village)) == {"not_found": 1}
    assert states([foreign]) == {foreign: "new"}


def test_the_steps_offered_with_how_many_each_takes(village):
    keys = [*many(3), *many(2, first=20, state="checking"), *many(1, first=30, state="checking", severity="critical")]
    keys += [*many(1, first=40, state="closed"), *many(1, first=50, acting_level=3)]
    with scopes.acting(village):
        with CaptureQueriesContext(connection) as queries:
            offered = {step.name: number for step, number in bulk.offered(keys, village)}
        assert len(queries) == 1
    assert offered == {
        "assign": 6, "check": 3, "corrected": 3, "no_fault": 2, "to_workflow": 3, "external_error": 3,
    }  # fmt: skip


def test_two_at_once_over_the_same_rows_take_each_once(committed_db):
    keys = many(200)
    officers = [make_user(f"village-{n}", "village_officer", VILLAGE) for n in range(2)]
    barrier, outcomes = threading.Barrier(2), []

    def step(by: User, wanted: list[int]) -> None:
        barrier.wait()
        outcomes.append(take(dict.fromkeys(wanted, 1), "check", by))
        connection.close()

    # Each names them in another order; the rows are locked in one.
    threads = [
        threading.Thread(target=step, args=[by, wanted])
        for by, wanted in zip(officers, (keys, keys[::-1]), strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(len(outcome.done) for outcome in outcomes) == [0, 200]
    assert sorted(told(outcome).get("stale", 0) for outcome in outcomes) == [0, 200]
    with scopes.acting(system_account()):
        assert FindingLog.objects.count() == 200
        assert set(Finding.objects.values_list("version", flat=True)) == {2}
