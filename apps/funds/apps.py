from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FundsConfig(AppConfig):
    name = "apps.funds"
    verbose_name = _("资金和项目")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from apps.funds import field_classes
        from apps.funds.asset_import import AssetImporter
        from apps.funds.asset_tables import AssetResource, DistributionLineResource
        from apps.funds.parts import assets_of, payments_of, projects_of, shares_of
        from apps.funds.project_tables import BeneficiaryResource
        from apps.funds.tables import PaymentResource
        from apps.households import personfile
        from apps.pages import parts
        from apps.pages.imports import importer

        field_classes.declare_all()
        importer.register(AssetImporter())
        for part in (projects_of, payments_of, assets_of, shares_of):
            parts.register("household", part)
        personfile.register(personfile.Part(_("到户资金"), PaymentResource, personfile.of_household))
        personfile.register(personfile.Part(_("项目受益"), BeneficiaryResource, personfile.of_household))
        personfile.register(personfile.Part(_("到户资产"), AssetResource, personfile.of_household))
        personfile.register(personfile.Part(_("资产收益"), DistributionLineResource, personfile.of_household))
