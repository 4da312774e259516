"""Preparing a notice: what its title, text and list may hold. Other apps prepare theirs here, too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.access import policy
from apps.accounts.models import User
from apps.common.errors import ServiceError, StaleVersion
from apps.common.openly import number_in
from apps.divisions import codes
from apps.notices.choices import RULES, Cell, Column, Kind, State, columns_of
from apps.notices.models import NoticeLog, PublicNotice
from apps.notices.models.notice import LONGEST, LONGEST_PLACE, LONGEST_TITLE, SUBJECT

ENTERS = "change_register"
MOST_LINES, LONGEST_CELL, MOST_DAYS = 2500, 100, 365
NOTHING: tuple[Any, ...] = (None, "")
"""What an empty cell says; a count of none is not empty."""
MOST_COUNT, MOST_MONEY = 10**7, Decimal(10**13)

Line = Mapping[str, Any]


@transaction.atomic
def prepare(
    division: int,
    kind: str,
    title: str,
    lines: Sequence[Line],
    by: User,
    *,
    text: str = "",
    subject: str = "",
    days: int | None = None,
) -> PublicNotice:
    """A new notice of a place, waiting for another person's approval.

    `lines` are rows by the names of the kind's columns: names and texts, whole numbers, money as exact yuan; `days` may
    be more than the kind asks for, never less. `subject` is made by `querysets.subject`.

    Raises PermissionDenied without the right to change the register there, ServiceError naming the field for whatever
    is missing, wrong, or a number of a person.
    """
    if subject and not SUBJECT.fullmatch(subject):
        raise ServiceError(_("公示事项的写法不对。"), field="subject")
    found = PublicNotice(division_id=division, kind=kind, level=codes.level(division), subject=subject)
    policy.require(by, ENTERS, division)
    _write(found, title=title, text=text, lines=lines, days=days)
    found.prepared_by, found.prepared_by_name = by, str(by)
    found.state_since = timezone.now()
    found.save()
    enter(found, by=by, step="prepare", from_state="")
    return found


@transaction.atomic
def change(
    found: PublicNotice,
    by: User,
    *,
    title: str,
    text: str,
    lines: Sequence[Line],
    days: int | None,
    expected_version: int | None = None,
) -> PublicNotice:
    """Change a notice that waits for approval; whoever changed it has prepared it.

    Raises as `prepare` does, StaleVersion, and ServiceError (409) once it was approved.
    """
    policy.require(by, ENTERS, found)
    locked = PublicNotice.objects.select_for_update().get(pk=found.pk)
    if expected_version is not None and expected_version != locked.version:
        raise StaleVersion(locked)
    if locked.state != State.PREPARED:
        raise ServiceError(_("公示内容审核后不能修改，请先退回。"), code="state", status=409)
    _write(locked, title=title, text=text, lines=lines, days=days)
    locked.prepared_by, locked.prepared_by_name = by, str(by)
    locked.save()
    enter(locked, by=by, step="change", from_state=State.PREPARED)
    return locked


def enter(
    found: PublicNotice, *, by: User, step: str, from_state: str, note: str = "", level: int | None = None
) -> None:
    """Write a step of somebody into the log of a notice, whose state is the new one already."""
    NoticeLog.objects.create(
        notice=found,
        division_id=found.division_id,
        at=timezone.now(),
        by=by,
        by_name=str(by),
        by_level=policy.holder_level(by, ENTERS, found.division_id) if level is None else level,
        step=step,
        from_state=from_state,
        to_state=found.state,
        note=note,
    )


def _write(found: PublicNotice, *, title: str, text: str, lines: Sequence[Line], days: int | None) -> None:
    """Fill in what a notice says, once it was looked through."""
    if found.kind not in Kind.values:
        raise ServiceError(_("没有这个公示类别。"), field="kind", code="invalid_choice")
    found.title = plain(title, field="title", longest=LONGEST_TITLE)
    found.text = plain(text, field="text", longest=LONGEST, blank=True)
    found.lines = checked(found.kind, lines)
    if not found.text and not found.lines:
        raise ServiceError(_("正文和名单至少填写一项。"), field="text", code="required")
    found.days = _days(found.kind, days)


def _days(kind: str, wanted: int | None) -> int | None:
    """How long a notice of this kind hangs: what was asked for, at least what the kind asks for."""
    least = RULES[kind].days
    if least is None:
        if wanted is not None:
            raise ServiceError(_("公告长期公示，不填写天数。"), field="days")
        return None
    if wanted is None:
        return least
    if not least <= wanted <= MOST_DAYS:
        message = _("这类公示不少于 %(least)d 天，不超过 %(most)d 天。") % {"least": least, "most": MOST_DAYS}
        raise ServiceError(message, field="days", code="too_short" if wanted < least else "too_long")
    return wanted


def plain(text: str, *, field: str, longest: int, blank: bool = False) -> str:
    """A text that may be made public. ServiceError naming the field when it is missing, too long, or holds a number of
    a person."""
    text = text.strip()
    if not text and not blank:
        raise ServiceError(_("请填写内容。"), field=field, code="required")
    if len(text) > longest:
        raise ServiceError(_("不能超过 %(most)d 字。") % {"most": longest}, field=field, code="too_long")
    if kind := number_in(text):
        raise ServiceError(_("公示内容不能含%(kind)s。") % {"kind": kind.label}, field=field, code="number")
    return text


def place_of(text: str) -> str:
    """Where a notice is posted, which the public reads as well."""
    return plain(text, field="place", longest=LONGEST_PLACE)


def checked(kind: str, lines: Sequence[Line]) -> list[dict[str, Any]]:
    """The list of a notice as it is kept: of each row the columns of the kind, empty ones left out. ServiceError names
    the row and the column."""
    if len(lines) > MOST_LINES:
        raise ServiceError(_("名单不能超过 %(most)d 行。") % {"most": MOST_LINES}, field="lines", code="too_long")
    columns = columns_of(kind)
    found = []
    for number, line in enumerate(lines, start=1):
        if unknown := set(line) - {column.name for column in columns}:
            raise _wrong(number, sorted(unknown)[0], _("这类公示没有这一栏。"), "unknown")
        cells = {column.name: _cell(number, column, line.get(column.name)) for column in columns}
        row = {name: cell for name, cell in cells.items() if cell not in NOTHING}
        if not row:
            raise _wrong(number, columns[0].label if columns else "", _("这一行没有内容。"), "required")
        found.append(row)
    return found


def _wrong(number: int, column: Any, message: str, code: str) -> ServiceError:
    said = _("第 %(number)d 行“%(column)s”：%(message)s") % {"number": number, "column": column, "message": message}
    return ServiceError(said, field="lines", code=code)


def _cell(number: int, column: Column, value: Any) -> Any:
    """One cell: text, a whole number, or money as text with two decimals."""
    if value is None or value == "":
        return None
    if column.cell == Cell.COUNT:
        if isinstance(value, bool) or not str(value).isascii() or not str(value).isdigit() or int(value) > MOST_COUNT:
            raise _wrong(number, column.label, _("应为不小于0的整数。"), "invalid")
        return int(value)
    if column.cell == Cell.MONEY:
        return _money(number, column, value)
    if not isinstance(value, str):
        raise _wrong(number, column.label, _("应为文本。"), "invalid")
    try:
        return plain(value, field="lines", longest=LONGEST_CELL, blank=True)
    except ServiceError as error:
        raise _wrong(number, column.label, str(error), error.code) from None


def _money(number: int, column: Column, value: Any) -> str:
    """Yuan with two decimals; negative, over-precise and endless amounts are refused."""
    try:
        amount = Decimal(str(value).replace(",", ""))
    except InvalidOperation:
        raise _wrong(number, column.label, _("应为金额。"), "invalid") from None
    if not amount.is_finite() or not 0 <= amount < MOST_MONEY:
        raise _wrong(number, column.label, _("应为不小于0的金额。"), "invalid")
    if amount != amount.quantize(Decimal("0.01")):
        raise _wrong(number, column.label, _("金额最多两位小数。"), "precision")
    return f"{amount:.2f}"
