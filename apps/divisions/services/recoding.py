"""Move everything placed at one division to another: units merge, are renumbered, or change their parent.

A unit's whole subtree moves with it; a code below the old unit keeps its last digits. Every table with a foreign key
to `Division` takes part (`moving.places`), found through the app registry, so that later apps need not be known here.
What must stay with the code of its time (the snapshot of a closed year) says so with `keeps_division = True` on the
model.
"""

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import IntegrityError, connections, transaction
from django.utils.translation import gettext as _

from apps.common.errors import ServiceError
from apps.common.wording import listed
from apps.divisions import codes, names
from apps.divisions.models import Division, DivisionHistory
from apps.divisions.services.moving import move


@dataclass(frozen=True, slots=True)
class Recoded:
    """What a re-coding did: units by old and new code, the new codes it made, rows moved and kept by model.

    Rows are kept at the old code where the new one already has its own (two villages' profiles of one year): nothing
    is thrown away or added up, a person decides.
    """

    units: Mapping[int, int]
    created: tuple[int, ...]
    moved: Mapping[str, int]
    kept: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Step:
    """One unit that ends and the unit that takes its place, which may have to be made."""

    source: Division
    target: Division
    is_made: bool


def recode(
    old: int,
    new: int,
    on: datetime.date,
    by: str,
    *,
    create: bool = False,
    name: str = "",
    using: str = "owner",
) -> Recoded:
    """Move every row placed at `old` or below it to `new`, in one transaction, and end `old` on a day.

    `new` must exist; with `create` it is made (or revived, if it had ended) under the parent that its code says, with
    `name` or else the old unit's. Units below `old` go to the same last digits below `new`; where a unit of another
    name already has such a code everything is refused, for that one must be re-coded by itself first.

    Raises `ServiceError` (fields "old" and "new"), having changed nothing. Connects as the database's owner, since the
    application's role may not touch history.
    """
    if using not in connections:
        raise ServiceError(_("没有配置数据库所有者连接，不能变更区划代码。"), code="no_owner")
    try:
        with transaction.atomic(using=using):
            _open_all_places(by, using)
            steps = _plan(old, new, create=create, name=name, using=using)
            for step in steps:
                if step.is_made:
                    step.target.save(using=using)
            moved, kept = move([step.source.code for step in steps], new - old, using)
            _end_sources(steps, on, using)
            _record(steps, moved, on, by, using)
    except IntegrityError as wrong:
        reason = str(wrong).splitlines()[0]
        raise ServiceError(
            _("迁移后的数据相互冲突，未作任何变更：%(reason)s") % {"reason": reason}, code="conflict"
        ) from wrong
    return Recoded(
        units={step.source.code: step.target.code for step in steps},
        created=tuple(step.target.code for step in steps if step.is_made),
        moved=moved,
        kept=kept,
    )


def _open_all_places(by: str, using: str) -> None:
    """Row-level security binds the owner too: for this transaction, open every place in every realm that a policy
    names, and say who acts, for the history that triggers write."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            r"SELECT DISTINCT realm[1] FROM pg_policies,"
            r" regexp_matches(coalesce(qual, '') || coalesce(with_check, ''), 'app\.([a-z_]+)_lo', 'g') AS realm"
        )
        values = {"pghistory.context_metadata": json.dumps({"name": by, "source": "recode"}, ensure_ascii=False)}
        for (realm,) in cursor.fetchall():
            values |= {f"app.{realm}_lo": str(10**11), f"app.{realm}_hi": str(10**12 - 1)}
        cursor.executemany("SELECT set_config(%s, %s, true)", list(values.items()))


def _plan(old: int, new: int, *, create: bool, name: str, using: str) -> list[_Step]:
    """Each unit of the old subtree with what takes its place; all of them locked against other re-codings."""
    _refuse_codes(old, new)
    units = Division.objects.using(using)
    known = {
        unit.code: unit
        for code in sorted({old, new})
        for unit in units.within(code).select_for_update().order_by("code")
    }
    if old not in known:
        raise ServiceError(_("区划代码 %(code)s 不存在。") % {"code": old}, field="old", code="unknown")
    if known[old].ended_on:
        raise ServiceError(_("区划代码 %(code)s 已经撤销。") % {"code": old}, field="old", code="ended")
    if not units.current().filter(code=codes.ancestors(new)[-1]).exists():
        raise ServiceError(_("新代码 %(code)s 的上级区划不存在。") % {"code": new}, field="new", code="no_parent")
    if (new not in known or known[new].ended_on) and not create:
        raise ServiceError(
            _("新代码 %(code)s 不存在；确需新设时请注明新设。") % {"code": new}, field="new", code="unknown"
        )
    low, high = codes.subtree(old)
    steps, taken = [], []
    for source in known.values():
        if not low <= source.code <= high or source.ended_on:
            continue
        code = source.code + new - old
        called = (name if code == new else "") or source.name
        target = known.get(code)
        if target and code != new and target.name != called:
            taken.append(f"{code} {target.name}")
        is_made = target is None or target.ended_on is not None
        steps.append(_Step(source, _made(source, code, called) if target is None or is_made else target, is_made))
    if taken:
        raise ServiceError(
            _("以下代码已另有所属，请先单独变更原代码：%(codes)s") % {"codes": listed(taken[:5])},
            field="new",
            code="taken",
        )
    return steps


def _refuse_codes(old: int, new: int) -> None:
    for field, code in (("old", old), ("new", new)):
        try:
            codes.level(code)
        except ValueError:
            raise ServiceError(
                _("%(code)s 不是有效的12位区划代码。") % {"code": code}, field=field, code="division_code"
            ) from None
    if codes.level(old) != codes.level(new):
        raise ServiceError(_("新旧代码不是同一层级。"), field="new", code="level")
    if old == new:
        raise ServiceError(_("新旧代码相同。"), field="new", code="same")
    if codes.level(old) == codes.REGION:
        raise ServiceError(_("自治区本级代码不能变更。"), field="old", code="level")


def _made(source: Division, code: int, name: str) -> Division:
    """The unit that takes over from `source` under a new code: what the code decides anew, the rest as it was."""
    try:
        kind = names.kind_of(code, name)
    except ValueError:
        raise ServiceError(
            _("新代码 %(code)s 不属于任何区划类别。") % {"code": code}, field="new", code="kind"
        ) from None
    return Division(
        code=code,
        parent_id=codes.parent(code),
        level=codes.level(code),
        name=name,
        short_name=source.short_name if name == source.name else names.short_name(code, name),
        kind=kind,
        is_virtual=names.is_virtual(name),
        host_id=source.host_id if kind == source.kind else None,
        lon=source.lon,
        lat=source.lat,
        poverty_tier=source.poverty_tier,
        exit_year=source.exit_year,
        announced_on=source.announced_on,
        contiguous_area=source.contiguous_area,
        sort_key=names.sort_key(code),
    )


def _end_sources(steps: list[_Step], on: datetime.date, using: str) -> None:
    for step in steps:
        step.source.ended_on = on
        step.source.replaced_by_id = step.target.code
    Division.objects.using(using).bulk_update(
        [step.source for step in steps], ["ended_on", "replaced_by"], batch_size=2000
    )


def _record(steps: list[_Step], moved: Mapping[str, int], on: datetime.date, by: str, using: str) -> None:
    """One line per unit; the numbers of rows stand with the unit that was named, which comes first."""
    lines = [
        DivisionHistory(
            old_code=step.source.code,
            new_code=step.target.code,
            old_name=step.source.name,
            new_name=step.target.name,
            event=DivisionHistory.Event.RENUMBERED if step.is_made else DivisionHistory.Event.MERGED,
            on=on,
            by=by,
            moved_rows=dict(moved) if position == 0 else {},
        )
        for position, step in enumerate(steps)
    ]
    DivisionHistory.objects.using(using).bulk_create(lines, batch_size=2000)
