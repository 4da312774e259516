"""The declarations of findings and runs: columns, sections and filters, for pages, API and export."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.access import policy
from apps.common.days import today
from apps.crosschecks import filters, forms
from apps.crosschecks.choices import Level, ObjectKind, RunKind, Verdict
from apps.crosschecks.kinds import LIGHT, RUN_STATE, SEVERITY, STATE, Evidence, RuleName, Rules, Sentence
from apps.crosschecks.models import Finding, Run
from apps.crosschecks.querysets import FindingQuerySet
from apps.crosschecks.services.bulk import CAPABILITIES, MOST
from apps.pages.bulk import Bulk
from apps.pages.columns import Column
from apps.pages.kinds import BOOL, DATE, MOMENT, NUMBER, PLACE, YEAR, Choice
from apps.pages.resources import Resource, Section

AT_ONCE = Bulk(
    page="finding-steps",
    label=_("批量办理"),
    capabilities=CAPABILITIES,
    most=MOST,
    whole=lambda selection: len(selection.params.getlist("rule")) == 1,
    hint=_("只筛选一条规则后，可一次办理符合条件的全部疑点。"),
)


class FindingResource(Resource):
    """疑点. Found by rules; people only work them off, so there is no form to add or change one."""

    name = "finding"
    model = Finding
    label = pgettext_lazy("列表", "疑点")
    filters = filters.FindingFilters
    order = ("due_on", "pk")
    title = "rule"
    icon = "finding"
    empty = _("没有疑点。每夜比对后，发现的疑点会列在这里。")
    bulk = (AT_ONCE,)
    columns = (
        Column(
            "text", _("疑点"), source="statement", holds="evidence", kind=Sentence(), link="finding", link_source="pk"
        ),
        Column("rule", _("规则"), kind=RuleName(), link="rule", link_source="rule"),
        Column("division", _("所在地"), source="division_id", kind=PLACE),
        Column("severity", _("严重程度"), kind=SEVERITY),
        Column("state", _("状态"), kind=STATE),
        Column("due_on", _("办理期限"), kind=DATE, sortable=True),
        Column("light", _("期限"), holds="due_on", kind=LIGHT),
        Column("acting_level", _("处理层级"), kind=Choice(Level), default=False),
        Column("department", _("处理部门"), default=False),
        Column("found_on", _("发现日期"), kind=DATE, default=False),
        Column("object_kind", _("对象"), kind=Choice(ObjectKind), default=False),
        Column("object_id", _("对象编号"), kind=NUMBER, default=False),
        Column(
            "household", _("贫困户"), source="household_id", kind=NUMBER, default=False, link="household",
            link_source="household_id",
        ),
        Column(
            "person", _("家庭成员"), source="person_id", kind=NUMBER, default=False, link="person",
            link_source="person_id",
        ),
        Column("verdict", _("核查结论"), kind=Choice(Verdict), default=False),
        Column("verdict_reason", _("结论说明"), default=False),
        Column("verdict_by", _("核查人"), source="verdict_by_name", default=False),
        Column("verdict_at", _("核查时间"), kind=MOMENT, default=False),
        Column("review_needed", _("需要复核"), kind=BOOL, default=False),
        Column("evidence", _("证据"), source="statement", holds="evidence", kind=Evidence(), default=False),
        Column("run", _("批次"), source="run_id", kind=NUMBER, default=False),
        Column("version", _("版本"), kind=NUMBER, default=False),
    )  # fmt: skip
    sections = (
        Section(_("情况"), ("state", "light", "due_on", "acting_level", "department", "severity", "found_on")),
        Section(_("结论"), ("verdict", "verdict_reason", "verdict_by", "verdict_at", "review_needed")),
    )

    @classmethod
    def rows(cls, user: Any) -> QuerySet[Any]:
        """Visible findings with their light of today and what the sentence is made of."""
        return cast("FindingQuerySet", super().rows(user)).with_light(today()).with_statement()


class RunResource(Resource):
    """比对批次. A run is opened and then runs; nobody changes it."""

    name = "run"
    model = Run
    label = pgettext_lazy("列表", "比对批次")
    filters = filters.RunFilters
    form = forms.RunForm
    order = ("pk",)
    descending = True
    title = "date"
    icon = "check"
    empty = _("还没有运行过数据比对。")
    columns = (
        Column("date", _("比对日期"), kind=DATE),
        Column("kind", _("方式"), kind=Choice(RunKind)),
        Column("division", _("范围"), source="division_id", kind=PLACE),
        Column("state", _("状态"), kind=RUN_STATE),
        Column("rules", _("规则"), kind=Rules()),
        Column("year", _("登记年度"), kind=YEAR),
        Column("requested_by", _("发起人"), source="requested_by_name"),
        Column("created_at", _("建立时间"), kind=MOMENT),
        Column("started_at", _("开始时间"), kind=MOMENT, default=False),
        Column("finished_at", _("完成时间"), kind=MOMENT),
    )
    sections = (
        Section(
            _("批次"),
            (
                "date",
                "kind",
                "division",
                "state",
                "rules",
                "year",
                "requested_by",
                "created_at",
                "started_at",
                "finished_at",
            ),
        ),
    )

    @classmethod
    def may_change(cls, user: Any, where: int | Model | None = None) -> bool:
        """Runs are added, never changed."""
        return not isinstance(where, Run) and policy.can(user, Run.change_capability, where)
