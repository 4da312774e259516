"""Every page of the platform. Each app lists its own in `apps/<app>/urls.py`."""

from django.urls import include, path

from apps.common.health import healthz

urlpatterns = [
    path("healthz/", healthz, name="healthz"),
    path("account/", include("apps.accounts.urls")),
    path("", include("apps.households.urls")),
    path("api/v1/", include("config.api_urls")),
]
