from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


def _load_lines(using: str, **kwargs: Any) -> None:
    from apps.households.services.poverty_lines import load_default_lines

    load_default_lines(using=using)


class HouseholdsConfig(AppConfig):
    name = "apps.households"
    verbose_name = _("贫困户")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from apps.households import field_classes

        field_classes.declare_all()
        from apps.divisions.signals import divisions_loaded
        from apps.households.imports.register import RegisterImporter
        from apps.households.search import search_households, search_persons
        from apps.pages.imports import importer
        from apps.pages.search import register

        divisions_loaded.connect(_load_lines)
        importer.register(RegisterImporter())
        register(_("贫困户"), search_households)
        register(_("家庭成员"), search_persons)
