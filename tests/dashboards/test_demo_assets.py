"""The demonstration's register of assets: nothing built is missing, nothing earned is kept back."""

from __future__ import annotations

import datetime
from collections import Counter
from decimal import Decimal

import pytest
from django.db.models import F, Sum, Value
from django.db.models.functions import Coalesce, NullIf

from apps.access import scope as scopes
from apps.dashboards.demo import calibration as figures
from apps.dashboards.demo.assets import register_assets
from apps.dashboards.demo.bulk import Bulk, Stopwatch
from apps.dashboards.demo.projects import plan_projects
from apps.funds.asset_querysets import without_asset
from apps.funds.models import Asset, AssetDistribution, AssetLog, DistributionLine, Project
from apps.funds.services.distributions import notices_about
from apps.notices.models import PublicNotice
from tests.factories.accounts import planter
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import make_household

pytestmark = pytest.mark.django_db


def test_the_register_of_the_demonstration_is_whole() -> None:
    plant(*VILLAGES)
    for place in VILLAGES:
        make_household(division=place)
        make_household(division=place)
    bulk = Bulk(Stopwatch())
    with scopes.acting(planter()):
        plan_projects(bulk, 1)
        planted = Counter((truth.rule, truth.division) for truth in register_assets(bulk))
        assert bulk.rows["funds_asset"] == Asset.objects.count()
        forgotten = without_asset(Project.objects.all(), figures.REFERENCE + datetime.timedelta(days=30))
        wrong = [("FP-15", str(one.division_id)) for one in forgotten]
        assert {one.kind for one in Asset.objects.all()} >= {"public", "operating", "household"}
        assert not Asset.objects.unshared(figures.YEAR - 1).exists()
        idle, unshared = Asset.objects.idle(), Asset.objects.unshared(figures.YEAR)
        assert planted == Counter(wrong + [("FP-16", str(one.division_id)) for one in (*idle, *unshared)])
        assert len(wrong) == len(idle) == len(unshared) == 2
        shared = AssetDistribution.objects.all()
        assert not shared.exclude(amount=F("collective") + F("to_households")).exists()
        assert DistributionLine.objects.aggregate(whole=Sum("amount"))["whole"] > Decimal(0)
        assert PublicNotice.objects.count() == shared.count() > 0
        assert notices_about(shared[0]).has_run().exists()
        last = {line.asset_id: line.to_state for line in AssetLog.objects.order_by("pk")}
        assert last == dict(Asset.objects.values_list("pk", Coalesce(NullIf("state_before", Value("")), "state")))
