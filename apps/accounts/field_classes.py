"""The class of every field of accounts, posts, grants and the access log: officials' data, behind their own walls."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.access.models import Grant
from apps.accounts.models import Post, Reset, User
from apps.common.fieldclasses import Basis, declare, general, high, sensitive
from apps.history.models import AccessLog

SIGN_IN = _("识别操作人和登录")
RIGHTS = _("确定账户能看和能做什么")
TRACE = _("查明谁在何时看过、带走或改过什么")


def declare_all() -> None:
    """Declare the fields of accounts and of the log; once, when the app is ready."""
    declare(
        User,
        general(SIGN_IN, "username name is_active closed_because must_change_password language", Basis.AUDIT),
        general(SIGN_IN, "last_login password_changed_at second_factor_at", Basis.AUDIT),
        high(SIGN_IN, "password", Basis.AUDIT),
    )
    declare(
        Post,
        general(
            RIGHTS,
            "user role valid_from valid_until appointed_by reason extent apart acting_for acting_for_name",
            Basis.AUDIT,
        ),
    )
    declare(Grant, general(RIGHTS, "permission user content_object post exact", Basis.AUDIT))
    declare(
        Reset,
        general(
            SIGN_IN,
            "user user_name what reason state needed asked_by asked_by_name asked_at expires_at first_by first_by_name"
            " second_by second_by_name ended_at",
            Basis.AUDIT,
        ),
    )
    declare(
        AccessLog,
        general(
            TRACE,
            "user username post level at action result object_kind object_id object_key fields rows source request_id"
            " chain seq previous mac key_id",
            Basis.AUDIT,
        ),
        sensitive(TRACE, "reason address device", Basis.AUDIT),
    )
