from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssessmentsConfig(AppConfig):
    name = "apps.assessments"
    verbose_name = _("帮扶考核")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from apps.assessments import field_classes
        from apps.assessments.services.people import ACCOUNT
        from apps.assessments.site_import import SiteImporter
        from apps.assessments.target_import import TargetImporter
        from apps.cadres.services import people
        from apps.pages.imports import importer

        field_classes.declare_all()
        people.keep(ACCOUNT)
        importer.register(SiteImporter())
        importer.register(TargetImporter())
