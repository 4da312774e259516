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

HOUSEHOLD, PERSON, PROBLEM, NOTE = "import_household", "import_person", "import_problem", "import_note"
NEW_HOUSEHOLD, NEW_PERSON = "import_new_household", "import_new_person"
TABLES = (HOUSEHOLD, PERSON, PROBLEM, NOTE, NEW_HOUSEHOLD, NEW_PERSON)

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
    ("person", "disability_no"): (("disability_no_ok", "boolean"),),
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
        with connection.cursor() as cursor:
            cursor.execute(
                ";\n".join(
                    [
                        *(f"DROP TABLE IF EXISTS pg_temp.{table}" for table in TABLES),
                        f"CREATE TEMP TABLE {HOUSEHOLD} (seq integer, first_row integer, village bigint, "
                        + _columns([*household, *self.derived(self.household)])
                        + "".join(f", {one}" for one in sums)
                        + ", target bigint, past boolean NOT NULL DEFAULT false, outcome varchar(1)) ON COMMIT DROP",
                        f"CREATE TEMP TABLE {PERSON} (seq integer, row integer, "
                        + _columns([*person, *self.derived(self.person)])
                        + ", target bigint, gone boolean NOT NULL DEFAULT false, renumbered boolean NOT NULL "
                        "DEFAULT false) ON COMMIT DROP",
                        f"CREATE TEMP TABLE {PROBLEM} (seq integer, row integer, field text, code text, message text) "
                        "ON COMMIT DROP",
                        f"CREATE TEMP TABLE {NOTE} (seq integer, message text) ON COMMIT DROP",
                        f"CREATE TEMP TABLE {NEW_HOUSEHOLD} (seq integer, code varchar(17), "
                        f"id bigint DEFAULT nextval({_sequence('household')})) ON COMMIT DROP",
                        f"CREATE TEMP TABLE {NEW_PERSON} (row integer, code varchar(20), "
                        f"id bigint DEFAULT nextval({_sequence('person')})) ON COMMIT DROP",
                    ]
                )
            )

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
        cursor.execute(
            f"CREATE INDEX ON {HOUSEHOLD} (seq); CREATE INDEX ON {PERSON} (seq); "
            f"ANALYZE {HOUSEHOLD}; ANALYZE {PERSON}; ANALYZE {PROBLEM}"
        )


def _columns(pairs: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{name} {kind}" for name, kind in pairs)


def _type(field: Field) -> str:
    return str(field.model_field.db_type(connection))


def _sequence(section: str) -> str:
    table = MODELS[section]._meta.db_table
    return f"pg_get_serial_sequence('{table}', 'id')::regclass"


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
