from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VisitsConfig(AppConfig):
    name = "apps.visits"
    verbose_name = _("民情日记")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from apps.households import personfile
        from apps.pages import parts
        from apps.visits import field_classes, supervision
        from apps.visits.parts import LastVisitPart, problem_of, problems_of, visits_of

        field_classes.declare_all()
        supervision.add_all()
        personfile.register(personfile.Part(_("最近走访"), LastVisitPart, personfile.of_household))
        parts.register("household", visits_of)
        parts.register("household", problems_of)
        parts.register("visit", problem_of)
