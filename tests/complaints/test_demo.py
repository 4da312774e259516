"""The complaints of the demonstration: the figures of seed 003, and no state that their steps would not lead to."""

from __future__ import annotations

from collections import Counter

import pytest
from django.db.models import F

from apps.access import scope as scopes
from apps.complaints.choices import State
from apps.complaints.models import Complainant, Complaint, ComplaintLog, Statement
from apps.dashboards.demo.bulk import Bulk, Stopwatch
from apps.dashboards.demo.complaints import FIRST, TODAY, take_complaints
from tests.access.world import EVERYTHING
from tests.factories.accounts import planter
from tests.factories.complaints import COUNTY, LEAGUE
from tests.factories.divisions import VILLAGES, plant

pytestmark = pytest.mark.django_db


def test_the_figures_of_the_quarter() -> None:
    plant(*VILLAGES)
    with scopes.acting(planter()):
        take_complaints(Bulk(Stopwatch()), 1)
        # Who makes them is of no desk, and reads nothing of who complained afterwards.
        assert Complaint.objects.count() == 113 and not Statement.objects.exists()
    with scopes.acting(EVERYTHING):
        assert Complaint.objects.filter(kind="identification").count() == 46
        states = Counter(Complaint.objects.values_list("state", flat=True))
        assert states[State.CLOSED] == 20 and set(states) == set(State.values)
        assert Complaint.objects.filter(received_on__range=(FIRST, TODAY)).count() == 113
        assert (
            Complaint.objects.filter(division=COUNTY).count() > 5 and Complaint.objects.filter(division=LEAGUE).exists()
        )
        last = ComplaintLog.objects.order_by("complaint", "-pk").distinct("complaint")
        assert (
            ComplaintLog.objects.filter(pk__in=last.values("pk")).exclude(to_state=F("complaint__state")).count() == 0
        )
        assert not ComplaintLog.objects.filter(at__date__gt=TODAY).exists()
        assert Statement.objects.count() == 113
        assert Complainant.objects.count() == Complaint.objects.filter(named=True).count()
