"""Two households with positions, the helper of the first, and the officer of their village."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.households.models import Household
from tests.factories.accounts import make_user, sign_in
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import make_household, make_person
from tests.factories.visits import pair

OWN, SIBLING, OTHER_LEAGUE = VILLAGES[0], VILLAGES[1], VILLAGES[4]
LON, LAT = 119.4, 43.6


@pytest.fixture
def households(db: None, settings: Any, tmp_path: Path) -> tuple[Household, Household]:
    settings.MEDIA_ROOT = tmp_path
    plant(*VILLAGES)
    first = make_household(OTHER_LEAGUE, lon=Decimal(str(LON)), lat=Decimal(str(LAT)))
    make_person(first)
    return first, make_household(OWN)


@pytest.fixture
def helper(households: tuple[Household, Household]) -> User:
    made = make_user("helper", "helper", OWN)
    pair(households[0], made)
    return made


@pytest.fixture
def phone(helper: User) -> Client:
    return sign_in(Client(), helper)


@pytest.fixture
def officer(households: tuple[Household, Household]) -> Client:
    return sign_in(Client(), make_user("officer", "village_officer", OTHER_LEAGUE))
