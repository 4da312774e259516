"""The data files of the project, and what becomes of broken ones."""

import datetime
import shutil
from decimal import Decimal

import pytest

from apps.divisions import codes
from apps.divisions.reference import DATA, units

UNITS = {unit.code: unit for unit in units()}


def test_units_in_numbers():
    assert len(UNITS) == 15938
    assert list(UNITS) == sorted(UNITS)
    assert sum(1 for unit in UNITS.values() if unit.poverty_tier == "national") == 31
    assert sum(1 for unit in UNITS.values() if unit.poverty_tier == "regional") == 26


def test_zones_and_their_hosts():
    hosts = {unit.code: unit.host_id for unit in UNITS.values() if unit.host_id}
    assert hosts == {
        150172000000: 150105000000,
        150271000000: 150207000000,
        150571000000: 150502000000,
        152571000000: 152525000000,
        152971000000: 152921000000,
    }


def test_facts_of_a_poverty_county():
    county = UNITS[150124000000]
    assert (county.name, county.poverty_tier, county.exit_year) == ("清水河县", "regional", 2018)
    assert county.announced_on == datetime.date(2019, 4, 18)
    assert UNITS[150102000000].poverty_tier == ""


def test_contiguous_areas():
    areas = [unit.contiguous_area for unit in UNITS.values() if unit.contiguous_area]
    assert len(areas) == 8


def test_points():
    assert (UNITS[150102000000].lon, UNITS[150102000000].lat) == (Decimal("111.65000"), Decimal("40.87000"))
    without = [unit for unit in UNITS.values() if unit.level < codes.VILLAGE and unit.lon is None]
    assert {unit.kind for unit in without} == {"zone"}
    assert all(unit.lon is None for unit in UNITS.values() if unit.level == codes.VILLAGE)


@pytest.fixture
def folder(tmp_path):
    for path in DATA.glob("*.csv"):
        shutil.copy(path, tmp_path)
    return tmp_path


def broken(folder, file, old, new):
    path = folder / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(ValueError, match=r".") as refusal:
        units(folder)
    return str(refusal.value)


def test_untouched_copy_is_read(folder):
    assert len(units(folder)) == 15938


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("150102000000,150100000000,3,", "15010200000,150100000000,3,", "divisions.csv:4: not a 12-digit"),
        ("150102000000,150100000000,3,", "150102000000,150200000000,3,", "divisions.csv:4: level or parent"),
        ("150102000000,150100000000,3,", "150102000000,150100000000,4,", "divisions.csv:4: level or parent"),
        ("150102000000,150100000000,3,新城区", "150102000000,150100000000,3,", "divisions.csv:4: 150102000000"),
        ("150100000000,150000000000,2,呼和浩特市\n", "", "divisions.csv:3: 150102000000 is repeated or comes"),
        (
            "150102000000,150100000000,3,新城区\n",
            "150102000000,150100000000,3,新城区\n" * 2,
            "divisions.csv:5: 150102000000 is repeated",
        ),
    ],
)
def test_broken_division_list(folder, old, new, message):
    assert message in broken(folder, "divisions.csv", old, new)


def test_poverty_county_that_is_none(folder):
    assert "poverty_counties.csv:2" in broken(folder, "poverty_counties.csv", "清水河县", "清水县")


def test_zone_without_host(folder):
    zone = "152971000000,内蒙古阿拉善高新技术产业开发区,152921000000"
    path = folder / "zones.csv"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith(zone)), "utf-8")
    with pytest.raises(ValueError, match=r"152971000000 .* zone without host"):
        units(folder)


def test_host_in_another_league(folder):
    message = broken(folder, "zones.csv", "152921000000", "150105000000")
    assert message == "zones.csv:6: 152971000000 and its host 150105000000 are not two counties of one league"
