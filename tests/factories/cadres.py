"""Cadres, and pairings as they are there after they were made; written in the scope of the system account."""

from __future__ import annotations

import datetime
from itertools import count
from typing import Any

from apps.access import scope as scopes
from apps.access.models import Pairing
from apps.accounts.models import User
from apps.accounts.services import system_account
from apps.cadres.models import Cadre, HelpingUnit
from apps.common import numbers
from apps.households.models import Household

_sequence = count(1)


def make_unit(division: int, name: str = "旗农牧局", **fields: Any) -> HelpingUnit:
    """A unit of a county's government."""
    with scopes.acting(system_account()):
        return HelpingUnit.objects.create(division_id=division, name=name, **{"level": "3", "kind": "office", **fields})


def make_cadre(division: int, **fields: Any) -> Cadre:
    """A cadre kept at a division, with a phone and no account unless one is given."""
    serial = next(_sequence)
    values: dict[str, Any] = {"name": "白音", "phone": f"136{serial:08d}", "rank": "5", **fields}
    with scopes.acting(system_account()):
        return Cadre.objects.create(
            division_id=division, code=numbers.helper_code(division // 10**6, 90000 + serial), **values
        )


def pair(household: Household, who: User | Cadre, **fields: Any) -> Pairing:
    """A pairing with a cadre, or with an account's cadre, who is made if there is none; since today unless told."""
    with scopes.acting(system_account()):
        cadre = Cadre.objects.filter(account=who).first() if isinstance(who, User) else who
        if cadre is None:
            cadre = make_cadre(who.division_id, account=who, name="白音")
        unit = HelpingUnit.objects.filter(pk=cadre.unit_id).first()
        return Pairing.objects.create(
            household=household,
            division_id=household.division_id,
            cadre=cadre,
            helper_id=cadre.account_id,
            name=cadre.name,
            unit_name=unit.name if unit else "",
            phone=cadre.phone,
            **{"from_on": datetime.date.today(), **fields},
        )
