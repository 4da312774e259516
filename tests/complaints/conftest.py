"""Desks of the four levels, and a complaint about a village with the county."""

from __future__ import annotations

import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from apps.complaints.models import Complaint
from tests.factories.accounts import make_user
from tests.factories.complaints import COUNTY, LEAGUE, REGION, TOWNSHIP, complain
from tests.factories.divisions import VILLAGES, plant

OWN = VILLAGES[0]
MONDAY = datetime.date(2018, 6, 11)
"""The Monday before the Dragon Boat holiday (16 to 18 June 2018)."""


def make_desks() -> SimpleNamespace:
    """Officers of all levels; their divisions are planted."""
    plant(*VILLAGES)
    return SimpleNamespace(
        region=make_user("region", "region_officer", REGION),
        league=make_user("league", "league_officer", LEAGUE),
        county=make_user("county", "county_officer", COUNTY),
        second=make_user("county-2", "county_officer", COUNTY),
        township=make_user("township", "township_officer", TOWNSHIP),
        village=make_user("village", "village_officer", OWN),
        inspector=make_user("inspector", "inspector", COUNTY),
        head=make_user("head", "county_head", COUNTY),
    )


@pytest.fixture
def desks(db: None, settings: Any, tmp_path: Path) -> SimpleNamespace:
    settings.REFERENCE_DATE, settings.MEDIA_ROOT = MONDAY, tmp_path
    return make_desks()


@pytest.fixture
def found(desks: SimpleNamespace) -> Complaint:
    return complain(desks.county, COUNTY, OWN)
