"""What cannot be is refused by field and reason, and leaves nothing half-written: by the API, as a program sends it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from apps.access import scope as scopes
from apps.common.days import today
from apps.divisions.models import Division
from apps.inspections.models import InspectionLog, Sample, SampledUnit
from apps.problems.models import Problem, ProblemLog, RectificationMeasure, SupervisionLetter
from tests.factories.accounts import planter, sign_in
from tests.factories.divisions import VILLAGES, division, plant
from tests.factories.inspections import Bureau
from tests.factories.problems import COUNTY, People, in_days

pytestmark = pytest.mark.django_db
BEFORE = in_days(-1).isoformat()


def sent(user: Any, address: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """What a program is answered: status and problem document."""
    answer = sign_in(Client(), user).post(f"/api/v1/{address}", body, content_type="application/json")
    return answer.status_code, answer.json()


def stored(problem: Problem) -> list[Any]:
    """All that a step may write of a problem."""
    with scopes.acting(planter()):
        row = Problem.objects.filter(pk=problem.pk).values().get()
        kinds = (ProblemLog, SupervisionLetter, RectificationMeasure)
        return [row, *(kind.objects.filter(problem=problem).count() for kind in kinds)]


@pytest.mark.parametrize(
    ("state", "who", "said", "status", "field", "reason"),
    [
        ("verified", "county", {"step": "close"}, 403, "step", "不能审核或销号本单位负责整改的问题"),
        (
            "listed",
            "league",
            {"step": "assign", "department": "d", "leader": "l", "unit": str(COUNTY), "due_on": BEFORE},
            *(422, "due_on", "期限不能早于今天"),
        ),
        (
            "submitted",
            "league",
            {"step": "rework", "note": "补课", "due_on": BEFORE},
            422,
            "due_on",
            "期限不能早于今天",
        ),
        (
            "in_progress",
            "league",
            {"step": "urge", "note": "请抓紧", "due_on": in_days(9).isoformat()},
            *(422, "step", "已于"),
        ),
    ],
    ids=["closing one's own", "due before today", "rework before today", "letter to a merged unit"],
)
def test_a_step_that_cannot_be_says_why_and_writes_nothing(
    state: str, who: str, said: dict[str, Any], status: int, field: str, reason: str
) -> None:
    plant(*VILLAGES)
    people = People.make()
    found = people.at(state)
    if said["step"] == "urge":
        Division.objects.filter(pk=COUNTY).update(ended_on=today(), replaced_by=division(150423000000))
    before = stored(found)
    answered, told = sent(getattr(people, who), f"problems/{found.pk}/step/", {**said, "version": found.version})
    assert answered == status
    errors = told["errors"] or [{"field": "", "message": told["detail"]}]
    assert [one["field"] for one in errors] == [field] and reason in errors[0]["message"]
    assert stored(found) == before


def test_a_draw_and_a_step_that_cannot_be_leave_nothing() -> None:
    """More than there are; and the second of two who read the same plan."""
    plant(*VILLAGES)
    bureau = Bureau.at()
    found = bureau.plan()
    step = {"step": "approve", "version": found.version}
    answers = [sent(bureau.head, f"inspections/{found.pk}/step/", step)[0] for _twice in range(2)]
    assert answers == [200, 409]
    draw = {
        "inspection": found.pk, "unit": "village", "method": "size", "size": 99, "strata": "none", "seed": 5,
        "weighted": False,
    }  # fmt: skip
    status, told = sent(bureau.planner, "samples/", draw)
    assert status == 422 and [one["field"] for one in told["errors"]] == ["size"]
    assert "样本 99 个，多于总体" in told["errors"][0]["message"]
    with scopes.acting(planter()):
        assert not Sample.objects.exists() and not SampledUnit.objects.exists()
        assert InspectionLog.objects.filter(step="approve").count() == 1
