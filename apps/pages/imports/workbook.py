"""A workbook, Parquet or CSV file as title, header row and rows, whatever it was made with."""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
import sys
import threading
import unicodedata
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import orjson
from django.utils.translation import gettext as _

from apps.pages.imports.files import LIMITS, FileRefused, Limits, kind_of

# A header row holds at least this many known columns and stands within the first rows of its sheet.
LEAST_KNOWN = 3
HEADER_WITHIN = 20
ROOT = Path(__file__).resolve().parents[3]

Cell = str | float | int | bool
Row = tuple[int, list[Cell]]

_SPACE = re.compile(r"[\s\u200b-\u200d\ufeff*]+")
_BRACKETED = re.compile(r"[(\[{〔【][^()\[\]{}〔〕【】]*[)\]}〕】]")
_BRACKETS = re.compile(r"[()\[\]{}〔〕【】、,/]")


def bare(header: object) -> str:
    """A column's name as compared: half-width, lower case, without white space, stars and bracket signs."""
    return _BRACKETS.sub("", _SPACE.sub("", unicodedata.normalize("NFKC", str(header))).lower())


def without_unit(header: object) -> str:
    """The same without what stands in brackets: 耕地面积（亩） and 耕地面积 are one column."""
    return bare(_BRACKETED.sub("", unicodedata.normalize("NFKC", str(header))))


@dataclass
class Table:
    """The rows of one sheet below its header row. `rows` can be read once; row numbers are those of the file."""

    name: str
    title: str
    header: list[str]
    header_row: int
    rows: Iterator[Row]


@contextmanager
def open_table(file: BinaryIO, name: str, *, known: Collection[str], limits: Limits = LIMITS) -> Iterator[Table]:
    """Read a file: the first sheet with a header row that holds some of the `known` columns (in the form of `bare`).

    Wholly empty rows are left out. Raises FileRefused, also while the rows are read.
    """
    kind = kind_of(file, limits=limits)
    with _frames(file, kind, limits) as frames:
        table = _find(frames, name, known)
        yield table


def _find(frames: Iterator[tuple[Any, ...]], name: str, known: Collection[str]) -> Table:
    above: list[str] = []
    searched = False
    for frame in frames:
        if frame[0] == "sheet":
            above, searched = [], False
            continue
        if searched:
            continue
        first, rows = frame[1], frame[2]
        for offset, row in enumerate(rows[:HEADER_WITHIN]):
            names = [str(cell).strip() for cell in row]
            if sum(bare(one) in known or without_unit(one) in known for one in names if one) >= LEAST_KNOWN:
                while names and not names[-1]:
                    names.pop()
                rest = _rows(frames, first + offset + 1, rows[offset + 1 :])
                return Table(name, " ".join(above), names, first + offset, rest)
            above += [one for one in names if one]
        searched = True
    if not above and not searched:
        raise FileRefused(_("文件里没有任何内容。"), code="empty")
    raise FileRefused(
        _("前 %(rows)d 行里没有找到表头。表头应含“户编号”“姓名”“证件号码”等列，请用系统的导入模板。")
        % {"rows": HEADER_WITHIN},
        code="no_header",
    )


def _rows(frames: Iterator[tuple[Any, ...]], first: int, rows: list[list[Cell]]) -> Iterator[Row]:
    """The rows of this sheet that hold anything, each with its number."""
    while True:
        for number, row in enumerate(rows, first):
            if not all(cell == "" or (type(cell) is str and not cell.strip()) for cell in row):
                yield number, row
        frame = next(frames, None)
        if frame is None or frame[0] == "sheet":
            return
        first, rows = frame[1], frame[2]


@contextmanager
def _frames(file: BinaryIO, kind: str, limits: Limits) -> Iterator[Iterator[tuple[Any, ...]]]:
    """What the reading process sends; it is ended when the block is left, whether or not all was read."""
    numbers = (limits.memory, limits.seconds, limits.rows, limits.columns)
    process = subprocess.Popen(  # noqa: S603  # our own interpreter and module, no outside text
        [sys.executable, "-m", "apps.pages.imports.reader", kind, *map(str, numbers)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=1 << 20,
        cwd=ROOT,
    )
    assert process.stdin is not None  # noqa: S101  # asked for above
    assert process.stdout is not None  # noqa: S101
    feeder = threading.Thread(target=_feed, args=(file, process.stdin), daemon=True)
    feeder.start()
    try:
        yield _received(process, limits)
    finally:
        process.kill()
        process.stdout.close()
        feeder.join()
        process.wait()


def _feed(file: BinaryIO, pipe: Any) -> None:
    try:
        shutil.copyfileobj(file, pipe, 1 << 20)
        pipe.close()
    except (BrokenPipeError, ValueError, OSError):
        # The reader has ended; what it said last, or its exit, tells why.
        pass


def _received(process: subprocess.Popen[bytes], limits: Limits) -> Iterator[tuple[Any, ...]]:
    pipe: Any = process.stdout
    while True:
        length = pipe.read(4)
        data = pipe.read(*struct.unpack("!I", length)) if len(length) == 4 else b""
        if not data:
            # It died without a word: the memory or time allowed to it was used up.
            raise _refused("memory", "", limits)
        frame = orjson.loads(data)
        if frame[0] == "end":
            return
        if frame[0] == "error":
            raise _refused(frame[1], frame[2], limits)
        yield frame


def _refused(code: str, detail: str, limits: Limits) -> FileRefused:
    match code:
        case "too_many_rows":
            message = _("超过 %(most)d 行，请按旗县或苏木乡镇拆分后导入。") % {"most": limits.rows}
        case "too_many_columns":
            message = _("超过 %(most)d 列，不是可导入的表格。") % {"most": limits.columns}
        case "parquet":
            message = _("Parquet 文件不完整或已损坏，请重新导出后再试。")
        case "password":
            message = _("工作簿有密码保护，请去掉密码后再导入。")
        case "csv":
            line, _space, what = detail.partition(" ")
            message = _("CSV 第 %(line)s 行的引号或分隔不完整，文件可能被截断。") % {"line": line}
            if "field larger" in what:
                message = _("CSV 第 %(line)s 行有过长的内容。") % {"line": line}
        case "memory":
            message = _("读取这个文件所需的内存或时间超出允许范围，请拆分后导入。")
        case _:
            message = _("工作簿不完整或已损坏，请重新导出后再试。")
    return FileRefused(message, code=code)
