from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HistoryConfig(AppConfig):
    name = "apps.history"
    verbose_name = _("历史")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from apps.history import receivers  # noqa: F401  # connects the signals
