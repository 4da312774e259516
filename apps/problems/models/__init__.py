"""The problem ledger: problems, what hangs off them, supervision letters and the ladder."""

from apps.problems.models.hanging import ProblemFile, ProblemLog, ProblemPhoto, ProgressReport, RectificationMeasure
from apps.problems.models.ladder import EscalationStep, LadderRung
from apps.problems.models.letter import SupervisionLetter
from apps.problems.models.problem import Problem

__all__ = [
    "EscalationStep",
    "LadderRung",
    "Problem",
    "ProblemFile",
    "ProblemLog",
    "ProblemPhoto",
    "ProgressReport",
    "RectificationMeasure",
    "SupervisionLetter",
]
