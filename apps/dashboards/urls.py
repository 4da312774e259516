from django.urls import path

from apps.dashboards.bulletin_views import BulletinPage
from apps.dashboards.coverage_views import CoveragePage
from apps.dashboards.field_summary_views import FieldSummaryPage
from apps.dashboards.inspection_coverage_views import InspectionCoveragePage
from apps.dashboards.live_views import LiveFeed, LivePage
from apps.dashboards.loan_coverage_views import LoanCoveragePage
from apps.dashboards.views import DeskPage

urlpatterns = [
    path("", DeskPage.as_view(), name="desk"),
    path("live/", LivePage.as_view(), name="live"),
    path("live/feed/", LiveFeed.as_view(), name="live-feed"),
    path("loan-coverage/", LoanCoveragePage.as_view(), name="loan-coverage"),
    path("inspection-coverage/", InspectionCoveragePage.as_view(), name="inspection-coverage"),
    path("coverage/", CoveragePage.as_view(), name="coverage"),
    path("bulletin/", BulletinPage.as_view(), name="bulletin"),
    path("field-summary/", FieldSummaryPage.as_view(), name="field-summary"),
]
