"""The class of every field of the problem ledger."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.common.fieldclasses import declare, general
from apps.problems.models import (
    EscalationStep,
    LadderRung,
    Problem,
    ProblemFile,
    ProblemLog,
    ProblemPhoto,
    ProgressReport,
    RectificationMeasure,
    SupervisionLetter,
)

RECTIFY = _("督促问题整改")
RULES = _("规定督办阶梯")


def declare_all() -> None:
    """Declare the fields of the problem ledger; once, when the app is ready."""
    declare(
        Problem,
        general(
            RECTIFY,
            "number year source area object fact evidence level kind found_on inspection inspection_name finding"
            " visit_task alike client_id unit department leader due_on next_due_on state state_since round plan"
            " raised_by raised_by_name plan_approved_on submitted_on result verified_on site opinion closed_on",
        ),
    )
    declare(ProblemLog, general(RECTIFY, "problem round at by by_name step apart from_state to_state note"))
    declare(RectificationMeasure, general(RECTIFY, "problem plan position text by_on checked_by"))
    declare(ProgressReport, general(RECTIFY, "problem kind period percent text at by by_name"))
    declare(ProblemPhoto, general(RECTIFY, "problem of round at by by_name taken_at width height image thumbnail"))
    declare(ProblemFile, general(RECTIFY, "problem of round at by by_name name kind size file"))
    declare(
        SupervisionLetter,
        general(
            RECTIFY,
            "problem issuer year sequence number unit department text old_due_on due_on issued_on issued_at issued_by"
            " issued_by_name received_on received_by received_by_name",
        ),
    )
    declare(LadderRung, general(RULES, "rung days is_active"))
    declare(EscalationStep, general(RECTIFY, "problem rung due_on days reached_on letter done_on done_by done_by_name"))
