"""The demonstration's projects: sound beneficiaries, every state on its way, budgets that hold the money."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db.models import F

from apps.access import scope as scopes
from apps.dashboards.demo.bulk import Bulk, Stopwatch
from apps.dashboards.demo.projects import match_budgets, plan_projects
from apps.funds.models import Beneficiary, LibraryItem, LibraryLog, Project, ProjectProgress
from apps.funds.services.library import WAY
from tests.factories.accounts import planter
from tests.factories.divisions import VILLAGES, plant
from tests.factories.funds import COUNTY, Office
from tests.factories.households import make_household

pytestmark = pytest.mark.django_db


def test_projects_of_the_demonstration_are_sound() -> None:
    plant(*VILLAGES)
    for place in VILLAGES:
        make_household(division=place)
        make_household(division=place, status="60")
    bulk = Bulk(Stopwatch())
    with scopes.acting(planter()):
        plan_projects(bulk, 1)
        assert Project.objects.count() == LibraryItem.objects.filter(state="selected").count() > len(VILLAGES)
        assert not Beneficiary.objects.unregistered().exists()
        assert not Beneficiary.objects.double().exists()
        assert not Project.objects.filter(finished_on__isnull=False, percent__lt=100).exists()
        assert not ProjectProgress.objects.filter(supervisor_name="").exclude(project__state="finished").exists()
        of_this_year = ProjectProgress.objects.filter(month__year=2018)
        assert of_this_year.exists() and not of_this_year.exclude(photos__width=640).exists()
        for line in LibraryLog.objects.select_related("item"):
            assert line.to_state == (WAY.steps[line.step].to_state or line.from_state)
        last = {line.item_id: line.to_state for line in LibraryLog.objects.order_by("pk")}
        assert last == dict(LibraryItem.objects.exclude(state="draft").values_list("pk", "state"))
        project = Project.objects.filter(division_id__gte=COUNTY, division_id__lt=COUNTY + 10**6)[0]
    county = Office.at(COUNTY)
    county.allocate(county.budget(90000000), project, 80000000)
    with scopes.acting(planter()):
        match_budgets(bulk)
        project.refresh_from_db()
        assert project.budget == Decimal(80000000)
        assert not Project.objects.exclude(item__amount=F("budget")).exists()
