"""The REST API, version 1. Each app lists its resources in `apps/<app>/api_urls.py`."""

from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView

urlpatterns: list[URLPattern | URLResolver] = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("", include("apps.accounts.api_urls")),
    path("", include("apps.pages.api_urls")),
    path("", include("apps.households.api_urls")),
    path("", include("apps.villages.api_urls")),
    path("", include("apps.dashboards.api_urls")),
]
