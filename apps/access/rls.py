"""Row-level security: the second wall, written by migrations.

Every placed table gets one policy per command, enabled and *forced* (the owner is bound as well). The policies
compare the row's place with settings local to the transaction (`apps.access.session`). `nullif` matters: a setting
used once on a connection reads as '' afterwards, not as NULL, and an unguarded policy would then show everything.
Only range comparisons: policies with joins or LIKE were measured to cost seconds.
"""

from __future__ import annotations

from django.conf import settings
from django.db.migrations.operations import RunSQL

COMMANDS = ("SELECT", "INSERT", "UPDATE", "DELETE")


def setting(name: str, kind: str) -> str:
    """SQL for a scope setting, NULL when it is unset or empty."""
    return f"nullif(current_setting('app.{name}', true), '')::{kind}"


def in_scope(column: str, realm: str) -> list[str]:
    """SQL conditions, any of which suffices: the place in `column` lies in the acting scope's ranges of a realm.

    The first (widest) range is compared by itself: nearly every account has just one, and a comparison of two
    numbers is the cheapest thing a policy can do per row. Its settings stand in sub-selects: those are read once a
    query, so that a row that passes costs two comparisons and not two settings read and cast.
    """
    low, high, more = (
        setting(f"{realm}_{part}", kind)
        for part, kind in (("lo", "bigint"), ("hi", "bigint"), ("more", "int8multirange"))
    )
    return [f"{column} BETWEEN (SELECT {low}) AND (SELECT {high})", f"{column} <@ {more}"]


def any_of(conditions: list[str]) -> str:
    """SQL condition: one of these holds. Asked in this order, and only until one does.

    A plain OR would do for the rows, but not for the planner. Every statement of the application carries its own
    condition by place; the planner would take the policy's for a second, independent one, expect a handful of rows
    where there are thousands, and sort all persons of a surname instead of walking the range to its fifty-first. Of
    a CASE that is not null it expects that it holds.
    """
    return f"(CASE {' '.join(f'WHEN {condition} THEN true' for condition in conditions)} END) IS NOT NULL"


def protect(
    table: str,
    *,
    realm: str = "register",
    column: str = "division_id",
    household: str | None = None,
    own: str | None = None,
    read: str | None = None,
    write: str | None = None,
    append_only: bool = False,
) -> RunSQL:
    """The migration operation that puts a table behind row-level security.

    `household`: column compared with the households of pairings and shares (reading only). `own`: column compared
    with the acting user (reading only). `read`, `write`: further SQL conditions that open a row. `append_only`
    withdraws UPDATE and DELETE from the application's role.
    """
    scope = in_scope(column, realm)
    opening = [f"{household} = ANY ({setting('households', 'bigint[]')})"] if household else []
    opening += [f"{own} = {setting('user', 'bigint')}"] if own else []
    reading = any_of([*scope, *opening, *([read] if read else [])])
    writing = any_of([*scope, *([write] if write else [])])
    clauses = {
        "SELECT": f"USING ({reading})",
        "INSERT": f"WITH CHECK ({writing})",
        "UPDATE": f"USING ({writing}) WITH CHECK ({writing})",
        "DELETE": f"USING ({writing})",
    }
    forward = [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        *(f"CREATE POLICY scope_{command.lower()} ON {table} FOR {command} {clauses[command]}" for command in COMMANDS),
    ]
    if append_only:
        forward.append(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {settings.DATABASE_APP_ROLE}")
    backward = [f"DROP POLICY scope_{command.lower()} ON {table}" for command in COMMANDS]
    backward += [
        f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
    ]
    return RunSQL(";\n".join(forward), ";\n".join(backward))


def own_only(table: str, *, column: str = "user_id") -> RunSQL:
    """The migration operation for a table whose rows are their account's and nobody else's, whatever his place.

    Who acts *for* an account (resets its second factor, ends its sessions) takes its identity for that, after asking
    the policy. The owner of the tables, whom the application never is, sees them all: keys rotate in his name.
    """
    own = f"{column} = {setting('user', 'bigint')} OR current_user <> '{settings.DATABASE_APP_ROLE}'"
    return RunSQL(
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;\n"
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY;\n"
        f"CREATE POLICY own ON {table} USING ({own}) WITH CHECK ({own})",
        f"DROP POLICY own ON {table};\n"
        f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;\n"
        f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
    )


def follow_household(table: str, *, column: str = "household_id") -> RunSQL:
    """The migration operation that keeps a row's place equal to its household's, by the database alone.

    A composite foreign key with ON UPDATE CASCADE: moving a household moves everything that hangs off it, and a row
    placed elsewhere than its household cannot be written.
    """
    name = f"{table}_place"
    return RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({column}, division_id) "
        "REFERENCES households_household (id, division_id) ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )
