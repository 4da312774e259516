from django.urls import path
from rest_framework.routers import SimpleRouter

from apps.funds import asset_tables as tables
from apps.funds.asset_api import AssetStepView, AssetViewSet, DistributionStepView, DistributionViewSet
from apps.pages.routes import viewset

router = SimpleRouter()
router.register("assets", viewset(tables.AssetResource, AssetViewSet), "asset")
router.register("asset-contracts", viewset(tables.AssetContractResource), "asset-contract")
router.register("asset-yields", viewset(tables.AssetYieldResource), "asset-yield")
router.register(
    "asset-distributions", viewset(tables.AssetDistributionResource, DistributionViewSet), "asset-distribution"
)
router.register("distribution-lines", viewset(tables.DistributionLineResource), "distribution-line")

urlpatterns = [
    path("assets/<int:key>/step/", AssetStepView.as_view(), name="asset-step"),
    path("asset-distributions/<int:key>/step/", DistributionStepView.as_view(), name="asset-distribution-step"),
    *router.urls,
]
