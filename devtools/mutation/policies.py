"""Policies taken away: dropped, widened, disabled, not forced; seen by their text, and by the rows that SQL reaches."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

from devtools.mutation.running import Runner
from devtools.mutation.sharing import asked_for


def policy_mutants() -> Iterator[tuple[str, str]]:
    """What is done to the policies, with the statement that does it."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename, policyname, cmd FROM pg_policies WHERE schemaname = 'public' ORDER BY 1, 2")
        rows = cursor.fetchall()
    for table in dict.fromkeys(row[0] for row in rows):
        yield f"{table}: not forced", f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY"
        yield f"{table}: disabled", f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"
    for table, policy, command in rows:
        yield f"{table}: {command} dropped", f"DROP POLICY {policy} ON {table}"
        if command != "INSERT":
            yield f"{table}: {command} USING (true)", f"ALTER POLICY {policy} ON {table} USING (true)"
        if command in ("INSERT", "UPDATE", "ALL"):
            yield f"{table}: {command} WITH CHECK (true)", f"ALTER POLICY {policy} ON {table} WITH CHECK (true)"


def mutate(statement: str) -> None:
    """Carry out a statement as the superuser within the transaction that runs; the role is the application's again."""
    from django.db import connection

    with connection.cursor() as cursor:
        for one in ("SET CONSTRAINTS ALL IMMEDIATE", "SET ROLE NONE", statement, "SET ROLE poverty_app"):
            cursor.execute(one)
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


class Policies(Runner):
    """The plugin for policies: `tests/access/test_policies.py` once for every mutant."""

    statement = table = ""

    def prepare(self) -> None:
        """Connect as the superuser in the role of the application: it can be left for the moment that a policy is
        changed in."""
        from django.conf import settings

        admin, database = urlsplit(os.environ["TEST_ADMIN_URL"]), settings.DATABASES["default"]
        options = {**database.get("OPTIONS", {}), "assume_role": "poverty_app"}
        database |= {
            "USER": unquote(admin.username or ""),
            "PASSWORD": unquote(admin.password or ""),
            "OPTIONS": options,
        }

    def pytest_pyfunc_call(self, pyfuncitem: Any) -> None:
        """Change the policy now: after the fixtures have opened the transaction, before the test itself."""
        if not self.statement:
            return
        if "tables" in pyfuncitem.funcargs:  # what the mutant leaves alone needs no second look
            every = pyfuncitem.funcargs["tables"]
            pyfuncitem.funcargs["tables"] = [seen for seen in every if seen.table == self.table]
        mutate(self.statement)

    def pytest_runtestloop(self, session: Any) -> bool:
        told = [item for item in session.items if "test_policies.py" in item.nodeid]
        whole = [item for item in told if self.passes(item)[0]]
        if left := [item.nodeid for item in told if item not in whole]:
            self.say("Left out, because they fail with both walls standing:\n  " + "\n  ".join(left))
        texts = [item for item in whole if "plain_sql" not in item.nodeid]
        rows = [item for item in whole if "plain_sql" in item.nodeid]
        found = {}
        statements = self.mutants(session) if whole else {}
        for name in self.shared.claimed("policies", statements):
            found[name] = self.killed_by(name, statements[name], texts, rows)
            self.say(f"{name}: killed by {' and '.join(found[name])}" if found[name] else f"{name}: SURVIVED")
        self.statement = ""
        self.leave_for(None)
        self.shared.together("policies", found)
        return True

    def mutants(self, session: Any) -> dict[str, str]:
        """Those that are asked for, with the statement of each."""
        from pytest_django.plugin import blocking_manager_key

        limit = int(os.environ["WALLS_LIMIT"])
        with session.config.stash[blocking_manager_key].unblock():
            return dict(
                [one for one in policy_mutants() if asked_for(one[0].partition("_")[0], one[0])][: limit or None]
            )

    def killed_by(self, name: str, statement: str, texts: list[Any], rows: list[Any]) -> list[str]:
        """Which of the two sees that the policy is another: "text", "rows"."""
        self.statement, self.table = statement, name.partition(":")[0]
        of_table = [item for item in texts if f"[{self.table}]" in item.nodeid or "[" not in item.nodeid]
        return [
            word
            for word, items in (("text", of_table), ("rows", rows))
            if any(not self.passes(item)[0] for item in items)
        ]
