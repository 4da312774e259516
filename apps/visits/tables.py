"""The declarations of visits: columns and sections, for pages, API and export."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, CharField, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.common.days import today
from apps.households.models import Household, Person
from apps.pages.columns import Column
from apps.pages.kinds import BOOL, DATE, IDENTIFIER, MOMENT, NUMBER, PLACE, Choice, Number, State
from apps.pages.resources import Resource, Section
from apps.visits import filters
from apps.visits.choices import Datum, Kept, NoPosition, Owner, PhotoState, Refusal, TaskState
from apps.visits.kinds import BEGINNING_OF_TEXT, MARKS, REST, THUMBNAILS, WORDS
from apps.visits.models import Visit, VisitConflict, VisitMark, VisitPhoto, VisitTask

DEGREES = Number(6)


def with_household(rows: QuerySet[Any], user: Any) -> QuerySet[Any]:
    """Add `household_code` and `head_name`. In place of joins: a household that its former helper does not see any
    more would take his own diary out of his list."""
    households = Household.objects.visible_to(user).filter(pk=OuterRef("household_id"))
    heads = Person.objects.visible_to(user).filter(household_id=OuterRef("household_id"), relation="01", is_active=True)
    return rows.annotate(
        household_code=Subquery(households.values("code")),
        head_name=Subquery(heads.order_by("pk").values("name")[:1]),
    )


class VisitResource(Resource):
    """民情日记, the newest first."""

    name = "visit"
    model = Visit
    label = pgettext_lazy("列表", "民情日记")
    filters = filters.VisitFilters
    title = "visited_on"
    icon = "document"
    empty = _("没有符合条件的民情日记。可以换一个月份或地区。")
    order = ("visited_on", "pk")
    descending = True
    columns = (
        Column("visited_at", _("走访时间"), kind=MOMENT, link="visit", link_source="pk"),
        Column("visited_on", _("走访日期"), kind=DATE, default=False),
        Column("household", _("户号"), source="household_id", kind=NUMBER, default=False),
        Column("head", _("户主"), source="head_name", holds="household__persons__name"),
        Column(
            "household_code",
            _("户编码"),
            kind=IDENTIFIER,
            holds="household__code",
            link="household",
            link_source="household_id",
        ),
        Column("division", _("所在地"), source="division_id", kind=PLACE),
        Column("author", _("走访人编号"), source="author_id", kind=NUMBER, default=False),
        Column("author_name", _("走访人")),
        Column("summary", _("内容摘要"), source="text", kind=BEGINNING_OF_TEXT),
        Column("text", _("日记内容"), kind=WORDS, default=False),
        Column("situation", _("家庭情况"), kind=WORDS, default=False),
        Column("help_given", _("帮扶措施"), kind=WORDS, default=False),
        Column("policies", _("宣讲政策"), kind=WORDS, default=False),
        Column("persons_met", _("见到的人"), kind=WORDS, default=False),
        Column("problem", _("反映的问题"), kind=WORDS, default=False),
        Column("problem_solved", _("问题是否解决"), kind=BOOL, default=False),
        Column("photos", _("照片"), source="photo_keys", kind=THUMBNAILS, holds="visitphotos__image"),
        Column("marks", _("标记"), source="mark_kinds", kind=MARKS, holds="visitmarks__kind"),
        Column("distance", _("距户（米）"), kind=NUMBER, default=False),
        Column("lon", _("经度"), kind=DEGREES, default=False),
        Column("lat", _("纬度"), kind=DEGREES, default=False),
        Column("accuracy", _("定位精度（米）"), kind=NUMBER, default=False),
        Column("datum", _("定位来源坐标系"), kind=Choice(Datum), default=False),
        Column("no_position", _("无定位原因"), kind=Choice(NoPosition), default=False),
        Column("offline", _("离线填写"), kind=BOOL, default=False),
        Column("received_at", _("接收时间"), kind=MOMENT, default=False),
        Column("clock_off", _("手机时钟偏差（秒）"), kind=NUMBER, default=False),
        Column("client_id", _("手机端编号"), kind=IDENTIFIER, default=False),
    )
    sections = (
        Section(_("走访"), ("head", "household_code", "division", "visited_at", "author_name", "persons_met")),
        Section(_("内容"), ("text", "situation", "help_given", "policies", "problem", "problem_solved")),
        Section(
            _("定位和提交"),
            ("distance", "lon", "lat", "accuracy", "datum", "no_position", "offline", "received_at", "clock_off"),
        ),
    )

    @classmethod
    def rows(cls, user: Any) -> QuerySet[Any]:
        """Visible visits with their household's name, the kinds of their marks and the keys of their photos."""
        marks = VisitMark.objects.visible_to(user).filter(visit_id=OuterRef("pk")).order_by("kind")
        photos = VisitPhoto.objects.visible_to(user).filter(visit_id=OuterRef("pk"), state=PhotoState.DONE)
        return with_household(super().rows(user), user).annotate(
            mark_kinds=ArraySubquery(marks.values("kind").distinct()),
            photo_keys=ArraySubquery(photos.order_by("slot", "pk").values("pk")),
        )


class VisitPhotoResource(Resource):
    """走访照片: how far each is, and what was found in it."""

    name = "visit-photo"
    model = VisitPhoto
    label = pgettext_lazy("列表", "走访照片")
    filters = filters.VisitPhotoFilters
    title = "slot"
    icon = "document"
    columns = (
        Column("slot", _("序号"), kind=NUMBER, link="visit-photo", link_source="pk"),
        Column("visit", _("民情日记"), source="visit_id", kind=NUMBER, link="visit", link_source="visit_id"),
        Column("division", _("所在地"), source="division_id", kind=PLACE),
        Column("state", _("状态"), kind=State(labels=dict(PhotoState.choices), colours={"done": "green"})),
        Column("refusal", _("未接收原因"), kind=Choice(Refusal)),
        Column("size", _("字节数"), kind=NUMBER),
        Column("offset", _("已收字节数"), source="received", kind=NUMBER),
        Column("sha256", _("SHA-256"), kind=IDENTIFIER, default=False),
        Column("width", _("宽"), kind=NUMBER, default=False),
        Column("height", _("高"), kind=NUMBER, default=False),
        Column("taken_at", _("拍摄时间"), kind=MOMENT),
        Column("lon", _("经度"), kind=DEGREES, default=False),
        Column("lat", _("纬度"), kind=DEGREES, default=False),
        Column("announced_at", _("登记时间"), kind=MOMENT, default=False),
    )


class VisitConflictResource(Resource):
    """日记冲突: what came under an id that was used already."""

    name = "visit-conflict"
    model = VisitConflict
    label = pgettext_lazy("列表", "日记冲突")
    filters = filters.VisitConflictFilters
    title = "client_id"
    icon = "document"
    empty = _("没有内容不同却用了同一编号的日记。")
    order = ("division_id", "pk")
    columns = (
        Column("received_at", _("接收时间"), kind=MOMENT, link="visit-conflict", link_source="pk"),
        Column("visit", _("已有日记"), source="visit_id", kind=NUMBER, link="visit", link_source="visit_id"),
        Column("division", _("所在地"), source="division_id", kind=PLACE),
        Column("head", _("户主"), source="head_name", holds="household__persons__name"),
        Column(
            "household_code",
            _("户编码"),
            kind=IDENTIFIER,
            holds="household__code",
            link="household",
            link_source="household_id",
        ),
        Column("author_name", _("走访人")),
        Column("visited_at", _("走访时间"), kind=MOMENT),
        Column("summary", _("内容摘要"), source="text", kind=BEGINNING_OF_TEXT),
        Column("text", _("日记内容"), kind=WORDS, default=False),
        Column("content", _("其余内容"), kind=REST, default=False),
        Column("kept", _("核定结果"), kind=Choice(Kept)),
        Column("settled_by_name", _("核定人"), default=False),
        Column("settled_at", _("核定时间"), kind=MOMENT),
        Column("settled_reason", _("核定理由"), default=False),
        Column("client_id", _("手机端编号"), kind=IDENTIFIER, default=False),
    )
    sections = (
        Section(_("走访"), ("head", "household_code", "division", "visited_at", "author_name", "visit")),
        Section(_("内容"), ("text", "content")),
        Section(_("提交"), ("received_at", "client_id")),
        Section(_("核定"), ("kept", "settled_by_name", "settled_at", "settled_reason")),
    )

    @classmethod
    def rows(cls, user: Any) -> QuerySet[Any]:
        """Visible conflicts with their household's name."""
        return with_household(super().rows(user), user)


OVERDUE = "overdue"
TASK_LIGHT = State(
    labels={OVERDUE: _("已超期"), **dict(TaskState.choices)},
    colours={OVERDUE: "red", TaskState.OPEN: "yellow", TaskState.SOLVED: "blue", TaskState.CLOSED: "green"},
)


class VisitTaskResource(Resource):
    """走访问题: what visits raised, with owner and day."""

    name = "visit-task"
    model = VisitTask
    label = pgettext_lazy("列表", "走访问题")
    filters = filters.VisitTaskFilters
    title = "raised_on"
    icon = "finding"
    empty = _("没有符合条件的走访问题。日记里填写了反映的问题，就会在这里跟踪到办结。")
    columns = (
        Column("raised_on", _("提出日期"), kind=DATE, link="visit-task", link_source="pk"),
        Column("problem", _("反映的问题"), kind=BEGINNING_OF_TEXT),
        Column("light", _("状态"), kind=TASK_LIGHT, holds="state"),
        Column("state", _("办理状态"), kind=Choice(TaskState), default=False),
        Column("due_on", _("办结期限"), kind=DATE),
        Column("owner", _("责任方"), kind=Choice(Owner)),
        Column("owner_name", _("责任人")),
        Column("head", _("户主"), source="head_name", holds="household__persons__name"),
        Column(
            "household_code",
            _("户编码"),
            kind=IDENTIFIER,
            holds="household__code",
            link="household",
            link_source="household_id",
            default=False,
        ),
        Column("division", _("所在地"), source="division_id", kind=PLACE),
        Column("household", _("户号"), source="household_id", kind=NUMBER, default=False),
        Column(
            "visit", _("民情日记"), source="visit_id", kind=NUMBER, link="visit", link_source="visit_id", default=False
        ),
        Column("author", _("提出人编号"), source="author_id", kind=NUMBER, default=False),
        Column("whole", _("问题全文"), source="problem", kind=WORDS, default=False),
        Column("solution", _("解决情况"), kind=WORDS, default=False),
        Column("solved_on", _("解决日期"), kind=DATE, default=False),
        Column("solved_by_name", _("解决人"), default=False),
        Column("closed_on", _("办结日期"), kind=DATE, default=False),
        Column("closed_by_name", _("确认人"), default=False),
        Column("remark", _("办理意见"), kind=WORDS, default=False),
        Column("version", _("版本"), kind=NUMBER, default=False),
    )
    sections = (
        Section(_("问题"), ("whole", "raised_on", "visit", "head", "household_code", "division")),
        Section(_("责任"), ("owner", "owner_name", "due_on", "light")),
        Section(_("办理情况"), ("solution", "solved_on", "solved_by_name", "closed_on", "closed_by_name", "remark")),
    )

    @classmethod
    def rows(cls, user: Any) -> QuerySet[Any]:
        """Visible problems with their household's name, and whether they are overdue today."""
        overdue = Q(state=TaskState.OPEN, due_on__lt=today())
        light = Case(When(overdue, then=Value(OVERDUE)), default=F("state"), output_field=CharField())
        return with_household(super().rows(user), user).annotate(light=light)
