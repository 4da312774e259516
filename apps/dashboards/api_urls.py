from django.urls import path

from apps.dashboards.api import Indicators

urlpatterns = [path("indicators/", Indicators.as_view(), name="indicator-list")]
