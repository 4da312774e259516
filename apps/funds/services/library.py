"""项目库: proposing, checking, approving, entering, refreshing and selecting (workflows.md §8).

State moves here and nowhere else, by steps of the village or township, the township, the county's department, its
leading group and its office. Approval is the county's alone (FP-09).
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.common.days import today
from apps.common.errors import Refused, ServiceError
from apps.common.models import field_label, save_versioned
from apps.divisions import codes
from apps.funds.choices import Act
from apps.funds.models import Beneficiary, LibraryItem, LibraryLog, Project
from apps.funds.project_choices import DRAFTED, ItemState
from apps.funds.services import beneficiaries, negative, publicity
from apps.funds.services.bands import band_for
from apps.funds.services.negative import Answers
from apps.funds.services.publicity import NOTICE_DAYS
from apps.pages.ways import Step, Way, holds_at

PROPOSES, REVIEWS, APPROVES = "propose_funds", "review_funds", "approve_funds"
BELOW, TOWNSHIP, COUNTY = (codes.VILLAGE, codes.TOWNSHIP), (codes.TOWNSHIP,), (codes.COUNTY,)
FOURTH_QUARTER = 10
"""The library is refreshed from this month on."""

S = ItemState
WAY = Way.of(
    LibraryLog,
    "item",
    Step("propose", gettext_lazy("提交"), DRAFTED, S.PROPOSED, PROPOSES, BELOW, apart=True, own=True, opens=True),
    Step(
        "check_township", gettext_lazy("乡镇核查通过"), (S.PROPOSED,), S.TOWNSHIP_CHECKED, REVIEWS, TOWNSHIP, apart=True
    ),
    Step(
        "check_department",
        gettext_lazy("部门核查通过"),
        (S.TOWNSHIP_CHECKED,),
        S.DEPARTMENT_CHECKED,
        REVIEWS,
        COUNTY,
        apart=True,
    ),
    Step(
        "approve",
        gettext_lazy("旗县审批同意"),
        (S.DEPARTMENT_CHECKED,),
        S.COUNTY_APPROVED,
        APPROVES,
        COUNTY,
        apart=True,
    ),
    Step("notice", gettext_lazy("开始公示"), (S.COUNTY_APPROVED,), S.NOTICED, PROPOSES, COUNTY),
    Step("enter", gettext_lazy("公示期满，入库"), (S.NOTICED,), S.IN_LIBRARY, PROPOSES, COUNTY),
    Step("select", gettext_lazy("选定并立项"), (S.IN_LIBRARY,), S.SELECTED, APPROVES, COUNTY),
    Step("refresh", gettext_lazy("确认下年度继续有效"), (S.IN_LIBRARY,), "", PROPOSES, COUNTY),
    Step("leave_out", gettext_lazy("退出项目库"), (S.IN_LIBRARY,), S.WITHDRAWN, PROPOSES, COUNTY, needs_note=True),
    Step("return_township", gettext_lazy("乡镇退回"), (S.PROPOSED,), S.RETURNED, REVIEWS, TOWNSHIP, needs_note=True),
    Step(
        "return_department",
        gettext_lazy("部门退回"),
        (S.PROPOSED, S.TOWNSHIP_CHECKED),
        S.RETURNED,
        REVIEWS,
        COUNTY,
        needs_note=True,
    ),
    Step(
        "return_county",
        gettext_lazy("旗县退回"),
        (S.PROPOSED, S.TOWNSHIP_CHECKED, S.DEPARTMENT_CHECKED, S.COUNTY_APPROVED, S.NOTICED),
        S.RETURNED,
        APPROVES,
        COUNTY,
        needs_note=True,
    ),
    Step(
        "withdraw",
        gettext_lazy("撤回"),
        (*DRAFTED, S.PROPOSED),
        S.WITHDRAWN,
        PROPOSES,
        BELOW,
        own=True,
        needs_note=True,
    ),
)


@dataclass(frozen=True)
class Selection:
    """What the county decides when it makes a project of an item: document, unit, person in charge, days."""

    approval_no: str
    unit: str
    person_in_charge: str
    plan_start: datetime.date
    plan_end: datetime.date


@dataclass(frozen=True)
class Said:
    """What is said with a step: `on` may name the day on which the notice was posted, `selection` and `answers` go with
    `select`."""

    note: str = ""
    on: datetime.date | None = None
    selection: Selection | None = None
    answers: Answers = field(default_factory=lambda: Answers({}))


@transaction.atomic
def save(
    item: LibraryItem, households: Sequence[str] | None, *, by: User, expected_version: int | None = None
) -> LibraryItem:
    """Write a new item, or what its drafter changes before it is (again) proposed; `households` are codes, None leaves
    them.

    Raises PermissionDenied for another place's office or another's draft, StaleVersion, and ServiceError for a state
    that does not allow it and for beneficiaries that cannot be.
    """
    new = item.pk is None
    if not new:
        stored = LibraryItem.objects.select_for_update().get(pk=item.pk)
        if stored.drafted_by_id != by.pk:
            raise Refused(_("只有拟稿人可以修改。"))
        if stored.state not in DRAFTED:
            raise ServiceError(_("已经提交，不能修改。"), code="state", status=409)
    if codes.level(item.division_id) not in BELOW:
        raise ServiceError(_("项目由嘎查村或苏木乡镇申报。"), field="division", code="level")
    if not may_propose(by, item.division_id):
        raise PermissionDenied(_("项目由嘎查村或苏木乡镇申报。"))
    if item.met_on > today():
        raise ServiceError(_("会议日期不能晚于今天。"), field="met_on")
    item.valid_for = item.year
    if new:
        item.drafted_by, item.drafted_by_name = by, str(by)[:60]
        item.save()
    elif expected_version is not None:
        save_versioned(item, expected_version)
    else:
        item.save()
    if households is not None:
        beneficiaries.replace(item, households, by=by)
    Beneficiary.objects.filter(item=item).update(kind=item.kind, year=item.year)
    return item


def may_propose(by: User, place: int | None = None) -> bool:
    """Whether somebody proposes projects of a place, or of any: villages and townships do, nobody for them."""
    if place is not None:
        return holds_at(by, PROPOSES, place, BELOW)
    return any(codes.level(low) in BELOW for low, _high in scopes.of(by).ranges_of(PROPOSES))


def take(
    item: LibraryItem, name: str, *, by: User, said: Said | None = None, expected_version: int | None = None
) -> LibraryItem:
    """Take a step; what may be refused is said at `Way.take` and at each act below."""
    words = said or Said()

    def act(locked: LibraryItem, step: Step) -> str | None:
        after = ACTS[step.name](locked, words, by) if step.name in ACTS else None
        locked.due_on = _due(locked, after or step.to_state or locked.state)
        return after

    return WAY.take(item, name, by=by, act=act, note=words.note, expected_version=expected_version)


def _due(item: LibraryItem, state: str) -> datetime.date | None:
    """Until when the next step is to be taken."""
    if state == S.NOTICED and item.noticed_on:
        return item.noticed_on + datetime.timedelta(days=NOTICE_DAYS + 1)
    if state in (S.PROPOSED, S.TOWNSHIP_CHECKED, S.DEPARTMENT_CHECKED, S.COUNTY_APPROVED):
        return today() + datetime.timedelta(days=_band(item)[1])
    return None


def _band(item: LibraryItem) -> tuple[int, int]:
    return band_for(codes.at(item.division_id, codes.COUNTY), Act.ALLOCATE, item.amount)


def _propose(item: LibraryItem, said: Said, by: User) -> None:
    """No target, no entry; nobody helped, no entry. The county's band holds from now on."""
    for name in ("target", "mechanism"):
        if not getattr(item, name).strip():
            label = field_label(LibraryItem, name)
            raise ServiceError(_("没有填写%(name)s，不能申报。") % {"name": label}, field=name, code="required")
    if not Beneficiary.objects.filter(item=item).exists():
        raise ServiceError(_("没有受益户，不能申报。"), field="households", code="required")
    item.signatures, item.signed = _band(item)[0], 0
    item.noticed_on = None


def _approve(item: LibraryItem, said: Said, by: User) -> str | None:
    """Above a band's amount several people approve; until the last of them it stays where it is."""
    item.signed += 1
    return None if item.signed >= item.signatures else S.DEPARTMENT_CHECKED


def _notice(item: LibraryItem, said: Said, by: User) -> None:
    """The notice itself says since when it stands: one that was posted after the county had approved."""
    item.noticed_on = publicity.posted_on(item, since=publicity.since_when(item), on=said.on)


def _enter(item: LibraryItem, said: Said, by: User) -> None:
    publicity.require_run(item, since=item.noticed_on, before=today())
    item.entered_on = today()


def _refresh(item: LibraryItem, said: Said, by: User) -> None:
    """Each fourth quarter, for the next year."""
    day = today()
    if day.month < FOURTH_QUARTER:
        raise ServiceError(_("项目库每年第四季度更新。"), field="step", code="day")
    if item.valid_for > day.year:
        raise ServiceError(_("已经确认下年度继续有效。"), field="step", code="done", status=409)
    item.valid_for = day.year + 1


def _withdraw(item: LibraryItem, said: Said, by: User) -> None:
    """The help that was meant is no longer counted."""
    Beneficiary.objects.filter(item=item).update(is_active=False)


def _select(item: LibraryItem, said: Said, by: User) -> None:
    """Make the project: the county's approval, with its answers to the negative list, in the same transaction."""
    chosen, day = said.selection, today()
    if chosen is None:
        raise ServiceError(_("请填写立项文号、责任单位和工期。"), field="approval_no", code="required")
    for name in ("approval_no", "unit", "person_in_charge"):
        if not getattr(chosen, name).strip():
            raise ServiceError(_("请填写内容。"), field=name, code="required")
    if chosen.plan_end < chosen.plan_start:
        raise ServiceError(_("计划完工日期不能早于计划开工日期。"), field="plan_end")
    if item.valid_for < day.year:
        raise ServiceError(
            _("%(year)d年以后没有确认继续有效，不能选用。") % {"year": item.valid_for}, field="step", code="expired"
        )
    copied = {
        name: getattr(item, name)
        for name in ("name", "kind", "mode", "year", "site", "scale", "subsidy_standard", "target", "mechanism")
    }
    project = Project(
        **copied,
        division_id=item.division_id,
        item=item,
        code=f"P{item.division_id // 10**6}{item.year}{item.pk:08d}",
        budget=item.amount,
        unit=chosen.unit.strip(),
        person_in_charge=chosen.person_in_charge.strip(),
        plan_start=chosen.plan_start,
        plan_end=chosen.plan_end,
        approval_no=chosen.approval_no.strip(),
        approved_on=day,
        approved_level=codes.COUNTY,
        approved_by=by,
        approved_by_name=str(by)[:60],
    )
    project.full_clean(exclude=["division", "item", "code"], validate_unique=False, validate_constraints=False)
    project.save()
    negative.confirm(project, said.answers, by=by)
    Beneficiary.objects.filter(item=item).update(project=project)


ACTS: dict[str, Callable[[LibraryItem, Said, User], Any]] = {
    "propose": _propose,
    "approve": _approve,
    "notice": _notice,
    "enter": _enter,
    "refresh": _refresh,
    "select": _select,
    "leave_out": _withdraw,
    "withdraw": _withdraw,
}


def project_of(item: LibraryItem, user: User) -> Project | None:
    """The project that was made from an item, if somebody sees it."""
    return Project.objects.visible_to(user).filter(item=item).first()


NEXT = ("check_township", "check_department", "approve", "notice", "enter")
"""The steps that an item waits for on its way into the library."""


def waiting(user: User) -> QuerySet[LibraryItem]:
    """The items that wait for somebody's step: in his office, none that he took a part of this round, a notice only
    when its days are over; and his own that came back."""
    scope, over = scopes.of(user), today() - datetime.timedelta(days=NOTICE_DAYS + 1)
    where = Q(state=S.RETURNED, drafted_by_id=user.pk)
    for step in (WAY.steps[name] for name in NEXT):
        ready = Q(state__in=step.from_states) & (Q(noticed_on__lte=over) if step.name == "enter" else Q())
        for office, _high in scope.ranges_of(step.capability):
            if codes.level(office) in step.levels:
                low, high = codes.subtree(office)
                where |= ready & Q(division_id__gte=low, division_id__lte=high)
    mine = LibraryLog.objects.filter(item=OuterRef("pk"), round=OuterRef("round"), by_id=user.pk, apart=True)
    taken = Exists(mine) & ~Q(state=S.RETURNED)
    return LibraryItem.objects.visible_to(user).filter(where).exclude(taken).order_by("due_on", "pk")
