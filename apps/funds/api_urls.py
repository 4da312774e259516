from django.urls import include, path
from rest_framework.routers import SimpleRouter

from apps.funds import balance_views, tables
from apps.funds.api import OrderStepView, OrderViewSet, ReceiveView
from apps.pages.routes import viewset

router = SimpleRouter()
router.register("quotas", viewset(tables.QuotaResource), "quota")
router.register("fund-orders", viewset(tables.OrderResource, OrderViewSet), "fund-order")
router.register("entries", viewset(tables.EntryResource), "entry")
router.register("payments", viewset(tables.PaymentResource), "payment")
router.register("approval-bands", viewset(tables.BandResource), "approval-band")
router.register("closed-years", viewset(tables.ClosedYearResource), "closed-year")

urlpatterns = [
    path("", include("apps.funds.project_api_urls")),
    path("", include("apps.funds.asset_api_urls")),
    path("funds/balance/", balance_views.BalanceView.as_view(), name="funds-balance"),
    path("fund-orders/<int:key>/step/", OrderStepView.as_view(), name="fund-order-step"),
    path("quotas/<int:key>/receive/", ReceiveView.as_view(), name="quota-receive"),
    *router.urls,
]
