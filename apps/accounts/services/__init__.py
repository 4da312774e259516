"""The writes behind accounts and posts, each in one transaction."""

from apps.accounts.services import deputies, extents, keys, resets, second_factor
from apps.accounts.services.posts import (
    appoint,
    check_delegation,
    end_post,
    held,
    may_end,
    may_manage,
    roles_to_give,
)
from apps.accounts.services.signing_in import (
    begin_session,
    change_own_password,
    check_code,
    check_key,
    check_password,
    sign_in,
)
from apps.accounts.services.system import SET_UP, SYSTEM, sync_roles, system_account
from apps.accounts.services.users import (
    change_account,
    change_password,
    close_account,
    close_unused,
    create_account,
    end_sessions,
    random_password,
)

__all__ = [
    "SET_UP",
    "SYSTEM",
    "appoint",
    "begin_session",
    "change_account",
    "change_own_password",
    "change_password",
    "check_code",
    "check_delegation",
    "check_key",
    "check_password",
    "close_account",
    "close_unused",
    "create_account",
    "deputies",
    "end_post",
    "end_sessions",
    "extents",
    "held",
    "keys",
    "may_end",
    "may_manage",
    "random_password",
    "resets",
    "roles_to_give",
    "second_factor",
    "sign_in",
    "sync_roles",
    "system_account",
]
