"""A village with its officer, its township and county; the day is a Monday of June 2018."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from apps.accounts.models import User
from tests.factories.accounts import make_user
from tests.factories.divisions import VILLAGES, plant

OWN, SIBLING, NEIGHBOUR, OTHER_COUNTY, OTHER_LEAGUE = VILLAGES
COUNTY, TOWNSHIP = 150422000000, 150422100000
MONDAY = datetime.date(2018, 6, 11)
"""The Monday before the Dragon Boat holiday (16 to 18 June 2018)."""


@dataclass
class Offices:
    """Who prepares and who approves."""

    village: User
    head: User
    officer: User
    second: User
    reader: User


def offices() -> Offices:
    """The offices of the village's county; its divisions must be there."""
    plant(*VILLAGES)
    return Offices(
        village=make_user("village", "village_officer", OWN),
        head=make_user("head", "township_head", TOWNSHIP),
        officer=make_user("county", "county_officer", COUNTY),
        second=make_user("county-2", "county_officer", COUNTY),
        reader=make_user("reader", "inspector", COUNTY),
    )


@pytest.fixture
def county(db: None, settings: Any, tmp_path: Path) -> Offices:
    settings.REFERENCE_DATE, settings.MEDIA_ROOT = MONDAY, tmp_path
    return offices()
