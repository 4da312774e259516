from rest_framework.routers import SimpleRouter

from apps.households import tables
from apps.households.api import HouseholdViewSet, PersonViewSet
from apps.households.sharing_api import SharingViewSet
from apps.pages.routes import viewset

router = SimpleRouter()
router.register("households", viewset(tables.HouseholdResource, HouseholdViewSet), "household")
router.register("persons", viewset(tables.PersonResource, PersonViewSet), "person")
router.register("person-years", viewset(tables.PersonYearResource), "person-year")
router.register("household-years", viewset(tables.HouseholdYearResource), "household-year")
router.register("incomes", viewset(tables.HouseholdIncomeResource), "income")
router.register("guarantees", viewset(tables.GuaranteeStatusResource), "guarantee")
router.register("status-events", viewset(tables.StatusEventResource), "status-event")
router.register("shares", viewset(tables.ShareResource, SharingViewSet), "share")
router.register("natural-changes", viewset(tables.NaturalChangeResource), "natural-change")

urlpatterns = router.urls
