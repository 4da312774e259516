"""明白卡: issuing a household's card, and finding the household behind a picture."""

from __future__ import annotations

from django.db import transaction

from apps.access import policy
from apps.access.models import Pairing
from apps.accounts.models import User
from apps.cadres.models import Card
from apps.history.services import log_access
from apps.households.models import Household

CAPABILITY = "view_personal_data"


@transaction.atomic
def card_of(household: Household, *, by: User, renew: bool = False) -> Card:
    """The household's card, made if there is none; `renew` makes the picture on the old one lead nowhere.

    Raises PermissionDenied without `change_register` at the household.
    """
    policy.require(by, "change_register", household.division_id)
    found = Card.objects.filter(household=household)
    if renew:
        found.delete()
    card = found.first()
    if card is None:
        card = Card.objects.create(household=household, division_id=household.division_id, issued_by=by)
    return card


def phones_of(household: Household, *, by: User) -> list[tuple[Pairing, str]]:
    """The open pairings of a household with the helpers' phones in the clear, for the card alone; on record.

    Raises PermissionDenied without the right to personal data there.
    """
    policy.require(by, CAPABILITY, household.division_id)
    pairings = list(Pairing.objects.visible_to(by).filter(household=household, until_on=None).order_by("from_on", "pk"))
    for pairing in pairings:
        if pairing.phone is not None:
            log_access(by, "reveal", division=household.division_id, obj=pairing, fields=["phone"], reason="明白卡")
    return [(pairing, pairing.phone.clear() if pairing.phone else "") for pairing in pairings]


def household_of(token: str, *, by: User) -> int | None:
    """The key of the household that a card's picture names, if the user sees it; None for every other text."""
    return Card.objects.visible_to(by).filter(token=token).values_list("household_id", flat=True).first()
