from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProblemsConfig(AppConfig):
    name = "apps.problems"
    verbose_name = _("问题整改")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from apps.pages import parts
        from apps.problems import field_classes
        from apps.problems.parts import PARTS

        field_classes.declare_all()
        for resource, source in PARTS.items():
            parts.register(resource, source)
