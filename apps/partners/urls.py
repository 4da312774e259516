from django.urls import path

from apps.access.middleware import own_transactions
from apps.pages.routes import pages
from apps.partners import views
from apps.partners.tables import ClientDayResource, ClientResource, SearchJobResource

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
    *pages("client-days", ClientDayResource),
    *pages("search-jobs", SearchJobResource),
]
