from apps.assessments.models.assessment import AssessmentLog, CadreAssessment, Score
from apps.assessments.models.sets import AssessmentRound, Indicator, IndicatorSet

__all__ = ["AssessmentLog", "AssessmentRound", "CadreAssessment", "Indicator", "IndicatorSet", "Score"]
