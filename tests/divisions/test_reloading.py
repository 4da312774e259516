"""Loading the division list once more, and what the database refuses by itself: where the list is loaded already."""

import datetime
from dataclasses import replace

import pytest
from django.db import IntegrityError, connection, transaction

from apps.divisions.models import Division
from apps.divisions.services import Loaded, load
from tests.factories.divisions import every_unit
from tests.held import held

pytestmark = pytest.mark.django_db

WANTED = every_unit()
COUNTY = 150422000000
VILLAGE = 150422100200


@pytest.fixture(scope="module", autouse=True)
def loaded(django_db_setup, django_db_blocker):
    with held(django_db_blocker):
        load(WANTED)
        yield


def test_second_load_writes_no_row():
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(ctid), count(DISTINCT xmin::text) FROM divisions_division")
        before = cursor.fetchone()
        load(WANTED)
        cursor.execute("SELECT max(ctid), count(DISTINCT xmin::text) FROM divisions_division")
        assert cursor.fetchone() == before


def test_loaded_rows_are_the_list():
    fields = ["code", "parent_id", "level", "name", "short_name", "kind", "is_virtual", "host_id", "lon", "lat"]
    fields += ["poverty_tier", "exit_year", "announced_on", "contiguous_area", "sort_key"]
    stored = list(Division.objects.order_by("code").values_list(*fields))
    assert stored == [tuple(getattr(unit, name) for name in fields) for unit in WANTED]


def test_only_what_differs_is_corrected():
    Division.objects.filter(code=VILLAGE).update(name="改名村")
    Division.objects.filter(code=COUNTY).update(exit_year=None, poverty_tier="")
    Division.objects.filter(code=150422100201).update(sort_key=1)
    assert load(WANTED) == Loaded(added=0, changed=3, unchanged=15935, others=0)
    county = Division.objects.get(code=COUNTY)
    assert (county.name, county.poverty_tier, county.exit_year) == ("巴林左旗", "national", 2019)


def test_end_of_a_unit_and_units_beyond_the_list_stay():
    ended = datetime.date(2024, 5, 1)
    Division.objects.filter(code=VILLAGE).update(ended_on=ended, replaced_by=150422100201)
    Division.objects.create(
        code=150422100398, parent_id=150422100000, level=5, name="新设村", short_name="新设村", kind="villagers",
        sort_key=150422100398,
    )  # fmt: skip
    assert load(WANTED) == Loaded(added=0, changed=0, unchanged=15938, others=1)
    village = Division.objects.get(code=VILLAGE)
    assert (village.ended_on, village.replaced_by_id) == (ended, 150422100201)


def test_refused_list_leaves_everything_as_it_was():
    wanted = list(WANTED)
    wanted[-1] = replace(wanted[-1], name="另一名", level=4)
    with pytest.raises(IntegrityError), transaction.atomic():
        load(wanted)
    assert not Division.objects.filter(name="另一名").exists()


def row(**fields):
    return Division(**{"name": "某地", "short_name": "某地", "kind": "villagers", "sort_key": 1, **fields})


@pytest.mark.parametrize(
    "fields",
    [
        {"code": 150422100998, "parent_id": 150422000000, "level": 5},  # parent two levels up
        {"code": 150422100998, "parent_id": 150422101000, "level": 5},  # another unit's code
        {"code": 150422100998, "parent_id": None, "level": 5},
        {"code": 150422100998, "parent_id": 150422000000, "level": 4},  # digits set below the level
        {"code": 150422998000, "parent_id": 150422000000, "level": 5},  # a township called a village
        {"code": 15042210099, "parent_id": 150422100000, "level": 5},
        {"code": 160000000000, "parent_id": 150000000000, "level": 1},
        {"code": 150422100998, "parent_id": 150422100000, "level": 5, "replaced_by_id": VILLAGE},  # but not ended
        {"code": 150422100998, "parent_id": 150422100000, "level": 5, "host_id": COUNTY},
        {"code": 150422100998, "parent_id": 150422100000, "level": 5, "poverty_tier": "national"},
        {"code": VILLAGE, "parent_id": 150422100000, "level": 5},  # there already
    ],
)
def test_database_refuses_a_row_that_contradicts_its_code(fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        row(**fields).save(force_insert=True)


def test_database_takes_a_row_that_agrees_with_its_code():
    row(code=150422100398, parent_id=150422100000, level=5).save(force_insert=True)
    row(code=160000000000, parent_id=None, level=1, kind="region").save(force_insert=True)
    row(code=150422300000, parent_id=150422000000, level=4, kind="sumu").save(force_insert=True)
