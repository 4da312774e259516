"""The declaration of complaints: columns and sections, for pages, API and export. None of them tells who complained."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.access import policy
from apps.common.days import today
from apps.complaints import filters, forms
from apps.complaints.choices import Body, Channel, Kind, Result, Satisfaction
from apps.complaints.kinds import LIGHT, STATE
from apps.complaints.models import Complaint
from apps.complaints.querysets import ComplaintQuerySet
from apps.pages.columns import Column
from apps.pages.kinds import BOOL, DATE, IDENTIFIER, MOMENT, NUMBER, PLACE, Choice
from apps.pages.resources import Resource, Section


class ComplaintResource(Resource):
    """信访举报, the newest first."""

    name = "complaint"
    model = Complaint
    label = pgettext_lazy("列表", "信访举报")
    filters = filters.ComplaintFilters
    form = forms.ComplaintForm
    order = ("pk",)
    descending = True
    title = "number"
    icon = "info"
    empty = _("没有符合条件的信访举报。电话、来信和来访可以在这里登记。")
    columns = (
        Column("number", _("受理编号"), kind=IDENTIFIER),
        Column("kind", _("类别"), kind=Choice(Kind)),
        Column("concerned", _("被反映地区"), source="concerned_id", kind=PLACE),
        Column("division", _("办理单位"), source="division_id", kind=PLACE),
        Column("channel", _("来源"), kind=Choice(Channel)),
        Column("named", _("实名"), kind=BOOL),
        Column("state", _("状态"), kind=STATE),
        Column("received_on", _("收到日期"), kind=DATE),
        Column("due_on", _("办理期限"), kind=DATE),
        Column("light", _("期限"), holds="due_on", kind=LIGHT),
        Column("result", _("办理方式"), kind=Choice(Result)),
        Column("confirmed", _("属实"), kind=BOOL, default=False),
        Column("satisfaction", _("群众评价"), kind=Choice(Satisfaction), default=False),
        Column("registered_on", _("登记日期"), kind=DATE, default=False),
        Column("accepted_on", _("受理日期"), kind=DATE, default=False),
        Column("answered_on", _("答复日期"), kind=DATE, default=False),
        Column("closed_on", _("办结日期"), kind=DATE, default=False),
        Column("reopened", _("已重新办理"), kind=BOOL, default=False),
        Column("sender", _("转来单位"), kind=Choice(Body), default=False),
        Column("reported_on", _("回复转来单位日期"), kind=DATE, default=False),
        Column("sent_to", _("移送单位"), kind=Choice(Body), default=False),
        Column("sent_on", _("移送日期"), kind=DATE, default=False),
        Column("document_no", _("移送文号"), default=False),
        Column("returned_on", _("结果反馈日期"), kind=DATE, default=False),
        Column("leader", _("包案领导"), default=False),
        Column("leader_post", _("包案领导职务"), default=False),
        Column("dispatched_on", _("最近调度日期"), kind=DATE, default=False),
        Column("problem", _("问题台账编号"), kind=NUMBER, default=False),
        Column("state_since", _("状态时间"), kind=MOMENT, default=False),
        Column("version", _("版本"), kind=NUMBER, default=False),
    )
    sections = (
        Section(_("举报"), ("kind", "concerned", "division", "channel", "sender", "named", "received_on")),
        Section(
            _("办理"),
            ("state", "due_on", "light", "registered_on", "accepted_on", "answered_on", "closed_on", "reopened"),
        ),
        Section(_("结果"), ("result", "confirmed", "satisfaction", "problem")),
        Section(_("移送"), ("sent_to", "sent_on", "document_no", "returned_on", "reported_on")),
        Section(_("领导包案"), ("leader", "leader_post", "dispatched_on")),
    )

    @classmethod
    def rows(cls, user: Any) -> QuerySet[Any]:
        """Visible complaints with their light of today."""
        return cast("ComplaintQuerySet", super().rows(user)).with_light(today())

    @classmethod
    def may_change(cls, user: Any, where: int | Model | None = None) -> bool:
        """Desks enter complaints; what was entered goes its way by steps."""
        if isinstance(where, Model):
            return False
        return policy.can(user, Complaint.change_capability, where)
