from rest_framework.routers import SimpleRouter

from apps.pages.routes import viewset
from apps.villages import tables

router = SimpleRouter()
router.register("villages", viewset(tables.VillageResource), "village")
router.register("village-years", viewset(tables.VillageYearResource), "village-year")

urlpatterns = router.urls
