"""督办函: written by the office above, numbered, received by the unit."""

from __future__ import annotations

import datetime

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.common.days import today
from apps.common.errors import ServiceError
from apps.divisions.models import Division
from apps.pages.ways import past_day
from apps.problems.models import Problem, SupervisionLetter
from apps.problems.models.problem import LONGEST_TEXT
from apps.problems.services.offices import office_of, rectifies
from apps.problems.services.way import WAY

LETTERS = 7401
"""The advisory lock under which numbers of letters are given out."""
EVERYWHERE = scopes.everywhere("view_supervision", username="problems")


def issue(problem: Problem, *, text: str, due_on: datetime.date, by: User) -> SupervisionLetter:
    """Write a letter about a locked problem to the unit that answers for it (`services.steps` asked whether it may)."""
    if problem.unit_id is None or problem.due_on is None:
        raise ServiceError(_("还没有落实责任单位。"), field="step", code="state", status=409)
    if len(text) > LONGEST_TEXT:
        raise ServiceError(_("说明不能超过 %(most)d 字。") % {"most": LONGEST_TEXT}, field="note")
    office, year = office_of(by, problem), today().year
    sequence = _next(office, year)
    name = Division.objects.get(pk=office).short_name
    return SupervisionLetter.objects.create(
        problem=problem,
        division_id=problem.division_id,
        issuer_id=office,
        year=year,
        sequence=sequence,
        number=number_of(name, year, sequence),
        unit_id=problem.unit_id,
        department=problem.department,
        text=text.strip(),
        old_due_on=problem.due_on,
        due_on=due_on,
        issued_on=today(),
        issued_by=by,
        issued_by_name=str(by)[:60],
    )


def number_of(name: str, year: int, sequence: int) -> str:
    """文号: the office, the year in its brackets, the number within it."""
    return f"{name}扶贫督函〔{year}〕{sequence}号"


def _next(office: int, year: int) -> int:
    """The next number of an office in a year, among all its letters, whoever sees them; held until the end of the
    transaction, so that two at once do not get the same one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [LETTERS, f"{office}/{year}"])
    with scopes.activate(EVERYWHERE):
        last = SupervisionLetter.objects.filter(issuer_id=office, year=year).aggregate(last=Max("sequence"))["last"]
    return (last or 0) + 1


def why_not(letter: SupervisionLetter, by: User) -> str:
    """Why somebody may not record the receipt of a letter; empty when he may."""
    if not rectifies(by, letter):
        return _("督办函由收函单位签收。")
    if letter.received_on is not None:
        return _("督办函已经签收。")
    return ""


@transaction.atomic
def receive(letter: SupervisionLetter, *, by: User, on: datetime.date | None = None) -> SupervisionLetter:
    """Record that the unit got a letter.

    Raises PermissionDenied for anybody else, ServiceError for one that is received already and for a day before it was
    written or still to come.
    """
    if not rectifies(by, letter):
        raise PermissionDenied(_("督办函由收函单位签收。"))
    locked = SupervisionLetter.objects.select_for_update(of=("self",)).select_related("problem").get(pk=letter.pk)
    if locked.received_on is not None:
        raise ServiceError(_("督办函已经签收。"), field="on", code="state", status=409)
    day = past_day(on, "on")
    if day < locked.issued_on:
        raise ServiceError(_("签收日期不能早于发函日期。"), field="on", code="date")
    locked.received_on, locked.received_by, locked.received_by_name = day, by, str(by)[:60]
    locked.save(update_fields=["received_on", "received_by", "received_by_name"])
    problem = locked.problem
    WAY.write(problem, WAY.elsewhere["receive"], problem.state, by=by, note=locked.number)
    return locked
