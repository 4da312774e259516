from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MeasuresConfig(AppConfig):
    name = "apps.measures"
    verbose_name = _("帮扶措施")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from apps.households import personfile
        from apps.measures import field_classes
        from apps.measures.imports.loans import LoanImporter
        from apps.measures.imports.repayments import RepaymentImporter
        from apps.measures.parts import funds_of, loans_of, of_borrower, wishes_of
        from apps.measures.tables import LoanRepaymentResource, LoanResource, LoanWishResource
        from apps.pages import parts
        from apps.pages.imports import importer

        field_classes.declare_all()
        importer.register(LoanImporter())
        importer.register(RepaymentImporter())
        parts.register("household", loans_of)
        parts.register("household", wishes_of)
        parts.register("division", funds_of)
        personfile.register(personfile.Part(_("小额信贷"), LoanResource, of_borrower))
        personfile.register(personfile.Part(_("贷款还款"), LoanRepaymentResource, personfile.of_household))
        personfile.register(personfile.Part(_("贷款意愿"), LoanWishResource, personfile.of_household))
