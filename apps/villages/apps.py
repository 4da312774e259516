from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VillagesConfig(AppConfig):
    name = "apps.villages"
    verbose_name = _("嘎查村")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from apps.villages import field_classes

        field_classes.declare_all()
