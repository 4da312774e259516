from django.urls import path

from apps.dashboards.views import DeskPage

urlpatterns = [path("", DeskPage.as_view(), name="desk")]
