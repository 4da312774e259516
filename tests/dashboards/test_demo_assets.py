"""The demonstration's register of assets: nothing built is missing, nothing earned is kept back."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.db.models import F, Sum

from apps.access import scope as scopes
from apps.common.days import today
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
        made = register_assets(bulk)
        assert made == Asset.objects.count()
        assert not without_asset(Project.objects.all(), today() + datetime.timedelta(days=90)).exists()
        assert {one.kind for one in Asset.objects.all()} >= {"public", "operating", "household"}
        for year in (today().year - 1, today().year):
            assert not Asset.objects.unshared(year).exists()
        assert not Asset.objects.idle().exists()
        shared = AssetDistribution.objects.all()
        assert not shared.exclude(amount=F("collective") + F("to_households")).exists()
        assert DistributionLine.objects.aggregate(whole=Sum("amount"))["whole"] > Decimal(0)
        assert PublicNotice.objects.count() == shared.count() > 0
        assert notices_about(shared[0]).has_run().exists()
        last = {line.asset_id: line.to_state for line in AssetLog.objects.order_by("pk")}
        assert last == dict(Asset.objects.values_list("pk", "state"))
