"""Fixed lists of the register of assets: classes, forms, owners, states, and how income comes of an asset."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.funds.choices import ProjectKind


class AssetKind(models.TextChoices):
    """The class of an asset, by whom it serves (R-116)."""

    PUBLIC = "public", _("公益类资产")
    OPERATING = "operating", _("经营类资产")
    HOUSEHOLD = "household", _("到户类资产")


class AssetForm(models.TextChoices):
    """What an asset is made of (R-115)."""

    BUILDING = "building", _("房屋建筑物")
    ROAD = "road", _("道路桥梁")
    WATER = "water", _("水利饮水设施")
    POWER = "power", _("光伏和电力设施")
    GREENHOUSE = "greenhouse", _("大棚圈舍")
    MACHINERY = "machinery", _("机器设备")
    LIVESTOCK = "livestock", _("牲畜")
    SHARES = "shares", _("股权债权")
    OTHER = "other", _("其他资产")


class OwnerKind(models.TextChoices):
    """Whose an asset is (workflows.md §9)."""

    STATE = "state", _("国家所有")
    COLLECTIVE = "collective", _("村集体所有")
    HOUSEHOLD = "household", pgettext_lazy("资产权属", "农户所有")


class IncomeForm(models.TextChoices):
    """How an asset earns (R-120)."""

    SHARES = "shares", _("入股分红")
    BOARDING = "boarding", _("托管寄养")
    LEASE = "lease", pgettext_lazy("经营方式", "租赁")
    ORDERS = "orders", _("订单经营")


class AssetState(models.TextChoices):
    """The way of an asset; the three side states lead back to where it was (workflows.md §9)."""

    SURVEYED = "surveyed", _("已清查")
    CLASSIFIED = "classified", _("已分类")
    CONFIRMED = "confirmed", _("已确权")
    REGISTERED = "registered", _("已登记")
    IN_USE = "in_use", _("使用中")
    CONTRACTED = "contracted", _("已发包")
    YIELDING = "yielding", _("有收益待分配")
    DISTRIBUTED = "distributed", _("收益已分配")
    IDLE = "idle", _("闲置")
    DAMAGED = "damaged", _("损毁")
    DISPUTED = "disputed", _("有争议")
    LEAVING = "leaving", _("待核销")
    WRITTEN_OFF = "written_off", _("已核销")


UNREGISTERED = (AssetState.SURVEYED, AssetState.CLASSIFIED, AssetState.CONFIRMED)
"""Before it stands in the ledger with a number."""
EARNING = (AssetState.CONTRACTED, AssetState.YIELDING, AssetState.DISTRIBUTED)
"""States that operating assets alone have."""
SIDE = (AssetState.IDLE, AssetState.DAMAGED, AssetState.DISPUTED)
"""What hinders its use; from here an asset comes back to the state it had before."""
AWAY = (*SIDE, AssetState.LEAVING)
"""States that keep in mind which one was before them."""


class DistributionState(models.TextChoices):
    """The way of a distribution: planned by the village's meeting, checked, published, paid to the households."""

    PLANNED = "planned", _("待乡镇审核")
    CHECKED = "checked", _("待公示")
    PUBLISHED = "published", pgettext_lazy("收益分配", "公示中")
    DISTRIBUTED = "distributed", pgettext_lazy("收益分配", "已分配")
    WITHDRAWN = "withdrawn", _("已撤销")


CREATES_NOTHING = (ProjectKind.TRAINING, ProjectKind.PUBLIC_JOB)
"""Projects of these kinds leave no asset behind; all others do (FP-15)."""

KIND_OF: dict[str, AssetKind] = {
    **dict.fromkeys((ProjectKind.DWELLING, ProjectKind.RELOCATION), AssetKind.HOUSEHOLD),
    **dict.fromkeys(
        (
            *(ProjectKind.WATER, ProjectKind.POWER, ProjectKind.ROAD),
            *(ProjectKind.CLINIC, ProjectKind.SCHOOL, ProjectKind.CULTURE),
        ),
        AssetKind.PUBLIC,
    ),
}
"""The class that an asset of a project of this kind mostly has; operating where nothing is said."""

FORM_OF: dict[str, AssetForm] = {
    **dict.fromkeys(
        (ProjectKind.DWELLING, ProjectKind.RELOCATION, ProjectKind.CLINIC, ProjectKind.SCHOOL, ProjectKind.CULTURE),
        AssetForm.BUILDING,
    ),
    ProjectKind.TOURISM: AssetForm.BUILDING,
    ProjectKind.COLLECTIVE: AssetForm.BUILDING,
    ProjectKind.ROAD: AssetForm.ROAD,
    ProjectKind.WATER: AssetForm.WATER,
    ProjectKind.PV: AssetForm.POWER,
    ProjectKind.POWER: AssetForm.POWER,
    ProjectKind.BEIJING: AssetForm.GREENHOUSE,
    ProjectKind.INDUSTRY: AssetForm.LIVESTOCK,
    ProjectKind.ECOMMERCE: AssetForm.MACHINERY,
    ProjectKind.ASSET_INCOME: AssetForm.SHARES,
}
"""The form that a project's asset mostly has."""
