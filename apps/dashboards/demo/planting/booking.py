"""Entries of the demonstration's ledger, with the payments that they book."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from apps.funds.choices import Act, FundKind, Origin
from apps.funds.models import Allocation, Entry, Payment, Project, Quota
from apps.funds.services.ledger import book


def entry(act: Act, allocation: Allocation, amount: Decimal, **more: Any) -> Entry:
    """An entry about the money in a project."""
    return Entry(
        act=act, quota=allocation.quota, project_id=allocation.project_id, allocation=allocation,
        division_id=allocation.division_id, amount=amount, **more,
    )  # fmt: skip


def write(entries: Iterable[Entry], day: datetime.date, **payee: Any) -> None:
    """Book entries of a day, those of nothing left out; payments go to the unit that builds unless told."""
    due = [one for one in entries if one.amount > 0]
    for one in due:
        if one.act == Act.PAY and not one.document_no:
            one.document_no = f"付{day:%Y%m}-{one.allocation_id}"
    booked = book(due, by=None, on=day)
    Payment.objects.bulk_create((_payment(one, payee) for one in booked if one.act == Act.PAY), batch_size=1000)


def _payment(booked: Entry, payee: dict[str, Any]) -> Payment:
    allocation: Any = booked.allocation
    return Payment(
        division_id=booked.division_id, project=allocation.project, allocation=allocation, entry=booked,
        amount=booked.amount, paid_on=booked.booked_on, voucher_no=booked.document_no,
        **{"payee_name": allocation.project.unit, **payee},
    )  # fmt: skip


def lot(place: int, kind: FundKind, amount: Decimal, on: datetime.date, number: int, **more: Any) -> Quota:
    """Money of a place's own, received on the day on which it was budgeted."""
    origin = Origin.SOCIAL if kind == FundKind.BEIJING else Origin.LEAGUE if place % 10**8 == 0 else Origin.COUNTY
    given = {"year": on.year, "document_no": f"财预〔{on.year}〕{number}号", **more}
    quota = Quota.objects.create(division_id=place, kind=kind, origin=origin, issued_on=on, received_on=on, **given)
    book([Entry(act=Act.BUDGET, quota=quota, division_id=place, amount=amount)], by=None, on=on)
    return quota


def put(quota: Quota, project: Project, amount: Decimal, on: datetime.date) -> Allocation:
    """Money of a quota in a project."""
    allocation = Allocation.objects.create(division_id=project.division_id, quota=quota, project=project)
    write([entry(Act.ALLOCATE, allocation, amount)], on)
    return allocation
