"""Django's PostgreSQL backend, with one addition: a transaction begins with the scope of whoever acts.

Row-level security reads settings that live only as long as the transaction (`SET LOCAL`). Setting them where the
transaction begins leaves nothing to forget: a view, a task and a command all pass through here, and a query outside
a transaction, or without a scope, sees no placed row at all.
"""

from django.db.backends.postgresql import base

from apps.access import session


class DatabaseWrapper(base.DatabaseWrapper):
    """A PostgreSQL connection whose transactions carry the current scope."""

    def set_autocommit(self, autocommit: bool, force_begin_transaction_with_broken_autocommit: bool = False) -> None:
        super().set_autocommit(autocommit, force_begin_transaction_with_broken_autocommit)
        if not autocommit:
            session.apply(self)
