"""The temporary tables an import works in, typed like the register's own columns.

They live in one transaction and one connection, so that nothing of a file stays behind: personal numbers reach them
sealed, and what a person is shown between two steps is kept apart (`StagedUnit`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from apps.households.imports.columns import MODELS, OF_HOUSEHOLD, PLACE, Field, Layout
from apps.households.models import PROPERTY_PARTS, TRANSFER_PARTS

# What the file says, never changed once it is in: a row a household (`seq`) and a row a person (`row`).
HOUSEHOLD, PERSON = "import_household", "import_person"
# What was found out about each, narrow because it is rewritten several times.
UNIT, MEMBER = "import_unit", "import_member"
PROBLEM, NOTE, CODE = "import_problem", "import_note", "import_code"
TABLES = (HOUSEHOLD, PERSON, UNIT, MEMBER, PROBLEM, NOTE, CODE)

# Beside the file's own columns: what is computed from them, by the column it belongs to.
DERIVED: dict[tuple[str, str], tuple[tuple[str, str], ...]] = {
    ("household", "phone"): (("phone_index", "bytea"), ("phone_ok", "boolean")),
    ("household", "bank_account"): (("bank_account_index", "bytea"),),
    ("person", "id_no"): (
        ("id_no_index", "bytea"),
        ("id_length", "smallint"),
        ("id_check_ok", "boolean"),
        ("id_sex", "varchar(1)"),
        ("id_birth_ok", "boolean"),
        ("id_division_known", "boolean"),
    ),
    ("person", "disability_no"): (("disability_no_ok", "boolean"), ("disability_grade", "varchar(1)")),
}
SUMS = {"transfer": TRANSFER_PARTS, "property": PROPERTY_PARTS}


class Columns:
    """The columns of the two large tables for the fields that one file has."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.household = [field for field in layout.at if field.section in OF_HOUSEHOLD and field.section != PLACE]
        self.person = [field for field in layout.at if field.section in ("person", "person_year")]
        names = {field.name for field in self.household}
        self.sums = {total: parts for total, parts in SUMS.items() if names & {total, *parts}}

    def derived(self, fields: Iterable[Field]) -> list[tuple[str, str]]:
        """(name, type) of the columns computed from these fields."""
        found = [pair for field in fields for pair in DERIVED.get((field.section, field.name), ())]
        names = {field.name for field in fields}
        if "dwelling_grade" in names and "is_dangerous" not in names:
            found.append(("is_dangerous", "boolean"))
        if "id_no" in names and "birth_date" not in names:
            found.append(("birth_date", "date"))
        return found

    def written(self, section: str, *, without: Sequence[str] = ()) -> list[str]:
        """The columns of a section's model that this file determines, derived ones included."""
        fields = [field for field in self.layout.at if field.section == section]
        names = [field.name for field in fields] + [name for name, _kind in self.derived(fields)]
        if section == "income":
            names += [total for total in self.sums if total not in names]
        return [name for name in names if name not in without]

    def create(self) -> None:
        """Make the tables anew in this transaction."""
        household = [(field.name, _type(field)) for field in self.household]
        person = [(field.name, _type(field)) for field in self.person]
        names = {name for name, _kind in household}
        sums = []
        for total, parts in self.sums.items():
            present = [part for part in parts if part in names]
            given = f"{total}_given" if total in names else "NULL::numeric"
            added = " + ".join(f"coalesce({part}, 0)" for part in present) or "NULL"
            counted = f"CASE WHEN num_nonnulls({', '.join(present)}) > 0 THEN {added} END" if present else "NULL"
            sums.append(f"{total} numeric(12, 2) GENERATED ALWAYS AS (coalesce({given}, {counted})) STORED")
        household = [(f"{name}_given" if name in self.sums else name, kind) for name, kind in household]
        tables = {
            HOUSEHOLD: "seq integer, first_row integer, village bigint, "
            + _columns([*household, *self.derived(self.household)])
            + "".join(f", {one}" for one in sums),
            PERSON: "seq integer, row integer, " + _columns([*person, *self.derived(self.person)]),
            # `target`: the row of the register; `past`: the register knows a later year; `home`: the target, or the
            # key of the new row.
            UNIT: "seq integer, village bigint, target bigint, past boolean, outcome varchar(1), home bigint, "
            "code varchar(17)",
            # `gone`: not active any more; `renumbered`: a number differs; `id`: the key of the new row.
            MEMBER: "row integer, seq integer, target bigint, gone boolean, renumbered boolean DEFAULT false, "
            "id bigint, code varchar(20)",
            PROBLEM: "seq integer, row integer, field text, code text, message text",
            NOTE: "seq integer, message text",
            CODE: "key integer, code varchar(20)",
        }
        with connection.cursor() as cursor:
            for table, columns in tables.items():
                cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{table}")
                cursor.execute(f"CREATE TEMP TABLE {table} ({columns}) ON COMMIT DROP")

    def copy_columns(self, table: str) -> list[str]:
        """The columns of HOUSEHOLD or PERSON in the order in which their lines are written."""
        if table == HOUSEHOLD:
            names = [f"{field.name}_given" if field.name in self.sums else field.name for field in self.household]
            return ["seq", "first_row", "village", *names, *(name for name, _kind in self.derived(self.household))]
        names = [field.name for field in self.person]
        return ["seq", "row", *names, *(name for name, _kind in self.derived(self.person))]


def copy(table: str, columns: Sequence[str], lines: list[str]) -> None:
    """Send lines in PostgreSQL's text format (tabs, \\N for null, no line ends)."""
    if not lines:
        return
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as stream:
        stream.write("\n".join(lines) + "\n")


def escape(text: str) -> str:
    """Free text for `copy`."""
    if "\\" in text or "\t" in text or "\n" in text or "\r" in text:
        return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
    return text


def index() -> None:
    """Keys and statistics, once the rows are in."""
    with connection.cursor() as cursor:
        for table, key in ((HOUSEHOLD, "seq"), (PERSON, "row")):
            cursor.execute(f"CREATE INDEX ON {table} ({key})")
        analyze(HOUSEHOLD, PERSON, PROBLEM)


def analyze(*names: str) -> None:
    """Tell the planner what is in these tables now; in between it would take everything for one row."""
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(names)}")


def _columns(pairs: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{name} {kind}" for name, kind in pairs)


def _type(field: Field) -> str:
    return str(field.model_field.db_type(connection))


def sequence(section: str) -> str:
    """SQL for the next key of a section's table."""
    return f"nextval(pg_get_serial_sequence('{MODELS[section]._meta.db_table}', 'id'))"


def execute(sql: str, params: Sequence[Any] = ()) -> int:
    """Run one statement; how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params or None)
        return int(cursor.rowcount)


def fetch(sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """All rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params or None)
        return list(cursor.fetchall())
