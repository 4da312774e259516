from django.urls import path
from rest_framework.routers import SimpleRouter

from apps.access.middleware import own_transactions
from apps.pages.routes import viewset
from apps.partners.api import ClientViewSet, VerifyView
from apps.partners.tables import ClientDayResource, SearchJobResource

router = SimpleRouter()
router.register("clients", ClientViewSet, "client")
router.register("client-days", viewset(ClientDayResource), "client-day")
router.register("search-jobs", viewset(SearchJobResource), "search-job")

urlpatterns = [
    path("households/verify/", own_transactions(VerifyView.as_view()), name="household-verify"),
    *router.urls,
]
