"""Every page of the platform. Each app lists its own in `apps/<app>/urls.py`."""

from django.urls import include, path

from apps.common.health import healthz

urlpatterns = [
    path("healthz/", healthz, name="healthz"),
    path("account/", include("apps.accounts.urls")),
    path("", include("apps.pages.urls")),
    path("", include("apps.accounts.admin_urls")),
    path("", include("apps.households.urls")),
    path("", include("apps.datasets.urls")),
    path("", include("apps.partners.urls")),
    path("", include("apps.villages.urls")),
    path("", include("apps.cadres.urls")),
    path("", include("apps.visits.urls")),
    path("", include("apps.measures.urls")),
    path("", include("apps.notices.urls")),
    path("", include("apps.funds.urls")),
    path("", include("apps.crosschecks.urls")),
    path("", include("apps.assessments.urls")),
    path("", include("apps.problems.urls")),
    path("", include("apps.complaints.urls")),
    path("", include("apps.dashboards.urls")),
    path("", include("apps.publicsite.urls")),
    path("spdci/", include("apps.partners.spdci_urls")),
    path("api/v1/", include(("config.api_urls", "api"))),
]

handler400 = "apps.pages.errors.bad_request"
handler403 = "apps.pages.errors.forbidden"
handler404 = "apps.pages.errors.not_found"
handler500 = "apps.pages.errors.server_error"
