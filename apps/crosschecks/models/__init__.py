from apps.crosschecks.models.candidate import CandidateState, LinkCandidate
from apps.crosschecks.models.finding import Finding, FindingLog
from apps.crosschecks.models.parameter import RuleParameter, RuleState
from apps.crosschecks.models.run import Run, RunUnit

__all__ = [
    "CandidateState",
    "Finding",
    "FindingLog",
    "LinkCandidate",
    "RuleParameter",
    "RuleState",
    "Run",
    "RunUnit",
]
