"""A rule's own SQL for the other engine: what it reads, and the same statement as DuckDB understands it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.optimizer.scope import traverse_scope

Reads = Mapping[str, frozenset[str]]
"""Table → the columns of it that are read."""

NORMALIZED = "normalized"
"""The function of DuckDB that stands for `normalize(text, NFKC)` (`engine`)."""
# A quotient of PostgreSQL's decimals is exact to so many digits; DuckDB's is a binary fraction, which may lie a hair
# beside a threshold that it equals.
QUOTIENT = "DECIMAL(38, 10)"
_ARRAY = re.compile(r"\{([^{}\"\\]*)\}")


@dataclass(frozen=True)
class Question:
    """A statement of DuckDB, and the columns that it reads."""

    sql: str
    reads: Reads


def question(sql: str) -> Question:
    """A statement of PostgreSQL as a question to the snapshot.

    Raises sqlglot.errors.SqlglotError for what has no equal there. What is carried over wrongly shows in the
    tests, which ask both engines.
    """
    tree = sqlglot.parse_one(sql, read="postgres")
    reads = _reads(tree)
    written = tree.transform(_translated, copy=False).sql(
        dialect="duckdb", unsupported_level=sqlglot.ErrorLevel.RAISE, copy=False
    )
    return Question(written, reads)


def together(several: Iterable[Reads]) -> Reads:
    """All that several statements read."""
    found: dict[str, frozenset[str]] = {}
    for reads in several:
        for table, columns in reads.items():
            found[table] = found.get(table, frozenset()) | columns
    return found


def _reads(tree: exp.Expr) -> Reads:
    found: dict[str, set[str]] = {}
    for scope in traverse_scope(tree):
        tables = {name: source.name for name, source in scope.sources.items() if isinstance(source, exp.Table)}
        for table in tables.values():
            found.setdefault(table, set())
        for column in scope.columns:
            if column.table in tables:
                found[tables[column.table]].add(column.name)
    return {table: frozenset(columns) for table, columns in found.items()}


def _translated(node: exp.Expr) -> exp.Expr:
    """What would be carried over by its letters only, and mean something else or nothing."""
    match node:
        case exp.Normalize():
            return exp.Anonymous(this=NORMALIZED, expressions=[node.this])
        case exp.Cast() if _is_array(node.this) and node.to.is_type(exp.DType.ARRAY):
            return _list(node.this)
        case exp.Literal() if _is_array(node) and not isinstance(node.parent, exp.Cast):
            return _list(node)
        case exp.Anonymous() if node.name.lower() == "jsonb_extract_path_text":
            return exp.Anonymous(this="json_extract_path_text", expressions=node.expressions)
        case exp.Div():
            return _quotient(node)
        case exp.Any() if isinstance(inner := node.this.unnest(), exp.Array):
            (rows,) = inner.expressions
            return exp.Any(this=exp.Subquery(this=rows))
    return node


def _is_array(node: exp.Expr) -> bool:
    return isinstance(node, exp.Literal) and node.is_string and bool(_ARRAY.fullmatch(node.this))


def _list(node: exp.Expr) -> exp.Expr:
    """An array as PostgreSQL writes it, as a list."""
    (inside,) = _ARRAY.fullmatch(node.this).groups()  # type: ignore[union-attr]  # _is_array has seen to it
    values = [exp.Literal.string(value) for value in inside.split(",")] if inside else []
    return exp.cast(exp.Array(expressions=values), "VARCHAR[]", dialect="duckdb")


def _quotient(node: exp.Div) -> exp.Expr:
    """A division that is as exact as PostgreSQL's where it matters."""
    divided = exp.Div(this=exp.cast(node.this, "DOUBLE"), expression=node.expression.copy())
    return exp.cast(exp.Round(this=divided, decimals=exp.Literal.number(10)), QUOTIENT)
