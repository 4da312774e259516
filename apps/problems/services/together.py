"""One step on many problems of the ledger. Closing is not among them: 解决一个、销号一个."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.common.errors import ServiceError
from apps.common.outcomes import Outcome
from apps.pages.ways import Step
from apps.problems.models import Problem
from apps.problems.services import steps
from apps.problems.services.steps import Said
from apps.problems.services.way import WAY

AT_ONCE = tuple(WAY.steps[name] for name in ("list", "assign", "approve_plan"))
MOST = 200
"""Each problem has its own checks and its own line in the log; more than these take too long for one click."""


def require_number(count: int) -> None:
    """ServiceError for no problems at all, or for more than are taken at once."""
    if not 0 < count <= MOST:
        raise ServiceError(_("一次可办理1至%(most)d个问题。") % {"most": MOST}, code="count")


def offered(wanted: Mapping[int, int | None], by: User) -> list[tuple[Step, int]]:
    """The steps that somebody may take on some of these problems, each with on how many."""
    found = Problem.objects.visible_to(by).filter(pk__in=wanted)
    counts = Counter(
        step.name
        for row in found
        for step in AT_ONCE
        if row.state in step.from_states and not WAY.why_not(step, row, by, set())
    )
    return [(step, counts[step.name]) for step in AT_ONCE if counts[step.name]]


def take_many(wanted: Mapping[int, int | None], name: str, *, by: User, said: Said, dry_run: bool = False) -> Outcome:
    """Take a step on each of these problems that allows it; what became of each. `wanted`: keys with the versions that
    were looked at (0 for any). On trial nothing stays."""
    require_number(len(wanted))
    if name not in {step.name for step in AT_ONCE}:
        raise ServiceError(_("没有这个操作：%(name)s。") % {"name": name}, field="step")
    outcome = Outcome()
    with transaction.atomic():
        found = Problem.objects.visible_to(by).in_bulk(list(wanted))
        for key, version in wanted.items():
            row = found.get(key)
            if row is None:
                outcome.refuse("not_found", _("没有这条记录，或者它不在您的范围内。"), [key])
                continue
            try:
                with transaction.atomic():
                    steps.take(row, name, by=by, said=said, expected_version=version or None)
            except PermissionDenied as denied:
                outcome.refuse("refused", str(denied), [key])
            except ServiceError as error:
                if error.field not in (None, "step", "version"):
                    raise  # what was entered is wrong for all of them
                outcome.refuse(error.code, str(error), [key])
            else:
                outcome.done.append(key)
        transaction.set_rollback(dry_run)
    return outcome
