from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CommonConfig(AppConfig):
    name = "apps.common"
    verbose_name = _("公共")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import checks, serializers  # noqa: F401  (they register themselves)
