from apps.assessments.models.assessment import AssessmentLog, CadreAssessment, Score
from apps.assessments.models.effects import EffectAssessment, EffectLog, EffectProblem, EffectScore
from apps.assessments.models.sets import AssessmentRound, Indicator, IndicatorSet
from apps.assessments.models.sites import EffectTarget, SiteResult

__all__ = [
    "AssessmentLog",
    "AssessmentRound",
    "CadreAssessment",
    "EffectAssessment",
    "EffectLog",
    "EffectProblem",
    "EffectScore",
    "EffectTarget",
    "Indicator",
    "IndicatorSet",
    "Score",
    "SiteResult",
]
