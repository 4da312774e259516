"""What of the database goes into a snapshot, and as what: DuckDB's types of a table's columns."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Field, Model

from apps.common.fields import BlindIndexField, SealedField
from apps.datasets.models import tables

_TYPES = {
    "bigint": "BIGINT",
    "integer": "INTEGER",
    "smallint": "SMALLINT",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "text": "VARCHAR",
    "timestamp with time zone": "TIMESTAMPTZ",
    "bytea": "BLOB",
}


class Column:
    """One column on its way: how PostgreSQL gives it, how the file is read, what it becomes."""

    def __init__(self, field: Field[Any, Any]) -> None:
        self.name = field.column
        self.type = _type_of(field)
        quoted = f'"{self.name}"'
        # Of an encrypted number no condition asks more than whether there is one, and more does not leave the database.
        self.given = f"CASE WHEN {quoted} IS NOT NULL THEN ''::bytea END" if isinstance(field, SealedField) else quoted

    @property
    def written(self) -> str:
        """Its type in the file between the two."""
        return "VARCHAR" if self.type in ("BLOB", "UHUGEINT", "VARCHAR[]") else self.type

    @property
    def read(self) -> str:
        """The expression that makes its value of what stands in that file."""
        name = f'"{self.name}"'
        match self.type:
            case "BLOB":
                return f"unhex(substr({name}, 3)) AS {name}"  # after PostgreSQL's \x
            case "UHUGEINT":
                return f"('0x' || substr({name}, 3, 32))::UHUGEINT AS {name}"
            case "VARCHAR[]":  # of codes, none of which needs quotes
                return f"CASE {name} WHEN '{{}}' THEN [] ELSE string_split(trim({name}, '{{}}'), ',') END AS {name}"
        return name


@cache
def models() -> dict[str, type[Model]]:
    """Every model by its table."""
    return {model._meta.db_table: model for model in apps.get_models()}


@cache
def department_tables() -> dict[str, str]:
    """The code of a department's data set by its table."""
    return {model._meta.db_table: code for code, model in tables().items()}


def columns(table: str, names: frozenset[str]) -> list[Column]:
    """Some columns of a table, in one order; of none its key, so that its rows can be counted."""
    meta = models()[table]._meta
    wanted = names or {meta.pk.column}
    return [
        Column(field)
        for field in sorted(meta.concrete_fields, key=lambda one: str(one.column))
        if field.column in wanted
    ]


def _type_of(field: Field[Any, Any]) -> str:
    if isinstance(field, BlindIndexField):
        # Only ever compared with each other: half of a keyed hash tells them apart as well, and joins much faster.
        return "UHUGEINT"
    declared = str(field.db_type(connection))
    if declared.endswith("[]"):
        return "VARCHAR[]"
    if declared.startswith("varchar"):
        return "VARCHAR"
    if declared.startswith("numeric"):
        return "DECIMAL" + declared.removeprefix("numeric")
    return _TYPES[declared]
