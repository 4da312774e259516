"""发现问题: how a problem comes into the ledger, from wherever it comes."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Length
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.access import policy
from apps.access import scope as scopes
from apps.accounts.models import User
from apps.common import workdays
from apps.common.days import today
from apps.common.errors import ServiceError, StaleVersion
from apps.crosschecks.choices import State as FindingState
from apps.crosschecks.choices import Verdict
from apps.divisions import codes
from apps.inspections.models import SiteForm
from apps.inspections.services.teams import office
from apps.problems.choices import Area, Gravity, Source, State
from apps.problems.models import Problem
from apps.problems.services import similar
from apps.problems.services.letters import EVERYWHERE
from apps.problems.services.way import WAY

CONFIRMED = (FindingState.CORRECTED, FindingState.TO_WORKFLOW, FindingState.REVIEWED, FindingState.CLOSED)
LIST_WITHIN = 5
"""Working days within which a problem is put on the list (workflows.md §10)."""
NUMBERS = 7402
"""The advisory lock under which numbers of problems are given out."""
RIGHTS: dict[str, tuple[str, ...]] = {
    Source.INSPECTION: ("inspect",),
    Source.OTHER: ("inspect",),
    Source.FINDING: ("inspect",),
    Source.VISIT: ("inspect",),
}
"""Who may raise a problem of each source at a place: any of these. Of a complaint see `raise_of_complaint`."""


def may_raise(user: Any, source: str, division: int | None = None) -> bool:
    """Whether somebody may raise problems of a source at a place, or anywhere."""
    seen = policy.can(user, "view_supervision", division)
    return seen and any(policy.can(user, one, division) for one in RIGHTS[source])


@transaction.atomic
def raise_problem(
    actor: User,
    *,
    division: int,
    source: str,
    area: str,
    fact: str,
    object: str = "",
    evidence: str = "",
    level: str = Gravity.GENERAL,
    found_on: datetime.date | None = None,
    inspection: Any = None,
    inspection_name: str = "",
    finding: Any = None,
    visit_task: Any = None,
    alike: Problem | None = None,
    client_id: UUID | None = None,
) -> Problem:
    """Put a problem into the ledger, in state *raised*, with its number and a line in its log.

    `inspection`, `finding`, `visit_task` and `alike` are rows that the caller has seen; `inspection_name` names an
    inspection that the platform does not keep. With a `client_id` that is known the problem that it made is answered,
    so that a phone may send twice. Raises PermissionDenied without the right there, ServiceError for a missing fact, an
    unknown choice, a day to come, and a finding that is not confirmed.
    """
    if source not in RIGHTS:
        raise ServiceError(_("问题来源不对。"), field="source", code="invalid_choice")
    policy.require(actor, "view_supervision", division)
    if not may_raise(actor, source, division):
        policy.require(actor, RIGHTS[source][0], division)
    if client_id is not None:
        known = Problem.objects.visible_to(actor).filter(client_id=client_id).first()
        if known is not None:
            return known
    return _put(
        actor,
        division=division,
        source=source,
        area=area,
        fact=fact,
        object=object,
        evidence=evidence,
        level=level,
        found_on=found_on,
        inspection=inspection,
        inspection_name=inspection_name,
        finding=finding,
        visit_task=visit_task,
        alike=alike,
        client_id=client_id,
    )


@transaction.atomic
def raise_of_complaint(*, division: int, area: str, fact: str, level: str, by: User) -> Problem:
    """Raise the problem that a confirmed complaint comes to, at the place complained about.

    The desk of a unit above that place may, whatever else it sees (本级): for this one row the place is lent to it.
    Raises PermissionDenied for everybody else.
    """
    own = scopes.of(by)
    if not any(desk in codes.ancestors(division) for desk, _high in own.ranges_of("handle_complaints")):
        policy.require(by, "handle_complaints", division)
    seen = scopes.merge((*own.ranges_of("view_supervision"), (division, division)))
    with scopes.activate(replace(own, capabilities={**own.capabilities, "view_supervision": seen})):
        return _put(by, division=division, source=Source.COMPLAINT, area=area, fact=fact, level=level, found_on=today())


@transaction.atomic
def raise_of_form(form: SiteForm, *, by: User) -> Problem:
    """Raise the problem that an on-site form carries, at the village where it was found.

    Who is on the team of an inspection may, wherever he works (`apps.inspections.services.filling` has asked): it is
    done in the range of his inspection's office.
    """
    with scopes.activate(office(by)):
        return _put(
            by,
            division=form.place_id,
            source=Source.INSPECTION,
            area=form.problem_area or Area.OTHER,
            fact=form.problem_fact,
            object=form.unit.head or str(form.place),
            level=form.problem_level,
            found_on=min(timezone.localdate(form.written_at), today()),
            inspection=form.inspection,
            client_id=form.client_id,
        )


def _put(
    actor: User,
    *,
    division: int,
    fact: str,
    area: str,
    level: str,
    found_on: datetime.date | None,
    object: str = "",
    evidence: str = "",
    inspection: Any = None,
    inspection_name: str = "",
    finding: Any = None,
    **more: Any,
) -> Problem:
    """Write a problem whose raiser may, with its number and its line in the log."""
    day = found_on or today()
    _check(area, level, fact, day)
    if finding is not None and not confirmed(finding):
        raise ServiceError(_("疑点核实有误后才能列为问题。"), field="finding", code="state", status=409)
    row = Problem(
        division_id=division,
        number=_next(division, day.year),
        year=day.year,
        area=area,
        object=object.strip()[:100] or str(Area(area).label),
        fact=fact.strip(),
        evidence=evidence.strip(),
        level=level,
        found_on=day,
        inspection=inspection,
        inspection_name=inspection.title if inspection is not None else inspection_name,
        finding=finding,
        **more,
        next_due_on=workdays.after(today(), LIST_WITHIN),
        raised_by=actor,
        raised_by_name=str(actor)[:60],
    )
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        # The same phone sent it at the same moment, or somebody whose rows are not the actor's used the number.
        raise ServiceError(_("这个编号已经用过。"), field="client_id", code="repeated", status=409) from None
    WAY.write(row, WAY.elsewhere["raise"], "", by=actor)
    return row


def confirmed(finding: Any) -> bool:
    """Whether a finding turned out to be wrong data or a wrong state, and not the department's mistake."""
    return finding.state in CONFIRMED and finding.verdict in (Verdict.CORRECTED, Verdict.TO_WORKFLOW)


def _check(area: str, level: str, fact: str, day: datetime.date) -> None:
    if area not in Area.values:
        raise ServiceError(_("请选择问题类别。"), field="area", code="invalid_choice")
    if level not in Gravity.values:
        raise ServiceError(_("请选择严重程度。"), field="level", code="invalid_choice")
    if not fact.strip():
        raise ServiceError(_("请写明问题事实。"), field="fact", code="required")
    if day > today():
        raise ServiceError(_("日期不能晚于今天。"), field="found_on", code="future")


def number_of(division: int, year: int, sequence: int) -> str:
    """问题编号: the place, the year, the number within them."""
    return f"{division}-{year}-{sequence:04d}"


def _next(division: int, year: int) -> str:
    """The next number of a place in a year, among all problems that bear one, wherever they lie by now; held until the
    end of the transaction, so that two at once do not get the same one."""
    begin = f"{division}-{year}-"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [NUMBERS, begin])
    with scopes.activate(EVERYWHERE):
        # The ten-thousandth is longer than the one before it, and as text not after it.
        numbers = Problem.objects.filter(number__startswith=begin).order_by(Length("number").desc(), "-number")
        last = numbers.values_list("number", flat=True).first()
    return number_of(division, year, int(last.rsplit("-", 1)[1]) + 1 if last else 1)


@transaction.atomic
def mend(row: Problem, *, by: User, expected_version: int | None = None, **said: Any) -> Problem:
    """Put right what was said of a problem that is not listed yet.

    Raises PermissionDenied without the right to record problems there, ServiceError for one that is listed.
    """
    policy.require(by, "inspect", row)
    locked = Problem.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if expected_version is not None and locked.version != expected_version:
        raise StaleVersion(locked)
    if locked.state != State.RAISED:
        raise ServiceError(_("列入问题清单后不能再修改。"), code="state", status=409)
    for name in ("area", "object", "level", "found_on", "fact", "evidence"):
        if name in said:
            setattr(locked, name, said[name])
    _check(locked.area, locked.level, locked.fact, locked.found_on)
    locked.save()
    return locked


@transaction.atomic
def raise_elsewhere(row: Problem, places: Sequence[int], *, by: User) -> list[Problem]:
    """举一反三: raise in other places that the same be looked into. Places where that is done already are left out.

    Raises ServiceError for a place that is not beside the problem's or not the actor's.
    """
    known = {place.pk for place in similar.beside(row, by)}
    if not places or set(places) - known:
        raise ServiceError(_("请选择要举一反三的地区。"), field="places", code="invalid_choice")
    return [
        raise_problem(
            by,
            division=place,
            source=Source.OTHER,
            area=row.area,
            object=row.object,
            fact=_("举一反三自查：%(fact)s") % {"fact": row.fact},
            evidence=_("参照问题%(number)s") % {"number": row.number},
            level=row.level,
            alike=row,
        )
        for place in sorted(set(places))
    ]
