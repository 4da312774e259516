"""The current scope of this thread or task, and its settings inside a database transaction.

The settings (`app.*`) are read by the policies that `apps.access.rls` writes. They are always local to the
transaction; a connection that goes back to the pool shows nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from django.db import connections
from psycopg.pq import TransactionStatus

if TYPE_CHECKING:
    from apps.access.scope import Scope

REALMS = ("register", "funds", "supervision", "complaints", "accounts", "audit", "datasets")

_current: ContextVar[Scope | None] = ContextVar("scope", default=None)

_NAMES = (
    "app.user",
    "app.sign_in",
    "app.households",
    *(f"app.{realm}_{part}" for realm in REALMS for part in ("lo", "hi", "more")),
    "pghistory.context_metadata",
)
_STATEMENT = "SELECT " + ", ".join(f"set_config('{name}', %s, true)" for name in _NAMES)


def current() -> Scope | None:
    """The scope that acts now, or None."""
    return _current.get()


def settings_of(scope: Scope | None) -> list[str]:
    """The values of the `app.*` settings for a scope, in the order of the statement; all empty for None."""
    if scope is None:
        return [""] * len(_NAMES)
    values = [str(scope.user_id or ""), scope.sign_in, _array(scope.households)]
    for realm in REALMS:
        ranges = scope.ranges(realm)
        first = ranges[0] if ranges else ("", "")
        values += [str(first[0]), str(first[1]), multirange(ranges[1:])]
    metadata = {"user": scope.user_id, "name": scope.username, "source": scope.source}
    return [*values, json.dumps(metadata, ensure_ascii=False)]


def apply(connection: Any, scope: Scope | None = None) -> None:
    """Write the scope (the current one if none is given) into the running transaction of one connection."""
    scope = scope or _current.get()
    if scope is None:
        return
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENT, settings_of(scope))


@contextmanager
def activate(scope: Scope) -> Iterator[Scope]:
    """Act with this scope inside the block; the one before comes back at its end, also inside a transaction."""
    if scope == _current.get():
        yield scope
        return
    token = _current.set(scope)
    _rewrite(scope)
    try:
        yield scope
    finally:
        _current.reset(token)
        _rewrite(_current.get())


@contextmanager
def lent(connection: Any, scope: Scope) -> Iterator[None]:
    """Another scope inside the running transaction of one connection, for single statements of the platform's own."""
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENT, settings_of(scope))
    yield
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENT, settings_of(_current.get()))


def _rewrite(scope: Scope | None) -> None:
    """Bring open transactions to this scope; a failed transaction is left alone, its rollback undoes the settings."""
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block or connection.connection is None:
            continue
        if connection.connection.info.transaction_status == TransactionStatus.INERROR:
            continue
        with connection.cursor() as cursor:
            cursor.execute(_STATEMENT, settings_of(scope))


def _array(numbers: tuple[int, ...]) -> str:
    return "{" + ",".join(map(str, numbers)) + "}" if numbers else ""


def multirange(ranges: tuple[tuple[int, int], ...]) -> str:
    """Ranges, both ends included, as PostgreSQL reads an int8multirange; empty text for none."""
    return "{" + ",".join(f"[{low},{high}]" for low, high in ranges) + "}" if ranges else ""
