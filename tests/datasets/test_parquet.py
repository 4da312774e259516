"""Deliveries as Parquet files, which departments' data warehouses write: types kept, limits held, nothing half-read."""

from __future__ import annotations

import datetime
import io
from decimal import Decimal
from typing import Any

import pyarrow
import pytest
from pyarrow import parquet

from apps.access import scope as scopes
from apps.datasets.models import DatasetVersion, DeliveryFault, Vehicle
from apps.datasets.services import files
from apps.pages.imports.files import FileRefused, Limits, kind_of
from apps.pages.imports.workbook import bare, open_table
from tests.factories.accounts import make_user
from tests.factories.divisions import plant
from tests.factories.households import citizen_number

COUNTY = 150422000000
KNOWN = {bare(name) for name in ("姓名", "号牌号码", "车辆类型")}


def written(columns: dict[str, Any], **options: Any) -> io.BytesIO:
    file = io.BytesIO()
    parquet.write_table(pyarrow.table(columns), file, **options)
    file.seek(0)
    return file


def vehicles(number: int = 3) -> dict[str, Any]:
    return {
        "姓名": ["甲乙"] * number,
        "身份证号": [citizen_number() for _one in range(number)],
        "号牌号码": [f"蒙D{one:05d}" for one in range(number)],
        "车辆类型": pyarrow.array(["货车"] * number).dictionary_encode(),
        "登记日期": [datetime.date(2018, 3, 1)] * number,
        "车辆价值（元）": [Decimal("35000.50")] * number,
    }


def cells(columns: dict[str, Any], limits: Limits | None = None) -> list[tuple[int, list[Any]]]:
    """What the reading process makes of a file."""
    with open_table(written(columns), "a.parquet", known=KNOWN, limits=limits or Limits()) as table:
        return list(table.rows)


@pytest.mark.django_db
def test_a_file_is_taken_in_whole_and_a_wrong_row_is_named_by_its_number(settings, tmp_path):
    settings.REFERENCE_DATE, settings.MEDIA_ROOT = datetime.date(2018, 12, 31), str(tmp_path)
    plant(150422100200)
    officer = make_user("county", "county_officer", COUNTY)
    columns = vehicles()
    columns["登记日期"][1] = None
    delivery = files.receive_at_once("PS-VH", COUNTY, "2018-12", written(columns), "vehicles.parquet", by=officer)
    with scopes.acting(officer):
        kept = Vehicle.objects.order_by("row_no")
        assert [(row.plate, row.registered_on, row.value) for row in kept] == [
            ("蒙D00000", datetime.date(2018, 3, 1), Decimal("35000.50")),
            ("蒙D00002", datetime.date(2018, 3, 1), Decimal("35000.50")),
        ]
        assert [fault.row_no for fault in DeliveryFault.objects.all()] == [2]
        assert DatasetVersion.objects.get().state == "accepted"
    assert (delivery.rows, delivery.accepted, delivery.refused) == (3, 2, 1)


def test_values_of_all_kinds_come_as_the_cells_of_a_sheet():
    columns = {
        "姓名": ["甲", None],
        "号牌号码": pyarrow.array([b"\xe8\x92\x99D1", b"2"], pyarrow.binary()),
        "车辆类型": [["货车", "轿车"], []],
        "数": [1.5, float("nan")],
        "是": [True, None],
        "时": [datetime.datetime(2018, 3, 1, 10, 30), datetime.datetime(2018, 3, 1)],
    }
    assert cells(columns) == [
        (1, ["甲", "蒙D1", "货车,轿车", 1.5, True, "2018-03-01 10:30:00"]),
        (2, ["", "2", "", "", "", "2018-03-01"]),
    ]


def test_more_rows_than_a_batch_keep_their_numbers():
    rows = cells(vehicles(4100))
    assert [number for number, _cells in rows] == list(range(1, 4101))


@pytest.mark.parametrize(
    ("limits", "code"), [(Limits(rows=2), "too_many_rows"), (Limits(columns=5), "too_many_columns")]
)
def test_what_the_file_says_of_its_size_is_believed_before_it_is_read(limits, code):
    with pytest.raises(FileRefused) as refused:
        cells(vehicles(), limits)
    assert refused.value.code == code


def test_a_file_that_was_cut_off_or_garbled_is_refused_as_such():
    whole = written(vehicles(200)).getvalue()
    with pytest.raises(FileRefused) as refused:
        kind_of(io.BytesIO(whole[:-10]))
    assert refused.value.code == "truncated"
    garbled = whole[: len(whole) // 3] + bytes(len(whole) // 3) + whole[-(len(whole) - 2 * (len(whole) // 3)) :]
    with (
        pytest.raises(FileRefused) as refused,
        open_table(io.BytesIO(garbled), "a.parquet", known=KNOWN) as table,
    ):
        list(table.rows)
    assert refused.value.code in ("parquet", "memory")


def test_a_file_without_the_sets_columns_is_refused():
    with pytest.raises(FileRefused) as refused:
        cells({"a": [1], "b": [2], "c": [3]})
    assert refused.value.code == "no_header"
