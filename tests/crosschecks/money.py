"""Money, projects and notices at the end of 2018, for the rules about them: all in order unless told."""

from __future__ import annotations

import datetime
from decimal import Decimal
from itertools import count
from typing import Any

from django.utils import timezone

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.divisions import codes
from apps.funds.models import (
    Allocation,
    Asset,
    AssetDistribution,
    AssetYield,
    Beneficiary,
    Entry,
    LibraryItem,
    NegativeCheck,
    NegativeItem,
    Payment,
    Project,
    ProjectProgress,
    Quota,
)
from apps.funds.services.ledger import book
from apps.households.models import Household
from apps.notices.models import PublicNotice
from tests.crosschecks.families import VILLAGE
from tests.crosschecks.field_work import COUNTY, day
from tests.factories.accounts import make_user
from tests.factories.divisions import VILLAGES, plant
from tests.factories.funds import make_project

LEAGUE, REGION = codes.at(COUNTY, codes.LEAGUE), codes.WHOLE_REGION
TOWNSHIP = VILLAGE - VILLAGE % 1000
POSTED, RECEIVED, ALLOCATED, BUILT = day(12, 1), day(12, 15), day(12, 20), datetime.date(2016, 10, 1)
_sequence = count(1)


def quota(
    amount: int | str = 1000, place: int = COUNTY, received_on: datetime.date | None = RECEIVED, **fields: Any
) -> Quota:
    """A lot of money of a place's own, or out of `parent`, received in the middle of December unless told."""
    plant(*VILLAGES)
    given = {"kind": "special", "origin": "county", "year": 2018, "document_no": f"财〔2018〕{next(_sequence)}号"}
    parent = fields.get("parent")
    above = {"from_division_id": parent.division_id} if parent else {}
    given["issued_on"] = received_on or RECEIVED
    with scopes.acting(system_account()):
        made = Quota.objects.create(division_id=place, received_on=received_on, **{**given, **above, **fields})
    entry("pass" if parent else "budget", made, amount, made.issued_on)
    return made


def entry(act: str, lot: Quota, amount: int | str, on: datetime.date, put: Allocation | None = None) -> Entry:
    """An entry of the ledger on a day."""
    where = {"allocation": put, "project_id": put.project_id, "division_id": put.division_id} if put else {}
    with scopes.acting(system_account()):
        made = Entry(act=act, quota=lot, amount=Decimal(amount), **{"division_id": lot.division_id, **where})
        return book([made], by=None, on=on)[0]


def put(
    lot: Quota,
    project: Project,
    amount: int | str,
    *paid: tuple[int | str, datetime.date],
    on: datetime.date = ALLOCATED,
) -> Allocation:
    """Money of a lot in a project since the day, and what was paid of it when."""
    with scopes.acting(system_account()):
        made = Allocation.objects.create(division_id=project.division_id, quota=lot, project=project)
    entry("allocate", lot, amount, on, made)
    for part, when in paid:
        entry("pay", lot, part, when, made)
    return made


def pay(
    put_into: Allocation, household: Household, amount: int | str, payee: str, account: str | None = None, **more: Any
) -> Payment:
    """A payment to a household, to its own account unless told."""
    booked = entry("pay", put_into.quota, amount, day(12, 25), put_into)
    with scopes.acting(system_account()):
        return Payment.objects.create(
            division_id=put_into.division_id, project=put_into.project, allocation=put_into, entry=booked,
            amount=booked.amount, paid_on=booked.booked_on, household=household, payee_name=payee,
            payee_account=household.bank_account if account is None else account or None, voucher_no="付1", **more,
        )  # fmt: skip


def project(place: int = VILLAGE, *, item: bool = True, **fields: Any) -> Project:
    """A project that nothing is wrong with: out of the library, approved a week ago, planned for the next year."""
    plant(*VILLAGES)
    usual = {
        "approved_on": day(12, 24), "plan_start": datetime.date(2019, 4, 1), "plan_end": datetime.date(2019, 10, 31),
    }  # fmt: skip
    made = make_project(place, **{**usual, **fields})
    if item:
        copied = ("name", "kind", "year", "scale", "target", "mechanism", "division_id")
        with scopes.acting(system_account()):
            made.item = LibraryItem.objects.create(
                **{name: getattr(made, name) for name in copied} | {"target": "增收", "mechanism": "分红"},
                amount=made.budget, need="增收", met_on=day(1, 5), present=30, decision="同意", state="selected",
                valid_for=made.year,
            )  # fmt: skip
            made.save()
    return made


def report(of: Project, month: int, supervisor: str = "赵监督", year: int = 2018) -> None:
    """A monthly report."""
    with scopes.acting(system_account()):
        ProjectProgress.objects.create(
            project=of, division_id=of.division_id, month=datetime.date(year, month, 1), percent=10, spent=0,
            supervisor_name=supervisor, reported_on=day(12, 25),
        )  # fmt: skip


def benefit(household: Household, of: Project, **fields: Any) -> Beneficiary:
    """A household that a project helps."""
    with scopes.acting(system_account()):
        given = {"kind": of.kind, "year": of.year, "project": of, **fields}
        about = {"household": household, "household_code": household.code, "division_id": household.division_id}
        return Beneficiary.objects.create(**about, head="王建国", **given)


def notice(
    subject: str = "", place: int = VILLAGE, state: str = "ended", posted_on: datetime.date = POSTED, **fields: Any
) -> PublicNotice:
    """A notice about money that hung ten days."""
    plant(*VILLAGES)
    by = make_user(f"notes-{next(_sequence)}", "village_officer", VILLAGE)
    ends_on = fields.pop("ends_on", posted_on + datetime.timedelta(days=10))
    closed = {"closed_on": ends_on + datetime.timedelta(days=1)} if state in ("ended", "archived") else {}
    given = {"kind": "project", "title": "项目公示", "days": 10, "level": codes.level(place), **closed}
    with scopes.acting(system_account()):
        return PublicNotice.objects.create(
            division_id=place, subject=subject, state=state, state_since=timezone.now(), prepared_by=by,
            approved_by=system_account(), posted_on=posted_on, ends_on=ends_on, postings=1, **{**given, **fields},
        )  # fmt: skip


def forbid(words: str, place: int = REGION, **fields: Any) -> NegativeItem:
    """An entry of the negative list."""
    plant(*VILLAGES)
    number = next(_sequence)
    with scopes.acting(system_account()):
        return NegativeItem.objects.create(
            division_id=place, position=number, aspect="building",
            **{"name": f"禁止事项{number}", "words": words, **fields},
        )  # fmt: skip


def answer(of: Project, item: NegativeItem, version: int = 1) -> None:
    """What was answered to an entry's match."""
    with scopes.acting(system_account()):
        NegativeCheck.objects.create(
            project=of, division_id=of.division_id, item=item, answer="不涉及", content_version=version, by_name="那顺"
        )


def asset(kind: str = "operating", acquired_on: datetime.date = BUILT, **fields: Any) -> Asset:
    """An asset of a village in the ledger, used since it was built in 2016 unless told."""
    plant(*VILLAGES)
    usual = {
        "name": "育肥羊棚圈", "form": "greenhouse", "value": Decimal(200_000), "year": 2016, "source": "special",
        "site": "村东", "state": "in_use", "number": f"A{next(_sequence)}", "registered_on": BUILT,
        "owner_kind": "collective", "owner": "村集体", "confirmed_on": BUILT,
    }  # fmt: skip
    with scopes.acting(system_account()):
        return Asset.objects.create(division_id=VILLAGE, kind=kind, acquired_on=acquired_on, **{**usual, **fields})


def share(of: Asset, year: int = 2018, state: str = "distributed") -> None:
    """A year's yield of an asset, and its distribution, which leaves all of it with the village."""
    here = {"asset": of, "division_id": of.division_id, "year": year, "amount": Decimal(1000)}
    on = datetime.date(year, 12, 1)
    done = {"distributed_on": on} if state == "distributed" else {}
    with scopes.acting(system_account()):
        AssetYield.objects.create(**here, received_on=on, voucher_no=f"收{next(_sequence)}")
        AssetDistribution.objects.create(
            **here, collective=Decimal(1000), met_on=on, present=30, minutes="同意", state=state, **done
        )
