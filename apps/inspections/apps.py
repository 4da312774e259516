from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InspectionsConfig(AppConfig):
    name = "apps.inspections"
    verbose_name = _("督查巡查")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from apps.households import personfile
        from apps.inspections import field_classes
        from apps.inspections.search import search_inspections
        from apps.inspections.services import risks
        from apps.inspections.tables import SampledUnitResource
        from apps.pages import search

        field_classes.declare_all()
        risks.register_own()
        search.register(_("督查巡查"), search_inspections)
        personfile.register(personfile.Part(_("督查抽样"), SampledUnitResource, personfile.of_household))
