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

# What a client's token opens: each knows its caller only when it has read the token.
FOR_CLIENTS = [
    path(address, own_transactions(view.as_view()), name=name)
    for address, view, name in (
        ("households/verify/", VerifyView, "household-verify"),
        ("datasets/<str:code>/deliveries/", deliveries_api.DeliveriesView, "department-deliveries"),
        ("datasets/<str:code>/deliveries/<int:key>/", deliveries_api.DeliveryView, "department-delivery"),
        (
            "datasets/<str:code>/deliveries/<int:key>/chunks/<int:number>/",
            deliveries_api.ChunkView,
            "department-chunk",
        ),
        (
            "datasets/<str:code>/deliveries/<int:key>/complete/",
            deliveries_api.CompleteView,
            "department-complete",
        ),
    )
]

urlpatterns = [*FOR_CLIENTS, *router.urls]
