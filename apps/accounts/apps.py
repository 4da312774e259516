from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


def _sync_roles(**kwargs: Any) -> None:
    """Groups and permissions follow the role catalogue whenever migrations have run."""
    from django.db import connections

    from apps.accounts.services import sync_roles

    if "auth_group" in connections[kwargs["using"]].introspection.table_names():
        sync_roles(using=kwargs["using"])


class AccountsConfig(AppConfig):
    name = "apps.accounts"
    verbose_name = _("账户")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from apps.accounts import (
            checks,  # noqa: F401  # registers them
            field_classes,
        )

        field_classes.declare_all()
        post_migrate.connect(_sync_roles, sender=self)
