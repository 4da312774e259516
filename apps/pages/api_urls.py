from rest_framework.routers import SimpleRouter

from apps.pages.divisions import DivisionResource
from apps.pages.routes import viewset

router = SimpleRouter()
router.register("divisions", viewset(DivisionResource), "division")
urlpatterns = router.urls
