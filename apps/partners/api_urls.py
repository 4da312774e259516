from rest_framework.routers import SimpleRouter

from apps.pages.routes import viewset
from apps.partners.api import ClientViewSet
from apps.partners.client_addresses import FOR_CLIENTS
from apps.partners.tables import ClientDayResource, SearchJobResource

router = SimpleRouter()
router.register("clients", ClientViewSet, "client")
router.register("client-days", viewset(ClientDayResource), "client-day")
router.register("search-jobs", viewset(SearchJobResource), "search-job")

urlpatterns = [*FOR_CLIENTS, *router.urls]
