"""System checks: silent on a sound system, loud on each fault they are there for."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.checks import run_checks
from django.db import connection, models

from apps.common import checks
from apps.common.codes import Code, CodeList


def ids(messages: list[Any]) -> list[str]:
    return [message.id for message in messages]


@pytest.mark.django_db
def test_a_sound_system_passes() -> None:
    found = [message for message in run_checks(databases=["default"]) if message.id.startswith("common.")]
    assert found == []


@pytest.mark.parametrize("value", [{}, None, {"seal": {}}, "not json"])
def test_missing_keys(settings: Any, value: Any) -> None:
    settings.FIELD_KEYS = value
    assert ids(checks.field_keys(None)) == ["common.E001"]


class Forgetful:
    """A key service that does not give back what it was given."""

    def seal(self, kind: str, data: bytes) -> bytes:
        return data

    def unseal(self, kind: str, sealed: bytes) -> bytes:
        return b"other"

    def index(self, kind: str, data: bytes) -> tuple[bytes, ...]:
        return (b"",)


def test_a_key_service_that_does_not_work(settings: Any) -> None:
    settings.KEY_SERVICE = f"{__name__}.Forgetful"
    assert ids(checks.field_keys(None)) == ["common.E001"]


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("redis://127.0.0.1:6379/0", []),
        ("rediss://cache/0", []),
        ("unix:///run/valkey.sock", []),
        ("", ["common.E002"]),
        (None, ["common.E002"]),
        ("127.0.0.1:6379", ["common.E002"]),
    ],
)
def test_redis_address(settings: Any, address: str | None, found: list[str]) -> None:
    settings.REDIS_URL = address
    assert ids(checks.redis_address(None)) == found


def test_two_values_under_one_label(monkeypatch: pytest.MonkeyPatch) -> None:
    twins = CodeList("twins", [Code(code, "同名", "same", (), "", "test", "2018.1") for code in ("1", "2")])
    monkeypatch.setattr(checks, "names", lambda: ("twins",))
    monkeypatch.setattr(checks, "codelist", lambda name: twins)
    assert ids(checks.code_lists(None)) == ["common.E003"]


def test_a_code_twice_in_one_list() -> None:
    with pytest.raises(ValueError, match="twice in list twins"):
        CodeList("twins", [Code("1", name, "x", (), "", "test", "2018.1") for name in ("甲", "乙")])


def test_a_citext_field(monkeypatch: pytest.MonkeyPatch) -> None:
    class Folded(models.TextField):
        def db_type(self, connection: Any) -> str:
            return "citext"

    model = SimpleNamespace(_meta=SimpleNamespace(local_concrete_fields=[Folded(name="name"), models.TextField()]))
    monkeypatch.setattr(checks.apps, "get_models", lambda: [model])
    assert ids(checks.no_citext_fields(None)) == ["common.E004"]


@contextmanager
def answers(monkeypatch: pytest.MonkeyPatch, vendor: str, *rows: Any) -> Iterator[None]:
    """A database that gives these answers, one a question."""
    queue = [(row,) for row in rows]

    class Cursor:
        def __enter__(self) -> "Cursor":
            return self

        def __exit__(self, *args: Any) -> None:
            pass

        def execute(self, sql: str) -> None:
            pass

        def fetchone(self) -> Any:
            return queue.pop(0)

    fake = SimpleNamespace(vendor=vendor, cursor=Cursor)
    monkeypatch.setattr(checks, "connections", {"default": fake})
    yield
    assert queue == []


@pytest.mark.parametrize(
    ("vendor", "rows", "found"),
    [
        ("postgresql", (0, True, 4), []),
        ("postgresql", (1, True, 4), ["common.E004"]),
        ("postgresql", (0, False), ["common.W001"]),
        ("postgresql", (0, True, 0), ["common.E006"]),
        ("sqlite", (), ["common.E005"]),
    ],
)
def test_database(monkeypatch: pytest.MonkeyPatch, vendor: str, rows: tuple, found: list[str]) -> None:
    with answers(monkeypatch, vendor, *rows):
        assert ids(checks.database_text(None, databases=["default"])) == found


@pytest.mark.django_db
def test_database_is_asked_only_when_named() -> None:
    assert checks.database_text(None) == []
    assert checks.database_text(None, databases=["default"]) == []
    assert checks.database_log(None, databases=["default"]) == []


@pytest.mark.django_db
def test_trigrams_of_chinese_text_are_there() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT cardinality(show_trgm('中国'))")
        assert cursor.fetchone() == (3,)
