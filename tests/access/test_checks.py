"""What an operator is told when the second wall has a hole."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from django.db import connections

from apps.access import checks


@pytest.fixture
def admin(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[Any]:
    """The worker's database as its superuser sees it, under an alias of its own; everything is taken back."""
    given = urlsplit(os.environ["TEST_ADMIN_URL"])
    mine = connections["default"].settings_dict
    names = {"USER": unquote(given.username or ""), "PASSWORD": unquote(given.password or "")}
    wrapper = type(connections["default"])({**mine, **names}, alias="admin")
    connections["admin"] = wrapper
    try:
        with django_db_blocker.unblock():
            wrapper.set_autocommit(False)
            yield wrapper
            wrapper.rollback()
            wrapper.close()
    finally:
        del connections["admin"]


def told(admin: Any, *statements: str) -> list[str]:
    """What the check says after these statements, to the application's role."""
    with admin.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("SET LOCAL ROLE poverty_app")
    return [message.id for message in checks.second_wall(None, databases=["admin"])]


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("SELECT 1", []),
        ("ALTER ROLE poverty_app BYPASSRLS", ["access.E001"]),
        ("ALTER ROLE poverty_app SUPERUSER", ["access.E001"]),
        ("ALTER TABLE villages_village OWNER TO poverty_app", ["access.E002"]),
        ("GRANT poverty_owner TO poverty_app", ["access.E003"]),
        ("ALTER TABLE households_person DISABLE ROW LEVEL SECURITY", ["access.E004"]),
        ("ALTER TABLE households_person NO FORCE ROW LEVEL SECURITY", ["access.E004"]),
        ("ALTER TABLE pages_storedanswer DISABLE ROW LEVEL SECURITY", ["access.E004"]),
        *(
            (f"DROP POLICY scope_{command} ON households_person", ["access.E005"])
            for command in ("select", "insert", "update", "delete")
        ),
        ("CREATE POLICY more ON households_person FOR SELECT USING (division_id > 0)", ["access.E005", "access.E006"]),
        ("ALTER POLICY scope_select ON households_person USING (true)", ["access.E006"]),
        ("ALTER POLICY scope_insert ON households_person WITH CHECK (true)", ["access.E006"]),
        ("ALTER POLICY scope_update ON households_person TO poverty_owner", ["access.E006"]),
    ],
)
def test_a_fault_of_the_second_wall_is_told(admin, statement, found):
    assert told(admin, statement) == found


def test_the_owners_connection_may_mend_what_it_finds(admin):
    assert checks.second_wall(None, databases=["owner"]) == []
