"""Who acts where no person does: set-up before anybody exists, and the system's own account."""

from __future__ import annotations

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from apps.access import scope as scopes
from apps.access.capabilities import CAPABILITIES
from apps.accounts.models import User
from apps.accounts.roles import ROLES, SYSTEM
from apps.accounts.services.posts import appoint
from apps.divisions import codes
from apps.divisions.models import Division

# What set-up may do before anybody exists who could: make accounts and posts. It reaches no register row.
SET_UP = scopes.everywhere("view_accounts", "manage_accounts", username="set-up", source="command")


def system_account() -> User:
    """The account in whose name night work acts, made at first need: a post at the region, no way to sign in."""
    with scopes.activate(SET_UP), transaction.atomic():
        user, created = User.objects.get_or_create(
            username=SYSTEM, defaults={"name": SYSTEM, "division_id": codes.WHOLE_REGION, "must_change_password": False}
        )
        if created:
            user.set_unusable_password()
            user.save(update_fields=["password"])
            appoint(user, role=SYSTEM, division=codes.WHOLE_REGION, by=None)
    return user


def sync_roles(using: str = "default") -> None:
    """Bring permissions and groups to the catalogue. Idempotent; runs after every migration."""
    kind = ContentType.objects.db_manager(using).get_for_model(Division)
    with transaction.atomic(using=using):
        permissions = {
            name: Permission.objects.using(using).update_or_create(
                content_type=kind, codename=name, defaults={"name": name}
            )[0]
            for name in CAPABILITIES
        }
        for name, role in ROLES.items():
            group = Group.objects.using(using).get_or_create(name=name)[0]
            group.permissions.set([permissions[capability] for capability in role.capabilities])
