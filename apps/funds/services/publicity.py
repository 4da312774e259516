"""公告公示 of quotas, items of the library and projects: what is to be made public, and what has been (FP-05, FP-06).

A step of the way asks for the notice itself: the day on which it was posted, and that its days are over. What it says
comes out of the row that it is about, in the language of the office; names are made short when it is posted.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, Sum
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.access import policy
from apps.access import scope as scopes
from apps.accounts.models import User
from apps.common.days import today
from apps.common.errors import ServiceError
from apps.common.openly import without_names
from apps.divisions import codes
from apps.divisions.models import Division
from apps.funds.choices import ProjectState
from apps.funds.models import Allocation, Beneficiary, LibraryItem, Project, Quota
from apps.funds.project_choices import ItemState
from apps.notices.choices import Cell, Kind, State, columns_of
from apps.notices.models import PublicNotice
from apps.notices.models.notice import LONGEST_TITLE
from apps.notices.querysets import NoticeQuerySet, subject
from apps.notices.services import writing

NOTICE_DAYS = 10
"""A notice about money or projects stands at least so many days (FP-06)."""
LANGUAGE = "zh-hans"
"""In which notices are written, whoever has them prepared."""
ABOUT: dict[type, str] = {Quota: "quota", LibraryItem: "library_item", Project: "project"}
"""What the subject of a notice calls its row."""
COUNT: dict[type, tuple[Kind, ...]] = {
    Quota: (Kind.DISTRIBUTION,),
    LibraryItem: (Kind.PROJECT,),
    Project: (Kind.PROJECT, Kind.FUND_USE),
}
"""The kinds of notices by which a row counts as made public."""
NOT_YET = (State.PREPARED, State.APPROVED)
BEFORE = (ProjectState.APPROVED, ProjectState.NOTICED_BEFORE)
AFTER = (ProjectState.ACCEPTED, ProjectState.NOTICED_AFTER)
ENTERS = PublicNotice.change_capability

Row = Quota | LibraryItem | Project
Lines = list[dict[str, Any]]


def subject_of(row: Row) -> str:
    """The subject of notices about a row."""
    return subject(ABOUT[type(row)], row.pk)


def places_for(row: Row) -> list[int]:
    """Where notices about a row hang: of a quota at the place that distributes it (region, league, county), of a
    project at its township and village, of an item of the library also at its county. The narrowest last."""
    place = row.division_id
    path = [*codes.ancestors(place), place]
    if isinstance(row, Quota):
        return [place] if codes.level(place) <= codes.COUNTY else []
    least = codes.COUNTY if isinstance(row, LibraryItem) else codes.TOWNSHIP
    return [one for one in path if codes.level(one) >= least] or [place]


# --- what was made public ---------------------------------------------------------------------------------------------


def _lent(row: Row) -> Any:
    """A scope of the places alone where notices about a row hang: who sees money need not see the register."""
    ranges = tuple((place, place) for place in places_for(row))
    return scopes.activate(scopes.Scope(user_id=None, capabilities={ENTERS: ranges, "view_register": ranges}))


def _counted(row: Row) -> NoticeQuerySet:
    """The notices about a row that make it public, in any state."""
    rows = PublicNotice.objects.about(subject_of(row)).filter(division__in=places_for(row), kind__in=COUNT[type(row)])
    return rows.filter(days__gte=NOTICE_DAYS)


def posted_on(row: Row, *, since: datetime.date | None, on: datetime.date | None = None) -> datetime.date:
    """The day on which the first notice about a row was posted that counts from a day on. `on` may name it: a day on
    which none was posted is refused.

    Raises ServiceError (`notice`) where there is none.
    """
    with _lent(row):
        days = _counted(row).was_posted().order_by("posted_on").values_list("posted_on", flat=True)
        days = days.filter(posted_on__gte=since) if since else days
        found = (days.filter(posted_on=on) if on else days).first()
    if found is None:
        message = _("没有这一天张贴的公示。") if on else _("还没有张贴公示，请先拟公示，审核并张贴后再登记。")
        raise ServiceError(message, field="on" if on else "step", code="notice")
    day: datetime.date = found
    return day


def require_run(row: Row, *, since: datetime.date | None, before: datetime.date) -> None:
    """Raise ServiceError (`notice`) unless a notice posted since a day had all its days before another one, and every
    objection is answered (FP-06)."""
    with _lent(row):
        over = _counted(row).has_run().filter(ends_on__lt=before)
        ran = since is not None and over.filter(posted_on__gte=since).exists()
    if not ran:
        raise ServiceError(
            _("公示不足%(days)d天，不能进行下一步。") % {"days": NOTICE_DAYS}, field="step", code="notice"
        )


@dataclass(frozen=True)
class Shown:
    """A notice in the list of its subject; `visible`: whether the reader may open it."""

    notice: PublicNotice
    title: str
    visible: bool


def notices_of(row: Row, user: Any) -> list[Shown]:
    """The notices about a row, the newest first: those that somebody sees, and of the others what everybody reads of
    it (a posted one, with names made short)."""
    own = list(PublicNotice.objects.visible_to(user).about(subject_of(row)))
    with _lent(row):
        public = PublicNotice.objects.about(subject_of(row)).was_posted().filter(division__in=places_for(row))
        others = list(public.exclude(pk__in=[one.pk for one in own]))
    found = [Shown(one, one.title, visible=True) for one in own]
    found += [Shown(one, _openly(one), visible=False) for one in others]
    return sorted(found, key=lambda one: one.notice.pk, reverse=True)


def _openly(notice: PublicNotice) -> str:
    people = [column.name for column in columns_of(notice.kind) if column.cell == Cell.NAME]
    return without_names(notice.title, (line[name] for line in notice.lines for name in people if name in line))


# --- what is to be made public ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Said:
    """What a notice says."""

    kind: Kind
    title: str
    text: str
    lines: Lines


@dataclass(frozen=True)
class Offer:
    """A notice that somebody may have prepared at a place."""

    place: int
    label: str | Promise


LABELS: dict[str, str | Promise] = {
    "distribution": gettext_lazy("拟分配结果公告"),
    "library": gettext_lazy("拟入库前公示"),
    "before": gettext_lazy("拟使用与建设前公示"),
    "after": gettext_lazy("拟建成后公示"),
}


def stage_of(row: Row) -> str:
    """Which notice a row is to have now; empty for none."""
    if isinstance(row, Quota):
        return "distribution" if row.passed > 0 or row.allocated > 0 else ""
    if isinstance(row, LibraryItem):
        return "library" if row.state == ItemState.COUNTY_APPROVED else ""
    return "before" if row.state in BEFORE else "after" if row.state in AFTER else ""


def may_prepare(row: Row, by: Any) -> bool:
    """Whether somebody prepares notices at any of the places of a row."""
    return any(policy.can(by, ENTERS, place) for place in places_for(row))


def offers(row: Row, by: Any) -> list[Offer]:
    """The notices about a row that somebody may have prepared now: none where one waits to be posted."""
    stage = stage_of(row)
    places = [place for place in places_for(row) if policy.can(by, ENTERS, place)] if stage else []
    taken = set(_under_way(row, places).values_list("division_id", flat=True)) if places else set()
    return [Offer(place, LABELS[stage]) for place in places if place not in taken]


def _under_way(row: Row, places: Iterable[int]) -> NoticeQuerySet:
    """Notices about a row that are not posted yet, or hang for the stage it is at."""
    rows = PublicNotice.objects.about(subject_of(row)).filter(division__in=list(places))
    since = since_when(row)
    said = rows.was_posted().filter(posted_on__gte=since).values("pk") if since else rows.none().values("pk")
    return rows.filter(state__in=NOT_YET) | rows.filter(pk__in=said)


def since_when(row: Row) -> datetime.date | None:
    """From which day on a posted notice counts for the stage a row is at; None where it may be said again."""
    match stage_of(row), row:
        case "library", LibraryItem():
            # Steps are logged by the clock, notices posted by the day that work counts from.
            return min(timezone.localdate(row.state_since), today())
        case "before", Project():
            return row.approved_on
        case "after", Project():
            return row.accepted_on
    return None


@transaction.atomic
def prepare(row: Row, place: int, *, by: User) -> PublicNotice:
    """Have a notice about a row that `by` sees prepared at a place; another person approves it.

    Raises PermissionDenied without the right to notices at any place of the row or at this one, and ServiceError for a
    place or a moment that has none, for one that is under way (409), and for what may not be said in public.
    """
    if not may_prepare(row, by):
        raise PermissionDenied(_("您没有拟这项公示的权限。"))
    if place not in places_for(row):
        raise ServiceError(_("公示不在这个地方张贴。"), field="division", code="place")
    policy.require(by, ENTERS, place)
    locked: Any = type(row)._default_manager.select_for_update(of=("self",)).get(pk=row.pk)
    stage = stage_of(locked)
    if not stage:
        raise ServiceError(_("现在没有需要公示的内容。"), code="state", status=409)
    if _under_way(locked, [place]).exists():
        raise ServiceError(_("这里已有同一事项的公示。"), code="under_way", status=409)
    with translation.override(LANGUAGE):
        said = WORDS[stage](locked, by)
    return writing.prepare(place, said.kind, said.title, said.lines, by, text=said.text, subject=subject_of(locked))


def _titled(name: str, ending: str) -> str:
    """A title that ends in what is said, however long the name."""
    return f"{name[: LONGEST_TITLE - len(ending)]}{ending}"


def _name_of(place: int) -> str:
    return Division.objects.values_list("name", flat=True).get(pk=place)


def _yuan(amount: Decimal) -> str:
    return f"{amount:.2f}"


def _distribution(quota: Quota, by: User) -> Said:
    """Which places and projects got how much of a quota."""
    fund = str(quota.get_kind_display())
    handed = Quota.objects.visible_to(by).filter(parent=quota).values_list("division__name")
    lines: Lines = [
        {"unit": name, "fund": fund, "amount": _yuan(amount)}
        for name, amount in handed.annotate(sum=Sum(F("amount") - F("recovered"))).order_by("division")
        if amount
    ]
    put = Allocation.objects.visible_to(by).filter(quota=quota, amount__gt=0).order_by("project__division", "project")
    lines += [
        {"unit": unit, "project": name, "fund": fund, "amount": _yuan(amount)}
        for unit, name, amount in put.values_list("project__unit", "project__name", "amount")
    ]
    text = (
        f"根据《{quota.document_no}》，现将{quota.year}年度{fund}{_yuan(quota.amount)}元的分配结果公告如下。{HOTLINE}"
    )
    return Said(
        Kind.DISTRIBUTION, _titled(f"{_name_of(quota.division_id)}{quota.year}年度{fund}", "分配结果公告"), text, lines
    )


HOTLINE = "如有异议，请在公告公示期内向本级扶贫办反映，或拨打扶贫监督举报电话12317。"


def _library(item: LibraryItem, by: User) -> Said:
    opening = f"经{item.met_on}村民会议申报，乡镇、部门核查和旗县审批，下列项目拟列入扶贫项目库。"
    return Said(
        Kind.PROJECT,
        _titled(item.name, "拟入库项目公示"),
        _sentences(opening, item),
        _listed(item, item.amount, by),
    )


def _before(project: Project, by: User) -> Said:
    days = f"计划工期：{project.plan_start}至{project.plan_end}。责任单位：{project.unit}。"
    opening = f"下列扶贫项目已经旗县批准立项（{project.approval_no or project.code}），资金使用和建设前公示如下。{days}"
    return Said(
        Kind.PROJECT,
        _titled(project.name, "使用与建设前公示"),
        _sentences(opening, project),
        _listed(project, project.budget, by),
    )


def _after(project: Project, by: User) -> Said:
    sums = Allocation.objects.visible_to(by).filter(project=project).aggregate(put=Sum("amount"), paid=Sum("paid"))
    put, paid = (sums[name] or Decimal(0) for name in ("put", "paid"))
    opening = (
        f"下列扶贫项目于{project.finished_on}完工、{project.accepted_on}验收合格，责任单位：{project.unit}，"
        f"落实资金{_yuan(put)}元，已拨付{_yuan(paid)}元，建成后公示如下。"
    )
    return Said(
        Kind.PROJECT,
        _titled(project.name, "建成后公示"),
        _sentences(opening, project),
        _listed(project, put, by),
    )


def _sentences(opening: str, row: LibraryItem | Project) -> str:
    """The text of a notice about what is or was built, and for whom."""
    said = {
        "建设规模和内容": row.scale,
        "补助标准": row.subsidy_standard,
        "绩效目标": row.target,
        "带贫机制": row.mechanism,
    }
    parts = [f"{name}：{text.strip()}" for name, text in said.items() if text.strip()]
    return "\n".join([opening, *parts, HOTLINE])


def _listed(row: LibraryItem | Project, amount: Decimal, by: User) -> Lines:
    """The project with its place and amount, and the households that it is to help, as far as whoever has the notice
    prepared sees them."""
    of = {"item": row} if isinstance(row, LibraryItem) else {"project": row}
    rows = Beneficiary.objects.visible_to(by).filter(**of, is_active=True).order_by("division", "head", "pk")
    helped = list(rows.values_list("head", "division__name"))
    place = row.site or _name_of(row.division_id)
    first = {"project": row.name, "place": place, "amount": _yuan(amount), "households": len(helped)}
    return [first, *({"head": head, "village": village} for head, village in helped if head)]


WORDS: dict[str, Callable[[Any, User], Said]] = {
    "distribution": _distribution,
    "library": _library,
    "before": _before,
    "after": _after,
}
