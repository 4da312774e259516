from django.urls import path
from rest_framework.routers import SimpleRouter

from apps.assessments import effect_tables, tables
from apps.assessments.api import AssessmentStepsView, AssessmentStepView, AssessmentViewSet, IndicatorSetViewSet
from apps.assessments.effect_api import EffectStepView, EffectViewSet, RankingView
from apps.pages.routes import viewset

router = SimpleRouter()
router.register("assessments", viewset(tables.AssessmentResource, AssessmentViewSet), "assessment")
router.register("assessment-rounds", viewset(tables.RoundResource), "assessment-round")
router.register("indicator-sets", viewset(tables.IndicatorSetResource, IndicatorSetViewSet), "indicator-set")
router.register("effect-assessments", viewset(effect_tables.EffectResource, EffectViewSet), "effect-assessment")
router.register("effect-targets", viewset(effect_tables.EffectTargetResource), "effect-target")
router.register("site-results", viewset(effect_tables.SiteResultResource), "site-result")

urlpatterns = [
    path("assessments/steps/", AssessmentStepsView.as_view(), name="assessment-steps"),
    path("assessments/<int:key>/step/", AssessmentStepView.as_view(), name="assessment-step"),
    path("effect-assessments/ranking/", RankingView.as_view(), name="effect-ranking"),
    path("effect-assessments/<int:key>/step/", EffectStepView.as_view(), name="effect-assessment-step"),
    *router.urls,
]
