"""The roles and rights of `apps/access/sql/bootstrap.sql`, as the suite itself meets them."""

import psycopg
import pytest
from django.db import ProgrammingError, connection, connections, transaction


def ask(query: str, alias: str = "default") -> list[tuple[object, ...]]:
    with connections[alias].cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


@pytest.mark.django_db
def test_application_role_is_no_superuser_no_owner_and_cannot_bypass_row_security() -> None:
    assert ask(
        "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user"
    ) == [("poverty_app", False, False, False, False)]
    assert ask("SELECT relname FROM pg_class WHERE relowner = 'poverty_app'::regrole") == []
    assert ask("SELECT roleid::regrole FROM pg_auth_members WHERE member = 'poverty_app'::regrole") == []


@pytest.mark.django_db(databases=["default", "owner"])
def test_owner_role_owns_every_table_and_is_no_superuser() -> None:
    assert ask("SELECT current_user, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user", "owner") == [
        ("poverty_owner", False, False)
    ]
    assert (
        ask(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
            " AND relowner <> 'poverty_owner'::regrole"
        )
        == []
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE divisions_division CASCADE",
        "CREATE TABLE mine (id int)",
        "ALTER TABLE divisions_division DISABLE ROW LEVEL SECURITY",
        "DROP TABLE divisions_division",
        "SET ROLE poverty_owner",
        "SET SESSION AUTHORIZATION poverty_owner",
    ],
)
def test_application_role_cannot_change_what_the_owner_made(statement: str) -> None:
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
def test_trigrams_of_chinese_text_are_not_empty() -> None:
    assert ask("SELECT cardinality(show_trgm('中国')), similarity('乌鲁木齐市', '乌鲁木齐') > 0.5") == [(3, True)]


@pytest.mark.django_db
def test_pattern_search_is_leakproof_so_that_its_index_serves_under_row_security() -> None:
    assert ask(
        "SELECT proname, proleakproof FROM pg_proc WHERE proname IN ('textlike', 'texticlike')"
        " AND pronamespace = 'pg_catalog'::regnamespace ORDER BY proname"
    ) == [("texticlike", True), ("textlike", True)]


@pytest.mark.django_db
def test_text_sorts_by_code_point() -> None:
    assert ask("SELECT string_agg(x, '' ORDER BY x) FROM unnest(ARRAY['乙', 'b', '甲', 'B', 'a']) AS x") == [
        ("Bab乙甲",)
    ]


def test_commits_of_one_test_are_gone_in_the_next(committed_db: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_session")
        assert cursor.fetchone() == (0,)
        cursor.execute("INSERT INTO django_session VALUES ('left behind', '', now())")
    assert ask("SELECT session_key FROM django_session", "owner") == [("left behind",)]


def test_commits_of_the_test_before_are_gone(committed_db: object) -> None:
    assert ask("SELECT count(*) FROM django_session") == [(0,)]


@pytest.mark.django_db
def test_wrong_password_is_refused() -> None:
    settings = connection.settings_dict
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(
            host=settings["HOST"],
            port=settings["PORT"],
            dbname=settings["NAME"],
            user="poverty_owner",
            password="guess",
        )
