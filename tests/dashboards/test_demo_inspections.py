"""The demonstration's inspections: the seeds' figures, and a sample that can be drawn again."""

from __future__ import annotations

import pytest
from django.db.models import Count

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.dashboards.demo.accounts import create_accounts
from apps.dashboards.demo.bulk import Bulk, Stopwatch
from apps.dashboards.demo.inspections import CHECKS, OWN_KINDS, SIX_TEAMS, UNDER_WAY, inspect_everywhere
from apps.inspections.models import Inspection, InspectionLog, InspectionTarget, InspectionTeam, Sample, SiteForm
from apps.inspections.services import drawing
from apps.inspections.services.steps import WAY
from tests.access.world import EVERYTHING
from tests.factories.accounts import planter
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import make_household

pytestmark = pytest.mark.django_db


def test_inspections_of_the_demonstration_are_sound() -> None:
    plant(*VILLAGES)
    for place in VILLAGES:
        make_household(division=place)
    with scopes.acting(planter()):
        create_accounts("Right-Horse-7")
    with scopes.acting(EVERYTHING):
        inspect_everywhere(Bulk(Stopwatch()), 1)
        assert Inspection.objects.filter(number__in=[SIX_TEAMS, UNDER_WAY, *CHECKS]).count() == 11
        assert InspectionTeam.objects.filter(inspection__number=SIX_TEAMS).count() == 6
        kinds = dict(
            Inspection.objects.exclude(number__in=[SIX_TEAMS, UNDER_WAY, *CHECKS])
            .values_list("kind")
            .annotate(number=Count("pk"))
        )
        assert set(kinds) == set(OWN_KINDS) and sum(kinds.values()) > 300
        secret = Inspection.objects.get(number=UNDER_WAY)
        assert secret.state == "running" and SiteForm.objects.filter(inspection=secret).exists()
        for line in InspectionLog.objects.all():
            step = WAY.named(line.step)
            assert step is not None and line.to_state == step.to_state and line.from_state in (*step.from_states, "")
        last = {line.inspection_id: line.to_state for line in InspectionLog.objects.order_by("pk")}
        assert last == dict(Inspection.objects.values_list("pk", "state"))
        hidden = InspectionTarget.objects.filter(kind="unannounced", inspected_on=None)
        assert not hidden.filter(opened_on__isnull=False).exists()
        inspector = User.objects.get(username="inspector-region")
        samples = list(Sample.objects.filter(inspection=secret))
        assert len(samples) == 2
    with scopes.acting(inspector):
        assert [drawing.again(sample, inspector) for sample in samples] == [(True, True)] * 2
