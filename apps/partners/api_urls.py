from django.urls import path
from rest_framework.routers import SimpleRouter

from apps.access.middleware import own_transactions
from apps.partners.api import ClientViewSet, VerifyView

router = SimpleRouter()
router.register("clients", ClientViewSet, "client")

urlpatterns = [
    path("households/verify/", own_transactions(VerifyView.as_view()), name="household-verify"),
    *router.urls,
]
