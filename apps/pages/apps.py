from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PagesConfig(AppConfig):
    name = "apps.pages"
    verbose_name = _("通用页面")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from apps.pages import field_classes

        field_classes.declare_all()
