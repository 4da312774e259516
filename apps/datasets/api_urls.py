from rest_framework.routers import SimpleRouter

from apps.datasets.api import DatasetViewSet, DeliveryViewSet
from apps.datasets.tables import DeliveryFaultResource
from apps.pages.routes import viewset

router = SimpleRouter()
router.register("datasets", DatasetViewSet, "dataset")
router.register("deliveries", DeliveryViewSet, "delivery")
router.register("delivery-faults", viewset(DeliveryFaultResource), "delivery-fault")

urlpatterns = router.urls
