from django.urls import include, path

from apps.funds import balance_views, tables, views
from apps.funds.notice_views import NoticePreparePage
from apps.funds.reconciliation_tables import LedgerCheckResource, ReconciliationResource
from apps.funds.reconciliation_views import ReconciliationList, ReconciliationPage
from apps.pages.routes import pages

urlpatterns = [
    path("", include("apps.funds.project_urls")),
    path("", include("apps.funds.asset_urls")),
    path("funds/", balance_views.BalancePage.as_view(), name="funds"),
    *pages("quotas", tables.QuotaResource, detail_page=views.QuotaPage),
    path(
        "quotas/<int:key>/notice/",
        NoticePreparePage.as_view(resource_of=tables.QuotaResource),
        name="quota-notice",
    ),
    *pages("fund-orders", tables.OrderResource, detail_page=views.OrderPage, form_page=views.OrderFormPage),
    *pages("entries", tables.EntryResource),
    *pages("payments", tables.PaymentResource),
    *pages(
        "fund-reconciliation",
        ReconciliationResource,
        list_page=ReconciliationList,
        detail_page=ReconciliationPage,
    ),
    *pages("ledger-checks", LedgerCheckResource),
    *pages("approval-bands", tables.BandResource),
    *[
        route
        for route in pages("closed-years", tables.ClosedYearResource)
        if route.name != "closed-year-update"  # a year is closed, never changed
    ],
]
