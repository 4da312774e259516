"""Booking: the one way into the ledger. The database keeps the sums and refuses what is not covered."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.common.days import today
from apps.common.errors import ServiceError
from apps.funds.models import Entry

REFUSALS: dict[str, str | Promise] = {
    "quota_not_overspent": _("指标余额不足，或者已使用的部分不能冲减。"),
    "quota_paid_as_allocated": _("拨付不能超过落实到项目的金额，报账不能超过已拨付的金额。"),
    "quota_used_when_received": _("指标还没有签收，不能使用。"),
    "allocation_not_overspent": _("项目资金余额不足，或者已使用的部分不能冲减。"),
    "entry_year_open": _("这个年度已经关账，不能再记账。"),
    "entry_days_in_order": _("记账日期不能早于该指标最近一笔账目的日期。"),
    "entry_goes_down": _("指标只能下达到下级地区。"),
    "entry_placed": _("项目不在指标所在地区内。"),
    "entry_reverses_one": _("冲销的账目必须与原账目完全一致，且原账目不是冲销账目。"),
    "funds_entry_reverses_id_key": _("这笔账目已经冲销。"),
    "distribution_within_yield": _("分配金额超过该年度已到账的收益。"),
    "distribution_once_a_year": _("该年度的收益已经分配或正在分配。"),
    "contract_one_at_a_time": _("与已有合同的期限重叠。"),
    "yield_voucher_once": _("这张凭证已经登记。"),
}
"""What a constraint of the ledger or of the register of assets means, in words."""


@contextmanager
def explained(field: str = "amount") -> Iterator[None]:
    """Turn a refusal of these constraints into a ServiceError (409) that says why; the savepoint is undone."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
        if name not in REFUSALS:
            raise
        raise ServiceError(REFUSALS[name], field=field, code=name, status=409) from error


def book(entries: Iterable[Entry], *, by: User | None, on: datetime.date | None = None) -> list[Entry]:
    """Write entries, all or none, in an order in which nobody waits for another in a circle: by their quotas' keys.

    `on` is today unless a year is closed. Raises ServiceError (409) for what is not covered.
    """
    rows = sorted(entries, key=lambda entry: (entry.quota_id, entry.allocation_id or 0))
    day = on or today()
    who: dict[str, Any] = {"made_by": by, "made_by_name": str(by)[:60] if by else ""}
    for entry in rows:
        entry.booked_on = day
        for name, value in who.items():
            setattr(entry, name, value)
    with explained():
        return Entry.objects.bulk_create(rows, batch_size=1000)
