from django.urls import path

from apps.access.middleware import own_transactions
from apps.accounts.api import SessionView

urlpatterns = [path("session/", own_transactions(SessionView.as_view()), name="session")]
