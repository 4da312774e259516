"""Loading the division list, and what the database refuses by itself."""

import datetime
from collections import Counter
from dataclasses import replace
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.divisions.models import Division, HistoricalCode
from apps.divisions.reference import units
from apps.divisions.services import Loaded, load, load_historical_codes
from apps.divisions.signals import divisions_loaded

pytestmark = pytest.mark.django_db

WANTED = units()
COUNTY = 150422000000
VILLAGE = 150422100200


def test_load_and_load_again():
    with CaptureQueriesContext(connection) as queries:
        assert load(WANTED) == Loaded(added=15938, changed=0, unchanged=0, others=0)
    assert sum("INSERT INTO divisions_division" in query["sql"] for query in queries) == 1
    assert load(WANTED) == Loaded(added=0, changed=0, unchanged=15938, others=0)
    assert Counter(Division.objects.values_list("level", flat=True)) == {1: 1, 2: 12, 3: 108, 4: 1225, 5: 14592}


def test_second_load_writes_no_row():
    load(WANTED)
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(ctid), count(DISTINCT xmin::text) FROM divisions_division")
        before = cursor.fetchone()
        load(WANTED)
        cursor.execute("SELECT max(ctid), count(DISTINCT xmin::text) FROM divisions_division")
        assert cursor.fetchone() == before


def test_loaded_rows_are_the_list():
    load(WANTED)
    fields = ["code", "parent_id", "level", "name", "short_name", "kind", "is_virtual", "host_id", "lon", "lat"]
    fields += ["poverty_tier", "exit_year", "announced_on", "contiguous_area", "sort_key"]
    stored = list(Division.objects.order_by("code").values_list(*fields))
    assert stored == [tuple(getattr(unit, name) for name in fields) for unit in WANTED]


def test_only_what_differs_is_corrected():
    load(WANTED)
    Division.objects.filter(code=VILLAGE).update(name="改名村")
    Division.objects.filter(code=COUNTY).update(exit_year=None, poverty_tier="")
    Division.objects.filter(code=150422100201).update(sort_key=1)
    assert load(WANTED) == Loaded(added=0, changed=3, unchanged=15935, others=0)
    county = Division.objects.get(code=COUNTY)
    assert (county.name, county.poverty_tier, county.exit_year) == ("巴林左旗", "national", 2019)


def test_end_of_a_unit_and_units_beyond_the_list_stay():
    load(WANTED)
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
    load(WANTED)
    wanted = list(WANTED)
    wanted[-1] = replace(wanted[-1], name="另一名", level=4)
    with pytest.raises(IntegrityError), transaction.atomic():
        load(wanted)
    assert not Division.objects.filter(name="另一名").exists()


def test_command_reports_and_repeats():
    out = StringIO()
    call_command("load_divisions", stdout=out)
    call_command("load_divisions", stdout=out)
    assert out.getvalue().splitlines() == [
        "divisions: added 15938 changed 0 unchanged 0 others 0",
        "divisions: added 0 changed 0 unchanged 15938 others 0",
    ]


def test_history_of_codes_is_empty_until_loaded(tmp_path):
    path = tmp_path / "codes.csv"
    path.write_text("code6,name,from_year,to_year\n150430,敖汉旗,1983,\n152127,莫力达瓦旗,1980,2001\n", "utf-8")
    out = StringIO()
    call_command("load_divisions", stdout=out)
    assert not HistoricalCode.objects.exists()
    call_command("load_divisions", "--historical-codes", str(path), stdout=out)
    assert out.getvalue().splitlines()[-1] == "historical codes: added 2 changed 0 unchanged 0 others 0"
    assert load_historical_codes(path) == Loaded(added=0, changed=0, unchanged=2, others=0)
    path.write_text("code6,name,from_year,to_year\n152127,莫力达瓦旗,1980,2002\n", "utf-8")
    assert load_historical_codes(path) == Loaded(added=0, changed=1, unchanged=0, others=1)
    assert list(HistoricalCode.objects.values_list("code6", "from_year", "to_year")) == [
        ("150430", 1983, None),
        ("152127", 1980, 2002),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "code6,name,from_year,to_year\n150430,敖汉旗,早年,\n",
        "code6,name,from_year\n150430,敖汉旗,1983\n",
        "code6,name,from_year,to_year\n15043,敖汉旗,1983,\n",
        "code6,name,from_year,to_year\n150430,敖汉旗,1983,1979\n",
    ],
)
def test_malformed_history_is_refused_whole(tmp_path, text):
    path = tmp_path / "codes.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(CommandError):
        call_command("load_divisions", "--historical-codes", str(path), stdout=StringIO())
    assert not HistoricalCode.objects.exists()


def test_missing_history_file(tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        call_command("load_divisions", "--historical-codes", str(tmp_path / "none.csv"), stdout=StringIO())


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
    load(WANTED)
    with pytest.raises(IntegrityError), transaction.atomic():
        row(**fields).save(force_insert=True)


def test_database_takes_a_row_that_agrees_with_its_code():
    load(WANTED)
    row(code=150422100398, parent_id=150422100000, level=5).save(force_insert=True)
    row(code=160000000000, parent_id=None, level=1, kind="region").save(force_insert=True)
    row(code=150422300000, parent_id=150422000000, level=4, kind="sumu").save(force_insert=True)


def test_what_follows_the_list_is_loaded_with_it_or_not_at_all():
    def refuse(**kwargs):
        raise RuntimeError("no lines")

    divisions_loaded.connect(refuse, weak=False)
    try:
        with pytest.raises(RuntimeError, match="no lines"):
            load(WANTED)
    finally:
        divisions_loaded.disconnect(refuse)
    assert not Division.objects.exists()
