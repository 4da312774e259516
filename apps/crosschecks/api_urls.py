from django.urls import path
from rest_framework.routers import SimpleRouter

from apps.crosschecks import tables
from apps.crosschecks.api import CheckView, FindingViewSet, RuleViewSet, RunViewSet, StepView
from apps.crosschecks.bulk_api import StepsView
from apps.crosschecks.candidate_api import CandidateViewSet
from apps.crosschecks.statistics_api import StatisticsView
from apps.pages.routes import viewset

router = SimpleRouter()
router.register("rules", RuleViewSet, "rule")
router.register("runs", viewset(tables.RunResource, RunViewSet), "run")
router.register("findings", viewset(tables.FindingResource, FindingViewSet), "finding")
router.register("candidates", viewset(tables.CandidateResource, CandidateViewSet), "candidate")

urlpatterns = [
    path("households/<int:key>/check/", CheckView.as_view(), name="household-check"),
    path("findings/steps/", StepsView.as_view(), name="finding-steps"),
    path("findings/<int:key>/step/", StepView.as_view(), name="finding-step"),
    path("rules/statistics/", StatisticsView.as_view(), name="rule-statistics"),
    *router.urls,
]
