"""The URLs of the sample resource beside the platform's own."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from apps.pages.routes import pages, viewset
from config.api_urls import urlpatterns as api
from config.urls import handler400, handler403, handler404, handler500  # noqa: F401
from config.urls import urlpatterns as platform
from tests.pages.conftest import SampleResource

router = SimpleRouter()
router.register("samples", viewset(SampleResource), "sample")

urlpatterns = [
    *pages("samples", SampleResource),
    path("api/v1/", include(([*router.urls, *api], "api"))),
    *platform,
]
