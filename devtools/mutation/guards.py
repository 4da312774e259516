"""Guards: calls in the source that narrow rows to a scope, ask for a right or read a place, each as a choice.

Every guard is compiled into "as written, or let through"; which one is let through is settled while the program runs.
"""

from __future__ import annotations

import ast
import importlib.abc
import importlib.machinery
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devtools.paths import ROOT

NARROWS = {"visible_to", "editable_by", "within"}
LEFT_OUT = {
    # The walls themselves: what they are made of is not a use of them.
    "apps/access/querysets.py",
    "apps/divisions/querysets.py",
    # Runs as the database's owner with the application stopped: no account's scope is there to be left out.
    "apps/divisions/services/recoding.py",
}


@dataclass(frozen=True)
class Guard:
    """One call in the source. `key` is the same in every process: the file, the line and the column."""

    key: str
    text: str

    @property
    def where(self) -> str:
        """File and line, with the text."""
        return f"{self.key.rpartition(':')[0]} {self.text}"


GUARDS: dict[str, Guard] = {}
passed: set[str] = set()
_open_now = ""


def let_through(key: str) -> bool:
    """Whether this guard is the one that is taken away now; called where each guard stands."""
    passed.add(key)
    return key == _open_now


def take_away(key: str) -> None:
    """Let this guard through from now on, and no other; none at all if the key is empty."""
    global _open_now
    _open_now = key


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
        # The end of the call: of `rows.visible_to(scope).within(code)` both calls begin at the same column.
        key = f"{self.path}:{node.lineno}:{node.end_col_offset}"
        GUARDS[key] = Guard(key, text)
        asked = ast.Call(ast.Name("__let_through__", ast.Load()), [ast.Constant(key)], [])
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


def install() -> None:
    """From now on, modules of the applications are compiled with choices."""
    sys.meta_path.insert(0, Finder())
