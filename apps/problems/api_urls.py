from django.urls import path
from rest_framework.routers import SimpleRouter

from apps.pages.routes import viewset
from apps.problems import api, file_api, report_views, standing_views, tables

router = SimpleRouter()
router.register("problems", viewset(tables.ProblemResource, api.ProblemViewSet), "problem")
router.register("rectification-measures", viewset(tables.MeasureResource), "rectification-measure")
router.register("problem-reports", viewset(tables.ReportResource), "problem-report")
router.register("supervision-letters", viewset(tables.LetterResource), "supervision-letter")
router.register("escalations", viewset(tables.EscalationResource), "escalation")
router.register("ladder-rungs", viewset(tables.RungResource), "ladder-rung")

urlpatterns = [
    path("problems/standing/", standing_views.StandingView.as_view(), name="problem-standing"),
    path("problems/report/", report_views.ReportView.as_view(), name="problem-report-public"),
    path("problems/<int:key>/step/", api.ProblemStepView.as_view(), name="problem-step"),
    path("problems/<int:key>/photos/", file_api.ProblemPhotosView.as_view(), name="problem-photos"),
    path("problems/<int:key>/files/", file_api.ProblemFilesView.as_view(), name="problem-files"),
    path("problem-photos/<int:key>/image/", file_api.ProblemPhotoImageView.as_view(), name="problem-photo-image"),
    path("problem-files/<int:key>/", file_api.ProblemFileView.as_view(), name="problem-file"),
    path("supervision-letters/<int:key>/receive/", api.ReceiveView.as_view(), name="letter-receive"),
    *router.urls,
]
