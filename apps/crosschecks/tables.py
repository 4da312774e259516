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
from apps.crosschecks.kinds import (
    CANDIDATE_STATE,
    LIGHT,
    RUN_STATE,
    SEVERITY,
    STATE,
    Evidence,
    Explanation,
    RuleName,
    Rules,
    Sentence,
)
from apps.crosschecks.models import Finding, LinkCandidate, Run
from apps.crosschecks.querysets import FindingQuerySet
from apps.crosschecks.services.bulk import CAPABILITIES, MOST
from apps.pages.bulk import Bulk
from apps.pages.columns import Column
from apps.pages.kinds import BOOL, DATE, MOMENT, NUMBER, PERCENT, PLACE, YEAR, Choice, Code
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


class CandidateResource(Resource):
    """身份匹配候选. Found by the night search; people only decide them."""

    name = "candidate"
    model = LinkCandidate
    label = pgettext_lazy("列表", "身份匹配候选")
    filters = filters.CandidateFilters
    order = ("division_id", "pk")
    title = "person__name"
    icon = "person"
    empty = _("没有候选。没有可用证件号码的人员，每夜与户籍人口比对后，可能是同一人的记录会列在这里。")
    columns = (
        Column("name", _("姓名"), source="person__name", link="candidate", link_source="pk"),
        Column("division", _("所在地"), source="division_id", kind=PLACE),
        Column("state", _("状态"), kind=CANDIDATE_STATE),
        Column("score", _("可能性"), kind=PERCENT),
        Column("explanation", _("比对说明"), kind=Explanation()),
        Column("found_on", _("发现日期"), kind=DATE),
        Column("birth_date", _("出生日期"), source="person__birth_date", kind=DATE, default=False),
        Column("sex", _("性别"), source="person__sex", kind=Code("sex"), default=False),
        Column("name_there", _("户籍姓名"), default=False),
        Column("born_there", _("户籍出生日期"), kind=DATE, default=False),
        Column("sex_there", _("户籍性别"), kind=Code("sex"), default=False),
        Column("place_there", _("户籍所在地"), kind=PLACE, default=False),
        Column("cancelled_on", _("注销日期"), kind=DATE, default=False),
        Column(
            "household", _("贫困户"), source="household_id", kind=NUMBER, default=False, link="household",
            link_source="household_id",
        ),
        Column(
            "person", _("家庭成员"), source="person_id", kind=NUMBER, default=False, link="person",
            link_source="person_id",
        ),
        Column("reason", _("判断依据"), default=False),
        Column("decided_by", _("判断人"), source="decided_by_name", default=False),
        Column("decided_at", _("判断时间"), kind=MOMENT, default=False),
        Column("version", _("版本"), kind=NUMBER, default=False),
    )  # fmt: skip
    sections = (
        Section(_("情况"), ("state", "score", "found_on", "division")),
        Section(_("判断"), ("reason", "decided_by", "decided_at")),
    )


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
