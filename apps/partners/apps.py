from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PartnersConfig(AppConfig):
    name = "apps.partners"
    verbose_name = _("部门接口")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from apps.partners import field_classes

        field_classes.declare_all()
