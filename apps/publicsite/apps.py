from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PublicSiteConfig(AppConfig):
    name = "apps.publicsite"
    verbose_name = _("公众网站")
