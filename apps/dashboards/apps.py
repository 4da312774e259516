from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DashboardsConfig(AppConfig):
    name = "apps.dashboards"
    verbose_name = _("工作台")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from apps.dashboards import field_classes

        field_classes.declare_all()
        from apps.dashboards.todo import bell
        from apps.pages.bell import register

        register(bell)
