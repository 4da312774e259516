"""Writing what was accepted: codes issued, rows added and changed, one statement a table."""

# ruff: noqa: S608  # names of tables and columns are the program's own; values are parameters

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.conf import settings
from django.db import connection, models
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg import sql

from apps.common import numbers
from apps.common.errors import ServiceError
from apps.households.imports import tables
from apps.households.imports.columns import BY_WORKFLOW, MODELS
from apps.households.imports.matching import MEMBERS, UNITS, compared, person_differs, row
from apps.households.imports.tables import (
    CODE,
    HOUSEHOLD,
    MEMBER,
    PERSON,
    UNIT,
    Columns,
    analyze,
    execute,
    fetch,
    sequence,
)
from apps.households.models import StatusEvent
from apps.households.services.codes import issue_serials_of

ID_FACTS = ("id_no", "id_no_index", "id_length", "id_check_ok", "id_sex", "id_birth_ok", "id_division_known")

_KEY = "coalesce(m.id, m.target)"


def lock() -> int:
    """Hold the households that would be changed until the end of the transaction; how many there are."""
    return execute(
        f"SELECT h.id FROM households_household h JOIN {UNIT} u ON u.target = h.id WHERE u.outcome = 'c' "
        "ORDER BY h.id FOR UPDATE OF h"
    )


def apply(columns: Columns, year: int, by: Any) -> None:
    """Write every household of outcome added or changed. ServiceError when a village has no codes left."""
    _issue_codes()
    placed = {"household_id": "u.home", "division_id": "u.village"}
    of_year = {**placed, "year": f"{year:d}"}
    new = {"id": "u.home", "code": "u.code", "division_id": "u.village"}
    _add("household", columns.written("household"), f"{UNITS} WHERE u.outcome = 'a'", new, "s")
    for section in ("year", "income"):
        # Not a join: the planner knows nothing yet of rows that this very transaction writes.
        missing = f"NOT EXISTS (SELECT FROM {_table(section)} t WHERE t.household_id = u.target AND t.year = {year:d})"
        source = f"{UNITS} WHERE u.outcome = 'a' OR u.outcome = 'c' AND {missing}"
        _add(section, columns.written(section), source, of_year, "s")
    new = {"id": "m.id", "code": "m.code", "is_active": "true", **placed}
    _add("person", columns.written("person"), f"{MEMBERS} WHERE m.id IS NOT NULL", new, "p")
    missing = f"NOT EXISTS (SELECT FROM {_table('person_year')} t WHERE t.person_id = m.target AND t.year = {year:d})"
    source = (
        f"{MEMBERS} WHERE u.outcome IN ('a', 'c') AND NOT m.gone AND {_KEY} IS NOT NULL "
        f"AND (m.target IS NULL OR {missing})"
    )
    _add("person_year", columns.written("person_year"), source, {"person_id": _KEY, **of_year}, "p")
    _record_status(by)
    _change(columns, year)


def written_households() -> list[int]:
    """The keys of the households that were added or changed."""
    return [key for (key,) in fetch(f"SELECT home FROM {UNIT} WHERE outcome IN ('a', 'c') ORDER BY seq")]


def _table(section: str) -> str:
    return MODELS[section]._meta.db_table


# --- codes -----------------------------------------------------------------------------------------------------------


def _issue_codes() -> None:
    """Keys and codes for new households and persons, in the order of the file."""
    new = fetch(f"SELECT seq, village FROM {UNIT} WHERE outcome = 'a' ORDER BY seq")
    serials = {village: iter(found) for village, found in issue_serials_of(Counter(row[1] for row in new)).items()}
    codes = {seq: numbers.household_code(village, next(serials[village])) for seq, village in new}
    tables.copy(CODE, ("key", "code"), [f"{seq}\t{code}" for seq, code in codes.items()])
    analyze(CODE)
    execute(f"UPDATE {UNIT} u SET home = {sequence('household')}, code = c.code FROM {CODE} c WHERE c.key = u.seq")
    execute(f"UPDATE {UNIT} SET home = target WHERE outcome = 'c'")
    execute(f"TRUNCATE {CODE}")
    last: dict[int, int] = {}
    for seq, code, serial in fetch(
        # Serials are not reused when a member has left for another household, so all codes of this one count.
        f"SELECT u.seq, h.code, max(substr(q.code, 18, 2)::int) FROM {UNIT} u "
        "JOIN households_household h ON h.id = u.target LEFT JOIN households_person q "
        "ON q.code >= h.code AND q.code < h.code || ':' WHERE u.outcome = 'c' AND NOT u.past AND EXISTS "
        f"(SELECT FROM {MEMBER} m WHERE m.seq = u.seq AND m.target IS NULL) GROUP BY u.seq, h.code"
    ):
        codes[seq], last[seq] = code, serial or 0
    tables.copy(CODE, ("key", "code"), list(_person_lines(codes, last)))
    analyze(CODE)
    execute(f"UPDATE {MEMBER} m SET id = {sequence('person')}, code = c.code FROM {CODE} c WHERE c.key = m.row")
    analyze(UNIT, MEMBER)


def _person_lines(codes: dict[int, str], last: dict[int, int]) -> Iterable[str]:
    rows = fetch(
        f"SELECT u.seq, m.row FROM {MEMBER} m JOIN {UNIT} u USING (seq) WHERE m.target IS NULL "
        "AND (u.outcome = 'a' OR u.outcome = 'c' AND NOT u.past) ORDER BY u.seq, m.row"
    )
    for seq, group in groupby(rows, key=itemgetter(0)):
        members = [row for _seq, row in group]
        first = last.get(seq, 0) + 1
        if first + len(members) > 100:
            raise ServiceError(_("第%(row)d行：户内人员编码已经用完。") % {"row": members[0]})
        issued = numbers.person_codes(codes[seq], range(first, first + len(members)))
        yield from (f"{row}\t{code}" for row, code in zip(members, issued, strict=True))


# --- rows ------------------------------------------------------------------------------------------------------------


def _add(section: str, names: list[str], source: str, given: dict[str, str], alias: str) -> None:
    """Insert rows of a section: the file's columns, `given` ones, and the model's defaults for all others."""
    model = MODELS[section]
    values = {name: f"{alias}.{name}" for name in names} | given
    for field in model._meta.local_concrete_fields:
        column = str(field.column)
        if column not in values and not field.primary_key and not field.generated:
            values[column] = _default(field)
    execute(f"INSERT INTO {model._meta.db_table} ({', '.join(values)}) SELECT {', '.join(values.values())} {source}")


def _default(field: models.Field[Any, Any]) -> str:
    """What a new row holds in a column that the file does not speak of, as SQL."""
    if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        return "now()"
    value = field.get_default()
    literal = sql.Literal(value).as_string(connection.connection)
    return f"{literal}::{field.db_type(connection)}"


def _record_status(by: Any) -> None:
    """The first status event of a new household says that it was imported."""
    today = settings.REFERENCE_DATE or timezone.localdate()
    execute(
        f'INSERT INTO {StatusEvent._meta.db_table} (household_id, division_id, kind, status, "on", note, by_id, '
        f"recorded_at) SELECT u.home, u.village, %s, s.status, %s, '', %s, now() {UNITS} WHERE u.outcome = 'a'",
        [StatusEvent.Kind.IMPORTED, today, by.pk],
    )


def _change(columns: Columns, year: int) -> None:
    """Update what differs, row by row of the register: a row that says the same keeps its version."""
    units = f"FROM {UNIT} u JOIN {HOUSEHOLD} s USING (seq) WHERE u.outcome = 'c'"
    watched = compared(columns, "household")
    values = {name: f"s.{name}" for name in columns.written("household", without=("national_no", *BY_WORKFLOW))}
    # The same number is never sealed the same way twice, so it is written only where it differs.
    for name, index in (("phone", "phone_index"), ("bank_account", "bank_account_index")):
        if name in values:
            values[name] = f"CASE WHEN s.{index} IS DISTINCT FROM t.{index} THEN s.{name} ELSE t.{name} END"
    _update("household", values, f"{units} AND NOT u.past AND t.id = u.target AND {_distinct('s', watched)}")
    for section in ("year", "income"):
        if names := columns.written(section):
            values = {name: f"s.{name}" for name in names}
            _update(
                section,
                values,
                f"{units} AND t.household_id = u.target AND t.year = {year:d} AND {_distinct('s', names)}",
            )
    _change_persons(columns, year)


def _change_persons(columns: Columns, year: int) -> None:
    members = (
        f"FROM {MEMBER} m JOIN {PERSON} p USING (row) JOIN {UNIT} u ON u.seq = m.seq "
        "WHERE u.outcome = 'c' AND NOT m.gone"
    )
    plain = compared(columns, "person")
    sealed = [name for name in columns.written("person") if name not in plain and name != "birth_date"]
    values = {name: f"p.{name}" for name in plain}
    # What is known of a number is written together with it.
    for name in sealed:
        kept = " AND p.id_no_index IS NOT NULL" if name in ID_FACTS else ""
        values[name] = f"CASE WHEN m.renumbered{kept} THEN p.{name} ELSE t.{name} END"
    values["birth_date"] = "coalesce(p.birth_date, t.birth_date)"
    differs = f"({person_differs('t')} OR {_distinct('p', plain)})"
    _update("person", values, f"{members} AND NOT u.past AND t.id = m.target AND {differs}")
    if names := columns.written("person_year"):
        values = {name: f"p.{name}" for name in names}
        condition = f"t.person_id = m.target AND t.year = {year:d} AND {_distinct('p', names)}"
        _update("person_year", values, f"{members} AND {condition}")


def _distinct(alias: str, names: list[str]) -> str:
    return f"{row('t', names)} IS DISTINCT FROM {row(alias, names)}"


def _update(section: str, values: dict[str, str], source: str) -> None:
    assigned = [f"{name} = {value}" for name, value in values.items()]
    assigned += ["version = t.version + 1", "updated_at = now()"]
    execute(f"UPDATE {_table(section)} t SET {', '.join(assigned)} {source}")
