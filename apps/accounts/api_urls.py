from django.urls import path
from rest_framework.routers import SimpleRouter

from apps.access.middleware import own_transactions
from apps.accounts.admin_api import PostViewSet, ResetViewSet, UserViewSet
from apps.accounts.api import OwnSessionsView, OwnSessionView, PasswordView, SecondFactorView, SessionView
from apps.accounts.tables import AccessLogResource
from apps.pages.routes import viewset

router = SimpleRouter()
router.register("users", UserViewSet, "user")
router.register("posts", PostViewSet, "post")
router.register("resets", ResetViewSet, "reset")
router.register("access-logs", viewset(AccessLogResource), "access-log")

urlpatterns = [
    path("session/", own_transactions(SessionView.as_view()), name="session"),
    path("password/", own_transactions(PasswordView.as_view()), name="password"),
    path("second-factor/", own_transactions(SecondFactorView.as_view()), name="second-factor"),
    path("sessions/", OwnSessionsView.as_view(), name="own-sessions"),
    path("sessions/<int:key>/", OwnSessionView.as_view(), name="own-session"),
    *router.urls,
]
