"""督查巡查 on its way from plan to close (workflows.md §10). State moves here and nowhere else."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.common.days import today
from apps.common.errors import Refused, ServiceError
from apps.divisions import codes
from apps.divisions.models import Division
from apps.inspections.choices import BEFORE, InspectionKind, InspectionState
from apps.inspections.models import Inspection, InspectionLog, InspectionTarget
from apps.inspections.models.inspection import LONGEST_REPORT
from apps.inspections.services import teams
from apps.inspections.services.teams import office
from apps.pages.ways import Step, Way, holds, past_day

INSPECTS, APPROVES = "inspect", "approve_inspections"
S = InspectionState
MOST_PLACES = 200

WAY = Way.of(
    InspectionLog,
    "inspection",
    Step("approve", gettext_lazy("批准"), (S.PLANNED,), S.APPROVED, APPROVES, apart=True),
    Step("set_team", gettext_lazy("组建督查组"), (S.APPROVED, S.TEAM_SET), S.TEAM_SET, INSPECTS),
    Step("start", gettext_lazy("进驻"), (S.TEAM_SET,), S.RUNNING, INSPECTS),
    Step("report", gettext_lazy("提交督查报告"), (S.RUNNING,), S.REPORT, INSPECTS, apart=True, opens=True),
    Step("feed_back", gettext_lazy("向受检地区反馈"), (S.REPORT,), S.FED_BACK, INSPECTS),
    Step("notify", gettext_lazy("通报"), (S.FED_BACK,), S.NOTIFIED, APPROVES, apart=True),
    Step("close", gettext_lazy("办结"), (S.NOTIFIED,), S.CLOSED, INSPECTS),
    Step("cancel", gettext_lazy("取消"), BEFORE, S.CANCELLED, APPROVES, needs_note=True),
    elsewhere=(
        Step("plan", gettext_lazy("拟定"), (), S.PLANNED, INSPECTS, apart=True),
        Step("adopt", gettext_lazy("采纳办结后到达的问题"), (), "", INSPECTS),
        Step("dismiss", gettext_lazy("不采纳办结后到达的问题"), (), "", INSPECTS),
    ),
)


@dataclass(frozen=True)
class Said:
    """What is said with a step: the day of start, feedback and notification; the teams; the text of report, feedback
    or notification, and the number of the last."""

    note: str = ""
    on: datetime.date | None = None
    teams: Sequence[teams.Line] = ()
    text: str = ""
    notice_no: str = ""


def may_plan(user: Any, division: int | None = None) -> bool:
    """Whether somebody plans inspections of a place's office (of any, if none is named): region, league and county."""
    if division is None:
        return any(codes.level(low) <= codes.COUNTY for low, _high in scopes.of(user).ranges_of(INSPECTS))
    return codes.level(division) <= codes.COUNTY and holds(user, INSPECTS, division)


@transaction.atomic
def plan(
    inspection: Inspection, places: Iterable[int] | None, *, by: User, expected_version: int | None = None
) -> Inspection:
    """Write a new inspection, or what its planner changes before it is approved; `places` are the codes of the places
    that it goes to (all below the office's own), None leaves them.

    Raises PermissionDenied for another office, Refused for another's plan, StaleVersion, and ServiceError for a state
    that does not allow it and places that cannot be.
    """
    if not may_plan(by, inspection.division_id):
        raise PermissionDenied(_("您不能拟定这一级的督查。"))
    new = inspection.pk is None
    if not new:
        _require_own_plan(inspection, by)
    elif places is None:
        places = ()
    found = None if places is None else _checked(inspection.division_id, set(places))
    if inspection.until_on < inspection.from_on:
        raise ServiceError(_("结束日期不能早于开始日期。"), field="until_on")
    if new:
        inspection.drafted_by, inspection.drafted_by_name = by, str(by)[:60]
        inspection.number = uuid4().hex[:24]
        inspection.save()
        inspection.number = f"DC{inspection.division_id // 10**6}{inspection.from_on.year}{inspection.pk:06d}"
        Inspection.objects.filter(pk=inspection.pk).update(number=inspection.number)
        WAY.write(inspection, WAY.elsewhere["plan"], "", by=by)
    else:
        inspection.save(expected_version=expected_version)
    _go_to(inspection, found)
    return inspection


def _require_own_plan(inspection: Inspection, by: User) -> None:
    stored = Inspection.objects.select_for_update().get(pk=inspection.pk)
    if stored.drafted_by_id != by.pk:
        raise Refused(_("只有拟定人可以修改。"))
    if stored.state != S.PLANNED:
        raise ServiceError(_("督查批准后不能修改。"), code="state", status=409)


def _checked(division: int, places: set[int]) -> set[int]:
    """The places, all of which are below the office and none within another. Raises ServiceError at `places`."""
    if not places:
        raise ServiceError(_("请选择受检地区。"), field="places", code="required")
    if len(places) > MOST_PLACES:
        raise ServiceError(_("受检地区最多 %(most)d 个。") % {"most": MOST_PLACES}, field="places", code="too_many")
    known = set(Division.objects.pickable().below(division).filter(pk__in=places).values_list("pk", flat=True))
    if places - known:
        raise ServiceError(_("受检地区应是督查单位的下级地区。"), field="places", code="invalid_choice")
    for place in places:
        if any(other != place and codes.contains(other, place) for other in places):
            raise ServiceError(_("受检地区不能互相包含。"), field="places", code="nested")
    return places


def _go_to(inspection: Inspection, places: set[int] | None) -> None:
    """Keep the places and what they are to be told equal to the plan."""
    if places is not None:
        rows = InspectionTarget.objects.filter(inspection=inspection)
        rows.exclude(place_id__in=places).delete()
        there = set(rows.values_list("place_id", flat=True))
        InspectionTarget.objects.bulk_create(
            InspectionTarget(
                inspection=inspection,
                place_id=place,
                run_by_id=inspection.division_id,
                division_id=inspection.division_id,
                **_told(inspection),
            )
            for place in sorted(places - there)
        )
    InspectionTarget.objects.filter(inspection=inspection).update(**_told(inspection))


def _told(inspection: Inspection) -> dict[str, Any]:
    """What an inspected place is told from the beginning."""
    return {name: getattr(inspection, name) for name in ("number", "title", "kind", "from_on", "until_on")}


def take(
    inspection: Inspection, name: str, *, by: User, said: Said | None = None, expected_version: int | None = None
) -> Inspection:
    """Take a step; what may be refused is said at `Way.take` and at each act below."""
    words = said or Said()

    def act(locked: Inspection, step: Step) -> str | None:
        if step.name in ACTS:
            ACTS[step.name](locked, words, by)
        return None

    return WAY.take(inspection, name, by=by, act=act, note=words.note, expected_version=expected_version)


def _approve(inspection: Inspection, said: Said, by: User) -> None:
    """Announced ones are told to the places now, an unannounced one not before it begins."""
    inspection.approved_on = today()
    if inspection.kind != InspectionKind.UNANNOUNCED:
        _open(inspection, by)


def _set_team(inspection: Inspection, said: Said, by: User) -> None:
    teams.set_teams(inspection, said.teams, by=by)


def _start(inspection: Inspection, said: Said, by: User) -> None:
    day = past_day(said.on, "on")
    if inspection.approved_on and day < inspection.approved_on:
        raise ServiceError(_("日期不能早于批准日期。"), field="on", code="order")
    inspection.started_on = day
    _open(inspection, by)
    _tell(inspection, by, inspected_on=day)


def _report(inspection: Inspection, said: Said, by: User) -> None:
    inspection.report, inspection.reported_on = _text(said), _day(said, inspection.started_on)


def _feed_back(inspection: Inspection, said: Said, by: User) -> None:
    inspection.feedback, inspection.fed_back_on = _text(said), _day(said, inspection.reported_on)
    _tell(inspection, by, feedback=inspection.feedback, fed_back_on=inspection.fed_back_on)


def _notify(inspection: Inspection, said: Said, by: User) -> None:
    if not said.notice_no.strip():
        raise ServiceError(_("请填写通报文号。"), field="notice_no", code="required")
    inspection.notice, inspection.notice_no = _text(said), said.notice_no.strip()
    inspection.notified_on = _day(said, inspection.fed_back_on)
    told = {name: getattr(inspection, name) for name in ("notice", "notice_no", "notified_on")}
    _tell(inspection, by, **told)


def _close(inspection: Inspection, said: Said, by: User) -> None:
    inspection.closed_on = today()


def _open(inspection: Inspection, by: User) -> None:
    """Hand the places what they are told: their rows move from the office to them."""
    with scopes.activate(office(by)):
        rows = InspectionTarget.objects.filter(inspection=inspection, opened_on=None)
        rows.update(division_id=F("place_id"), opened_on=today())


def _tell(inspection: Inspection, by: User, **told: Any) -> None:
    """Write what the places are told."""
    with scopes.activate(office(by)):
        InspectionTarget.objects.filter(inspection=inspection).update(**told)


def _text(said: Said) -> str:
    text = said.text.strip()
    if not text:
        raise ServiceError(_("请填写内容。"), field="text", code="required")
    if len(text) > LONGEST_REPORT:
        raise ServiceError(_("内容不能超过 %(most)d 字。") % {"most": LONGEST_REPORT}, field="text")
    return text


def _day(said: Said, since: datetime.date | None) -> datetime.date:
    """The day that was said: not to come, and not before the step before."""
    day = past_day(said.on, "on")
    if since is not None and day < since:
        raise ServiceError(_("日期不能早于上一步。"), field="on", code="order")
    return day


ACTS: dict[str, Callable[[Inspection, Said, User], None]] = {
    "approve": _approve,
    "set_team": _set_team,
    "start": _start,
    "report": _report,
    "feed_back": _feed_back,
    "notify": _notify,
    "close": _close,
}
