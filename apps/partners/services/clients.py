"""Making, changing and closing clients. Secrets are answered once and kept as hashes; keys are kept sealed."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _
from oauth2_provider.generators import generate_client_secret

from apps.access import policy
from apps.access import scope as scopes
from apps.accounts.models import User
from apps.accounts.roles import API_CLIENT
from apps.accounts.services import appoint
from apps.common.errors import Refused, ServiceError
from apps.partners.choices import SCOPES
from apps.partners.models import Client
from apps.partners.services.signing import new_key
from apps.partners.services.tokens import revoke


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
    return secret


@transaction.atomic
def give_signing_key(client: Client, *, by: User) -> str:
    """Give a client a (new) signing key and answer it; from now on its requests must be signed with it."""
    check_delegation(by, client)
    key = new_key()
    client.signing_key = key  # sealed when written
    client.save(update_fields=["signing_key"])
    return key


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
    wanted = {capability for name in client.scopes for capability in SCOPES[name].capabilities}
    if any(not policy.covers(by, capability, place) for capability in wanted):
        raise Refused(_("不能授予自己没有的权限。"), field="scopes")


def may_run(by: User, client: Client) -> bool:
    """Whether `by` may change, close and give new secrets to this client."""
    try:
        check_delegation(by, client)
    except (PermissionDenied, Refused):
        return False
    return True
