"""What people write in cells, as values the database understands.

A parser takes a cell and gives the value's text as PostgreSQL reads it (`12.50`, `t`, `2014-06-01`, `{02,04}`), or None
for an empty cell. It raises CellError with a message in Chinese, which the caller completes with row and column.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Callable, Collection
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

from apps.common.codes import codelist, yes_no
from apps.common.numbers import ZERO_WIDTH, masked_text, normalise_name, normalise_number
from apps.common.wording import listed
from apps.pages.imports.workbook import Cell

Parser = Callable[[Cell], str | None]

_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|[+-]?\.\d+", re.ASCII)
_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]0?0:00(?::00)?)?", re.ASCII)
_DATE_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_INVISIBLE = re.compile(rf"[{ZERO_WIDTH}\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SPACES = re.compile(r"\s+")
# An apostrophe before a sign that a spreadsheet would take for a formula: ours or the exporter's, not part of the text.
_GUARD = re.compile(r"^'(?=[=+\-@])")
# What stands in cells that are meant to be empty.
BLANKS = frozenset(("", "-", "--", "—", "——", "/", "\\", "null", "NULL", "#N/A", "N/A"))


class CellError(ValueError):
    """The cell cannot be that; `str()` is for people and never repeats a personal number."""


def clean(cell: Cell) -> str:
    """The cell as text: half-width, without invisible characters, white space folded and stripped.

    A whole number that a spreadsheet turned into a floating one is written without its ".0".
    """
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, str) and cell.isalnum() and unicodedata.is_normalized("NFKC", cell):
        return cell
    text = _SPACES.sub(" ", _INVISIBLE.sub("", unicodedata.normalize("NFKC", str(cell)))).strip()
    return _GUARD.sub("", text)


def plain(cell: Cell) -> str:
    """The cell as text that stays as it was written, full-width signs and rare characters included."""
    if isinstance(cell, float):
        return clean(cell)
    return _GUARD.sub("", _SPACES.sub(" ", _INVISIBLE.sub("", str(cell))).strip())


def said(text: str) -> str:
    """What a cell holds, as a refusal repeats it: in short, and never a person's number that stands in a wrong column
    (the shortest, a phone's, has eleven digits)."""
    return (masked_text(text) if sum(one.isdigit() for one in text) >= 11 else text)[:20]


def is_blank(cell: Cell) -> bool:
    """Whether the cell is empty, or holds a sign that stands for nothing."""
    return cell == "" or (isinstance(cell, str) and clean(cell) in BLANKS)


def text(most: int) -> Parser:
    """Free text of at most `most` characters."""

    def parse(cell: Cell) -> str | None:
        value = plain(cell)
        if value in BLANKS:
            return None
        if len(value) > most:
            raise CellError(_("内容过长，最多%(most)d个字。") % {"most": most})
        return value

    return parse


def name(most: int) -> Parser:
    """A person's name without white space, every middle dot as `·`; its characters stay as they are."""

    def parse(cell: Cell) -> str | None:
        value = cell if isinstance(cell, str) and cell.isalpha() else normalise_name(plain(cell))
        if value in BLANKS or not value:
            return None
        if len(value) > most:
            raise CellError(_("内容过长，最多%(most)d个字。") % {"most": most})
        return value

    return parse


def number(digits: int, places: int, *, least: int | None = 0, most: Decimal | int | None = None) -> Parser:
    """A number of at most `digits` digits, rounded half up to `places`; also as text, with thousands grouped."""
    limit = Decimal(10) ** (digits - places) if most is None else Decimal(most)
    step = Decimal(1).scaleb(-places)

    def parse(cell: Cell) -> str | None:
        if isinstance(cell, float | int) and not isinstance(cell, bool):
            value = Decimal(repr(cell))
        else:
            written = clean(cell)
            if written in BLANKS:
                return None
            written = written.replace(" ", "")
            if not _NUMBER.fullmatch(written):
                raise CellError(_("“%(text)s”不是数字。") % {"text": said(written)})
            value = Decimal(written.replace(",", ""))
        if least is not None and value < least:
            raise CellError(_("不能小于%(least)d。") % {"least": least})
        if abs(value) > limit or (most is None and abs(value) >= limit):
            raise CellError(_("数值过大。"))
        rounded = value.quantize(step, ROUND_HALF_UP)
        if places == 0 and rounded != value:
            raise CellError(_("应为整数。"))
        return str(rounded)

    return parse


def identifier(most: int) -> Parser:
    """A number that is compared digit by digit. A spreadsheet keeps fifteen digits of a number, so a longer one that
    was stored as a number has lost its end."""

    def parse(cell: Cell) -> str | None:
        if isinstance(cell, float | int) and abs(cell) >= 10**15:
            raise CellError(_("存成了数值，末几位已丢失，请以文本格式重新导出。"))
        if isinstance(cell, str) and cell.isascii() and cell.isalnum():
            value = cell.upper()
        else:
            value = normalise_number(clean(cell))
        if not value or value in BLANKS:
            return None
        if len(value) > most:
            raise CellError(_("最多%(most)d位。") % {"most": most})
        return value

    return parse


def year(least: int = 2013, most: int = 2100) -> Parser:
    """A year, as a number or with 年 behind it."""
    whole = number(4, 0, least=None)

    def parse(cell: Cell) -> str | None:
        written = clean(cell).removesuffix("度").removesuffix("年") if isinstance(cell, str) else cell
        value = whole(written)
        if value is not None and not least <= int(value) <= most:
            raise CellError(_("应为%(least)d至%(most)d之间的年份。") % {"least": least, "most": most})
        return value

    return parse


def date(cell: Cell) -> str | None:
    """A day of the calendar: 2014-06-01, 2014/6/1, 2014.6.1, 2014年6月1日, 20140601, or a date cell."""
    written = clean(cell)
    if written in BLANKS:
        return None
    found = _DATE.fullmatch(written) or _DATE_DIGITS.fullmatch(written)
    try:
        if found:
            return datetime.date(*map(int, found.groups())).isoformat()
    except ValueError:
        pass
    raise CellError(_("“%(text)s”不是有效日期，应如2014-06-30。") % {"text": said(written)})


def flag(cell: Cell) -> str | None:
    """是 or 否, as people write them."""
    if is_blank(cell):
        return None
    value = yes_no(clean(cell))
    if value is None:
        raise CellError(_("“%(text)s”应填“是”或“否”。") % {"text": said(clean(cell))})
    return "t" if value else "f"


def code(name: str, *, none: Collection[str] = ()) -> Parser:
    """The code of a label of a list; the labels in `none` stand for nothing."""
    values = codelist(name)

    def parse(cell: Cell) -> str | None:
        written = clean(cell)
        if written in BLANKS or written in none:
            return None
        found = values.code_for(written)
        if found is None:
            raise CellError(_("“%(text)s”不在代码表中。") % {"text": said(written)})
        return found

    return parse


def codes(name: str, *, none: Collection[str] = ()) -> Parser:
    """The codes of several labels in one cell, as an array in the order of the list."""
    values = codelist(name)

    def parse(cell: Cell) -> str | None:
        written = clean(cell)
        if written in BLANKS or written in none:
            return None
        found, unknown = values.codes_for(written)
        if unknown:
            raise CellError(_("“%(text)s”不在代码表中。") % {"text": said(listed(unknown))})
        return "{" + ",".join(found) + "}"

    return parse


def choice(labels: dict[str, str]) -> Parser:
    """One of a few values by its label."""

    def parse(cell: Cell) -> str | None:
        written = clean(cell)
        if written in BLANKS:
            return None
        if written not in labels:
            raise CellError(_("“%(text)s”应为：%(labels)s。") % {"text": said(written), "labels": listed(labels)})
        return labels[written]

    return parse
