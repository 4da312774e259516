"""Contradicting the register of assets on purpose: projects that left nothing in it, assets that nobody uses, and
yields that were not shared out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from apps.dashboards.demo import calibration as figures
from apps.dashboards.demo.planting.projects import truth
from apps.dashboards.demo.records import Truth
from apps.funds.asset_choices import CREATES_NOTHING, AssetState
from apps.funds.asset_querysets import BUILT
from apps.funds.models import Asset, Project

WHY = {"FP-15": "完工超过六十天，没有资产登记", "FP-16": "经营类资产闲置，或当年没有分配收益"}
EACH = 2


def forget() -> tuple[list[Truth], list[Project]]:
    """Projects of this year whose assets nobody entered."""
    built = Project.objects.filter(year=figures.YEAR, state__in=BUILT).exclude(kind__in=CREATES_NOTHING)
    found = list(built.order_by("-pk")[:EACH])
    return [truth("FP-15", "project", one.division_id, WHY["FP-15"]) for one in found], found


def keep(earning: Sequence[Asset]) -> list[Asset]:
    """Assets whose yield of this year stays undivided."""
    return list(earning[:EACH])


def unshared(kept: Iterable[Asset]) -> list[Truth]:
    """What is wrong with those."""
    return [truth("FP-16", "asset", one.division_id, WHY["FP-16"]) for one in kept]


def leave_idle(earning: Sequence[Asset]) -> list[Truth]:
    """Leave some assets unused."""
    idle = list(earning[:EACH])
    rows = Asset.objects.filter(pk__in=[one.pk for one in idle])
    rows.update(state=AssetState.IDLE, state_before=AssetState.DISTRIBUTED)
    return unshared(idle)
