"""Loading the division list where nothing is yet, and the history of codes."""

from collections import Counter
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.divisions.models import Division, HistoricalCode
from apps.divisions.services import Loaded, load, load_historical_codes
from apps.divisions.signals import divisions_loaded
from tests.factories.divisions import every_unit

pytestmark = pytest.mark.django_db

WANTED = every_unit()


def test_load_and_load_again():
    with CaptureQueriesContext(connection) as queries:
        assert load(WANTED) == Loaded(added=15938, changed=0, unchanged=0, others=0)
    assert sum("INSERT INTO divisions_division" in query["sql"] for query in queries) == 1
    assert load(WANTED) == Loaded(added=0, changed=0, unchanged=15938, others=0)
    assert Counter(Division.objects.values_list("level", flat=True)) == {1: 1, 2: 12, 3: 108, 4: 1225, 5: 14592}


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
