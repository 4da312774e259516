"""The ledger of the demonstration: the figures of the office's report, and nothing that the rules would not allow."""

from __future__ import annotations

from collections import Counter

import pytest

from apps.access import scope as scopes
from apps.dashboards.demo.bulk import Bulk, Stopwatch
from apps.dashboards.demo.problems import TODAY, keep_ledger
from apps.problems.choices import MOVES, State
from apps.problems.models import EscalationStep, Problem, ProblemLog, SupervisionLetter
from tests.factories.accounts import planter
from tests.factories.divisions import VILLAGES, plant

pytestmark = pytest.mark.django_db


def test_the_figures_of_the_report() -> None:
    plant(*VILLAGES)
    with scopes.acting(planter()):
        assert keep_ledger(Bulk(Stopwatch()), 1) == 208 + 231
        names = Counter(Problem.objects.values_list("inspection_name", flat=True))
        assert (names.pop("自治区脱贫攻坚专项督查"), len(names), sum(names.values())) == (208, 9, 231)
        checks = Problem.objects.exclude(inspection_name="自治区脱贫攻坚专项督查")
        assert Counter(checks.values_list("state", flat=True)) == {State.CLOSED: 216, State.LONG_TERM: 15}
        assert SupervisionLetter.objects.count() == 62
        assert set(Problem.objects.values_list("state", flat=True)) == set(State.values)
        assert Problem.objects.overdue(TODAY).exists()
        assert EscalationStep.objects.filter(done_on=None).exists()
        steps = ProblemLog.objects.exclude(from_state="").values_list("from_state", "to_state")
        assert {move for move in steps if move[0] != move[1]} <= {(str(a), str(b)) for a, b in MOVES}
        assert not ProblemLog.objects.exclude(step="escalate").filter(at__date__gt=TODAY).exists()
