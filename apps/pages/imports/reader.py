"""Reads a workbook, Parquet or text file from standard input and writes its rows to standard output.

Runs as a process of its own (`workbook.py` starts it), so that a file made to exhaust memory ends this process and
not the worker; the limits are set here, before anything is read. Nothing more of the platform is imported.

    python -m apps.pages.imports.reader KIND MEMORY SECONDS ROWS COLUMNS

The output is a sequence of JSON arrays, each after its length in four bytes: ["sheet", number, name], ["rows", first
row number, [row, …]] and, last, ["end"] or ["error", code, detail]. Cells are text, numbers, booleans or ISO dates;
empty ones are "".
"""

from __future__ import annotations

import csv
import datetime
import io
import struct
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import orjson

from apps.common.confined import confine

CHUNK = 2000
LONGEST_FIELD = 1 << 20


class Refusal(Exception):
    """`code` and `detail` of the final "error"."""


def main(kind: str, memory: int, seconds: int, rows: int, columns: int) -> None:
    """Read standard input to its end, then write frames until "end" or "error"."""
    confine(memory, seconds)
    try:
        data = sys.stdin.buffer.read()
        if kind in ("xlsx", "xls"):
            frames = _workbook(data, columns)
        else:
            frames = _parquet(data, rows, columns) if kind == "parquet" else _text(data, kind)
        seen = 0
        for frame in frames:
            if frame[0] == "rows":
                seen += len(frame[2])
                if seen > rows:
                    raise Refusal("too_many_rows", str(rows))
            _send(frame)
        _send(("end",))
    except Refusal as refusal:
        _send(("error", *refusal.args))
    except MemoryError:
        _send(("error", "memory", ""))
    sys.stdout.buffer.flush()


def _send(frame: tuple[Any, ...]) -> None:
    data = orjson.dumps(frame, default=_other, option=orjson.OPT_PASSTHROUGH_DATETIME)
    sys.stdout.buffer.write(struct.pack("!I", len(data)) + data)


def _chunks(rows: Iterable[list[Any]], first: int) -> Iterator[tuple[Any, ...]]:
    source = iter(rows)
    while chunk := list(islice(source, CHUNK)):
        yield "rows", first, chunk
        first += len(chunk)


def _workbook(data: bytes, columns: int) -> Iterator[tuple[Any, ...]]:
    import python_calamine  # noqa: PLC0415  # not needed for text

    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        for number, name in enumerate(workbook.sheet_names):
            if workbook.sheets_metadata[number].typ != python_calamine.SheetTypeEnum.WorkSheet:
                continue
            sheet = workbook.get_sheet_by_index(number)
            yield "sheet", number, name
            if sheet.start is None:
                continue
            if sheet.width > columns:
                raise Refusal("too_many_columns", str(columns))
            yield from _chunks(sheet.iter_rows(), 1)
    except python_calamine.PasswordError:
        raise Refusal("password", "") from None
    except python_calamine.CalamineError as error:
        text = str(error)
        raise Refusal("password" if "password" in text.lower() else "truncated", text) from None


def _parquet(data: bytes, rows: int, columns: int) -> Iterator[tuple[Any, ...]]:
    """The columns' names as the row before the first. What the file says of its size is looked at before it is read."""
    import pyarrow  # noqa: PLC0415  # not needed for others
    from pyarrow import parquet  # noqa: PLC0415

    pyarrow.set_memory_pool(pyarrow.system_memory_pool())
    try:
        file = parquet.ParquetFile(pyarrow.BufferReader(data))
        if file.metadata.num_columns > columns:
            raise Refusal("too_many_columns", str(columns))
        if file.metadata.num_rows > rows:
            raise Refusal("too_many_rows", str(rows))
        yield "sheet", 0, ""
        yield "rows", 0, [list(file.schema_arrow.names)]
        first = 1
        for batch in file.iter_batches(batch_size=CHUNK, use_threads=False):
            read = [[_plain(value) for value in column.to_pylist()] for column in batch.columns]
            yield "rows", first, [list(row) for row in zip(*read, strict=True)]
            first += batch.num_rows
    except pyarrow.ArrowMemoryError:
        raise MemoryError from None
    except (pyarrow.ArrowException, OSError) as error:
        raise Refusal("parquet", str(error)) from None


def _plain(value: Any) -> Any:
    """A value of a column as a cell of a sheet: nothing is "", several are joined, bytes are text."""
    if value is None or value != value:  # the one number that is not itself: not a number
        return ""
    if isinstance(value, list):
        return ",".join(str(_plain(one)) for one in value)
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def _other(cell: Any) -> str:
    """Dates without the midnight that workbooks keep with them; a duration as Python writes it."""
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat() if cell.time() == datetime.time() else cell.isoformat(sep=" ")
    return cell.isoformat() if isinstance(cell, datetime.date | datetime.time) else str(cell)


def _text(data: bytes, encoding: str) -> Iterator[tuple[Any, ...]]:
    csv.field_size_limit(LONGEST_FIELD)
    text = io.TextIOWrapper(io.BytesIO(data), encoding=encoding, newline="")
    yield "sheet", 0, ""
    reader = csv.reader(text, delimiter=_delimiter(text), strict=True)
    try:
        yield from _chunks(reader, 1)
    except csv.Error as error:
        raise Refusal("csv", f"{reader.line_num} {error}") from None


def _delimiter(text: io.TextIOWrapper) -> str:
    """Comma, tab or semicolon: whichever the first lines have most of."""
    start = "".join(islice(text, 5))
    text.seek(0)
    return max(",\t;", key=start.count)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
