"""Working findings off: who may take which step, what it asks for, and what stands in the log."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.accounts.services import system_account
from apps.common.errors import ServiceError, StaleVersion
from apps.crosschecks.models import Finding, FindingLog
from apps.crosschecks.rules import RULES
from apps.crosschecks.services import working
from apps.crosschecks.services.writing import Author, context_for, write_region
from tests.crosschecks.families import REFERENCE, SIBLING, VILLAGE, family
from tests.factories.accounts import make_user
from tests.factories.households import citizen_number

pytestmark = pytest.mark.django_db

COUNTY, TOWNSHIP = 150422000000, 150422100000
PDF = b"%PDF-1.7 a scanned statement"


@pytest.fixture(autouse=True)
def setting(settings, tmp_path, monkeypatch):
    settings.REFERENCE_DATE = REFERENCE
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(working.secrets, "randbelow", lambda most: 1)  # nobody is drawn for the sample


@pytest.fixture
def officers() -> dict[str, User]:
    family({})
    return {
        "village": make_user("village", "village_officer", VILLAGE),
        "sibling": make_user("sibling", "village_officer", SIBLING),
        "township": make_user("township", "township_officer", TOWNSHIP),
        "head": make_user("head", "township_head", TOWNSHIP),
        "county": make_user("county", "county_officer", COUNTY),
        "county2": make_user("county2", "county_officer", COUNTY),
        "league": make_user("league", "league_officer", 150400000000),
        "inspector": make_user("inspector", "inspector", COUNTY),
    }


def find(rule: str) -> Finding:
    """A finding of this rule: ID-04 is high, ID-02 critical (village); HH-06 critical, the county acts."""
    spec: dict[str, Any] = {
        "ID-04": [{"sex": "2", "id_no": citizen_number(sex="1")}],
        "ID-02": [{"id_no": "159900196203150016"}],
        "HH-06": [],
    }
    family(*spec[rule])
    with scopes.acting(system_account()):
        write_region(RULES[rule], context_for(REFERENCE, low=VILLAGE, high=VILLAGE), Author(None, "system"))
        return Finding.objects.get(rule=rule)


def take(finding: Finding, step: str, by: User, **options: Any) -> Finding:
    scopes.forget(by)
    with scopes.acting(by):
        return working.take(finding, step, by=by, **options)


def paper() -> SimpleUploadedFile:
    return SimpleUploadedFile("证明.pdf", PDF)


def test_the_ordinary_way_of_a_finding(officers):
    finding = find("ID-04")
    village, township = officers["village"], officers["township"]
    take(finding, "check", village)
    found = take(finding, "external_error", village, note="公安登记有误")
    assert (found.verdict, found.verdict_reason, found.verdict_by_name, found.review_needed) == (
        "external_error", "公安登记有误", "village", False,
    )  # fmt: skip
    take(finding, "close", village)
    take(finding, "reopen", township, note="再查")
    with scopes.acting(township):
        found = Finding.objects.get()
        assert (found.state, found.verdict, found.due_on) == ("reopened", "", REFERENCE + datetime.timedelta(days=15))
        lines = FindingLog.objects.order_by("id").values_list("from_state", "to_state", "by_name", "by_level", "note")
        assert list(lines) == [
            ("", "new", "system", None, ""),
            ("new", "checking", "village", 5, ""),
            ("checking", "external_error", "village", 5, "公安登记有误"),
            ("external_error", "closed", "village", 5, ""),
            ("closed", "reopened", "township", 4, "再查"),
        ]


def test_a_critical_verdict_is_reviewed_by_the_level_above_and_never_by_its_own_author(officers):
    finding = find("ID-02")
    village, township, head, county = (officers[name] for name in ("village", "township", "head", "county"))
    take(finding, "check", township)
    with pytest.raises(ServiceError) as refused:
        take(finding, "no_fault", township, note="原件如此")
    assert refused.value.field == "file"
    take(finding, "no_fault", township, note="原件如此", file=paper())
    with pytest.raises(PermissionDenied, match="须先经上一级复核"):
        take(finding, "close", township)
    with pytest.raises(PermissionDenied, match="不能复核自己的核查结论"):
        take(finding, "review", township)
    with pytest.raises(PermissionDenied):
        take(finding, "review", village)
    take(finding, "review", head)
    assert take(finding, "close", county).state == "closed"


def test_a_review_may_send_back(officers):
    finding = find("ID-02")
    take(finding, "check", officers["village"])
    take(finding, "corrected", officers["village"])
    with pytest.raises(ServiceError) as refused:
        take(finding, "reject", officers["township"])
    assert refused.value.field == "note"
    found = take(finding, "reject", officers["township"], note="未见更正")
    assert (found.state, found.verdict, found.review_needed) == ("checking", "", False)


def test_one_verdict_in_ten_is_drawn_for_review(officers, monkeypatch):
    monkeypatch.setattr(working.secrets, "randbelow", lambda most: 0 if most == 10 else 1)
    finding = find("ID-04")
    take(finding, "check", officers["village"])
    assert take(finding, "corrected", officers["village"]).review_needed
    with pytest.raises(PermissionDenied):
        take(finding, "close", officers["village"])


def test_a_lower_level_cannot_act_for_the_county(officers):
    finding = find("HH-06")
    for name in ("village", "township"):
        with pytest.raises(PermissionDenied, match="应由旗县或上级办理"):
            take(finding, "check", officers[name])
    assert take(finding, "check", officers["county"]).state == "checking"
    take(finding, "to_workflow", officers["county"], workflow="natural_change", note="全户去世")
    with pytest.raises(PermissionDenied, match="上一级复核"):
        take(finding, "review", officers["county2"])
    assert take(finding, "review", officers["league"]).verdict_reason == "自然变更；全户去世"


def test_handing_over(officers):
    finding = find("HH-06")
    county = officers["county"]
    due = finding.due_on
    for options, field in [
        ({"level": 2}, "level"),
        ({"level": 9}, "level"),
        ({"due_on": REFERENCE - datetime.timedelta(days=1)}, "due_on"),
        ({"due_on": due + datetime.timedelta(days=1)}, "due_on"),
        ({"department": "部" * 51}, "department"),
    ]:
        with pytest.raises(ServiceError) as refused:
            take(finding, "assign", county, **options)
        assert refused.value.field == field
    found = take(finding, "assign", county, level=4, department="苏木民政办", due_on=REFERENCE)
    assert (found.acting_level, found.department, found.due_on) == (4, "苏木民政办", REFERENCE)
    assert take(finding, "check", officers["township"]).state == "checking"
    # The level above may give more time.
    later = due + datetime.timedelta(days=20)
    assert take(finding, "assign", county, level=4, due_on=later).due_on == later


def test_neither_strangers_nor_readers_take_steps(officers):
    finding = find("ID-04")
    with pytest.raises(PermissionDenied):
        take(finding, "check", officers["inspector"])
    with scopes.acting(officers["sibling"]), pytest.raises(Finding.DoesNotExist):
        working.take(finding, "check", by=officers["sibling"])


@pytest.mark.parametrize(
    ("step", "options", "field", "status"),
    [
        ("dance", {}, "step", 422),
        ("corrected", {}, None, 409),
        ("review", {}, None, 409),
        ("reopen", {"note": "x"}, None, 409),
    ],
)
def test_steps_that_do_not_fit_the_state_are_refused(officers, step, options, field, status):
    finding = find("ID-04")
    with pytest.raises(ServiceError) as refused:
        take(finding, step, officers["township"], **options)
    assert (refused.value.field, refused.value.status) == (field, status)


def test_what_a_verdict_must_say(officers):
    finding = find("ID-04")
    village = officers["village"]
    take(finding, "check", village)
    for step, options, field in [
        ("no_fault", {}, "note"),
        ("no_fault", {"note": "  "}, "note"),
        ("external_error", {}, "note"),
        ("to_workflow", {}, "workflow"),
        ("to_workflow", {"workflow": "holiday"}, "workflow"),
        ("corrected", {"note": "字" * 501}, "note"),
    ]:
        with pytest.raises(ServiceError) as refused:
            take(finding, step, village, **options)
        assert refused.value.field == field
    assert take(finding, "no_fault", village, note="原件如此").review_needed


@pytest.mark.parametrize(
    ("content", "size"), [(b"MZ\x90\x00 a program", None), (b"<html>", None), (b"", None), (PDF, 10 * 1024 * 1024 + 1)]
)
def test_papers_of_another_kind_or_too_large_are_refused(officers, content, size):
    finding = find("ID-02")
    take(finding, "check", officers["village"])
    file = SimpleUploadedFile("证明.pdf", content)
    if size:
        file.size = size
    with pytest.raises(ServiceError) as refused:
        take(finding, "no_fault", officers["village"], note="见附件", file=file)
    assert refused.value.field == "file"


def test_somebody_elses_step_in_between_is_noticed(officers):
    finding = find("ID-04")
    take(finding, "check", officers["township"], expected_version=1)
    with pytest.raises(StaleVersion) as stale:
        take(finding, "corrected", officers["village"], expected_version=1)
    assert stale.value.current.state == "checking"


def test_the_steps_that_are_offered(officers):
    finding = find("ID-04")

    def offered(name: str) -> list[str]:
        with scopes.acting(officers[name]):
            return [step.name for step in working.steps_for(Finding.objects.get(), officers[name])]

    assert offered("village") == ["assign", "check"]
    assert offered("inspector") == []
    take(finding, "check", officers["village"])
    assert offered("village") == ["assign", "corrected", "no_fault", "to_workflow", "external_error"]
    take(finding, "no_fault", officers["village"], note="原件如此")
    assert offered("village") == []
    assert offered("township") == ["review", "reject"]


def test_lights_and_lists_by_deadline(officers):
    finding = find("ID-04")
    due = finding.due_on

    def light(on: datetime.date) -> str:
        return Finding.objects.with_light(on).values_list("light", flat=True).get()

    with scopes.acting(officers["village"]):
        days = datetime.timedelta(days=1)
        assert [light(due - 6 * days), light(due - 5 * days), light(due), light(due + days)] == [
            "green", "yellow", "yellow", "red",
        ]  # fmt: skip
        assert [Finding.objects.overdue(due + n * days).count() for n in (0, 1)] == [0, 1]
        assert [Finding.objects.escalated(due + n * days).count() for n in (5, 6)] == [0, 1]
        Finding.objects.update(state="closed")
        assert light(due + days) == ""
        assert Finding.objects.overdue(due + days).count() == Finding.objects.open().count() == 0
