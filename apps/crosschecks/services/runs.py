"""The ledger of runs: who does which unit, what came of it, and what is left after a breakdown.

A unit is one rule over the run's division. It is claimed with a lease, worked in one transaction that writes findings
and "done" together, and nothing else keeps state: a worker may die at any moment, and a message may be lost or come
twice. A unit that fails three times is set aside by name, and the others go on.
"""

from __future__ import annotations

import datetime
import logging
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from celery import current_app
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from apps.access import policy
from apps.access import scope as scopes
from apps.access.scope import lies_in
from apps.accounts.models import User
from apps.accounts.services import system_account
from apps.common.days import today
from apps.common.errors import ServiceError
from apps.common.wording import listed
from apps.crosschecks.catalogue import catalogue
from apps.crosschecks.choices import RunKind, RunState, UnitState
from apps.crosschecks.models import RuleState, Run, RunUnit
from apps.crosschecks.rules import RULES
from apps.crosschecks.rules.base import Rule
from apps.crosschecks.rules.context import Context, register_year
from apps.crosschecks.rules.coverage import Versions, inside
from apps.crosschecks.services.writing import Author, Written, nightly_context, write_region
from apps.datasets.catalogue import datasets
from apps.datasets.services.freshness import counties_of, in_force
from apps.divisions import codes

if TYPE_CHECKING:
    from apps.crosschecks.snapshot.asking import Snapshot

logger = logging.getLogger(__name__)

ATTEMPTS = 3
ONCE_A_NIGHT = "run_once_a_night"
# While a unit is worked its row is locked, so nobody takes it however long it lasts; the lease only covers a worker
# that died before or after.
LEASE = datetime.timedelta(seconds=60)
WORTH_A_SNAPSHOT = 20
RING_AGAIN = datetime.timedelta(seconds=60)
WAITING = (UnitState.QUEUED, UnitState.RUNNING)


@transaction.atomic
def start_run(
    division: int,
    *,
    kind: RunKind,
    by: User | None = None,
    rules: Sequence[str] = (),
    date: datetime.date | None = None,
    year: int | None = None,
    night: datetime.date | None = None,
) -> Run | None:
    """Open a run of some rules (all if none are named) over a division. Its units wait to be executed.

    None when the night run of this business day and division is there already. A rule that cannot run becomes a unit
    in state *not run* with the reason. Raises PermissionDenied without `run_crosschecks` there, ServiceError (field
    "rules") for a rule that does not exist.
    """
    if by is not None:
        policy.require(by, "run_crosschecks", division)
    if unknown := [name for name in rules if name not in catalogue()]:
        raise ServiceError(_("没有这些规则：%(names)s。") % {"names": listed(unknown)}, field="rules")
    date = date or today()
    chosen = [name for name in catalogue() if not rules or name in rules]
    run = Run(
        division_id=division,
        kind=kind,
        night=night,
        date=date,
        year=year or register_year(date),
        rules=chosen,
        requested_by=by,
        requested_by_name=str(by) if by else "",
    )
    if not _insert(run):
        return None
    now = timezone.now()
    units = []
    versions = in_force(date)
    for name in chosen:
        reason = why_not(name) or _without_data(name, versions, run)
        state = UnitState.NOT_RUN if reason else UnitState.QUEUED
        units.append(
            RunUnit(
                run=run, division_id=division, rule=name, state=state, reason=reason,
                finished_at=now if reason else None,
            )
        )  # fmt: skip
    RunUnit.objects.bulk_create(units)
    _note_states(run, [unit for unit in units if unit.state == UnitState.NOT_RUN])
    _finish(run.pk)
    run.refresh_from_db()
    return run


def _insert(run: Run) -> bool:
    """Store the run; False when its night has one already. Of two at once the second waits for the first."""
    try:
        with transaction.atomic():
            run.save()
    except IntegrityError as error:
        if ONCE_A_NIGHT not in str(error):
            raise
        return False
    return True


def why_not(name: str) -> str:
    """Why a rule of the catalogue cannot run now; empty when it can."""
    rule = RULES.get(name)
    return rule.waits_for() if rule else catalogue()[name].reason


def needed(rule: Rule) -> str:
    """What a rule could not be asked for want of, for people."""
    names = [datasets()[name].name for group in rule.needs for name in group]
    if rule.of_year:
        return _("需要部门数据（未报送、已过期或没有当年记录）：%(names)s") % {"names": listed(names)}
    return _("需要部门数据（未报送或已过期）：%(names)s") % {"names": listed(names)}


def _without_data(name: str, versions: Versions, run: Run) -> str:
    """Why a rule can be asked nowhere in a run for want of departments' data; empty when it can somewhere."""
    rule = RULES[name]
    if not rule.needs or inside(rule.coverage(versions, run.year), *codes.subtree(run.division_id)):
        return ""
    return needed(rule)


def counties_without(rule: Rule, versions: Versions, run: Run) -> list[int]:
    """The counties of a run (or the one above its place) for which the data that a rule reads are missing."""
    if not rule.needs:
        return []
    ranges = rule.coverage(versions, run.year)
    return [county for county in counties_of(run.division_id) if not lies_in(codes.subtree(county), ranges)]


def start_nightly(night: datetime.date | None = None) -> Run | None:
    """Open the night run of a business day (today) over the region; None when it is open or done already."""
    with scopes.acting(system_account(), source="system"):
        return start_run(codes.WHOLE_REGION, kind=RunKind.NIGHTLY, night=night or timezone.localdate())


def execute(unit_id: int, account: User | None = None) -> Written | None:
    """Claim a unit and work it. None when there is nothing to do: done already, somebody else's turn, or set aside.

    An error is recorded at the unit, never raised: the next attempt or the sweeper deals with it. `account` is the
    system's, for those who have it at hand.
    """
    account = account or system_account()
    with scopes.acting(account, source="system"):
        attempt = _claim(unit_id)
    if attempt is None:
        return None
    try:
        with scopes.acting(account, source="system") as scope:
            return _work(unit_id, attempt, scope)
    except Exception as error:
        logger.exception("Cross-check unit %s failed at attempt %s", unit_id, attempt)
        with scopes.acting(account, source="system"):
            _give_back(unit_id, attempt, type(error).__name__)
        return None


def _claim(unit_id: int) -> int | None:
    """Take a waiting unit, or one whose lease has run out; its number of this attempt, or None."""
    now = timezone.now()
    free = Q(state=UnitState.QUEUED) | Q(state=UnitState.RUNNING, lease_until__lt=now)
    unit = RunUnit.objects.select_for_update(skip_locked=True).filter(free, pk=unit_id).first()
    if unit is None:
        return None
    if unit.attempt >= ATTEMPTS:
        _set_aside(unit, unit.reason)
        return None
    unit.attempt += 1
    unit.state, unit.started_at, unit.lease_until = UnitState.RUNNING, now, now + LEASE
    unit.save(update_fields=["attempt", "state", "started_at", "lease_until"])
    Run.objects.filter(pk=unit.run_id, state=RunState.QUEUED).update(state=RunState.RUNNING, started_at=now)
    return unit.attempt


def _work(unit_id: int, attempt: int, scope: scopes.Scope) -> Written | None:
    """Write the rule's findings and "done" in the transaction that holds the unit's row."""
    unit = (
        RunUnit.objects.select_for_update()
        .filter(pk=unit_id, state=UnitState.RUNNING, attempt=attempt)
        .select_related("run")
        .first()
    )
    if unit is None:
        return None
    run = unit.run
    low, high = codes.subtree(run.division_id)
    context = nightly_context(run.date, year=run.year, low=low, high=high)
    rule = RULES[unit.rule]
    written = write_region(rule, context, Author(scope.user_id, scope.username, run.pk), _snapshot(run, context))
    unit.state, unit.finished_at, unit.lease_until, unit.reason = UnitState.DONE, timezone.now(), None, ""
    left_out = counties_without(rule, context.versions, run)
    if left_out:
        unit.reason = _("%(count)d 个旗县没有所需的部门数据，未比对") % {"count": len(left_out)}
    for name in ("hits", "added", "reopened", "changed", "cleared"):
        setattr(unit, name, getattr(written, name))
    unit.save()
    _note_states(run, [unit])
    _note_left_out(unit, left_out, needed(rule))
    _finish(run.pk)
    return written


def _snapshot(run: Run, context: Context) -> Snapshot | None:
    """The run's snapshot, where taking one is worth it: for many rules over the region."""
    if run.division_id != codes.WHOLE_REGION or len(run.rules) < WORTH_A_SNAPSHOT:
        return None
    # The engine is a second and fifty megabytes that no other process needs.
    from apps.crosschecks.snapshot.asking import of_run  # noqa: PLC0415

    # A database that was set back may use a run's number again, but not at the same moment.
    return of_run(f"{run.pk}-{run.created_at:%Y%m%d%H%M%S%f}", context)


def _give_back(unit_id: int, attempt: int, reason: str) -> None:
    """After an error: back to the queue, or set aside when that was the last attempt."""
    unit = RunUnit.objects.select_for_update().filter(pk=unit_id, state=UnitState.RUNNING, attempt=attempt).first()
    if unit is None:
        return
    if attempt >= ATTEMPTS:
        _set_aside(unit, reason)
    else:
        unit.state, unit.lease_until, unit.rung_at, unit.reason = UnitState.QUEUED, None, None, reason
        unit.save(update_fields=["state", "lease_until", "rung_at", "reason"])


def _set_aside(unit: RunUnit, reason: str) -> None:
    """A unit that does not come through is named and left, so that the others can go on."""
    unit.state, unit.finished_at, unit.lease_until = UnitState.FAILED, timezone.now(), None
    unit.reason = _("%(count)d 次执行均未完成（%(reason)s），已搁置") % {
        "count": unit.attempt,
        "reason": reason or _("执行进程中断"),
    }
    unit.save(update_fields=["state", "finished_at", "lease_until", "reason"])
    _note_states(unit.run, [unit])
    _finish(unit.run_id)


def _finish(run_id: int) -> None:
    """Close the run when no unit waits any more. Whoever ends the last unit waits here for the one before."""
    run = Run.objects.select_for_update().get(pk=run_id)
    units = RunUnit.objects.filter(run_id=run_id)
    if run.is_over or units.filter(state__in=WAITING).exists():
        return
    run.state = RunState.PARTIAL if units.filter(state=UnitState.FAILED).exists() else RunState.DONE
    run.finished_at = timezone.now()
    run.save(update_fields=["state", "finished_at"])


def _note_states(run: Run, units: Iterable[RunUnit]) -> None:
    """Say for everybody how the rules of these units stand now."""
    now = timezone.now()
    rows = [
        RuleState(
            rule=unit.rule,
            division_id=run.division_id,
            state=unit.state,
            reason=unit.reason,
            date=run.date,
            year=run.year,
            finished_at=unit.finished_at or now,
        )
        for unit in units
    ]
    _upsert_states(rows)


def _upsert_states(rows: list[RuleState]) -> None:
    RuleState.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["rule", "division"],
        update_fields=["state", "reason", "date", "year", "finished_at"],
    )


def _note_left_out(unit: RunUnit, counties: Iterable[int], reason: str) -> None:
    """Say for each county in which a rule was not asked that it has not run there: never that all is clean."""
    rows = [
        RuleState(
            rule=unit.rule,
            division_id=county,
            state=UnitState.NOT_RUN,
            reason=reason,
            date=unit.run.date,
            year=unit.run.year,
            finished_at=unit.finished_at or timezone.now(),
        )
        for county in counties
        if county != unit.run.division_id
    ]
    _upsert_states(rows)


def to_ring(run: Run | None = None) -> list[int]:
    """Units whose bell should be rung now: those of a new run, or (None) every waiting unit not rung for a minute.

    The caller sends the messages after the transaction; a bell rung twice does nothing.
    """
    with scopes.acting(system_account(), source="system"):
        now = timezone.now()
        waiting = RunUnit.objects.filter(state=UnitState.QUEUED)
        if run is not None:
            waiting = waiting.filter(run=run)
        else:
            waiting = waiting.filter(Q(rung_at=None) | Q(rung_at__lt=now - RING_AGAIN))
        units = list(waiting.order_by("pk").select_for_update(skip_locked=True).values_list("pk", flat=True))
        RunUnit.objects.filter(pk__in=units).update(rung_at=now)
    return units


def ring(unit_ids: Iterable[int]) -> None:
    """Send a message for each unit. Without a queue nothing is lost: the sweeper rings again."""
    for unit_id in unit_ids:
        try:
            current_app.send_task("apps.crosschecks.tasks.execute", args=[unit_id])
        except OperationalError:
            logger.exception("The queue does not answer; units wait for the sweeper")
            return


def sweep() -> list[int]:
    """Put units of dead workers back into the queue, set aside those that had their attempts, and say what to ring."""
    with scopes.acting(system_account(), source="system"):
        expired = RunUnit.objects.select_for_update(skip_locked=True).filter(
            state=UnitState.RUNNING, lease_until__lt=timezone.now()
        )
        for unit in expired.order_by("pk"):
            _give_back(unit.pk, unit.attempt, "")
    return to_ring()
