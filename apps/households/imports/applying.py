"""Writing what was accepted: codes issued, rows added and changed, one statement a table."""

# ruff: noqa: S608  # names of tables and columns are the program's own; values are parameters

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import connection, models
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg import sql

from apps.common import numbers
from apps.common.errors import ServiceError
from apps.common.models import Versioned
from apps.households.imports import tables
from apps.households.imports.columns import BY_WORKFLOW, MODELS
from apps.households.imports.matching import PERSON_DIFFERS, compared, row
from apps.households.imports.tables import HOUSEHOLD, NEW_HOUSEHOLD, NEW_PERSON, PERSON, Columns, execute, fetch
from apps.households.models import StatusEvent
from apps.households.services.codes import issue_serials

ID_FACTS = ("id_no", "id_no_index", "id_length", "id_check_ok", "id_sex", "id_birth_ok", "id_division_known")

# Who is written: households by `s.outcome`; a person of a file older than the register is not touched.
_NEW_PERSONS = (
    f"FROM {PERSON} p JOIN {HOUSEHOLD} s USING (seq) JOIN {NEW_PERSON} n USING (row) "
    f"LEFT JOIN {NEW_HOUSEHOLD} m ON m.seq = p.seq"
)
_HOUSEHOLD_ID = "coalesce(s.target, m.id)"
_PERSON_ID = "coalesce(p.target, n.id)"


def lock() -> None:
    """Hold the households that would be changed until the end of the transaction."""
    execute(
        f"SELECT h.id FROM households_household h JOIN {HOUSEHOLD} s ON s.target = h.id WHERE s.outcome = 'c' "
        "ORDER BY h.id FOR UPDATE OF h"
    )


def apply(columns: Columns, year: int, by: Any) -> None:
    """Write every household of outcome added or changed. ServiceError when a village has no codes left."""
    _issue_codes()
    _add(
        "household",
        columns.written("household"),
        f"FROM {HOUSEHOLD} s JOIN {NEW_HOUSEHOLD} m USING (seq)",
        {"id": "m.id", "code": "m.code", "division_id": "s.village"},
        "s",
    )
    of_year = f"FROM {HOUSEHOLD} s LEFT JOIN {NEW_HOUSEHOLD} m USING (seq)"
    for section in ("year", "income"):
        table = MODELS[section]._meta.db_table
        _add(
            section,
            columns.written(section),
            f"{of_year} WHERE s.outcome IN ('a', 'c') AND NOT EXISTS (SELECT FROM {table} t "
            f"WHERE t.household_id = s.target AND t.year = {year:d})",
            {"household_id": _HOUSEHOLD_ID, "division_id": "s.village", "year": str(int(year))},
            "s",
        )
    _add(
        "person",
        columns.written("person"),
        _NEW_PERSONS,
        {
            "id": "n.id",
            "code": "n.code",
            "household_id": _HOUSEHOLD_ID,
            "division_id": "s.village",
            "is_active": "true",
        },
        "p",
    )
    _add(
        "person_year",
        columns.written("person_year"),
        f"FROM {PERSON} p JOIN {HOUSEHOLD} s USING (seq) LEFT JOIN {NEW_PERSON} n USING (row) "
        f"LEFT JOIN {NEW_HOUSEHOLD} m ON m.seq = p.seq WHERE s.outcome IN ('a', 'c') AND NOT p.gone "
        f"AND {_PERSON_ID} IS NOT NULL AND NOT EXISTS (SELECT FROM households_personyear t "
        f"WHERE t.person_id = p.target AND t.year = {year:d})",
        {
            "person_id": _PERSON_ID,
            "household_id": _HOUSEHOLD_ID,
            "division_id": "s.village",
            "year": str(int(year)),
        },
        "p",
    )
    _record_status(by)
    _change(columns, year)


def written_households() -> list[int]:
    """The keys of the households that were added or changed."""
    rows = fetch(
        f"SELECT coalesce(s.target, m.id) FROM {HOUSEHOLD} s LEFT JOIN {NEW_HOUSEHOLD} m USING (seq) "
        "WHERE s.outcome IN ('a', 'c') ORDER BY s.seq"
    )
    return [key for (key,) in rows]


# --- codes -----------------------------------------------------------------------------------------------------------


def _issue_codes() -> None:
    """Codes for new households and persons, in the order of the file; villages in ascending order (no deadlocks)."""
    counts = fetch(f"SELECT village, count(*) FROM {HOUSEHOLD} WHERE outcome = 'a' GROUP BY village ORDER BY village")
    serials = {village: iter(issue_serials(village, count)) for village, count in counts}
    codes = {
        seq: numbers.household_code(village, next(serials[village]))
        for seq, village in fetch(f"SELECT seq, village FROM {HOUSEHOLD} WHERE outcome = 'a' ORDER BY seq")
    }
    tables.copy(NEW_HOUSEHOLD, ("seq", "code"), [f"{seq}\t{code}" for seq, code in codes.items()])
    last: dict[int, int] = {}
    for seq, code, serial in fetch(
        # Serials are not reused when a member has left for another household, so all codes of this one count.
        f"SELECT s.seq, h.code, max(substr(q.code, 18, 2)::int) FROM {HOUSEHOLD} s "
        "JOIN households_household h ON h.id = s.target LEFT JOIN households_person q "
        "ON q.code >= h.code AND q.code < h.code || ':' WHERE s.outcome = 'c' AND NOT s.past AND EXISTS "
        f"(SELECT FROM {PERSON} p WHERE p.seq = s.seq AND p.target IS NULL) GROUP BY s.seq, h.code"
    ):
        codes[seq], last[seq] = code, serial or 0
    tables.copy(NEW_PERSON, ("row", "code"), list(_person_lines(codes, last)))
    execute(f"ANALYZE {NEW_HOUSEHOLD}; ANALYZE {NEW_PERSON}")


def _person_lines(codes: dict[int, str], last: dict[int, int]) -> Iterable[str]:
    for seq, number in fetch(
        f"SELECT p.seq, p.row FROM {PERSON} p JOIN {HOUSEHOLD} s USING (seq) WHERE p.target IS NULL "
        "AND (s.outcome = 'a' OR s.outcome = 'c' AND NOT s.past) ORDER BY p.seq, p.row"
    ):
        serial = last[seq] = last.get(seq, 0) + 1
        if serial > 99:
            raise ServiceError(_("第%(row)d行：户内人员编码已经用完。") % {"row": number})
        yield f"{number}\t{numbers.person_code(codes[seq], serial)}"


# --- rows ------------------------------------------------------------------------------------------------------------


def _add(section: str, names: list[str], source: str, given: dict[str, str], alias: str) -> None:
    """Insert rows of a section: the file's columns, `given` ones, and the model's defaults for all others."""
    model = MODELS[section]
    values = {name: f"{alias}.{name}" for name in names} | given
    for field in model._meta.local_concrete_fields:
        if field.column not in values and not field.primary_key and not field.generated:
            values[field.column] = _default(field)
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
        f"recorded_at) SELECT m.id, s.village, %s, s.status, %s, '', %s, now() FROM {HOUSEHOLD} s "
        f"JOIN {NEW_HOUSEHOLD} m USING (seq)",
        [StatusEvent.Kind.IMPORTED, today, by.pk],
    )


def _change(columns: Columns, year: int) -> None:
    """Update what differs, row by row of the register: a row that says the same keeps its version."""
    watched = compared(columns, "household")
    names = {name: f"s.{name}" for name in columns.written("household", without=("national_no", *BY_WORKFLOW))}
    # The same number is never sealed the same way twice, so it is written only where it differs.
    for name, index in (("phone", "phone_index"), ("bank_account", "bank_account_index")):
        if name in names:
            names[name] = f"CASE WHEN s.{index} IS DISTINCT FROM t.{index} THEN s.{name} ELSE t.{name} END"
    _update(
        "household",
        names,
        "s",
        f"FROM {HOUSEHOLD} s WHERE t.id = s.target AND s.outcome = 'c' AND NOT s.past "
        f"AND {row('t', watched)} IS DISTINCT FROM {row('s', watched)}",
    )
    for section in ("year", "income"):
        if names := columns.written(section):
            _update(
                section,
                names,
                "s",
                f"FROM {HOUSEHOLD} s WHERE t.household_id = s.target AND t.year = {year:d} AND s.outcome = 'c' "
                f"AND {row('t', names)} IS DISTINCT FROM {row('s', names)}",
            )
    _change_persons(columns, year)


def _change_persons(columns: Columns, year: int) -> None:
    plain = compared(columns, "person")
    sealed = [name for name in columns.written("person") if name not in plain and name != "birth_date"]
    values = {name: f"p.{name}" for name in plain}
    # What is known of a number is written together with it.
    for name in sealed:
        kept = " AND p.id_no_index IS NOT NULL" if name in ID_FACTS else ""
        values[name] = f"CASE WHEN p.renumbered{kept} THEN p.{name} ELSE t.{name} END"
    values["birth_date"] = "coalesce(p.birth_date, t.birth_date)"
    condition = PERSON_DIFFERS.replace("q.", "t.")
    _update(
        "person",
        values,
        "p",
        f"FROM {PERSON} p JOIN {HOUSEHOLD} s USING (seq) WHERE t.id = p.target AND s.outcome = 'c' AND NOT s.past "
        f"AND NOT p.gone AND ({condition} OR {row('t', plain)} IS DISTINCT FROM {row('p', plain)})",
    )
    if names := columns.written("person_year"):
        _update(
            "person_year",
            names,
            "p",
            f"FROM {PERSON} p JOIN {HOUSEHOLD} s USING (seq) WHERE t.person_id = p.target AND t.year = {year:d} "
            f"AND s.outcome = 'c' AND NOT p.gone AND {row('t', names)} IS DISTINCT FROM {row('p', names)}",
        )


def _update(section: str, values: dict[str, str] | list[str], alias: str, source: str) -> None:
    model = MODELS[section]
    if not isinstance(values, dict):
        values = {name: f"{alias}.{name}" for name in values}
    assigned = [f"{name} = {value}" for name, value in values.items()]
    if issubclass(model, Versioned):
        assigned += ["version = t.version + 1", "updated_at = now()"]
    execute(f"UPDATE {model._meta.db_table} t SET {', '.join(assigned)} {source}")
