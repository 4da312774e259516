from django.urls import path
from rest_framework.routers import SimpleRouter

from apps.pages.api import ExportViewSet
from apps.pages.dictionary import DictionaryView
from apps.pages.divisions import DivisionResource
from apps.pages.imports.api import BatchViewSet
from apps.pages.routes import viewset

router = SimpleRouter()
router.register("imports", BatchViewSet, "import")
router.register("divisions", viewset(DivisionResource), "division")
router.register("exports", ExportViewSet, "export")
urlpatterns = [*router.urls, path("data-dictionary/", DictionaryView.as_view(), name="data-dictionary")]
