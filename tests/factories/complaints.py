"""Complaints and the desks that handle them."""

from __future__ import annotations

from typing import Any

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.complaints.models import Complaint
from apps.complaints.services import steps
from apps.complaints.services.entering import Told, enter

REGION, LEAGUE, COUNTY, TOWNSHIP = 150000000000, 150400000000, 150422000000, 150422100000
WORDS = "村干部为亲属骗取低保，龘知情"
ANSWERED: dict[str, Any] = {"result": "duty", "confirmed": False, "findings": "已走访核实", "answer": "经查不属实"}
TO_CLOSE = ("register", "accept", "investigate", "answer", "feedback", "close")


def complain(by: User, division: int, concerned: int, **told: Any) -> Complaint:
    """A complaint about a place, entered at a unit by its desk; by name unless it is said otherwise."""
    words = {"kind": "identification", "text": WORDS, "name": "白龘音", "contact": "13948170000", **told}
    with scopes.acting(by):
        return enter(division, Told(concerned, **words), by=by)


def go(found: Complaint, by: User, *names: str, **said: Any) -> Complaint:
    """The complaint after these steps; what they need is said with them unless it is given."""
    with scopes.acting(by):
        for name in names:
            words = {
                "answer": ANSWERED,
                "feedback": {"satisfaction": "satisfied"},
                "transfer": {"sent_to": "discipline", "note": "涉嫌违纪"},
                "lead": {"leader": "王书记", "leader_post": "旗委书记"},
            }.get(name, {"note": "说明"})
            found = steps.take(found, name, by=by, said=steps.Said(**{**words, **said}))
    return found
