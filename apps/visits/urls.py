from django.urls import path

from apps.pages.routes import pages
from apps.visits import phone_views, tables
from apps.visits.step_views import ConflictPage, TaskPage
from apps.visits.track_views import TrackPage
from apps.visits.views import CorrectPage, VisitPage
from apps.visits.write_views import WritePage

urlpatterns = [
    path("tracks/", TrackPage.as_view(), name="visit-track"),
    path("phone/", phone_views.page, name="phone"),
    path("phone/worker.js", phone_views.worker, name="phone-worker"),
    path("phone/manifest.webmanifest", phone_views.manifest, name="phone-manifest"),
    path("visits/write/", WritePage.as_view(), name="visit-write"),
    *pages("visits", tables.VisitResource, detail_page=VisitPage),
    path("visits/<int:key>/correct/", CorrectPage.as_view(), name="visit-correct"),
    *pages("visit-photos", tables.VisitPhotoResource),
    *pages("visit-conflicts", tables.VisitConflictResource, detail_page=ConflictPage),
    *pages("visit-tasks", tables.VisitTaskResource, detail_page=TaskPage),
]
