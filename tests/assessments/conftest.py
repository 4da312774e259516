"""A county with three helpers, its township and its offices; the year is 2018."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.utils import timezone

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.assessments.models import CadreAssessment
from apps.cadres.models import Cadre
from apps.households.models import Household
from tests.factories.accounts import make_user
from tests.factories.assessments import assessment_of, make_set, open_year
from tests.factories.cadres import make_cadre, make_unit, pair
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import make_household, make_person
from tests.factories.visits import make_visit

OWN, SIBLING, NEIGHBOUR, OTHER_COUNTY, OTHER_LEAGUE = VILLAGES
LEAGUE, COUNTY, TOWNSHIP, NEXT_TOWNSHIP = 150400000000, 150422000000, 150422100000, 150422101000
BEGAN = datetime.date(2017, 6, 1)


def noon(month: int, day: int, year: int = 2018) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime(year, month, day, 12))


@dataclass
class Helper:
    """A helper with his households and a way to write diaries of the past."""

    user: User
    cadre: Cadre
    households: list[Household] = field(default_factory=list)

    def visit(self, month: int, day: int = 15, household: int = 0, **said: Any) -> int:
        """A visit of a day of 2018."""
        scopes.forget(self.user)
        return make_visit(self.households[household], self.user, now=noon(month, day), **said)

    @property
    def assessment(self) -> CadreAssessment:
        return assessment_of(self.cadre.name)


@dataclass
class County:
    """The offices, and the way to helpers."""

    officer: User
    second: User
    head: User
    league: User
    township: User
    township_second: User
    make_helper: Callable[..., Helper]

    def open(self, kind: str = "helper", weights: dict[str, int] | None = None) -> None:
        """Set the indicators and open the year."""
        make_set(COUNTY, self.officer, kind, weights)
        open_year(COUNTY, self.officer, kind)


@pytest.fixture
def county(db: None, settings: Any) -> County:
    settings.REFERENCE_DATE = datetime.date(2018, 12, 31)
    plant(*VILLAGES)
    unit, helpers = make_unit(COUNTY), []

    def make_helper(name: str, *places: int, account: bool = True, since: datetime.date = BEGAN) -> Helper:
        user = make_user(f"helper-{len(helpers)}", "helper", COUNTY)
        helpers.append(user)
        cadre = make_cadre(COUNTY, name=name, unit=unit, account=user if account else None)
        made = Helper(user, cadre)
        for place in places:
            household = make_household(place)
            make_person(household)
            pair(household, cadre, from_on=since)
            made.households.append(household)
        return made

    return County(
        officer=make_user("county", "county_officer", COUNTY),
        second=make_user("county-2", "county_officer", COUNTY),
        head=make_user("county-head", "county_head", COUNTY),
        league=make_user("league", "league_officer", LEAGUE),
        township=make_user("township", "township_officer", TOWNSHIP),
        township_second=make_user("township-2", "township_officer", TOWNSHIP),
        make_helper=make_helper,
    )
