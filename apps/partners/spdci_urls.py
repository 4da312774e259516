from django.urls import path

from apps.access.middleware import own_transactions
from apps.partners import spdci_api as views

urlpatterns = [
    path("registry/sync/search", own_transactions(views.SyncSearchView.as_view()), name="spdci-sync-search"),
    path("registry/search", own_transactions(views.SearchView.as_view()), name="spdci-search"),
    path("registry/sync/txn/status", own_transactions(views.StatusView.as_view()), name="spdci-status"),
]
