"""What is shown of an order beyond its row: lines and log, as far as the reader sees them."""

from __future__ import annotations

from typing import Any

from apps.access import policy
from apps.common.sealing import Sealed
from apps.funds.models import FundOrder, OrderLine, OrderLog


def lines_of(user: Any, order: FundOrder) -> list[OrderLine]:
    """The lines of an order with what they name, in their order. One query."""
    rows = OrderLine.objects.visible_to(user).filter(order=order)
    return list(rows.select_related("quota", "project", "target_division").order_by("position"))


def log_of(user: Any, order: FundOrder) -> list[OrderLog]:
    """The steps taken so far, the latest last."""
    return list(OrderLog.objects.visible_to(user).filter(order=order).order_by("pk"))


def reads_accounts(user: Any, order: FundOrder) -> bool:
    """Whether somebody reads more of payees' accounts than that there are any."""
    return policy.can(user, "view_personal_data", order) or policy.can(user, "pay_funds", order)


def account(number: Sealed | None, *, plain: bool) -> str | None:
    """A payee's account as it is shown: masked, and for those without the right not even that."""
    if number is None:
        return None
    return str(number) if plain else "****"
