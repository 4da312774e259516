"""A delivery's way: opened, received piece by piece, completed, and in force at once or held for a person's word.

A piece is one transaction under the delivery's lock; sent twice it is stored once. Nothing counts before the delivery
is complete, and then all of it at once: one row changes its state.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.access import policy
from apps.common.days import month_end, today
from apps.common.errors import ServiceError
from apps.common.wording import listed
from apps.datasets.models import DatasetVersion, Delivery, DeliveryChunk, DeliveryFault, DepartmentRow, tables
from apps.datasets.services.freshness import index_key
from apps.datasets.services.parsing import Layout, Parsed, rows_of, unknown_headers
from apps.history.services import log_access
from apps.pages.imports import vault
from apps.pages.imports.importer import Fault

CHUNK = 5000
"""The most rows of one piece."""
MOST_FAULTS = 10_000
"""So many refused rows are kept with their reasons; the others are counted."""

_PERIOD = re.compile(r"(20\d{2})-(0[1-9]|1[0-2])", re.ASCII)

State = Delivery.State


def period_end(written: str) -> datetime.date:
    """The last day of a period written YYYY-MM; ServiceError (field "period") when it is none or lies ahead."""
    found = _PERIOD.fullmatch(written.strip())
    if found is None:
        raise ServiceError(_("报送期间应写成年-月，如2018-12。"), field="period")
    end = month_end(datetime.date(int(found[1]), int(found[2]), 1))
    if end > month_end(today()):
        raise ServiceError(_("报送期间还没有到。"), field="period")
    return end


def table_of(dataset: str) -> type[DepartmentRow]:
    """The table of a data set; ServiceError (field "dataset") when it is none that can be received."""
    if dataset not in tables():
        raise ServiceError(_("没有这个数据集：%(code)s。") % {"code": dataset[:10]}, field="dataset", code="unknown")
    return tables()[dataset]


@transaction.atomic
def open_delivery(
    dataset: str, division: int, period: str, *, by: Any, source: str, file_name: str = "", **more: str
) -> Delivery:
    """Begin to receive a data set of one period from one place. One is under way at a time: whoever began it goes on.

    Raises PermissionDenied without `load_datasets` there, ServiceError for an unknown data set, a period that is none,
    lies ahead or is older than what is in force (field), and 409 while another delivery is under way.
    """
    policy.require(by, "load_datasets", division)
    table_of(dataset)
    as_of = period_end(period)
    under_way = Delivery.objects.select_for_update().filter(
        dataset=dataset, division_id=division, state__in=Delivery.OPEN
    )
    if found := under_way.first():
        if (found.by_id, found.period, found.state, found.source) == (by.pk, as_of, State.RECEIVING, source) and not (
            found.stored or file_name
        ):
            return found
        raise _busy()
    accepted = DatasetVersion.objects.filter(dataset=dataset, division_id=division, state=DatasetVersion.State.ACCEPTED)
    newest = accepted.order_by("-as_of", "-id").first()
    if newest is not None and newest.as_of > as_of:
        raise ServiceError(
            _("已有更新的数据（截至%(as_of)s），不能再报送较早的期间。") % {"as_of": newest.as_of}, field="period"
        )
    version = DatasetVersion.objects.create(dataset=dataset, division_id=division, as_of=as_of, index_key=index_key())
    try:
        with transaction.atomic():
            return Delivery.objects.create(
                dataset=dataset,
                division_id=division,
                period=as_of,
                version=version,
                by=by,
                by_name=str(by)[:60],
                source=source,
                file_name=file_name[-200:],
                **more,
            )
    except IntegrityError as error:
        if "delivery_one_open" not in str(error):
            raise
        raise _busy() from None


def _busy() -> ServiceError:
    return ServiceError(_("这个数据集正在报送中，请等它完成或先放弃它。"), status=409, code="busy")


@transaction.atomic
def take(
    delivery: Delivery, number: int, objects: Sequence[dict[str, Any]], digest: str, *, first: int
) -> DeliveryChunk:
    """Take in a piece of a message: objects with the columns as members. `first` is the number of its first row.

    The same piece again changes nothing. Raises ServiceError: 409 for other content under the same number or a
    delivery that receives no more, 422 (field) for columns that are unknown or missing, and too many rows.
    """
    if not 1 <= len(objects) <= CHUNK:
        raise ServiceError(_("每批应有 1 至 %(most)d 行。") % {"most": CHUNK}, field="rows", code="size")
    model = table_of(delivery.dataset)
    layout, rows = rows_of(model, objects, first)
    check_headers(layout, list(dict.fromkeys(name for one in objects for name in one)))
    return take_rows(delivery, number, lambda: layout.read(rows), layout, digest)


def check_headers(layout: Layout, headers: Sequence[Any], *, strict: bool = True) -> None:
    """Raise ServiceError when columns are missing, repeated or (`strict`) unknown."""
    if layout.missing:
        raise ServiceError(_("缺少列：%(names)s。") % {"names": listed(layout.missing)}, field="rows", code="missing")
    if layout.repeated:
        raise ServiceError(_("列重复：%(names)s。") % {"names": listed(layout.repeated)}, field="rows", code="repeated")
    if strict and (unknown := unknown_headers(layout.model, headers)):
        raise ServiceError(_("没有这些列：%(names)s") % {"names": listed(unknown[:10])}, field="rows", code="unknown")


@transaction.atomic
def take_rows(delivery: Delivery, number: int, read: Any, layout: Layout, digest: str) -> DeliveryChunk:
    """Store one piece under the delivery's lock; `read` gives its rows when they are wanted."""
    held = _held(delivery, State.RECEIVING)
    known = DeliveryChunk.objects.filter(delivery=held, number=number).first()
    if known is not None:
        if known.digest != digest:
            raise ServiceError(_("第%(number)d批已收到过，内容不同。") % {"number": number}, status=409, code="chunk")
        return known
    parsed: Parsed = read()
    stored = _store(held, layout, parsed)
    refused = parsed.read - stored
    chunk = DeliveryChunk(delivery=held, number=number, digest=digest, rows=parsed.read, refused=refused)
    chunk.save(force_insert=True)
    room = MOST_FAULTS - held.refused
    kept = [
        DeliveryFault(
            delivery=held,
            division_id=held.division_id,
            row_no=fault.row,
            field=fault.field[:60],
            code=fault.code,
            message=fault.message[:200],
        )
        for fault in parsed.faults[: max(room, 0)]
    ]
    DeliveryFault.objects.bulk_create(kept)
    held.chunks += 1
    held.rows += parsed.read
    held.accepted += stored
    held.refused += refused
    # A sign of life: whoever looks after deliveries rings only for those that stand still.
    held.attempts, held.rung_at = 0, timezone.now()
    held.save(update_fields=["chunks", "rows", "accepted", "refused", "attempts", "rung_at"])
    return chunk


def _store(delivery: Delivery, layout: Layout, parsed: Parsed) -> int:
    """Write the rows that may stand, and say how many; of rows that repeat a key the later one becomes a fault."""
    if not parsed.lines:
        return 0
    table = layout.model._meta.db_table
    copied = ", ".join(f'"{name}"' for name in layout.copied)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.department_rows")
        # Names of our own models and columns; every value goes through COPY or a parameter.
        like = f"SELECT {copied} FROM {table} WITH NO DATA"  # noqa: S608
        cursor.execute(f"CREATE TEMP TABLE department_rows ON COMMIT DROP AS {like}")
        with cursor.copy(f"COPY department_rows ({copied}) FROM STDIN") as stream:
            stream.write("\n".join(parsed.lines) + "\n")
        cursor.execute(
            f"INSERT INTO {table} (division_id, version_id, {copied})"  # noqa: S608
            f" SELECT %s, %s, {copied} FROM department_rows ORDER BY row_no"
            " ON CONFLICT DO NOTHING RETURNING row_no",
            [delivery.division_id, delivery.version_id],
        )
        written = {number for (number,) in cursor.fetchall()}
    repeated = _("与本次报送中前面的一行重复。")
    parsed.faults += [Fault(number, "", repeated, "repeated") for number in parsed.numbers if number not in written]
    return len(written)


@transaction.atomic
def complete(delivery: Delivery, *, chunks: int, rows: int, by: Any) -> Delivery:
    """All pieces are here: put the version in force, or hold it for a person's word.

    Held is a version of less than half the rows of the one before, and one of which more rows were refused than taken
    in. Nothing accepted at all: refused. Raises ServiceError (409) while pieces are missing, naming the first.
    """
    held = _held(delivery, State.RECEIVING, State.ACCEPTED, State.HELD, State.REFUSED)
    if held.state != State.RECEIVING:
        return held  # said twice
    numbers = set(DeliveryChunk.objects.filter(delivery=held).values_list("number", flat=True))
    if missing := sorted(set(range(1, chunks + 1)) - numbers):
        raise ServiceError(_("缺少第%(number)d批。") % {"number": missing[0]}, status=409, code="incomplete")
    if (len(numbers), held.rows) != (chunks, rows):
        raise ServiceError(
            _("收到%(chunks)d批%(rows)d行，与所报的批数、行数不符。") % {"chunks": len(numbers), "rows": held.rows},
            status=409,
            code="incomplete",
        )
    held.finished_at = timezone.now()
    if not held.accepted:
        return _give_up(held, State.REFUSED, _("没有一行可以接收。"))
    if why := _doubt(held):
        held.state, held.note = State.HELD, why
        held.save()
        return held
    return _accept(held, by)


def _doubt(delivery: Delivery) -> str:
    """Why a person should look before this counts; empty when nobody need."""
    before = (
        DatasetVersion.objects.filter(
            dataset=delivery.dataset, division_id=delivery.division_id, state=DatasetVersion.State.ACCEPTED
        )
        .order_by("-as_of", "-id")
        .first()
    )
    if before is not None and 2 * delivery.accepted < before.rows:
        return _("只有%(rows)d行，不到上一版%(before)d行的一半。") % {"rows": delivery.accepted, "before": before.rows}
    if delivery.refused > delivery.accepted:
        return _("拒绝的行（%(refused)d）比接收的（%(accepted)d）多。") % {
            "refused": delivery.refused,
            "accepted": delivery.accepted,
        }
    return ""


def _years(version: DatasetVersion) -> list[int]:
    """The years that the rows of a version speak of; none where they speak of no year."""
    table: Any = tables()[version.dataset]
    if "year" not in {field.name for field in table._meta.fields}:
        return []
    return sorted(table.objects.filter(version=version).order_by().values_list("year", flat=True).distinct())


def _accept(delivery: Delivery, by: Any) -> Delivery:
    version = delivery.version
    version.state, version.rows, version.received_at = DatasetVersion.State.ACCEPTED, delivery.accepted, timezone.now()
    version.years = _years(version)
    version.save()
    delivery.state = State.ACCEPTED
    delivery.finished_at = delivery.finished_at or timezone.now()
    _forget_file(delivery)
    delivery.save()
    log_access(
        by,
        "import",
        division=delivery.division_id,
        obj=delivery,
        rows=delivery.accepted,
        reason=f"{delivery.dataset} {delivery.period}",
    )
    return delivery


@transaction.atomic
def confirm(delivery: Delivery, *, by: Any) -> Delivery:
    """Put a held version in force all the same. Raises PermissionDenied, ServiceError (409) in another state."""
    policy.require(by, "load_datasets", delivery.division_id)
    held = _held(delivery, State.HELD)
    held.confirmed_by, held.confirmed_by_name = by, str(by)[:60]
    return _accept(held, by)


@transaction.atomic
def abandon(delivery: Delivery, *, by: Any) -> Delivery:
    """Give up a delivery that is not in force; what came of it goes at once."""
    policy.require(by, "load_datasets", delivery.division_id)
    return _give_up(_held(delivery, *Delivery.OPEN), State.ABANDONED, "")


@transaction.atomic
def refuse(delivery: Delivery, why: str) -> Delivery:
    """End a delivery whose file cannot be used as a whole."""
    return _give_up(_held(delivery, State.RECEIVING), State.REFUSED, why)


@transaction.atomic
def withdraw(delivery: Delivery, *, by: Any, reason: str) -> Delivery:
    """Take a version that is in force back, because it was wrong; the one before it counts again.

    Raises PermissionDenied, ServiceError without a reason (field) or in another state (409).
    """
    policy.require(by, "load_datasets", delivery.division_id)
    if not reason.strip():
        raise ServiceError(_("请说明撤回的原因。"), field="reason", code="required")
    held = _held(delivery, State.ACCEPTED)
    log_access(by, "import", division=held.division_id, obj=held, rows=0, reason=reason)
    return _give_up(held, State.ABANDONED, reason[:300])


def _give_up(delivery: Delivery, state: Delivery.State, why: str) -> Delivery:
    version = delivery.version
    version.state = DatasetVersion.State.WITHDRAWN
    version.save()
    empty(version)
    delivery.state, delivery.note, delivery.finished_at = state, why, timezone.now()
    _forget_file(delivery)
    delivery.save()
    return delivery


def empty(version: DatasetVersion) -> None:
    """Remove a version's rows; that there was a version stays known."""
    table_of(version.dataset).objects.filter(version=version).delete()
    version.emptied_at = timezone.now()
    version.save()


def _forget_file(delivery: Delivery) -> None:
    if delivery.stored:
        transaction.on_commit(lambda name=delivery.stored: vault.remove(name))  # type: ignore[misc]
        delivery.stored = ""


def _held(delivery: Delivery, *states: Delivery.State) -> Delivery:
    """The delivery, locked, in one of these states; ServiceError (409) otherwise."""
    held = Delivery.objects.select_for_update(of=("self",)).select_related("version").get(pk=delivery.pk)
    if held.state not in states:
        label = State(held.state).label
        raise ServiceError(_("这次报送的状态是“%(state)s”，不能这样做。") % {"state": label}, status=409, code="state")
    return held
