"""What is dear to make is made once for a module, in a transaction around those of its tests, and undone at its end.

Each test still has a transaction of its own (`db`), which is a savepoint here: what it writes is gone at its end. A
module that holds a transaction has no test with `committed_db`, and none that wants to find nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from pytest_django import DjangoDbBlocker

from tests.factories.accounts import forget_planter


@contextmanager
def held(blocker: DjangoDbBlocker) -> Iterator[None]:
    """The transaction of a module, in a fixture of its scope that also asks for `django_db_setup`."""
    block = transaction.atomic()
    block._from_testcase = True  # what is inside counts as outermost: see tests/conftest.py
    forget_planter()
    with blocker.unblock(), block:
        yield
        transaction.set_rollback(True)
