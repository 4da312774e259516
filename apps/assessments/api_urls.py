from django.urls import path
from rest_framework.routers import SimpleRouter

from apps.assessments import tables
from apps.assessments.api import AssessmentStepsView, AssessmentStepView, AssessmentViewSet, IndicatorSetViewSet
from apps.pages.routes import viewset

router = SimpleRouter()
router.register("assessments", viewset(tables.AssessmentResource, AssessmentViewSet), "assessment")
router.register("assessment-rounds", viewset(tables.RoundResource), "assessment-round")
router.register("indicator-sets", viewset(tables.IndicatorSetResource, IndicatorSetViewSet), "indicator-set")

urlpatterns = [
    path("assessments/steps/", AssessmentStepsView.as_view(), name="assessment-steps"),
    path("assessments/<int:key>/step/", AssessmentStepView.as_view(), name="assessment-step"),
    *router.urls,
]
