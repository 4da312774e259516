"""The declarations of assessments, rounds and sets: columns and sections, for pages, API and export."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.access import policy
from apps.assessments import filters, forms
from apps.assessments.choices import Kind
from apps.assessments.effect_choices import Readers
from apps.assessments.kinds import GRADE, LIGHT, MONTHS, PROGRESS, ROUND_STATE, STATE
from apps.assessments.models import AssessmentRound, CadreAssessment, IndicatorSet
from apps.assessments.querysets import AssessmentQuerySet
from apps.assessments.services.steps import REVIEWS
from apps.assessments.services.together import MOST
from apps.common.days import today
from apps.pages.bulk import Bulk
from apps.pages.columns import Column
from apps.pages.kinds import BOOL, DATE, MOMENT, NUMBER, PLACE, YEAR, Choice, Number
from apps.pages.resources import Resource, Section

POINTS = Number(2)
AT_ONCE = Bulk(
    page="assessment-steps",
    label=_("批量办理"),
    capabilities=(REVIEWS,),
    most=MOST,
    whole=lambda selection: len(selection.params.getlist("state")) == 1,
    hint=_("只筛选一种状态后，可一次办理符合条件的全部考核。"),
)


class AssessmentResource(Resource):
    """帮扶考核. Opened with the year and moved by steps, so there is no form. In the order of places, never of points:
    a list is no ranking."""

    name = "assessment"
    model = CadreAssessment
    label = pgettext_lazy("列表", "帮扶考核")
    filters = filters.AssessmentFilters
    title = "name"
    icon = "check"
    empty = _("没有符合条件的考核。开展年度考核后，被考核人会列在这里。")
    bulk = (AT_ONCE,)
    columns = (
        Column("name", _("姓名或队名"), link="assessment", link_source="pk"),
        Column("kind", _("考核对象"), kind=Choice(Kind)),
        Column("year", _("考核年度"), kind=YEAR),
        Column("unit_name", _("所在单位")),
        Column("division", _("考核地"), source="division_id", kind=PLACE),
        Column("state", _("状态"), kind=STATE),
        Column("due_on", _("办理期限"), kind=DATE),
        Column("light", _("期限"), holds="due_on", kind=LIGHT),
        Column("zero_months", _("零签到月份"), kind=MONTHS),
        Column("total", _("总分"), kind=POINTS),
        Column("grade", _("等次"), kind=GRADE),
        Column("weight_counted", _("计分权重"), kind=NUMBER, default=False),
        Column("data_on", _("数据截至"), kind=DATE, default=False),
        Column("self_report", _("自评报告"), default=False),
        Column("grade_reason", _("等次说明"), default=False),
        Column("first_grade", _("申诉前等次"), kind=GRADE, default=False),
        Column("appeal_until", _("申诉截止"), kind=DATE, default=False),
        Column("appeal_text", _("申诉理由"), default=False),
        Column("cadre", _("干部"), source="cadre_id", kind=NUMBER, default=False),
        Column("duty", _("职责"), source="duty_id", kind=NUMBER, default=False),
        Column("team", _("工作队"), source="team_id", kind=NUMBER, default=False),
        Column("version", _("版本"), kind=NUMBER, default=False),
    )
    sections = (
        Section(_("考核对象"), ("name", "kind", "year", "unit_name", "division")),
        Section(_("进度"), ("state", "due_on", "light", "data_on", "zero_months")),
        Section(
            _("结果"),
            ("total", "weight_counted", "grade", "grade_reason", "first_grade", "appeal_until", "appeal_text"),
        ),
        Section(_("自评"), ("self_report",)),
    )

    @classmethod
    def rows(cls, user: Any) -> QuerySet[Any]:
        """Visible assessments with their light of today."""
        return cast("AssessmentQuerySet", super().rows(user)).with_light(today())


class IndicatorSetResource(Resource):
    """考核方案."""

    name = "indicator-set"
    model = IndicatorSet
    label = pgettext_lazy("列表", "考核方案")
    filters = filters.IndicatorSetFilters
    form = forms.IndicatorSetForm
    title = "year"
    icon = "rule"
    empty = _("这里没有考核方案。上级已制定的，下级直接适用。")
    columns = (
        Column("year", _("考核年度"), kind=YEAR),
        Column("kind", _("考核对象"), kind=Choice(Kind)),
        Column("division", _("制定地"), source="division_id", kind=PLACE),
        Column("excellent", _("优秀（分及以上）"), kind=NUMBER),
        Column("good", _("良好（分及以上）"), kind=NUMBER),
        Column("basic", _("基本合格（分及以上）"), kind=NUMBER),
        Column("fair", _("较好（分及以上）"), kind=NUMBER, default=False),
        Column("relative", _("按组内最好和最差折算"), kind=BOOL, default=False),
        Column("readers", _("排名公布范围"), kind=Choice(Readers), default=False),
        Column("all_counties", _("含非贫困旗县"), kind=BOOL, default=False),
        Column("report_until", _("自评截止"), kind=DATE, default=False),
        Column("opinion_until", _("民意测评截止"), kind=DATE, default=False),
        Column("score_until", _("评分截止"), kind=DATE, default=False),
        Column("grade_until", _("评定截止"), kind=DATE),
        Column("appeal_days", _("申诉期（天）"), kind=NUMBER),
        Column("version", _("版本"), kind=NUMBER, default=False),
    )
    sections = (
        Section(_("适用"), ("year", "kind", "division")),
        Section(_("等次"), ("excellent", "good", "fair", "basic")),
        Section(_("盟市和旗县成效考核"), ("relative", "readers", "all_counties")),
        Section(_("期限"), ("report_until", "opinion_until", "score_until", "grade_until", "appeal_days")),
    )


class RoundResource(Resource):
    """年度考核. A year is opened, and opened again for who came since; never changed otherwise."""

    name = "assessment-round"
    model = AssessmentRound
    label = pgettext_lazy("列表", "年度考核")
    filters = filters.RoundFilters
    form = forms.RoundForm
    order = ("pk",)
    descending = True
    title = "year"
    icon = "clock"
    empty = _("还没有开展过年度考核。先制定考核方案，再在这里开展。")
    columns = (
        Column("year", _("考核年度"), kind=YEAR),
        Column("kind", _("考核对象"), kind=Choice(Kind)),
        Column("division", _("范围"), source="division_id", kind=PLACE),
        Column("state", _("状态"), kind=ROUND_STATE),
        Column("done", _("进度"), kind=PROGRESS),
        Column("assessed", _("考核对象数"), kind=NUMBER),
        Column("data_on", _("数据截至"), kind=DATE),
        Column("opened_by", _("发起人"), source="opened_by_name"),
        Column("opened_at", _("发起时间"), kind=MOMENT),
        Column("finished_at", _("完成时间"), kind=MOMENT, default=False),
    )
    sections = (
        Section(
            _("年度考核"),
            (
                *("year", "kind", "division", "state", "done", "assessed", "data_on"),
                *("opened_by", "opened_at", "finished_at"),
            ),
        ),
    )

    @classmethod
    def may_change(cls, user: Any, where: int | Model | None = None) -> bool:
        """Rounds are opened, never changed."""
        return not isinstance(where, AssessmentRound) and policy.can(user, AssessmentRound.change_capability, where)
