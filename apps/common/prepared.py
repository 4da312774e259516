"""Queries that every request asks: their SQL is made once, because making it takes longer than the answer does."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from functools import cached_property
from typing import Any

from django.db import connections
from django.db.models import Expression, Field, QuerySet
from django.db.models.sql.compiler import SQLCompiler


class Given(Expression):
    """Stands in a prepared query for a value that is named only when it is asked."""

    def __init__(self, name: str, output_field: Field[Any, Any] | None = None) -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """One parameter: this very expression, until `Prepared.rows` puts the value in its place."""
        return "%s", (self,)


class Prepared:
    """A query with `Given` in the place of the values that differ from one request to the next.

    `build` makes the queryset, at the first use: models are not ready when a module is read. A value takes the place
    of a parameter as the database reads it (None in the place of one is never equal to anything).
    """

    def __init__(self, build: Callable[[], QuerySet[Any, Any]]) -> None:
        self._build = build

    @cached_property
    def _made(self) -> tuple[QuerySet[Any, Any], SQLCompiler, str, tuple[Any, ...]]:
        queryset = self._build()
        compiler = queryset.query.get_compiler(using=queryset.db)
        sql, params = compiler.as_sql()
        return queryset, compiler, sql, tuple(params)

    def rows(self, **given: Any) -> list[Any]:
        """The rows, as the queryset gives them; a name that is missing is a `KeyError`."""
        queryset, made, sql, params = self._made
        values = tuple(given[one.name] if isinstance(one, Given) else one for one in params)
        compiler: Any = copy(made)  # for this thread's connection, and these values
        compiler.connection = connections[queryset.db]
        compiler.as_sql = lambda *_args, **_named: (sql, values)
        asked: Any = queryset.all()
        asked.query.get_compiler = lambda *_args, **_named: compiler
        return list(asked)
