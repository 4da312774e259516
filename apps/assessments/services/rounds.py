"""Opening a year: who is assessed, and every value that can be computed, for a whole place at once.

The ledger is the row of the round: each part is one transaction that also notes itself as done. A worker may die at any
moment and a message may come twice; what is done is not done again.
"""

from __future__ import annotations

import datetime
import logging
from collections.abc import Callable
from typing import Any

from celery import current_app
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from apps.access import policy
from apps.access import scope as scopes
from apps.accounts.models import User
from apps.assessments.catalogue import PERIOD_MONTHS, computed
from apps.assessments.choices import EFFECTS, Kind, RoundState
from apps.assessments.models import AssessmentRound, CadreAssessment
from apps.assessments.services import effect_rounds, formulas, people, sets
from apps.common.days import today
from apps.common.errors import ServiceError
from apps.divisions import codes
from apps.households.models import HELPED

logger = logging.getLogger(__name__)

CAPABILITY = AssessmentRound.change_capability
PEOPLE, FREEZE, ENTERED, ZERO = "people", effect_rounds.FREEZE, "entered", "zero_months"
PARTS = (PEOPLE, FREEZE, *computed(), ENTERED, ZERO)
LEFT_LYING = datetime.timedelta(minutes=5)
"""A round without progress for so long was interrupted."""


def _wide(opener: int, name: str) -> scopes.Scope:
    """The range of the computation, in the name of whoever opened the year: his helpers' households lie anywhere, and
    of places their money is read too."""
    return scopes.everywhere(*effect_rounds.CAPABILITIES, user_id=opener, username=name, source="task")


@transaction.atomic
def open_round(division: int, kind: str, year: int, *, by: User) -> AssessmentRound:
    """Open the assessment of a year for one kind at a place and below; opened again it takes in who came since.

    Nothing is computed yet: whoever calls rings for `work` once this is committed. Raises PermissionDenied without
    `manage_parameters` there, ServiceError too far down, without a set, for a year to come, and while it runs.
    """
    policy.require(by, CAPABILITY, division)
    sets.require_level(kind, division)
    if year > today().year:
        raise ServiceError(_("这一年度还没有开始。"), field="year", code="future")
    if kind in EFFECTS:
        effect_rounds.require_day(year)
    found_set = sets.in_force(kind, year, division)
    if found_set is None:
        raise ServiceError(_("这一年度还没有考核方案，请先制定。"), field="year", code="no_set")
    now = timezone.now()
    found = AssessmentRound.objects.select_for_update().filter(division_id=division, kind=kind, year=year).first()
    if found is not None and found.state == RoundState.RUNNING:
        raise ServiceError(_("这一年度的考核正在开展，请稍候。"), code="running", status=409)
    found = found or AssessmentRound(division_id=division, kind=kind, year=year)
    found.set, found.data_on = found_set, min(today(), datetime.date(year, 12, 31))
    found.state, found.done, found.finished_at = RoundState.RUNNING, [], None
    found.opened_by, found.opened_by_name = by, str(by)
    found.opened_at = found.touched_at = now
    found.full_clean(exclude=["opened_by", "division", "set"])
    found.save()
    return found


def ring(key: int) -> None:
    """Send the message that a round waits; without a broker it waits for whoever looks after them."""
    try:
        current_app.send_task("apps.assessments.tasks.work", args=[key])
    except OperationalError:
        logger.warning("No broker: assessment round %s waits", key)


def work(key: int, by: scopes.Scope | User) -> bool:
    """Do what is left of a round that `by` sees; False when there is nothing to do, or somebody else is at it."""
    did = False
    while True:
        with scopes.acting(by, source="task"):
            found = AssessmentRound.objects.select_for_update(skip_locked=True).filter(pk=key).first()
            left = [part for part in PARTS if part not in found.done] if found is not None else []
            if found is None or found.state == RoundState.DONE:
                return did
            did = True
            if left:
                _do(found, left[0])
                found.done = [*found.done, left[0]]
            found.touched_at = timezone.now()
            if set(found.done) == set(PARTS):
                found.state, found.finished_at = RoundState.DONE, found.touched_at
                found.assessed = _number(found)
            found.save()


def left_lying() -> list[int]:
    """Rounds that were interrupted, among those the acting scope sees."""
    rows = AssessmentRound.objects.filter(state=RoundState.RUNNING, touched_at__lt=timezone.now() - LEFT_LYING)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _number(found: AssessmentRound) -> int:
    if found.kind in EFFECTS:
        return effect_rounds.number(found)
    rows = CadreAssessment.objects.within(found.division_id)
    return rows.filter(year=found.year, kind=found.kind).count()


def _do(found: AssessmentRound, part: str) -> None:
    low, high = codes.subtree(found.division_id)
    given: dict[str, Any] = {
        "year": found.year,
        "kind": found.kind,
        "low": low,
        "high": high,
        "now": timezone.now(),
        "months": PERIOD_MONTHS[found.kind],
        "helped": list(HELPED),
    }
    if part == PEOPLE or found.kind in EFFECTS:
        given |= {
            "set": found.set_id,
            "first": datetime.date(found.year, 1, 1),
            "data_on": found.data_on,
            "due": sets.deadlines(found.set_id)["report_until"],
            "by": found.opened_by_id,
            "by_name": found.opened_by_name,
            "note": "",
        }
    if found.kind in EFFECTS:
        with scopes.activate(_wide(found.opened_by_id, found.opened_by_name)):
            rows = effect_rounds.do(found, part, given, sets.of_assessment(found.set_id))
        logger.info("Assessment round %s, %s: %s rows", found.pk, part, rows)
        return
    statements: dict[str, Callable[[], str]] = {
        PEOPLE: lambda: people.ENTER[Kind(found.kind)],
        ENTERED: lambda: formulas.ENTERED,
        ZERO: lambda: formulas.zero_months(found.kind),
    }
    make = statements.get(part, lambda: formulas.computed(part, found.kind))
    with scopes.activate(_wide(found.opened_by_id, found.opened_by_name)), connection.cursor() as cursor:
        if statement := make():  # not every indicator is every kind's
            cursor.execute(statement, given)
            logger.info("Assessment round %s, %s: %s rows", found.pk, part, cursor.rowcount)
