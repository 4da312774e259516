"""What an import would change, in words."""

# ruff: noqa: S608  # names of tables and columns are the program's own; values are parameters

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from apps.common.codes import codelist
from apps.common.models import field_label
from apps.common.sealing import Sealed
from apps.common.wording import listed
from apps.households.imports.columns import BY_WORKFLOW, MODELS, Field, field_of
from apps.households.imports.matching import MEMBERS, UNITS, compared, person_differs
from apps.households.imports.tables import NOTE, PROBLEM, Columns, execute, fetch
from apps.pages.imports.importer import Difference, Fault

EMPTY = "—"
# Columns that are computed from another one speak under that one's header.
_SPEAKS_FOR = {"phone_index": "phone", "bank_account_index": "bank_account"}


def show(section: str, name: str, value: str | None) -> str:
    """A value of the database, as text, in words."""
    if value is None or value in ("", "{}"):
        return EMPTY
    if value in ("t", "true", "f", "false"):
        return str(_("是") if value.startswith("t") else _("否"))
    try:
        field: Field | None = field_of(section, name)
    except KeyError:
        field = None
    if field is None or not field.codelist:
        return value
    values = codelist(field.codelist)
    return listed(values.label(code) for code in value.strip("{}").split(","))


def header(section: str, name: str) -> str:
    """The column's header in the workbook, or the field's own name where the workbook has none."""
    try:
        return field_of(section, name).header
    except KeyError:
        return str(field_label(MODELS[section], name))


def differences(columns: Columns, year: int) -> dict[int, list[Difference]]:
    """Per changed household (`seq`) all that would be changed."""
    found: dict[int, list[Difference]] = defaultdict(list)

    def collect(section: str, rows: Iterable[tuple[Any, ...]]) -> None:
        for seq, who, name, before, after in rows:
            found[seq].append(
                Difference(who or "", header(section, name), show(section, name, before), show(section, name, after))
            )

    changed = f"{UNITS} JOIN households_household h ON h.id = u.target"
    where = "u.outcome = 'c' AND NOT u.past"
    plain = [name for name in compared(columns, "household") if name not in _SPEAKS_FOR]
    collect("household", _pairs(changed, where, "''", "h", "s", plain))
    for index, name in _SPEAKS_FOR.items():
        if index in compared(columns, "household"):
            rows = fetch(
                f"SELECT u.seq, '', h.{name}, s.{name} {changed} WHERE {where} AND h.{index} IS DISTINCT FROM s.{index}"
            )
            _collect_sealed(found, "household", name, rows)
    for section in ("year", "income"):
        if not (names := compared(columns, section)):
            continue
        joined = (
            f"{UNITS} LEFT JOIN {MODELS[section]._meta.db_table} t ON t.household_id = u.target AND t.year = {year:d}"
        )
        collect(section, _pairs(joined, "u.outcome = 'c' AND t.id IS NOT NULL", "''", "t", "s", names))
        for (seq,) in fetch(f"SELECT u.seq {joined} WHERE u.outcome = 'c' AND t.id IS NULL ORDER BY u.seq"):
            label = str(MODELS[section]._meta.verbose_name)
            found[seq].append(Difference("", label, EMPTY, _("新增%(year)d年度") % {"year": year}))
    _persons(columns, year, found, collect)
    return found


def _persons(columns: Columns, year: int, found: dict[int, list[Difference]], collect: Any) -> None:
    joined = f"{MEMBERS} JOIN households_person q ON q.id = m.target"
    where = "u.outcome = 'c' AND NOT u.past AND NOT m.gone"
    for seq, name in fetch(f"SELECT u.seq, p.name {MEMBERS} WHERE {where} AND m.target IS NULL ORDER BY m.row"):
        found[seq].append(Difference(name, _("家庭成员"), EMPTY, _("新增")))
    collect("person", _pairs(joined, where, "p.name", "q", "p", compared(columns, "person")))
    collect(
        "person",
        fetch(
            f"SELECT u.seq, p.name, 'birth_date', q.birth_date::text, p.birth_date::text {joined} WHERE {where} "
            f"AND {person_differs('q')} AND p.birth_date IS DISTINCT FROM q.birth_date AND p.birth_date IS NOT NULL "
            "ORDER BY m.row"
        ),
    )
    for name in ("id_no", "disability_no"):
        if name in {field.name for field in columns.person}:
            rows = fetch(
                f"SELECT u.seq, p.name, q.{name}, p.{name} {joined} WHERE {where} AND m.renumbered ORDER BY m.row"
            )
            _collect_sealed(found, "person", name, rows)
    yearly = f"{MEMBERS} LEFT JOIN households_personyear t ON t.person_id = m.target AND t.year = {year:d}"
    where = "u.outcome = 'c' AND NOT m.gone AND m.target IS NOT NULL"
    present = f"{where} AND t.id IS NOT NULL"
    collect("person_year", _pairs(yearly, present, "p.name", "t", "p", compared(columns, "person_year")))
    for seq, name in fetch(f"SELECT u.seq, p.name {yearly} WHERE {where} AND t.id IS NULL ORDER BY m.row"):
        found[seq].append(Difference(name, _("年度情况"), EMPTY, _("新增%(year)d年度") % {"year": year}))


def _pairs(joined: str, where: str, who: str, theirs: str, mine: str, names: list[str]) -> list[tuple[Any, ...]]:
    """(seq, who, column, before, after) of all columns that differ."""
    if not names:
        return []
    values = ", ".join(f"('{name}', {theirs}.{name}::text, {mine}.{name}::text)" for name in names)
    return fetch(
        f"SELECT u.seq, {who}, f.name, f.before, f.after {joined} CROSS JOIN LATERAL (VALUES {values}) "
        f"AS f (name, before, after) WHERE {where} AND f.before IS DISTINCT FROM f.after"
    )


def _collect_sealed(found: dict[int, list[Difference]], section: str, name: str, rows: list[tuple[Any, ...]]) -> None:
    """Numbers are shown by their masks; where those are alike, only that they differ."""
    kind = field_of(section, name).sealed
    for seq, who, before, after in rows:
        old, new = (EMPTY if blob is None else str(Sealed(kind, bytes(blob))) for blob in (before, after))
        if after is None and name == "id_no":
            continue  # an empty number takes none away
        if before is not None and after is not None and Sealed(kind, bytes(before)) == Sealed(kind, bytes(after)):
            continue
        found[seq].append(Difference(who, header(section, name), old, new))


def note_workflow_columns(columns: Columns) -> None:
    """Report a status or date that the file states otherwise; only the workflow changes these."""
    present = [name for name in BY_WORKFLOW if name in {field.name for field in columns.household}]
    rows = _pairs(
        f"{UNITS} JOIN households_household h ON h.id = u.target",
        "u.outcome IN ('c', 'u') AND f.after IS NOT NULL",
        "''",
        "h",
        "s",
        present,
    )
    for seq, _who, name, before, after in rows:
        message = _("%(field)s：登记为%(before)s，文件为%(after)s，未作更改，请通过工作流程办理。") % {
            "field": header("household", name),
            "before": show("household", name, before),
            "after": show("household", name, after),
        }
        execute(f"INSERT INTO {NOTE} (seq, message) VALUES (%s, %s)", [seq, message])


def faults() -> dict[int, list[Fault]]:
    """Per refused household (`seq`) what is wrong, by row."""
    found: dict[int, list[Fault]] = defaultdict(list)
    for seq, row, field, message, code in fetch(
        f"SELECT DISTINCT seq, row, field, message, code FROM {PROBLEM} ORDER BY seq, row, field, message"
    ):
        found[seq].append(Fault(row, field, message, code))
    return found


def notes() -> dict[int, list[str]]:
    """Per household (`seq`) what is reported and not applied."""
    found: dict[int, list[str]] = defaultdict(list)
    for seq, message in fetch(f"SELECT seq, message FROM {NOTE} ORDER BY seq, message"):
        found[seq].append(message)
    return found
