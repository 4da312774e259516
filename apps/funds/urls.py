from django.urls import include, path

from apps.funds import balance_views, tables, views
from apps.pages.routes import pages

urlpatterns = [
    path("", include("apps.funds.project_urls")),
    path("", include("apps.funds.asset_urls")),
    path("funds/", balance_views.BalancePage.as_view(), name="funds"),
    *pages("quotas", tables.QuotaResource, detail_page=views.QuotaPage),
    *pages("fund-orders", tables.OrderResource, detail_page=views.OrderPage, form_page=views.OrderFormPage),
    *pages("entries", tables.EntryResource),
    *pages("payments", tables.PaymentResource),
    *pages("approval-bands", tables.BandResource),
    *[
        route
        for route in pages("closed-years", tables.ClosedYearResource)
        if route.name != "closed-year-update"  # a year is closed, never changed
    ],
]
