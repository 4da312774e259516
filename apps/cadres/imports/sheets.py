"""Workbooks whose rows are about households: the columns that name one, and what a row was found to name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from apps.pages.imports import cells
from apps.pages.imports.sheets import Column, Line, Sheet
from apps.pages.imports.workbook import Table

HOUSEHOLD = (
    Column(
        "national_no",
        "户编号",
        cells.identifier(20),
        "国家系统的户编号；户编号和户编码填一个即可。",
        ("国家系统户编号",),
        24,
    ),
    Column("code", "户编码", cells.identifier(17), "本平台的户编码。", ("户码",), 20),
)
"""The two columns that name a household."""


@dataclass(slots=True)
class HouseholdLine(Line):
    """One row, and the keys of the household and of the cadre that it was found to name."""

    household: int | None = None
    cadre: int | None = None

    @property
    def key(self) -> str:
        """The household as the file names it."""
        return self.values.get("national_no") or self.values.get("code") or ""


class HouseholdSheet(Sheet):
    """The columns of a workbook whose rows name households."""

    def __init__(self, *columns: Column) -> None:
        super().__init__(*columns, named_by=HOUSEHOLD)

    def read(self, table: Table, columns: Mapping[int, Column]) -> Iterator[HouseholdLine]:
        for line in super().read(table, columns):
            yield HouseholdLine(line.row, line.headers, line.values, line.faults)
