from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HouseholdsConfig(AppConfig):
    name = "apps.households"
    verbose_name = _("贫困户")
    default_auto_field = "django.db.models.BigAutoField"
