"""The declarations of notices, objections and photos: columns and sections, for pages, API and export."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import F, Model, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.access import policy
from apps.common.days import today
from apps.divisions.choices import Level
from apps.notices import filters, forms
from apps.notices.choices import Kind, State
from apps.notices.kinds import LIGHT, LINES, STATE, WAYS, WORDS
from apps.notices.models import NoticeObjection, PublicNotice
from apps.notices.querysets import ObjectionQuerySet
from apps.pages.columns import Column
from apps.pages.kinds import DATE, IDENTIFIER, MOMENT, NUMBER, PLACE, Choice
from apps.pages.resources import Resource, Section


class NoticeResource(Resource):
    """公告公示, the newest first."""

    name = "notice"
    model = PublicNotice
    label = pgettext_lazy("列表", "公告公示")
    filters = filters.NoticeFilters
    form = forms.NoticeForm
    order = ("pk",)
    descending = True
    title = "title"
    icon = "document"
    empty = _("没有符合条件的公告公示。资金分配、项目安排、识别退出等都应公示。")
    columns = (
        Column("title", _("标题"), link="notice", link_source="pk"),
        Column("kind", _("类别"), kind=Choice(Kind)),
        Column("division", _("公示地"), source="division_id", kind=PLACE),
        Column("level", _("层级"), kind=Choice(Level), default=False),
        Column("state", _("状态"), kind=STATE),
        Column("posted_on", _("张贴日期"), kind=DATE),
        Column("ends_on", _("公示截止"), kind=DATE),
        Column("days", _("公示天数"), kind=NUMBER),
        Column("ways", _("公示方式"), kind=WAYS),
        Column("place", _("张贴地点"), default=False),
        Column("closed_on", _("结束日期"), kind=DATE, default=False),
        Column("subject", _("公示事项"), kind=IDENTIFIER, default=False),
        Column("text", _("正文"), kind=WORDS, default=False),
        Column("lines", _("公示名单或明细"), kind=LINES, default=False),
        Column("prepared_by", _("拟稿人"), source="prepared_by_name", default=False),
        Column("approved_by", _("审核人"), source="approved_by_name", default=False),
        Column("postings", _("张贴次数"), kind=NUMBER, default=False),
        Column("state_since", _("状态时间"), kind=MOMENT, default=False),
        Column("version", _("版本"), kind=NUMBER, default=False),
    )
    sections = (
        Section(_("公示事项"), ("kind", "division", "state", "subject", "prepared_by", "approved_by")),
        Section(_("张贴"), ("posted_on", "ends_on", "days", "closed_on", "ways", "place", "postings")),
    )

    @classmethod
    def may_change(cls, user: Any, where: int | Model | None = None) -> bool:
        """What was approved is changed no more."""
        if isinstance(where, PublicNotice) and where.state != State.PREPARED:
            return False
        return policy.can(user, PublicNotice.change_capability, where)


class ObjectionResource(Resource):
    """公示异议, the newest first. Registered and answered by steps of their notice."""

    name = "notice-objection"
    model = NoticeObjection
    label = pgettext_lazy("列表", "公示异议")
    filters = filters.ObjectionFilters
    order = ("pk",)
    descending = True
    title = "text"
    icon = "info"
    empty = _("没有符合条件的公示异议。")
    columns = (
        Column("received_on", _("收到日期"), kind=DATE, link="notice-objection", link_source="pk"),
        Column(
            "title", _("公示"), source="notice_title", holds="notice__title", link="notice", link_source="notice_id"
        ),
        Column("notice", _("公示编号"), source="notice_id", kind=NUMBER, default=False),
        Column("division", _("公示地"), source="division_id", kind=PLACE),
        Column("text", _("异议内容"), kind=WORDS),
        Column("due_on", _("答复期限"), kind=DATE),
        Column("light", _("期限"), holds="due_on", kind=LIGHT),
        Column("answered_on", _("答复日期"), kind=DATE),
        Column("answer", _("答复内容"), kind=WORDS, default=False),
        Column("received_by", _("受理人"), source="received_by_name", default=False),
        Column("answered_by", _("答复人"), source="answered_by_name", default=False),
        Column("version", _("版本"), kind=NUMBER, default=False),
    )
    sections = (
        Section(_("异议"), ("title", "division", "received_on", "received_by", "text", "due_on", "light")),
        Section(_("答复"), ("answered_on", "answered_by", "answer")),
    )

    @classmethod
    def rows(cls, user: Any) -> QuerySet[Any]:
        """Visible objections with the title of their notice and their light of today."""
        rows = cast("ObjectionQuerySet", super().rows(user)).with_light(today())
        return rows.annotate(notice_title=F("notice__title"))
