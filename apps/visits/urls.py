from django.urls import path

from apps.pages.routes import pages
from apps.visits import tables
from apps.visits.step_views import ConflictPage, TaskPage
from apps.visits.track_views import TrackPage
from apps.visits.views import CorrectPage, VisitPage

urlpatterns = [
    path("tracks/", TrackPage.as_view(), name="visit-track"),
    *pages("visits", tables.VisitResource, detail_page=VisitPage),
    path("visits/<int:key>/correct/", CorrectPage.as_view(), name="visit-correct"),
    *pages("visit-photos", tables.VisitPhotoResource),
    *pages("visit-conflicts", tables.VisitConflictResource, detail_page=ConflictPage),
    *pages("visit-tasks", tables.VisitTaskResource, detail_page=TaskPage),
]
