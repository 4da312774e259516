"""Overdue problems make a village more likely to be drawn, by exactly as many as there are, and the same each time."""

from __future__ import annotations

import pytest

from apps.access import scope as scopes
from apps.inspections.models import Sample
from apps.inspections.services import drawing
from apps.problems.models import Problem, ProblemLog
from tests.factories.accounts import planter
from tests.factories.divisions import VILLAGES, plant
from tests.factories.inspections import COUNTY, NEXT_COUNTY, Bureau, units_of
from tests.factories.problems import TOWNSHIP, in_days

pytestmark = pytest.mark.django_db
OWN, SIBLING, NEIGHBOUR, OTHER_COUNTY, _other_league = VILLAGES


def late(place: int, number: int, *, state: str = "in_progress", days: int = -1) -> None:
    """So many problems of a place whose due date is so many days from today."""
    with scopes.acting(planter()):
        known = Problem.objects.count()
        made = Problem.objects.bulk_create(
            Problem(
                division_id=place, unit_id=place, number=f"{place}-{known + one}", year=2018, area="help", object="o",
                fact="f", kind="alike", department="d", leader="l", found_on=in_days(-90), due_on=in_days(days),
                state=state,
            )
            for one in range(number)
        )  # fmt: skip
        said = {"division_id": place, "round": 0, "by_name": "b", "step": "approve_plan", "to_state": state}
        ProblemLog.objects.bulk_create(ProblemLog(problem=one, **said) for one in made)


def test_overdue_problems_weigh_one_each_and_the_draw_comes_out_the_same() -> None:
    plant(*VILLAGES)
    bureau = Bureau.at()
    inspection = bureau.take(bureau.plan(places=(COUNTY, NEXT_COUNTY)), "approve")
    late(OWN, 2)
    late(OWN, 1, state="urged")
    late(SIBLING, 6)
    late(NEIGHBOUR, 1, days=0)
    late(NEIGHBOUR, 1, state="submitted")
    late(TOWNSHIP, 3)
    said = {"size": 4, "weighted": True, "seed": 11}
    first, second = bureau.draw(inspection, **said), bureau.draw(inspection, **said)
    weights = {unit.place_id: unit.weight for unit in units_of(first)}
    assert weights == {OWN: 4.0, SIBLING: 5.0, NEIGHBOUR: 1.0, OTHER_COUNTY: 1.0}

    def drawn(sample: Sample) -> list[int]:
        return [unit.place_id for unit in units_of(sample)]

    assert drawn(first) == drawn(second) and first.digest == second.digest
    with scopes.acting(bureau.planner):
        assert drawing.again(first, bureau.planner) == (True, True)
    late(NEIGHBOUR, 1)
    with scopes.acting(bureau.planner):
        assert drawing.again(first, bureau.planner)[0] is False
    assert {unit.place_id: unit.weight for unit in units_of(bureau.draw(inspection, **said))}[NEIGHBOUR] == 2.0
