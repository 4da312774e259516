from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NoticesConfig(AppConfig):
    name = "apps.notices"
    verbose_name = _("公告公示")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from apps.notices import field_classes

        field_classes.declare_all()
