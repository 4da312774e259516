"""The declarations of 成效考核: assessments of places, plans, results from the spot."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.access import policy
from apps.assessments import effect_filters, effect_forms
from apps.assessments.choices import Kind
from apps.assessments.effect_choices import Readers, SiteSource
from apps.assessments.effect_kinds import EFFECT_GRADE, EFFECT_STATE, GROUP
from apps.assessments.effect_querysets import EffectQuerySet
from apps.assessments.kinds import LIGHT
from apps.assessments.models import EffectAssessment, EffectTarget, SiteResult
from apps.assessments.models.sites import SEEN_ON_THE_SPOT
from apps.assessments.services import effect_sites
from apps.common.days import today
from apps.pages.columns import Column
from apps.pages.kinds import DATE, NUMBER, PLACE, YEAR, Choice, Number
from apps.pages.kinds import State as Labelled
from apps.pages.resources import Resource, Section

POINTS = Number(2)


class EffectResource(Resource):
    """成效考核 of leagues and counties. Opened with the year and moved by steps, so there is no form. In the order of
    places, never of points: a list is no ranking."""

    name = "effect-assessment"
    model = EffectAssessment
    label = pgettext_lazy("列表", "成效考核")
    filters = effect_filters.EffectFilters
    title = "name"
    icon = "chart"
    empty = _("没有符合条件的成效考核。自治区开展盟市或旗县的年度考核后，被考核地区会列在这里。")
    columns = (
        Column("name", _("名称"), link="effect-assessment", link_source="pk"),
        Column("kind", _("考核对象"), kind=Choice(Kind)),
        Column("year", _("考核年度"), kind=YEAR),
        Column("group", _("比较组"), kind=GROUP),
        Column("state", _("状态"), kind=EFFECT_STATE),
        Column("due_on", _("办理期限"), kind=DATE),
        Column("light", _("期限"), holds="due_on", kind=LIGHT),
        Column("total", _("总分"), source="shown_total", holds="total", kind=POINTS),
        Column("grade", _("等次"), source="shown_grade", holds="grade", kind=EFFECT_GRADE),
        Column("rank", _("组内排名"), source="shown_rank", holds="rank", kind=NUMBER),
        Column("division", _("考核地"), source="division_id", kind=PLACE, default=False),
        Column("deducted", _("扣分"), source="shown_deducted", holds="deducted", kind=POINTS, default=False),
        Column(
            "weight_counted", _("计分权重"), source="shown_weight", holds="weight_counted", kind=NUMBER, default=False
        ),
        Column("grade_reason", _("等次说明"), source="shown_reason", holds="grade_reason", default=False),
        Column("checker", _("交叉考核单位"), source="checker_id", kind=PLACE, default=False),
        Column("readers", _("排名公布范围"), kind=Choice(Readers), default=False),
        Column("data_on", _("数据截至"), kind=DATE, default=False),
        Column("published_on", _("公布日期"), kind=DATE, default=False),
        Column("self_report", _("自评报告"), default=False),
        Column("version", _("版本"), kind=NUMBER, default=False),
    )
    sections = (
        Section(_("考核对象"), ("name", "kind", "year", "group", "division", "checker")),
        Section(_("进度"), ("state", "due_on", "light", "data_on")),
        Section(
            _("结果"),
            (
                *("total", "weight_counted", "deducted", "grade", "grade_reason"),
                *("rank", "readers", "published_on"),
            ),
        ),
        Section(_("自评"), ("self_report",)),
    )

    @classmethod
    def rows(cls, user: Any) -> QuerySet[Any]:
        """Visible assessments with what this reader may know of their results, and their light of today."""
        return cast("EffectQuerySet", super().rows(user)).with_shown(user).with_light(today())


class EffectTargetResource(Resource):
    """减贫计划."""

    name = "effect-target"
    model = EffectTarget
    label = pgettext_lazy("列表", "减贫计划")
    filters = effect_filters.TargetFilters
    form = effect_forms.EffectTargetForm
    title = "year"
    icon = "list"
    empty = _("没有减贫计划。由上级录入或导入。")
    columns = (
        Column("division", _("所在地"), source="division_id", kind=PLACE, link="effect-target", link_source="pk"),
        Column("year", _("年度"), kind=YEAR),
        Column("exit_persons", _("计划减贫人数"), kind=NUMBER),
        Column("exit_villages", _("计划退出贫困村数"), kind=NUMBER),
        Column("removed_counties", _("计划摘帽旗县数"), kind=NUMBER),
        Column("income_growth", _("计划收入增长（%）"), kind=Number(1)),
        Column("version", _("版本"), kind=NUMBER, default=False),
    )
    sections = (
        Section(
            _("减贫计划"),
            ("division", "year", "exit_persons", "exit_villages", "removed_counties", "income_growth"),
        ),
    )

    @classmethod
    def may_change(cls, user: Any, where: int | Model | None = None) -> bool:
        """A plan is handed down: by whoever is above the place."""
        if isinstance(where, EffectTarget):
            return effect_sites.plannable(user, where.division_id)
        return policy.can(user, EffectTarget.change_capability, where)


class SiteResultResource(Resource):
    """实地考核结果. Entered, never changed."""

    name = "site-result"
    model = SiteResult
    label = pgettext_lazy("列表", "实地考核结果")
    filters = effect_filters.SiteResultFilters
    form = effect_forms.SiteResultForm
    title = "code"
    icon = "check"
    empty = _("没有本单位录入的实地考核结果。")
    columns = (
        Column(
            "code",
            _("指标"),
            kind=Labelled(labels=dict(SEEN_ON_THE_SPOT), colours={}),
            link="site-result",
            link_source="pk",
        ),
        Column("assessed", _("被考核地区"), source="assessed_id", kind=PLACE),
        Column("year", _("考核年度"), kind=YEAR),
        Column("source", _("来源"), kind=Choice(SiteSource)),
        Column("sampled", _("抽查数"), kind=NUMBER),
        Column("wrong", _("有问题数"), kind=NUMBER),
        Column("division", _("录入单位"), source="division_id", kind=PLACE),
        Column("entered_on", _("录入日期"), kind=DATE),
        Column("entered_by", _("录入人"), source="entered_by_name"),
        Column("note", _("说明"), default=False),
    )
    sections = (
        Section(_("考核对象"), ("assessed", "year")),
        Section(_("结果"), ("code", "source", "sampled", "wrong", "note")),
        Section(_("录入"), ("division", "entered_by", "entered_on")),
    )

    @classmethod
    def may_change(cls, user: Any, where: int | Model | None = None) -> bool:
        """Results are entered by offices, never changed."""
        return not isinstance(where, SiteResult) and bool(effect_sites.offices_of(user))
