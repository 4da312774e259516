"""Fixed lists of the project library, the negative list and the evaluation of projects."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ItemState(models.TextChoices):
    """The way of a proposal into the library and out of it (workflows.md §8)."""

    DRAFT = "draft", _("拟稿")
    PROPOSED = "proposed", _("待乡镇核查")
    TOWNSHIP_CHECKED = "township_checked", _("待部门核查")
    DEPARTMENT_CHECKED = "department_checked", _("待旗县审批")
    COUNTY_APPROVED = "county_approved", _("待公示")
    NOTICED = "noticed", _("公示中")
    IN_LIBRARY = "in_library", _("已入库")
    SELECTED = "selected", _("已立项")
    RETURNED = "returned", _("已退回")
    WITHDRAWN = "withdrawn", _("已退出")


DRAFTED = (ItemState.DRAFT, ItemState.RETURNED)
"""While the proposer may still change what he proposes."""
WAITING = (
    ItemState.PROPOSED,
    ItemState.TOWNSHIP_CHECKED,
    ItemState.DEPARTMENT_CHECKED,
    ItemState.COUNTY_APPROVED,
    ItemState.NOTICED,
)
"""While somebody's step is due by a day."""


class Aspect(models.TextChoices):
    """The four aspects of the negative list (seed 000)."""

    OFFICE = "office", _("机关运转方面")
    WELFARE = "welfare", _("津贴福利方面")
    BUILDING = "building", _("楼堂馆所和城市建设方面")
    FINANCE = "finance", _("偿债和经营方面")


class EvaluationGrade(models.TextChoices):
    """绩效评价等级, from best to worst."""

    EXCELLENT = "excellent", _("优")
    GOOD = "good", _("良")
    FAIR = "fair", _("中")
    POOR = "poor", _("差")
