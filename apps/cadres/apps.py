from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CadresConfig(AppConfig):
    name = "apps.cadres"
    verbose_name = _("干部帮扶")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from apps.cadres import coverage, field_classes

        field_classes.declare_all()
        from apps.cadres.imports.home_checks import HomeCheckImporter
        from apps.cadres.imports.pairings import PairingImporter
        from apps.cadres.parts import CardPart, checks_of, chiefs_of, duties_of, helpers_of
        from apps.cadres.search import search_cadres
        from apps.cadres.tables import PAIR, HomeCheckResource
        from apps.households import personfile
        from apps.pages import bulk, parts
        from apps.pages.imports import importer
        from apps.pages.search import register

        coverage.add_all()
        bulk.register("household", PAIR)
        importer.register(PairingImporter())
        importer.register(HomeCheckImporter())
        parts.register("household", helpers_of)
        parts.register("household", checks_of)
        parts.register("village", duties_of)
        parts.register("division", chiefs_of)
        personfile.register(personfile.Part(_("明白卡"), CardPart, personfile.of_household))
        personfile.register(personfile.Part(_("入户核查"), HomeCheckResource, personfile.of_household))
        register(_("帮扶干部"), search_cadres)
