from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProblemsConfig(AppConfig):
    name = "apps.problems"
    verbose_name = _("问题整改")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from apps.inspections import raising, weighing
        from apps.pages import parts, search
        from apps.pages.imports import importer
        from apps.problems import field_classes
        from apps.problems.importing import ProblemImporter
        from apps.problems.ledger import LEDGER
        from apps.problems.parts import PARTS
        from apps.problems.search import search_problems
        from apps.problems.services.risks import OVERDUE

        field_classes.declare_all()
        importer.register(ProblemImporter())
        search.register(_("问题台账"), search_problems)
        raising.register(LEDGER)
        weighing.register(OVERDUE)
        for resource, source in PARTS.items():
            parts.register(resource, source)
