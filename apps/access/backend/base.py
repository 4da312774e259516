"""Django's PostgreSQL backend, with two additions: how a transaction begins, and how it ends.

It begins with the scope of whoever acts. Row-level security reads settings that live only as long as the transaction
(`SET LOCAL`). Setting them where the transaction begins leaves nothing to forget: a view, a task and a command all
pass through here, and a query outside a transaction, or without a scope, sees no placed row at all.

It ends with what was put off until then: work under a lock that others wait for, and that must be committed with the
rest or not at all (the chained access log).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.backends.postgresql import base

from apps.access import session

Collector = Callable[[Any, list[Any]], None]


class Waiting:
    """One thing put off until the end of the transaction.

    It stands among the hooks that Django runs after the commit, where it does nothing: so it is forgotten together
    with the savepoint it belongs to.
    """

    def __init__(self, collector: Collector, item: Any) -> None:
        self.collector, self.item, self.done = collector, item, False

    def __call__(self) -> None:
        """Nothing is left to do after the commit."""


class DatabaseWrapper(base.DatabaseWrapper):
    """A PostgreSQL connection whose transactions carry the current scope and finish what was put off."""

    def set_autocommit(self, autocommit: bool, force_begin_transaction_with_broken_autocommit: bool = False) -> None:
        super().set_autocommit(autocommit, force_begin_transaction_with_broken_autocommit)
        if not autocommit:
            session.apply(self)

    def before_commit(self, collector: Collector, item: Any) -> None:
        """Hand `item` to `collector(connection, items)` just before the running transaction is committed.

        The collector gets all items of the transaction at once. What it raises undoes the transaction.
        """
        hooks: list[Any] = self.run_on_commit  # of triples, whatever the type says
        hooks.append((set(self.savepoint_ids), Waiting(collector, item), False))

    def finish(self) -> None:
        """Do what was put off; called by `commit`."""
        waiting = [hook[1] for hook in self.run_on_commit if isinstance(hook[1], Waiting) and not hook[1].done]
        for hook in waiting:
            hook.done = True
        for collector in dict.fromkeys(hook.collector for hook in waiting):
            collector(self, [hook.item for hook in waiting if hook.collector is collector])

    def commit(self) -> None:
        try:
            self.finish()
        except BaseException:
            self.rollback()
            raise
        super().commit()
