"""Whether the sums that quotas and allocations carry are those of the entries: asked anew, from the entries alone."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from django.db import connection

from apps.access import scope as scopes
from apps.divisions import codes
from apps.funds.models import LedgerCheck

logger = logging.getLogger(__name__)
# The ledger of the whole region, whoever sees which part of it.
CHECKER = scopes.everywhere("view_funds", username="funds", source="task")
SHOWN = 20
"""So many keys of each kind are kept of what was found."""

QUOTAS = """
    WITH moved AS (
        SELECT entry.quota_id,
            coalesce(sum(amount) FILTER (WHERE act IN ('budget', 'pass')), 0) AS amount,
            coalesce(sum(amount) FILTER (WHERE act = 'allocate'), 0)
                - coalesce(sum(amount) FILTER (WHERE act = 'return'), 0) AS allocated,
            coalesce(sum(amount) FILTER (WHERE act = 'pay'), 0) AS paid,
            coalesce(sum(amount) FILTER (WHERE act = 'claim'), 0) AS claimed,
            coalesce(sum(amount) FILTER (WHERE act = 'recover'), 0) AS recovered,
            coalesce(sum(amount) FILTER (WHERE act = 'carry'), 0) AS carried
        FROM funds_entry entry GROUP BY entry.quota_id
    ), handed AS (
        SELECT quota.parent_id, sum(CASE entry.act WHEN 'pass' THEN entry.amount ELSE -entry.amount END) AS passed
        FROM funds_entry entry JOIN funds_quota quota ON quota.id = entry.quota_id
        WHERE entry.act IN ('pass', 'recover') AND quota.parent_id IS NOT NULL GROUP BY quota.parent_id
    )
    SELECT quota.id FROM funds_quota quota
    LEFT JOIN moved ON moved.quota_id = quota.id LEFT JOIN handed ON handed.parent_id = quota.id
    WHERE (quota.amount, quota.allocated, quota.paid, quota.claimed, quota.recovered, quota.carried, quota.passed)
        IS DISTINCT FROM (coalesce(moved.amount, 0), coalesce(moved.allocated, 0), coalesce(moved.paid, 0),
            coalesce(moved.claimed, 0), coalesce(moved.recovered, 0), coalesce(moved.carried, 0),
            coalesce(handed.passed, 0))
    ORDER BY quota.id
"""
ALLOCATIONS = """
    WITH moved AS (
        SELECT allocation_id,
            coalesce(sum(amount) FILTER (WHERE act = 'allocate'), 0)
                - coalesce(sum(amount) FILTER (WHERE act = 'return'), 0) AS amount,
            coalesce(sum(amount) FILTER (WHERE act = 'pay'), 0) AS paid,
            coalesce(sum(amount) FILTER (WHERE act = 'claim'), 0) AS claimed,
            coalesce(sum(amount) FILTER (WHERE act = 'settle'), 0) AS settled
        FROM funds_entry WHERE allocation_id IS NOT NULL GROUP BY allocation_id
    )
    SELECT allocation.id FROM funds_allocation allocation LEFT JOIN moved ON moved.allocation_id = allocation.id
    WHERE (allocation.amount, allocation.paid, allocation.claimed, allocation.settled)
        IS DISTINCT FROM (coalesce(moved.amount, 0), coalesce(moved.paid, 0), coalesce(moved.claimed, 0),
            coalesce(moved.settled, 0))
    ORDER BY allocation.id
"""
PAYMENTS = """
    SELECT entry.id FROM funds_entry entry LEFT JOIN funds_payment payment ON payment.entry_id = entry.id
    WHERE entry.act = 'pay' AND entry.reverses_id IS NULL AND entry.order_id IS NOT NULL
        AND payment.amount IS DISTINCT FROM entry.amount
    ORDER BY entry.id
"""


@dataclass(frozen=True)
class Verified:
    """Keys of quotas and allocations whose sums are not those of their entries, and of payments' entries without
    their payment; all empty when the ledger is whole."""

    quotas: list[int]
    allocations: list[int]
    payments: list[int]

    @property
    def whole(self) -> bool:
        return not (self.quotas or self.allocations or self.payments)


def verify() -> Verified:
    """Compare within the acting scope; three statements. For the command `verify_ledger` and the night."""
    found = []
    with connection.cursor() as cursor:
        for statement in (QUOTAS, ALLOCATIONS, PAYMENTS):
            cursor.execute(statement)
            found.append([key for (key,) in cursor.fetchall()])
    return Verified(*found)


def check() -> LedgerCheck:
    """Verify the whole ledger and keep what came of it; what is wrong goes to the operators' log as an error, too."""
    with scopes.acting(CHECKER, source="task"):
        found = verify()
        parts = {"quotas": found.quotas, "allocations": found.allocations, "payments": found.payments}
        told = "; ".join(f"{name}: {' '.join(map(str, keys[:SHOWN]))}" for name, keys in parts.items() if keys)
        counts = {name: len(keys) for name, keys in parts.items()}
        made = LedgerCheck.objects.create(division_id=codes.WHOLE_REGION, whole=found.whole, found=told[:500], **counts)
    if not found.whole:
        logger.error("The sums of the ledger are not those of its entries: %s", told)
    return made


def broken(user: object) -> LedgerCheck | None:
    """The last check that somebody sees, if the ledger was not whole."""
    last: LedgerCheck | None = LedgerCheck.objects.visible_to(user).order_by("-pk").first()
    return None if last is None or last.whole else last
