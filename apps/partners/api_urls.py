from django.urls import path
from rest_framework.routers import SimpleRouter

from apps.access.middleware import own_transactions
from apps.pages.routes import viewset
from apps.partners import deliveries_api
from apps.partners.api import ClientViewSet, VerifyView
from apps.partners.tables import ClientDayResource, SearchJobResource

router = SimpleRouter()
router.register("clients", ClientViewSet, "client")
router.register("client-days", viewset(ClientDayResource), "client-day")
router.register("search-jobs", viewset(SearchJobResource), "search-job")

urlpatterns = [
    path("households/verify/", own_transactions(VerifyView.as_view()), name="household-verify"),
    path(
        "datasets/<str:code>/deliveries/",
        own_transactions(deliveries_api.DeliveriesView.as_view()),
        name="department-deliveries",
    ),
    path(
        "datasets/<str:code>/deliveries/<int:key>/",
        own_transactions(deliveries_api.DeliveryView.as_view()),
        name="department-delivery",
    ),
    path(
        "datasets/<str:code>/deliveries/<int:key>/chunks/<int:number>/",
        own_transactions(deliveries_api.ChunkView.as_view()),
        name="department-chunk",
    ),
    path(
        "datasets/<str:code>/deliveries/<int:key>/complete/",
        own_transactions(deliveries_api.CompleteView.as_view()),
        name="department-complete",
    ),
    *router.urls,
]
