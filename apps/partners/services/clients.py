"""Making, changing and closing clients. Secrets are answered once and kept as hashes; keys are kept sealed."""

from __future__ import annotations

import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from oauth2_provider.generators import generate_client_secret

from apps.access import policy
from apps.access import scope as scopes
from apps.accounts.models import User
from apps.accounts.roles import API_CLIENT
from apps.accounts.services import appoint
from apps.common.errors import Refused, ServiceError
from apps.history.services import log_access
from apps.partners.choices import SCOPES
from apps.partners.models import Client
from apps.partners.services.signing import new_key
from apps.partners.services.tokens import revoke

KEY_OVERLAP = datetime.timedelta(days=7)
KEY_FIELDS = ("signing_key", "former_key", "former_key_until", "must_sign")


@transaction.atomic
def create_client(client: Client, *, by: User | None) -> str:
    """Store a new client with an account of its own and answer its secret, which is kept nowhere in clear.

    `by=None` is the system itself (demo data). PermissionDenied outside what `by` manages; Refused for scopes that
    give more than `by` holds.
    """
    check_delegation(by, client)
    account = User(
        username=f"client-{client.client_id[:20].lower()}",
        name=client.name[:50],
        division_id=client.division_id,
        must_change_password=False,
    )
    account.set_unusable_password()
    account.save()
    appoint(account, role=API_CLIENT, division=client.division_id, by=None)
    secret = generate_client_secret()
    client.user = account
    client.client_secret = secret
    client.client_type = Client.CLIENT_CONFIDENTIAL
    client.authorization_grant_type = Client.GRANT_CLIENT_CREDENTIALS
    client.save()
    return secret


@transaction.atomic
def change_client(client: Client, *, by: User, expected_version: int | None = None) -> Client:
    """Store what the form changed; a client stays where it is. StaleVersion when it was changed since."""
    check_delegation(by, client)
    client.save(expected_version=expected_version)
    return client


@transaction.atomic
def rotate_secret(client: Client, *, by: User) -> str:
    """Give a client a new secret and answer it; the old one and all tokens are worthless at once."""
    check_delegation(by, client)
    secret = generate_client_secret()
    client.client_secret = secret
    client.save(update_fields=["client_secret"])
    revoke(client)
    _log(by, client, "client_secret", "given")
    return secret


@transaction.atomic
def give_signing_key(client: Client, *, by: User) -> str:
    """Give a client a (new) signing key and answer it; from now on its requests must be signed.

    The key before it counts for `KEY_OVERLAP` more, so that both sides can change over; the one before that is gone.
    """
    check_delegation(by, client)
    key = new_key()
    if client.signing_key is not None:
        client.former_key, client.former_key_until = client.signing_key, timezone.now() + KEY_OVERLAP
    client.signing_key = key  # sealed when written
    client.must_sign = True
    client.save(update_fields=KEY_FIELDS)
    _log(by, client, "signing_key", "given")
    return key


@transaction.atomic
def end_former_key(client: Client, *, by: User) -> None:
    """The key before the last one counts no more, whatever was left of its days. ServiceError when there is none."""
    check_delegation(by, client)
    if client.former_key is None:
        raise ServiceError(_("没有仍然有效的原签名密钥。"))
    client.former_key = client.former_key_until = None
    client.save(update_fields=KEY_FIELDS)
    _log(by, client, "former_key", "withdrawn")


@transaction.atomic
def withdraw_keys(client: Client, *, by: User) -> None:
    """No key of a client counts any more (one was lost). Until it is given a new one, every request is refused.

    ServiceError when it has none.
    """
    check_delegation(by, client)
    if client.signing_key is None:
        raise ServiceError(_("该客户端没有签名密钥。"))
    client.signing_key = client.former_key = client.former_key_until = None
    client.must_sign = True
    client.save(update_fields=KEY_FIELDS)
    _log(by, client, "signing_key", "withdrawn")


@transaction.atomic
def set_enabled(client: Client, *, enabled: bool, by: User) -> None:
    """Open or close a client; a closed one is refused from its next request on, and its tokens are gone."""
    check_delegation(by, client)
    if client.enabled == enabled:
        raise ServiceError(_("状态没有变化。"))
    client.enabled = enabled
    client.save(update_fields=["enabled"])
    User.objects.filter(pk=client.user_id).update(is_active=enabled)
    if not enabled:
        revoke(client)
    _log(by, client, "enabled", str(enabled).lower())


def _log(by: User, client: Client, field: str, what: str) -> None:
    """Who did what to a client's way in; never the secret itself."""
    log_access(by, "account", division=client.division_id, obj=client, key=client.name, fields=[field], reason=what)


def check_delegation(by: User | None, client: Client) -> None:
    """Raise unless `by` may run this client: inside his own subtree, and with nothing that he does not hold himself.

    As with posts, a security administrator gives what he cannot use.
    """
    if by is None:
        return
    policy.require(by, "manage_accounts", client.division_id)
    place = scopes.range_of(client.division_id)
    if not policy.covers(by, "manage_accounts", place):
        raise Refused(_("数据范围超出了您的管理范围。"), field="division")
    if not policy.can(by, "view_register", client.division_id):
        return
    wanted = {capability for name in client.scopes if name in SCOPES for capability in SCOPES[name].capabilities}
    if any(not policy.covers(by, capability, place) for capability in wanted):
        raise Refused(_("不能授予自己没有的权限。"), field="scopes")


def may_run(by: User, client: Client) -> bool:
    """Whether `by` may change, close and give new secrets to this client."""
    try:
        check_delegation(by, client)
    except (PermissionDenied, Refused):
        return False
    return True
