from rest_framework.routers import SimpleRouter

from apps.pages.routes import viewset
from apps.visits import tables
from apps.visits.api import VisitPhotoViewSet, VisitViewSet

router = SimpleRouter()
router.register("visits", viewset(tables.VisitResource, VisitViewSet), "visit")
router.register("visit-photos", viewset(tables.VisitPhotoResource, VisitPhotoViewSet), "visit-photo")
router.register("visit-conflicts", viewset(tables.VisitConflictResource), "visit-conflict")

urlpatterns = router.urls
