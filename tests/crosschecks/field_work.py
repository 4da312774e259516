"""Helpers, visits and duties at the end of 2018, for the rules about them."""

from __future__ import annotations

import datetime
from itertools import count
from typing import Any
from uuid import uuid4

from apps.access import scope as scopes
from apps.access.models import Pairing
from apps.accounts.models import User
from apps.accounts.services import system_account
from apps.cadres.models import Attendance, Cadre, CountyChief, Duty, HomeCheck, TaskForce
from apps.households.models import Household
from apps.villages.models import Village, VillageYear
from apps.villages.services import ensure_villages
from apps.visits.models import Visit, VisitMark, VisitReceipt
from tests.crosschecks.families import VILLAGE
from tests.factories.accounts import make_user
from tests.factories.cadres import make_cadre
from tests.factories.cadres import pair as pair_with
from tests.factories.divisions import VILLAGES, plant

COUNTY = VILLAGE - VILLAGE % 10**6
BEGUN = datetime.date(2018, 1, 1)
_sequence = count(1)


def day(month: int, number: int) -> datetime.date:
    """A day of 2018."""
    return datetime.date(2018, month, number)


def helper(account: bool = True, **fields: Any) -> Cadre:
    """A cadre of the county, with an account of his own unless told."""
    user: User | None = make_user(f"field-{next(_sequence)}", "helper", COUNTY) if account else None
    return make_cadre(COUNTY, account=user, **{"name": "白音", **fields})


def pair(household: Household, cadre: Cadre, from_on: datetime.date = BEGUN, **fields: Any) -> Pairing:
    """A pairing since the beginning of the year unless told."""
    return pair_with(household, cadre, from_on=from_on, **fields)


def visit(
    household: Household, cadre: Cadre, on: datetime.date, solved: bool | None = None, marks: tuple[str, ...] = ()
) -> Visit:
    """A visit as it is stored, with some marks."""
    at = datetime.datetime.combine(on, datetime.time(10), datetime.UTC)
    with scopes.acting(system_account()):
        here = {"household": household, "division_id": household.division_id, "author": cadre.account}
        receipt = VisitReceipt.objects.create(client_id=uuid4(), digest="0" * 64, visited_on=on, received_at=at, **here)
        made = Visit.objects.create(
            id=receipt.pk, client_id=receipt.client_id, author_name=cadre.name, visited_on=on, visited_at=at,
            received_at=at, text="看望老人", problem_solved=solved, **here,
        )  # fmt: skip
        VisitMark.objects.bulk_create(VisitMark(visit=made, kind=kind, **here) for kind in marks)
    return made


def village(place: int = VILLAGE, *, listed: bool = True, **year: Any) -> Village:
    """A village, on the list unless told, with facts of 2018 if some are given."""
    plant(*VILLAGES)
    with scopes.acting(system_account()):
        ensure_villages()
        found = Village.objects.get(division_id=place)
        Village.objects.filter(pk=found.pk).update(attributes=["01" if listed else "02"])
        if year:
            VillageYear.objects.create(village=found, year=2018, **year)
    return found


def team(place: int = VILLAGE, kind: str = "village", **fields: Any) -> TaskForce:
    """A team at a place since the beginning of the year."""
    with scopes.acting(system_account()):
        return TaskForce.objects.create(
            division_id=place, kind=kind, **{"name": "驻村工作队", "set_on": BEGUN, **fields}
        )


def duty(kind: str, cadre: Cadre | None = None, place: int = VILLAGE, **fields: Any) -> Duty:
    """A duty at a place since the beginning of the year; of a new cadre unless one is given, or a unit."""
    with scopes.acting(system_account()):
        who = {} if "unit" in fields else {"cadre": cadre or make_cadre(COUNTY)}
        given = {"from_on": BEGUN, "name": who["cadre"].name if who else "", **who, **fields}
        return Duty.objects.create(division_id=place, kind=kind, **given)


def sheet(held: Duty, days_present: int, leave_days: int = 0, month: int = 12) -> Attendance:
    """A month of attendance."""
    with scopes.acting(system_account()):
        return Attendance.objects.create(
            division_id=held.division_id, duty=held, name=held.name, month=day(month, 1), days_present=days_present,
            leave_days=leave_days,
        )  # fmt: skip


def check(household: Household, on: datetime.date, knows: bool) -> HomeCheck:
    """What was heard at a household."""
    with scopes.acting(system_account()):
        return HomeCheck.objects.create(
            household=household, division_id=household.division_id, checked_on=on, checker="督查", knows_helper=knows
        )


def chief(post: str = "head", until_on: datetime.date | None = None, approved_on: datetime.date | None = None) -> None:
    """A chief of the county, with the paper of his going if there is a day for it."""
    paper = {"approval_no": "内组字〔2018〕1号", "approved_by": "自治区党委组织部"} if approved_on else {}
    with scopes.acting(system_account()):
        CountyChief.objects.create(
            division_id=COUNTY, post=post, name="白音", from_on=datetime.date(2016, 1, 1), until_on=until_on,
            approved_on=approved_on, **paper,
        )  # fmt: skip
