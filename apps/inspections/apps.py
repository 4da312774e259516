from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InspectionsConfig(AppConfig):
    name = "apps.inspections"
    verbose_name = _("督查巡查")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from apps.inspections import field_classes

        field_classes.declare_all()
