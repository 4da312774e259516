from django.urls import path

from apps.pages.imports import views
from apps.pages.imports.tables import BatchResource
from apps.pages.routes import pages

urlpatterns = [
    *pages("imports", BatchResource, list_page=views.BatchList, detail_page=views.BatchPage),
    path("imports/new/<slug:kind>/", views.UploadPage.as_view(), name="import-upload"),
    path("imports/<int:key>/confirm/", views.BatchStep.as_view(step="confirm"), name="import-confirm"),
    path("imports/<int:key>/discard/", views.BatchStep.as_view(step="discard"), name="import-discard"),
    path("imports/<int:key>/refused.xlsx", views.BatchReport.as_view(), name="import-report"),
]
