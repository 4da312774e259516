"""System checks: the second wall stands. `manage.py check --database default` asks; nothing starts before it passed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

PLACES = ("division_id", "content_object_id")

# Set for the whole region or a level, and read by everybody below: the lines are public figures.
OPEN = {"households_povertyline"}

_HINT = "See docs/row-level-security.md. A database made by the migrations has it; find out who changed it."

_TABLES = """
SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity,
    array(SELECT polcmd::text FROM pg_policy WHERE polrelid = c.oid ORDER BY polcmd),
    array(
        SELECT p.polname FROM pg_policy p WHERE p.polrelid = c.oid AND (
            NOT p.polpermissive OR p.polroles <> '{0}'
            OR strpos(coalesce(pg_get_expr(p.polqual, p.polrelid), 'app.'), 'app.') = 0
            OR strpos(coalesce(pg_get_expr(p.polwithcheck, p.polrelid), 'app.'), 'app.') = 0
        ) ORDER BY polname
    )
FROM pg_class c
WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
    AND (c.relname = ANY(%s) OR EXISTS (SELECT FROM pg_policy WHERE polrelid = c.oid) OR c.relrowsecurity)
ORDER BY c.relname
"""

_ROLE = """
SELECT r.rolname, r.rolsuper, r.rolbypassrls,
    (SELECT count(*) FROM pg_class WHERE relowner = r.oid AND relpersistence <> 't'),
    (SELECT count(*) FROM pg_auth_members WHERE member = r.oid)
FROM pg_roles r WHERE r.rolname = current_user
"""


def placed_tables() -> set[str]:
    """The tables that must be behind row-level security: every one with a place of its own, or of its object."""
    return {
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label != "divisions"
        and not model._meta.proxy
        and any(field.column in PLACES for field in model._meta.concrete_fields)
    } - OPEN


@register(Tags.database)
def second_wall(app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Every placed table is enabled, forced and has its four policies; the application's role cannot pass by them.

    The owner's connection is left out: migrations must be able to mend what this finds.
    """
    found: list[CheckMessage] = []
    for alias in databases or ():
        if alias != "owner" and connections[alias].vendor == "postgresql":
            found += _role(alias)
            found += _tables(alias)
    return found


def _role(alias: str) -> Iterator[CheckMessage]:
    with connections[alias].cursor() as cursor:
        cursor.execute(_ROLE)
        name, superuser, bypasses, owned, granted = cursor.fetchone()
    if superuser or bypasses:
        yield Error(f"The role {name} bypasses row-level security.", hint=_HINT, obj=alias, id="access.E001")
    if owned:
        yield Error(f"The role {name} owns {owned} relations.", hint=_HINT, obj=alias, id="access.E002")
    if granted:
        yield Error(f"The role {name} is a member of other roles.", hint=_HINT, obj=alias, id="access.E003")


def _tables(alias: str) -> Iterator[CheckMessage]:
    placed = placed_tables()
    with connections[alias].cursor() as cursor:
        cursor.execute(_TABLES, [sorted(placed)])
        rows = cursor.fetchall()
    for table, enabled, forced, commands, blind in rows:
        if not (enabled and forced):
            wrong = "disabled" if not enabled else "not forced"
            yield Error(f"Row-level security of {table} is {wrong}.", hint=_HINT, obj=alias, id="access.E004")
        if table in placed and commands != ["a", "d", "r", "w"]:
            said = f"{table} must have one policy each for SELECT, INSERT, UPDATE and DELETE."
            yield Error(said, hint=_HINT, obj=alias, id="access.E005")
        if blind:
            said = f"Policies of {table} do not ask for the scope: {', '.join(blind)}."
            yield Error(said, hint=_HINT, obj=alias, id="access.E006")
