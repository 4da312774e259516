"""Taking the walls down one stone at a time: a plugin of pytest that `./dev walls` runs the access tests with.

Every guard in the source (a call that narrows rows to a scope, asks for a right or reads a place) is compiled into a
choice: as written, or let through. The tests are run once as things are, which notes the guards that each passes; then
once for each guard let through, only those that pass it, until one fails. Policies are dropped and widened in the
transaction of the world, before each test of the database wall, and come back with its end.
"""

from __future__ import annotations

import ast
import importlib.abc
import importlib.machinery
import os
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from devtools.paths import ROOT

NARROWS = {"visible_to", "editable_by", "within"}
LEFT_OUT = {
    # The walls themselves: what they are made of is not a use of them.
    "apps/access/querysets.py",
    "apps/divisions/querysets.py",
    # Runs as the database's owner with the application stopped: no account's scope is there to be left out.
    "apps/divisions/services/recoding.py",
}


@dataclass
class Guard:
    """One call in the source, and the tests that pass it."""

    number: int
    where: str
    text: str
    tests: list[Any] = field(default_factory=list)


GUARDS: list[Guard] = []
open_now: int | None = None
passed: set[int] = set()


def let_through(number: int) -> bool:
    """Whether this guard is the one that is taken away now; called where each guard stands."""
    passed.add(number)
    return number == open_now


def any_place(user: Any, params: Any) -> Any:
    """`Place.read` without asking whether the place is the user's."""
    from apps.access import scope as scopes
    from apps.divisions import codes
    from apps.pages.places import Place, own_ranges

    mine, values = own_ranges(scopes.of(user)), params.getlist("division")
    return Place(mine, codes.parse(values[0])) if values else Place(mine)


class Choices(ast.NodeTransformer):
    """Every guard as a choice."""

    def __init__(self, path: str) -> None:
        self.path = path

    def visit_Call(self, node: ast.Call) -> ast.AST:
        text = ast.unparse(node)
        self.generic_visit(node)
        called = node.func
        if not isinstance(called, ast.Attribute):
            return node
        owner, name = ast.unparse(called.value), called.attr
        other: ast.expr
        if name in NARROWS:
            other = ast.Call(ast.Attribute(called.value, "all", ast.Load()), [], [])
        elif (owner, name) == ("policy", "require") or name == "require_open":
            other = ast.Constant(None)
        elif (owner, name) == ("policy", "can") or (name == "allows" and owner.endswith("scope")):
            other = ast.Constant(True)
        elif (owner, name) == ("Place", "read"):
            other = ast.Call(ast.Name("__any_place__", ast.Load()), node.args, node.keywords)
        else:
            return node
        number = len(GUARDS)
        GUARDS.append(Guard(number, f"{self.path}:{node.lineno}", text))
        asked = ast.Call(ast.Name("__let_through__", ast.Load()), [ast.Constant(number)], [])
        return ast.fix_missing_locations(ast.copy_location(ast.IfExp(asked, other, node), node))


class Loader(importlib.machinery.SourceFileLoader):
    """Compiles a module with its guards as choices."""

    def get_code(self, fullname: str) -> Any:
        path = Path(self.get_filename(fullname))
        tree = Choices(str(path.relative_to(ROOT))).visit(ast.parse(path.read_bytes()))
        return compile(tree, str(path), "exec", dont_inherit=True)

    def exec_module(self, module: Any) -> None:
        module.__dict__.update(__let_through__=let_through, __any_place__=any_place)
        super().exec_module(module)


class Finder(importlib.abc.MetaPathFinder):
    """Finds the modules of the applications, other than migrations, demo data and commands."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if not name.startswith("apps.") or path is None or {"migrations", "demo", "management"} & set(name.split(".")):
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is None or not isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            return None
        if str(Path(spec.loader.path).relative_to(ROOT)) not in LEFT_OUT:
            spec.loader = Loader(spec.loader.name, spec.loader.path)
        return spec


# --- policies ---


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


# --- running ---


class Walls:
    """The plugin: the run of the tests becomes the runs described above."""

    def __init__(self) -> None:
        self.only = os.environ.get("WALLS_ONLY", "")
        self.limit = int(os.environ.get("WALLS_LIMIT", "0"))
        self.failed: list[str] = []
        self.statement = self.table = ""
        self.module: Any = None
        self.seconds: dict[Any, float] = defaultdict(float)

    def pytest_configure(self, config: Any) -> None:
        from django.conf import settings

        # The superuser in the role of the application: it can be left for the moment that a policy is changed in.
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

    def run(self, items: list[Any], *, stop: bool = False) -> None:
        """Run tests, to the first failure if they are to `stop`; the world of the last one is kept for the next."""
        from _pytest.runner import runtestprotocol

        self.failed.clear()
        for item in items:
            self.leave_for(item)
            passed.clear()
            started = time.perf_counter()
            item._initrequest()
            for report in runtestprotocol(item, nextitem=item, log=False):
                if report.failed:
                    self.failed.append(report.nodeid)
            item.session._setupstate.teardown_exact(item.parent)
            self.module = item.parent
            self.seconds[item] = time.perf_counter() - started
            if not stop:
                for number in passed:
                    GUARDS[number].tests.append(item)
            elif self.failed:
                return

    def leave_for(self, item: Any) -> None:
        """Take down what the module before this test's had put up."""
        if self.module is not None and self.module is not item.parent:
            item.session._setupstate.teardown_exact(item)

    def pytest_runtestloop(self, session: Any) -> bool:
        self.run(session.items)
        print()
        if self.failed:
            # As the superuser in the application's role some tests of the database's own set-up must fail.
            print("Left out, because they fail with both walls standing:", *self.failed, sep="\n  ")
            left_out = set(self.failed)
            session.items[:] = [item for item in session.items if item.nodeid not in left_out]
            for guard in GUARDS:
                guard.tests = [item for item in guard.tests if item.nodeid not in left_out]
        survivors = [*self.guards(), *self.policies(session)]
        session._setupstate.teardown_exact(None)
        session.testsfailed = len(survivors)
        return True

    def guards(self) -> list[str]:
        global open_now
        chosen = [guard for guard in GUARDS if self.only in f"{guard.where} {guard.text}"]
        chosen = chosen[: self.limit or None]
        survivors = []
        for guard in chosen:
            if not guard.tests:
                print(f"not passed by any of these tests: {guard.where} {guard.text}", flush=True)
                survivors.append(f"{guard.where} {guard.text} (no test passes it)")
                continue
            open_now = guard.number
            self.run(sorted(guard.tests, key=lambda item: self.seconds[item]), stop=True)
            killed = self.failed[0].rpartition("/")[2] if self.failed else ""
            print(f"{'killed' if killed else 'SURVIVED'} {guard.where} {guard.text}"
                  f" {killed and 'by ' + killed} ({len(guard.tests)} tests)", flush=True)  # fmt: skip
            if not killed:
                survivors.append(f"{guard.where} {guard.text}")
        open_now = None
        self.report("guards of the application", len(chosen), survivors)
        return survivors

    def policies(self, session: Any) -> list[str]:
        told = [item for item in session.items if "test_policies.py" in item.nodeid]
        if not told:
            return []
        from pytest_django.plugin import blocking_manager_key

        with session.config.stash[blocking_manager_key].unblock():
            mutants = [one for one in policy_mutants() if self.only in one[0]][: self.limit or None]
        by_text, by_rows = [], []
        texts = [item for item in told if "plain_sql" not in item.nodeid]
        rows = [item for item in told if "plain_sql" in item.nodeid]
        for name, statement in mutants:
            self.statement = statement
            self.table = name.partition(":")[0]
            self.run([item for item in texts if f"[{self.table}]" in item.nodeid or "[" not in item.nodeid], stop=True)
            by_text += [] if self.failed else [name]
            if rows:
                self.run(rows, stop=True)
                by_rows += [] if self.failed else [name]
            seen_by = [word for word, missed in (("text", by_text), ("rows", by_rows)) if name not in missed]
            print(f"{name}: killed by {' and '.join(seen_by)}" if seen_by else f"{name}: SURVIVED", flush=True)
        self.statement = ""
        self.report("policies, by their text and the check at start-up", len(mutants), by_text)
        self.report("policies, by the rows that plain SQL reaches", len(mutants), by_rows)
        return [name for name in by_text if name in by_rows]

    @staticmethod
    def report(what: str, asked: int, survivors: list[str]) -> None:
        killed = asked - len(survivors)
        print(f"\n{what}: {killed} of {asked} killed ({100 * killed / max(asked, 1):.1f} %)")
        for name in survivors:
            print(f"  survived: {name}")
        print(flush=True)


sys.meta_path.insert(0, Finder())


def pytest_configure(config: Any) -> None:
    """Registered here, because the module itself has to be imported before the settings are read."""
    walls = Walls()
    config.pluginmanager.register(walls, "walls")
