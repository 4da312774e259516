from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ComplaintsConfig(AppConfig):
    name = "apps.complaints"
    verbose_name = _("信访举报")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from apps.complaints import field_classes

        field_classes.declare_all()
