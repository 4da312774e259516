"""Departments' data, as departments would send them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter
from django.db import models

from apps.access import scope as scopes
from apps.common.fields import BlindIndexField, CodeArrayField, CodeField
from apps.datasets.models import DatasetVersion, Delivery, DepartmentRow
from apps.datasets.models.base import PlaceField
from apps.datasets.services import intake
from tests.factories.households import citizen_number


def sheet(header: Sequence[str], *rows: Sequence[Any], title: str = "") -> io.BytesIO:
    """A workbook with a header row, below a title if there is one."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        page = book.add_worksheet()
        lines = [[title], header, *rows] if title else [header, *rows]
        for number, line in enumerate(lines):
            page.write_row(number, 0, line)
    file.seek(0)
    return file


def deliver(
    dataset: str,
    division: int,
    rows: Sequence[dict[str, Any]],
    *,
    by: Any,
    period: str = "2018-12",
    source: str = "api",
) -> Delivery:
    """A data set with these rows in force at a division (held if there is a doubt)."""
    with scopes.acting(by):
        delivery = intake.open_delivery(dataset, division, period, by=by, source=source)
        intake.take(delivery, 1, rows, "0" * 64, first=1)
        return intake.complete(delivery, chunks=1, rows=len(rows), by=by)


def stored(model: type[DepartmentRow], version: DatasetVersion) -> DepartmentRow:
    """A row of a data set, past every rule of intake."""
    values = {}
    for one in model.columns():
        value = sample(one)
        if isinstance(one, CodeArrayField | CodeField):
            value = one.codelist.codes[:1] if isinstance(one, CodeArrayField) else one.codelist.codes[0]
        elif isinstance(one, models.CharField) and one.choices:
            value = one.choices[0][0]
        values[one.name] = True if isinstance(one, models.BooleanField) else value
    row = model(version=version, division_id=version.division_id, row_no=1, **values)
    if not model.of_somebody:
        row.key = citizen_number()
    row.save()
    return row


def sample(field: models.Field[Any, Any]) -> Any:
    """A value of a column as a department would write it."""
    match field:
        case BlindIndexField():
            return citizen_number()
        case PlaceField():
            return "150422100200"
        case CodeArrayField() | CodeField():
            return field.codelist.values[0].label
        case models.CharField() if field.choices:
            return str(field.choices[0][1])
        case models.CharField():
            return "文字"
        case models.DateField():
            return "2018-06-01"
        case models.BooleanField():
            return "是"
        case models.PositiveSmallIntegerField() if str(field.name).endswith("year"):
            return 2018
    return 12
