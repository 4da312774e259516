"""Database of the suite: a clone of the migrated template for each worker, used as the role that owns nothing.

`./dev test` starts the server and says where it is. Tests that need `db` run inside a transaction that is rolled back;
tests that need real commits (several connections, a live server, a worker) use `committed_db`.
"""

import gc
import os
from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings
from django.db import connections
from psycopg import sql
from pytest_django.fixtures import Settings

from apps.access.backend.base import DatabaseWrapper

TEMPLATE = os.environ.get("TEST_TEMPLATE", "")


def pytest_configure(config: pytest.Config) -> None:
    if not os.environ.get("TEST_ADMIN_URL") and not config.option.collectonly:
        pytest.exit("Run the tests by `./dev test`; it prepares the database.", returncode=4)


def pytest_collection_finish() -> None:
    """What is imported stays to the end: the collector need not look through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        marker = item.get_closest_marker("django_db")
        if marker is not None and marker.kwargs.get("transaction"):
            raise pytest.UsageError(f"{item.nodeid}: use the fixture committed_db; emptying tables is not our right")


@pytest.fixture(scope="session", autouse=True)
def what_a_commit_finishes() -> Iterator[None]:
    """The outermost block inside a test's own transaction stands for a transaction: what waits for its end is done."""
    usual = DatabaseWrapper.savepoint_commit

    def savepoint_commit(self: DatabaseWrapper, sid: str) -> None:
        if self.atomic_blocks and self.atomic_blocks[-1]._from_testcase and not self.needs_rollback:
            self.finish()
        usual(self, sid)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseWrapper, "savepoint_commit", savepoint_commit)
        yield


class WorkerDatabase:
    """The database of one xdist worker: thrown away and cloned anew: in memory a tenth of a second of work."""

    def __init__(self, name: str) -> None:
        self.name = name

    def clone(self) -> None:
        """Replace the database by a fresh copy of the template; open connections to it are cut."""
        self.close()
        name, template = sql.Identifier(self.name), sql.Identifier(TEMPLATE)
        with psycopg.connect(os.environ["TEST_ADMIN_URL"], autocommit=True) as admin:
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
            # File copies are dear for a small database with many files; the write-ahead log is not even synced here.
            admin.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER poverty_owner STRATEGY wal_log").format(name, template)
            )

    def use(self) -> None:
        """Point both aliases at it."""
        for alias in connections:
            settings.DATABASES[alias]["NAME"] = self.name
            connections[alias].settings_dict["NAME"] = self.name

    @staticmethod
    def close() -> None:
        for connection in connections.all(initialized_only=True):
            connection.close()


@pytest.fixture(scope="session")
def worker_database(worker_id: str) -> WorkerDatabase:
    return WorkerDatabase(os.environ.get("TEST_DATABASE") or f"test_{worker_id}")


@pytest.fixture(scope="session")
def django_db_setup(worker_database: WorkerDatabase, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """Replaces pytest-django's: it would create and migrate as a role that must not."""
    with django_db_blocker.unblock():
        worker_database.clone()
        worker_database.use()
    yield
    with django_db_blocker.unblock():
        worker_database.close()


@pytest.fixture(autouse=True)
def no_snapshot_of_others(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> None:
    """Every test has a place of its own for snapshots, as its database is its own; made when something is put there."""
    settings.SNAPSHOT_ROOT = tmp_path_factory.getbasetemp() / "snapshots" / uuid4().hex


@pytest.fixture(autouse=True)
def a_planter_of_its_own() -> None:
    """The account that factories write as is gone with the transaction of the test before."""
    # Here, because it imports models, which are not ready when this file is read.
    from tests.factories.accounts import forget_planter

    forget_planter()


@pytest.fixture
def committed_db(
    request: pytest.FixtureRequest,
    django_db_setup: None,
    django_db_blocker: pytest.FixtureRequest,
    worker_database: WorkerDatabase,
) -> Iterator[WorkerDatabase]:
    """A database in which commits are real; afterwards the worker gets a fresh one. Not together with `db`."""
    if request.node.get_closest_marker("django_db") or "db" in request.fixturenames:
        pytest.fail("committed_db and db exclude each other")
    with django_db_blocker.unblock():
        yield worker_database
        worker_database.clone()


@pytest.fixture
def transactional_db(committed_db: WorkerDatabase) -> WorkerDatabase:
    """What `live_server` asks for."""
    return committed_db
