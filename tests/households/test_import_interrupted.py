"""Two imports at once, and one that is killed: the register shows all of an import or nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings
from django.db import transaction

from apps.access import scope as scopes
from apps.households.models import Household, Person, StatusEvent
from tests.factories.accounts import make_user
from tests.factories.divisions import plant
from tests.households.import_tools import DATA, TOWNSHIP, VILLAGES

COMMAND = [sys.executable, "manage.py", "import_register", str(DATA / "village_clean.xlsx"), "--as", "officer"]


@pytest.fixture
def officer(committed_db):
    with transaction.atomic():
        plant(*VILLAGES)
        return make_user("officer", "township_officer", TOWNSHIP)


@pytest.fixture
def start(officer) -> Iterator[Callable[[], subprocess.Popen]]:
    """Start the command in a process of its own, on the test's database."""
    address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{settings.DATABASES['default']['NAME']}")
    env = {**os.environ, "DATABASE_URL": address.geturl(), "DJANGO_SETTINGS_MODULE": "config.settings.test"}
    with ExitStack() as stack:

        def begin() -> subprocess.Popen:
            process = subprocess.Popen(
                COMMAND, cwd=settings.BASE_DIR, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
            stack.callback(process.communicate)
            stack.callback(process.kill)
            return process

        yield begin


def admin(*, autocommit: bool = False) -> psycopg.Connection:
    address = urlsplit(os.environ["TEST_ADMIN_URL"])._replace(path=f"/{settings.DATABASES['default']['NAME']}")
    return psycopg.connect(address.geturl(), autocommit=autocommit)


def waiting(count: int = 1) -> bool:
    """Whether this many sessions of the application come to wait for a lock."""
    # Within a transaction the list of sessions would stay as it was first seen.
    with admin(autocommit=True) as watcher:
        for _attempt in range(600):
            row = watcher.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE usename = 'poverty_app' AND wait_event_type = 'Lock' "
                "AND datname = current_database()"
            ).fetchone()
            if row[0] >= count:
                return True
            time.sleep(0.1)
    return False


def last_line(process: subprocess.Popen) -> str:
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    return out.splitlines()[-1]


def test_the_same_file_twice_at_once_is_imported_once(officer, start):
    with admin() as holder:
        # Both have read and compared the file when they meet the lock; neither has written anything.
        holder.execute("LOCK TABLE households_codecounter IN SHARE MODE")
        processes = [start(), start()]
        assert waiting(2)
        holder.rollback()
    lines = sorted(last_line(process) for process in processes)
    assert lines == ["added 0 changed 0 unchanged 40 refused 0", "added 40 changed 0 unchanged 0 refused 0"]
    with scopes.acting(officer):
        assert (Household.objects.count(), Person.objects.count()) == (40, 86)
        assert StatusEvent.objects.count() == 40
        assert len(set(Household.objects.values_list("code", flat=True))) == 40


def test_an_import_killed_while_it_writes_leaves_nothing(officer, start):
    with admin() as holder:
        # The households are written when the persons wait for this lock.
        holder.execute("LOCK TABLE households_person IN SHARE MODE")
        process = start()
        assert waiting()
        process.send_signal(signal.SIGKILL)
        process.wait()
        holder.rollback()
    with scopes.acting(officer):
        assert not Household.objects.exists()
    assert last_line(start()) == "added 40 changed 0 unchanged 0 refused 0"
    with scopes.acting(officer):
        assert (Household.objects.count(), Person.objects.count()) == (40, 86)
