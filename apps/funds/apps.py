from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FundsConfig(AppConfig):
    name = "apps.funds"
    verbose_name = _("资金和项目")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from apps.funds import field_classes

        field_classes.declare_all()
