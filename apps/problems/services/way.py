"""The way of a problem (workflows.md §10): every step with who may take it. State moves by it alone.

The database holds the same moves, writes down nobody else than who acts, and lets nobody verify what he handed in or
close what his own unit answers for (migration 0002).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.divisions import codes
from apps.pages.ways import Step, Way
from apps.problems.choices import AT_WORK, OPEN, REPORTING, Rung, State
from apps.problems.models import EscalationStep, ProblemLog
from apps.problems.services.offices import RECTIFIES, REVIEWS, is_own, rectifies, reviews

S = State
REGION = (codes.REGION,)
RUNGS: dict[str, str] = {"interview": Rung.INTERVIEW, "criticise": Rung.CRITICISM}
"""Steps that carry out a rung of the ladder and nothing else."""


@dataclass(frozen=True)
class ProblemWay(Way):
    """A way whose offices follow from the unit that answers for the row, not from its place."""

    def concerned(self, row: Any, user: User) -> bool:
        return rectifies(user, row) or reviews(user, row.division_id, row.unit_id)

    def offered(self, row: Any, by: User) -> list[Step]:
        """The steps that somebody may take now: an interview and criticism only when the ladder has reached them."""
        found = super().offered(row, by)
        if not any(step.name in RUNGS for step in found):
            return found
        waiting = set(EscalationStep.objects.filter(problem=row.pk, done_on=None).values_list("rung", flat=True))
        return [step for step in found if RUNGS.get(step.name, "") in ("", *waiting)]

    def why_not(self, step: Step, row: Any, by: User, taken: set[int | None]) -> str:
        if step.capability == RECTIFIES:
            if not rectifies(by, row):
                return _("这一步由责任单位办理。")
        elif is_own(by, row.unit_id or row.division_id):
            return _("不能审核或销号本单位负责整改的问题，请由上级办理。")
        elif not reviews(by, row.division_id, row.unit_id, step.levels):
            return _("您没有办理这一步的权限。")
        if step.apart and not step.opens and by.pk in taken:
            return _("申请销号的人不能复核或销号。")
        return ""


WAY: ProblemWay = ProblemWay.of(  # type: ignore[assignment]  # made by the class method of its base
    ProblemLog,
    "problem",
    Step("list", gettext_lazy("列入问题清单"), (S.RAISED,), S.LISTED, REVIEWS),
    Step("assign", gettext_lazy("落实责任"), (S.LISTED,), S.ASSIGNED, REVIEWS),
    Step("plan", gettext_lazy("制定措施"), (S.ASSIGNED, S.URGED), S.PLANNED, RECTIFIES),
    Step("approve_plan", gettext_lazy("审定措施"), (S.PLANNED,), S.IN_PROGRESS, REVIEWS),
    Step("return_plan", gettext_lazy("退回措施"), (S.PLANNED,), S.ASSIGNED, REVIEWS, needs_note=True),
    Step("report", gettext_lazy("报送进展"), (*REPORTING, S.LONG_TERM), "", RECTIFIES),
    Step("urge", gettext_lazy("发督办函"), AT_WORK, S.URGED, REVIEWS, needs_note=True),
    Step("interview", gettext_lazy("登记约谈"), AT_WORK, "", REVIEWS, needs_note=True),
    Step("criticise", gettext_lazy("登记通报批评"), AT_WORK, "", REVIEWS, needs_note=True),
    Step("submit", gettext_lazy("申请销号"), (*REPORTING, S.LONG_TERM), S.SUBMITTED, RECTIFIES, apart=True, opens=True),
    Step("verify", gettext_lazy("复核通过"), (S.SUBMITTED,), S.VERIFIED, REVIEWS, apart=True),
    Step("rework", gettext_lazy("返工补课"), (S.SUBMITTED, S.VERIFIED), S.REWORKED, REVIEWS, needs_note=True),
    Step("close", gettext_lazy("销号"), (S.VERIFIED,), S.CLOSED, REVIEWS),
    Step("keep", gettext_lazy("转为持续整改"), (*REPORTING, S.VERIFIED), S.LONG_TERM, REVIEWS, REGION, needs_note=True),
    elsewhere=(
        Step("raise", gettext_lazy("登记问题"), (), S.RAISED, "inspect"),
        Step("receive", gettext_lazy("签收督办函"), OPEN, "", RECTIFIES),
        Step("escalate", gettext_lazy("达到督办阶梯"), AT_WORK, "", REVIEWS),
    ),
)
"""The steps by the columns of workflows.md §10. `receive` is taken at the letter, `escalate` by the night."""
