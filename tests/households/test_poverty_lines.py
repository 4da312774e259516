"""The line that holds at a place in a year (registry.md §9)."""

from decimal import Decimal

import pytest

from apps.households.models import PovertyLine
from apps.households.services.poverty_lines import Line, line_for, load_default_lines
from tests.factories.divisions import plant

pytestmark = pytest.mark.django_db
VILLAGE = 150422100200


@pytest.fixture(autouse=True)
def lines(db):
    plant(VILLAGE)  # brings the default lines with it
    PovertyLine.objects.create(year=2017, division_id=150400000000, amount=3400)
    PovertyLine.objects.create(year=2018, division_id=150422000000, amount=3600)


@pytest.mark.parametrize(
    ("year", "division", "expected"),
    [
        (2018, VILLAGE, Line(Decimal("3600.00"), 2018, True)),  # the county's own
        (2018, 150400000000, Line(Decimal("3535.00"), 2018, True)),  # the league set none for 2018: the region's
        (2017, VILLAGE, Line(Decimal("3400.00"), 2017, True)),
        (2016, VILLAGE, Line(Decimal("3146.00"), 2016, True)),
        (2021, VILLAGE, Line(Decimal("4000.00"), 2020, False)),  # nobody set 2021: the latest earlier year
        (2012, VILLAGE, None),
    ],
)
def test_nearest_place_first_then_the_latest_earlier_year(year, division, expected):
    assert line_for(year, division) == expected


def test_loading_again_keeps_what_an_office_has_set():
    PovertyLine.objects.filter(year=2018, division_id=150000000000).update(amount=3500)
    assert load_default_lines() == 0
    assert PovertyLine.objects.get(year=2018, division_id=150000000000).amount == 3500
