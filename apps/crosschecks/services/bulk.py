"""One step on many findings at once: each is checked as if it were taken alone, those that cannot be are said.

All in one transaction: five thousand findings are written in about a second, so that there is no half of it to see, to
resume or to undo. The rows are locked in the order in which the night writes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.common.errors import ServiceError
from apps.common.outcomes import Outcome
from apps.common.wording import clauses, labelled
from apps.crosschecks.models import Finding, FindingLog
from apps.crosschecks.services.working import (
    STEPS,
    Asked,
    Step,
    ask,
    changes_of,
    details_of,
    line_of,
    may,
    require_file,
)
from apps.divisions import codes
from apps.history.services import log_access

MOST = 5000
"""Findings of one step at most: what one transaction writes while somebody waits."""
STEPS_AT_ONCE: tuple[Step, ...] = tuple(step for step in STEPS.values() if step.name != "reopen")
"""Who opens a closed finding again has looked at it."""
CAPABILITIES = ("work_findings", "review_findings")
# The order in which the night writes findings; two that lock the same rows wait for each other and never in a circle.
ORDER = ("rule", "object_kind", "object_id", "side")
LOGGED_AT_ONCE = 1000


@dataclass
class Taken(Outcome):
    """What became (or, on trial, would become) of each finding that was named."""

    step: Step = field(kw_only=True)
    dry_run: bool = field(kw_only=True)


@transaction.atomic
def take_many(wanted: Mapping[int, int | None], name: str, *, by: User, dry_run: bool = False, **given: Any) -> Taken:
    """Take a step on many findings, by key with the version that was seen (None: whichever it has now).

    `given` is what `Asked` holds; `dry_run` writes and locks nothing. A finding that is not among the user's is refused
    like one that does not exist. Raises ServiceError for what no finding could be asked with: none or too many of them,
    a step that is not for many, a missing reason.
    """
    asked = ask(name, **given)
    if asked.step not in STEPS_AT_ONCE:
        raise ServiceError(_("“%(step)s”只能逐条办理。") % {"step": asked.step.label}, field="step", code="one_by_one")
    require_number(len(wanted))
    note = asked.said()
    rows = Finding.objects.visible_to(by).filter(pk__in=wanted).order_by(*ORDER)
    outcome = Taken(step=asked.step, dry_run=dry_run)
    taken = _sort(rows if dry_run else rows.select_for_update(of=("self",)), wanted, asked, by, outcome)
    if taken and not dry_run:
        _write(taken, asked.step, by, note)
        _log(taken, outcome, by, note)
    return outcome


def require_number(count: int) -> None:
    """ServiceError for no findings at all, or for more than one step takes."""
    if not count:
        raise ServiceError(_("请先选择要办理的疑点。"), field="findings", code="required")
    if count > MOST:
        message = _("一次最多办理 %(most)s 条疑点，请缩小范围后分次办理。") % {"most": f"{MOST:,}"}
        raise ServiceError(message, field="findings", code="too_many")


def offered(keys: Iterable[int], by: User) -> list[tuple[Step, int]]:
    """The steps that the account may take on some of these findings now, and on how many. One query."""
    alike = ("rule", "severity", "state", "acting_level", "division_id", "verdict_by_id", "review_needed")
    rows = Finding.objects.visible_to(by).filter(pk__in=list(keys)).order_by().values(*alike)
    groups = [(row.pop("number"), Finding(**row)) for row in rows.annotate(number=Count("pk"))]
    counts = {step: sum(number for number, one in groups if _may_at_once(step, one, by)) for step in STEPS_AT_ONCE}
    return [(step, number) for step, number in counts.items() if number]


def _may_at_once(step: Step, finding: Finding, by: User) -> bool:
    try:
        require_file(step, finding, None)
    except ServiceError:
        return False
    return may(step, finding, by)


def _sort(
    rows: QuerySet[Finding], wanted: Mapping[int, int | None], asked: Asked, by: User, outcome: Taken
) -> list[tuple[Finding, dict[str, Any]]]:
    """Each finding checked as `working.take` checks it: those that can be taken, with what the step changes of each."""
    taken, missing = [], dict.fromkeys(wanted)
    for finding in rows:
        del missing[finding.pk]
        try:
            details = details_of(asked, finding, by, wanted[finding.pk])
            require_file(asked.step, finding, None)
        except PermissionDenied as error:
            outcome.refuse("forbidden", str(error), [finding.pk])
        except ServiceError as error:
            outcome.refuse(error.code, str(error), [finding.pk])
        else:
            taken.append((finding, details))
            outcome.done.append(finding.pk)
    if missing:
        outcome.refuse("not_found", _("没有这条记录，或者它不在您的范围内。"), missing)
    return taken


def _write(taken: Sequence[tuple[Finding, dict[str, Any]]], step: Step, by: User, note: str) -> None:
    """The new values, one statement for all findings that get the same, and their lines in the log."""
    now = timezone.now()
    alike: dict[tuple[tuple[str, Any], ...], list[int]] = {}
    lines = []
    for finding, details in taken:
        lines.append(line_of(finding, step, by, note, now))
        changed = changes_of(finding, step, by, note, details, now)
        alike.setdefault(tuple(changed.items()), []).append(finding.pk)
    for values, keys in alike.items():
        Finding.objects.filter(pk__in=keys).update(**dict(values), version=F("version") + 1, updated_at=now)
    FindingLog.objects.bulk_create(lines, batch_size=LOGGED_AT_ONCE)


def _log(taken: Sequence[tuple[Finding, dict[str, Any]]], outcome: Taken, by: User, note: str) -> None:
    """One record of the whole act in the access log, at the lowest place that holds all that was taken."""
    rules = {finding.rule for finding, _details in taken}
    left = outcome.refused_count
    log_access(
        by,
        "batch",
        division=codes.together(finding.division_id for finding, _details in taken),
        kind=Finding._meta.label_lower,
        key=rules.pop() if len(rules) == 1 else "",
        fields=["state", outcome.step.name],
        rows=len(taken),
        reason=clauses(filter(None, (labelled(_("未办理"), left) if left else "", note))),
    )
