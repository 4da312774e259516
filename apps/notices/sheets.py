"""The list of a notice as it is read: on the inner pages, on paper and on the public site."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from apps.notices.choices import Cell, Column
from apps.notices.models import Publication, PublicNotice


@dataclass(frozen=True)
class Sheet:
    """A list: its columns, the cells of each row as text, and the sums of the columns that can be added up (empty for
    the others, and altogether for a single row)."""

    columns: tuple[Column, ...]
    rows: list[list[tuple[Column, str]]]
    sums: list[tuple[Column, str]]


def sheet_of(found: PublicNotice | Publication) -> Sheet:
    """The list of a notice, or of its web copy."""
    columns = found.columns
    rows = [[(column, text(column, line.get(column.name))) for column in columns] for line in found.lines]
    sums = [(column, _sum(column, found.lines)) for column in columns] if len(found.lines) > 1 else []
    return Sheet(columns, rows, sums if any(said for _column, said in sums) else [])


def text(column: Column, value: Any) -> str:
    """A cell as people read it."""
    if value is None:
        return "—"
    if column.cell == Cell.MONEY:
        return f"{Decimal(value):,.2f}"
    return f"{value:,}" if column.cell == Cell.COUNT else str(value)


def _sum(column: Column, lines: list[dict[str, Any]]) -> str:
    """What the cells of a column add up to; months are not added."""
    if not column.number or column.name == "months":
        return ""
    return text(column, sum((Decimal(str(line.get(column.name) or 0)) for line in lines), Decimal(0)))
