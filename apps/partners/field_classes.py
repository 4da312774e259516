"""The class of every field of departments' clients."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.common.fieldclasses import Basis, declare, general, high
from apps.partners.models import Client, ClientDay, SearchJob

SERVE = _("管理部门接口客户端")
COUNT = _("办理和统计部门查询")


def declare_all() -> None:
    """Declare the fields of clients; once, when the app is ready."""
    declare(
        Client,
        general(
            SERVE,
            "client_id redirect_uris post_logout_redirect_uris client_type authorization_grant_type"
            " hash_client_secret skip_authorization created updated algorithm allowed_origins registration_source"
            " cimd_expires_at user name contact purpose scopes datasets networks valid_until rate_limit enabled"
            " callbacks must_sign former_key_until",
            Basis.AUDIT,
        ),
        high(SERVE, "client_secret signing_key former_key", Basis.AUDIT),
    )
    declare(ClientDay, general(COUNT, "client user day questions hits refusals", Basis.AUDIT))
    declare(
        SearchJob,
        general(
            COUNT,
            "client user correlation_id transaction_id callback scopes address count state attempts next_at finished_at"
            " problem",
            Basis.AUDIT,
        ),
        high(COUNT, "questions", Basis.AUDIT),
    )
