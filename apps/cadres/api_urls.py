from rest_framework.routers import SimpleRouter

from apps.cadres import tables
from apps.cadres.api import CadreViewSet, PairingViewSet
from apps.pages.routes import viewset

router = SimpleRouter()
router.register("units", viewset(tables.HelpingUnitResource), "unit")
router.register("cadres", viewset(tables.CadreResource, CadreViewSet), "cadre")
router.register("teams", viewset(tables.TaskForceResource), "team")
router.register("duties", viewset(tables.DutyResource), "duty")
router.register("attendance", viewset(tables.AttendanceResource), "attendance")
router.register("home-checks", viewset(tables.HomeCheckResource), "home-check")
router.register("chiefs", viewset(tables.CountyChiefResource), "chief")
router.register("pairings", viewset(tables.PairingResource, PairingViewSet), "pairing")

urlpatterns = router.urls
