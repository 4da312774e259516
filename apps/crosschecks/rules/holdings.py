"""What projects leave behind (FP-15, FP-16): whether it is registered, used and shared out."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Q, QuerySet, Value
from django.utils.translation import gettext_lazy as _

from apps.crosschecks.choices import ObjectKind
from apps.crosschecks.rules.base import rule
from apps.crosschecks.rules.conditions import any_of, names_of
from apps.crosschecks.rules.context import Context
from apps.funds.asset_querysets import without_asset
from apps.funds.models import Asset

__all__: list[str] = []


@rule(
    "FP-15",
    on=ObjectKind.PROJECT,
    text=_("%(project)s形成资产未登记"),
    condition=_("项目完工超过规定天数（默认60天），没有任何资产记录；技能培训和公益性岗位项目不形成资产，不比。"),
    evidence=["project", "finished_on"],
    parameters=["asset_days"],
    on_save=False,
)
def without_assets(projects: QuerySet[Any], context: Context) -> QuerySet[Any]:
    """Finished longer ago than the threshold, of a kind that leaves something behind, and no asset of it is known."""
    return without_asset(projects, context.days_ago("asset_days")).annotate(project=F("name"))


@rule(
    "FP-16",
    on=ObjectKind.ASSET,
    text=_("%(asset)s%(asset_fault)s"),
    condition=_(
        "已登记的经营类资产闲置；或登记年度没有发放过收益分配（登记年度当年及以后形成的资产不比，"
        "登记年度12月1日起为当年，此前为上年）。"
    ),
    evidence=["asset", "asset_fault", "fund_year"],
    on_save=False,
)
def idle_or_unshared(assets: QuerySet[Any], context: Context) -> QuerySet[Any]:
    """An operating asset that nobody uses, or whose yield of the register year was not handed out."""
    wrong = {
        "idle": Q(pk__in=Asset.objects.idle().values("pk")),
        "unshared": Q(pk__in=Asset.objects.unshared(context.year).values("pk")),
    }
    return assets.filter(any_of(wrong)).annotate(
        asset=F("name"), asset_fault=names_of(wrong), fund_year=Value(context.year)
    )
