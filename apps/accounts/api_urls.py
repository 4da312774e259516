from django.urls import path
from rest_framework.routers import SimpleRouter

from apps.access.middleware import own_transactions
from apps.accounts.admin_api import PostViewSet, UserViewSet
from apps.accounts.api import PasswordView, SessionView
from apps.accounts.tables import AccessLogResource
from apps.pages.routes import viewset

router = SimpleRouter()
router.register("users", UserViewSet, "user")
router.register("posts", PostViewSet, "post")
router.register("access-logs", viewset(AccessLogResource), "access-log")

urlpatterns = [
    path("session/", own_transactions(SessionView.as_view()), name="session"),
    path("password/", PasswordView.as_view(), name="password"),
    *router.urls,
]
