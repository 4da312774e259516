from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

from apps.access.middleware import own_transactions
from apps.pages.routes import pages
from apps.partners import client_addresses, views
from apps.partners.tables import ClientDayResource, ClientResource, SearchJobResource

# What a client's token opens, as the schema for departments describes it.
FOR_CLIENTS = [
    path("api/v1/", include(client_addresses.FOR_CLIENTS)),
    path("spdci/", include("apps.partners.spdci_urls")),
]

urlpatterns = [
    path("oauth/token/", own_transactions(views.TokenView.as_view()), name="oauth-token"),
    *pages("clients", ClientResource, detail_page=views.ClientPage, form_page=views.ClientFormPage),
    *(
        path(
            f"clients/<int:key>/{act}/",
            views.ClientActionPage.as_view(resource=ClientResource, act=act),
            name=f"client-{act}",
        )
        for act in ("secret", "signing-key", "end-former-key", "withdraw-keys", "open", "close")
    ),
    path("developers/", views.developers_page, name="developers"),
    path("developers/schema/", SpectacularAPIView.as_view(patterns=FOR_CLIENTS), name="developers-schema"),
    *pages("client-days", ClientDayResource),
    *pages("search-jobs", SearchJobResource),
]
