from django.urls import path

from apps.dashboards.api import Indicators
from apps.dashboards.bulletin_views import BulletinView
from apps.dashboards.live_api import LiveView
from apps.dashboards.loan_coverage_views import LoanCoverageView

urlpatterns = [
    path("indicators/", Indicators.as_view(), name="indicator-list"),
    path("loan-coverage/", LoanCoverageView.as_view(), name="loan-coverage"),
    path("bulletin/", BulletinView.as_view(), name="bulletin"),
    path("live/", LiveView.as_view(), name="live"),
]
