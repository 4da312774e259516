from django.urls import path
from rest_framework.routers import SimpleRouter

from apps.pages.routes import viewset
from apps.visits import tables
from apps.visits.api import VisitPhotoViewSet, VisitViewSet
from apps.visits.phone_api import PhoneHouseholdsView, PhoneKeyView
from apps.visits.step_api import VisitConflictViewSet, VisitTaskViewSet

router = SimpleRouter()
router.register("visits", viewset(tables.VisitResource, VisitViewSet), "visit")
router.register("visit-photos", viewset(tables.VisitPhotoResource, VisitPhotoViewSet), "visit-photo")
router.register("visit-conflicts", viewset(tables.VisitConflictResource, VisitConflictViewSet), "visit-conflict")
router.register("visit-tasks", viewset(tables.VisitTaskResource, VisitTaskViewSet), "visit-task")

urlpatterns = [
    path("phone/key/", PhoneKeyView.as_view(), name="phone-key"),
    path("phone/households/", PhoneHouseholdsView.as_view(), name="phone-households"),
    *router.urls,
]
