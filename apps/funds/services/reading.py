"""What is shown of an order beyond its row: lines and log, as far as the reader sees them."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.access import policy
from apps.access import scope as scopes
from apps.common.sealing import Sealed
from apps.divisions import codes
from apps.funds.choices import OrderState
from apps.funds.models import FundOrder, OrderLine, OrderLog
from apps.funds.services import steps

WAITS_FOR = {
    OrderState.PROPOSED: steps.REVIEWS,
    OrderState.REVIEWED: steps.APPROVES,
    OrderState.APPROVED: steps.PAYS,
}
"""Whose word an order in this state waits for."""


def waiting(user: Any) -> QuerySet[FundOrder]:
    """The orders that wait for somebody: at his own level, by his rights, none that he drafted or had a part in this
    round; and his own that came back."""
    scope = scopes.of(user)
    where = Q(state=OrderState.RETURNED, drafted_by_id=scope.user_id)
    for state, capability in WAITS_FOR.items():
        places = [low for low, _high in scope.ranges_of(capability) if codes.level(low) <= codes.COUNTY]
        if places:
            where |= Q(state=state, division_id__in=places) & ~Q(drafted_by_id=scope.user_id)
    mine = OrderLog.objects.filter(order=OuterRef("pk"), round=OuterRef("round"), by_id=scope.user_id, apart=True)
    taken = Exists(mine) & ~Q(state=OrderState.RETURNED)
    return FundOrder.objects.visible_to(user).filter(where).exclude(taken).order_by("due_on", "pk")


def lines_of(user: Any, order: FundOrder) -> list[OrderLine]:
    """The lines of an order with what they name, in their order. One query."""
    rows = OrderLine.objects.visible_to(user).filter(order=order)
    return list(rows.select_related("quota", "project", "target_division").order_by("position"))


def reads_accounts(user: Any, order: FundOrder) -> bool:
    """Whether somebody reads more of payees' accounts than that there are any."""
    return policy.can(user, "view_personal_data", order) or policy.can(user, "pay_funds", order)


def account(number: Sealed | None, *, plain: bool) -> str | None:
    """A payee's account as it is shown: masked, and for those without the right not even that."""
    if number is None:
        return None
    return str(number) if plain else "****"
