"""The REST API, version 1. Each app lists its resources in `apps/<app>/api_urls.py`."""

from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView

from apps.pages.docs_views import api_docs

urlpatterns: list[URLPattern | URLResolver] = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", api_docs, name="docs"),
    path("", include("apps.accounts.api_urls")),
    path("", include("apps.pages.api_urls")),
    path("", include("apps.partners.api_urls")),
    path("", include("apps.households.api_urls")),
    path("", include("apps.datasets.api_urls")),
    path("", include("apps.villages.api_urls")),
    path("", include("apps.cadres.api_urls")),
    path("", include("apps.visits.api_urls")),
    path("", include("apps.measures.api_urls")),
    path("", include("apps.notices.api_urls")),
    path("", include("apps.funds.api_urls")),
    path("", include("apps.crosschecks.api_urls")),
    path("", include("apps.assessments.api_urls")),
    path("", include("apps.problems.api_urls")),
    path("", include("apps.complaints.api_urls")),
    path("", include("apps.publicsite.api_urls")),
    path("", include("apps.dashboards.api_urls")),
]
