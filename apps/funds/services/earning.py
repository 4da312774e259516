"""What an operating asset earns: its contracts (R-120, R-121) and the yields that were received."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.common.days import today
from apps.common.errors import ServiceError
from apps.funds.asset_choices import DistributionState
from apps.funds.models import Asset, AssetContract, AssetDistribution, AssetYield
from apps.funds.models.base import EARLIEST
from apps.funds.services.ledger import explained

WITHDRAWN = DistributionState.WITHDRAWN


@dataclass(frozen=True)
class Contract:
    """A contract as it is entered: who runs the asset, how, from when to when, for how many yuan a year."""

    operator: str
    income_form: str
    from_on: datetime.date
    until_on: datetime.date
    yearly_yield: Decimal
    is_prepaid: bool = False
    deposit: Decimal = Decimal(0)


@dataclass(frozen=True)
class Receipt:
    """A yield as it is entered: of which year, how many yuan, received when and by which voucher."""

    year: int
    amount: Decimal
    received_on: datetime.date
    voucher_no: str


def running(asset: Asset) -> QuerySet[AssetContract]:
    """The contracts of an asset that are not over."""
    over = today()
    return AssetContract.objects.filter(asset=asset, until_on__gt=over).filter(Q(ended_on=None) | Q(ended_on__gt=over))


def contract(asset: Asset, said: Contract | None, *, by: User) -> AssetContract:
    """Enter a contract. Raises ServiceError for what is missing, wrong, or overlaps another."""
    if said is None:
        raise ServiceError(_("请填写合同的经营主体、期限和年收益。"), field="operator", code="required")
    if said.until_on <= said.from_on:
        raise ServiceError(_("合同终止日期须晚于开始日期。"), field="until_on", code="order")
    row = AssetContract(
        asset=asset,
        division_id=asset.division_id,
        operator=said.operator.strip(),
        income_form=said.income_form,
        from_on=said.from_on,
        until_on=said.until_on,
        yearly_yield=said.yearly_yield,
        is_prepaid=said.is_prepaid,
        deposit=said.deposit,
        made_by=by,
        made_by_name=str(by)[:60],
    )
    return _entered(row, "from_on")


def end_contract(asset: Asset, on: datetime.date) -> None:
    """End the contract that runs today, on a day that is not to come."""
    row = running(asset).filter(from_on__lte=on).order_by("from_on").first()
    if row is None:
        raise ServiceError(_("没有正在履行的合同。"), field="on", code="contract", status=409)
    AssetContract.objects.filter(pk=row.pk).update(ended_on=on)


def receive(asset: Asset, said: Receipt | None, *, by: User) -> AssetYield:
    """Enter a yield. Raises ServiceError for what is missing, a day to come, a year before the asset came to be or
    after the next (rent may be paid in advance), a year that was shared out, and a voucher entered already."""
    if said is None:
        raise ServiceError(_("请填写收益年度、金额、到账日期和凭证号。"), field="amount", code="required")
    if said.received_on > today():
        raise ServiceError(_("日期不能晚于今天。"), field="received_on", code="future")
    if not max(asset.acquired_on.year, EARLIEST) <= said.year <= today().year + 1:
        raise ServiceError(_("收益年度应在资产形成之后、不晚于明年。"), field="year", code="invalid")
    if AssetDistribution.objects.filter(asset=asset, year=said.year).exclude(state=WITHDRAWN).exists():
        raise ServiceError(_("该年度的收益已经分配或正在分配。"), field="year", code="shared", status=409)
    row = AssetYield(
        asset=asset,
        division_id=asset.division_id,
        year=said.year,
        amount=said.amount,
        received_on=said.received_on,
        voucher_no=said.voucher_no.strip(),
        made_by=by,
        made_by_name=str(by)[:60],
    )
    return _entered(row, "voucher_no")


def cancel(asset: Asset, voucher_no: str) -> None:
    """Cancel the yield of a voucher. Refused (409) where its money was shared out already."""
    rows = AssetYield.objects.filter(asset=asset, voucher_no=voucher_no, cancelled_on=None)
    with explained("voucher_no"):
        if not rows.update(cancelled_on=today()):
            raise ServiceError(_("没有这张凭证的收益。"), field="voucher_no", code="does_not_exist")


def _entered(row: Any, field: str) -> Any:
    """The row as it is stored, once its fields are sound; `field` is named where the database refuses it."""
    try:
        row.clean_fields(exclude=["asset", "division", "made_by"])
    except ValidationError as error:
        name, messages = next(iter(error.message_dict.items()))
        raise ServiceError(messages[0], field=name) from error
    with explained(field):
        row.save()
    return row
