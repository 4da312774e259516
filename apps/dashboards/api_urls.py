from django.urls import path

from apps.dashboards.api import Indicators
from apps.dashboards.live_api import LiveView

urlpatterns = [
    path("indicators/", Indicators.as_view(), name="indicator-list"),
    path("live/", LiveView.as_view(), name="live"),
]
