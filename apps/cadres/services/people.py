"""Writing units and cadres, and what stands of them beside their pairings and duties."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from apps.access import policy
from apps.access import scope as scopes
from apps.access.models import Pairing
from apps.accounts.models import User
from apps.cadres.models import Cadre, HelpingUnit
from apps.common.errors import ServiceError
from apps.households.services import issue_helper_codes

CAPABILITY = Cadre.change_capability

# What a card says of a cadre is written wherever he helps, and his households may lie anywhere: this takes the whole
# range. It writes those columns alone, from the cadre's own row.
WRITER = ("view_register", CAPABILITY)

BADGES = [
    """
    UPDATE access_pairing AS one SET helper_id = cadre.account_id, name = cadre.name,
        unit_name = coalesce(unit.name, ''), phone = cadre.phone, phone_index = cadre.phone_index,
        version = one.version + 1, updated_at = now()
    FROM cadres_cadre AS cadre LEFT JOIN cadres_helpingunit AS unit ON unit.id = cadre.unit_id
    WHERE one.cadre_id = cadre.id AND cadre.id = ANY (%s) AND one.until_on IS NULL
        AND (one.helper_id, one.name, one.unit_name, one.phone)
            IS DISTINCT FROM (cadre.account_id, cadre.name, coalesce(unit.name, ''), cadre.phone)
    """,
    """
    UPDATE cadres_duty AS one SET name = cadre.name, unit_name = coalesce(unit.name, ''), phone = cadre.phone,
        phone_index = cadre.phone_index, version = one.version + 1, updated_at = now()
    FROM cadres_cadre AS cadre LEFT JOIN cadres_helpingunit AS unit ON unit.id = cadre.unit_id
    WHERE one.cadre_id = cadre.id AND cadre.id = ANY (%s) AND one.until_on IS NULL
        AND (one.name, one.unit_name, one.phone)
            IS DISTINCT FROM (cadre.name, coalesce(unit.name, ''), cadre.phone)
    """,
]
UNIT_BADGE = """
    UPDATE cadres_duty AS one SET unit_name = unit.name, version = one.version + 1, updated_at = now()
    FROM cadres_helpingunit AS unit
    WHERE one.unit_id = unit.id AND unit.id = %s AND one.until_on IS NULL AND one.unit_name <> unit.name
"""


def acting_everywhere(by: User | scopes.Scope) -> scopes.Scope:
    """The scope that keeps what cards say, in the name of whoever changed the cadre."""
    user_id = by.user_id if isinstance(by, scopes.Scope) else by.pk
    return scopes.everywhere(*WRITER, user_id=user_id, username=by.username)


def badge_of(cadre: Cadre, *, by: User) -> dict[str, Any]:
    """What stands of a cadre beside a pairing or duty: name, unit and phone, of a unit out of the user's sight too."""
    return badges_of([cadre], by=by)[cadre.pk]


def badges_of(cadres: Iterable[Cadre], *, by: User) -> dict[int, dict[str, Any]]:
    """The same of many cadres, by their keys; the names of their units are one statement."""
    found = list(cadres)
    units: dict[int, str] = {}
    if wanted := {one.unit_id for one in found if one.unit_id is not None}:
        with scopes.activate(acting_everywhere(by)):
            units = dict(HelpingUnit.objects.filter(pk__in=wanted).values_list("pk", "name"))
    return {
        one.pk: {"name": one.name, "unit_name": units.get(one.unit_id or 0, ""), "phone": one.phone} for one in found
    }


def keep(statement: str) -> None:
    """Have what an app above keeps of cadres follow them, too: a statement that takes the keys of changed ones. Called
    from its `ready()`."""
    if statement not in BADGES:
        BADGES.append(statement)


@transaction.atomic
def save_unit(unit: HelpingUnit, *, by: User, expected_version: int | None = None) -> HelpingUnit:
    """Enter or change a helping unit; a new name goes wherever its people and its duties stand.

    Raises PermissionDenied without `change_register` at its place, StaleVersion when somebody changed it since.
    """
    policy.require(by, CAPABILITY, unit.division_id)
    unit.full_clean()
    unit.save(expected_version=expected_version)
    with scopes.activate(acting_everywhere(by)), connection.cursor() as cursor:
        cursor.execute(UNIT_BADGE, [unit.pk])
        write_badges(list(Cadre.objects.filter(unit=unit).values_list("pk", flat=True)))
    return unit


@transaction.atomic
def save_cadre(cadre: Cadre, *, by: User, expected_version: int | None = None) -> Cadre:
    """Enter a cadre under a code of his own, or change him; his open pairings and duties say the same at once.

    Raises PermissionDenied without `change_register` at his place, ServiceError for an account that may not be his.
    """
    policy.require(by, CAPABILITY, cadre.division_id)
    kept = _unchanged(cadre, ("unit", "account"))
    if cadre.account_id is not None and "account" not in kept:
        _require_account(cadre, by)
    if cadre.pk is None:
        cadre.code = issue_helper_codes(cadre.division_id)[0]
    cadre.full_clean(exclude=kept)
    cadre.save(expected_version=expected_version)
    with scopes.activate(acting_everywhere(by)):
        write_badges([cadre.pk])
    return cadre


def _unchanged(found: Cadre, names: tuple[str, ...]) -> set[str]:
    """The relations that stay as they are stored: they may point out of the user's sight, where none can be checked."""
    stored = Cadre.objects.filter(pk=found.pk).values(*names).first() if found.pk else None
    return {name for name in names if stored and stored[name] == getattr(found, f"{name}_id")}


def write_badges(cadres: list[int]) -> None:
    """Bring open pairings and duties of these cadres up to date, in the acting scope; writes only what differs."""
    with connection.cursor() as cursor:
        for statement in BADGES:
            cursor.execute(statement, [cadres])


def _require_account(cadre: Cadre, by: User) -> None:
    """Who links an account opens households with it: he manages the account, and could have paired every one of them.

    Otherwise a county's office could give itself the households of other counties by way of a cadre of its own.
    """
    account = User.objects.visible_to(by).filter(pk=cadre.account_id).first()
    if account is None or not policy.can(by, "manage_accounts", account.division_id):
        raise ServiceError(_("没有这个账户，或者它不归您管理。"), field="account", code="invalid_choice")
    if cadre.pk is None:
        return
    with scopes.activate(acting_everywhere(by)):
        places = set(Pairing.objects.filter(cadre=cadre, until_on=None).values_list("division_id", flat=True))
    if not all(policy.can(by, CAPABILITY, place) for place in places):
        raise ServiceError(
            _("这名干部的结对户不全在您的管理范围，请由上级关联账户。"), field="account", code="elsewhere"
        )
