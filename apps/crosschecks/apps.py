from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CrosschecksConfig(AppConfig):
    name = "apps.crosschecks"
    verbose_name = _("数据比对")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from apps.crosschecks import field_classes

        field_classes.declare_all()
        from apps.common import savechecks
        from apps.crosschecks.parts import candidates_of, findings_of, of_person, of_person_or_household
        from apps.crosschecks.services.checking import check, check_many
        from apps.crosschecks.tables import CandidateResource, FindingResource
        from apps.households import personfile
        from apps.pages import parts

        savechecks.register(check, many=check_many)
        parts.register("household", findings_of)
        parts.register("person", candidates_of)
        personfile.register(personfile.Part(_("疑点"), FindingResource, of_person_or_household))
        personfile.register(personfile.Part(_("身份匹配候选"), CandidateResource, of_person))
