"""Rotation of a table: only what is old changes, a stopped run goes on, a damaged row is named and left."""

from typing import Any

import pytest
from django.db import connection

from apps.common import rotation
from apps.common.sealing import Sealed, blind_index
from tests.common.notes import Note, Row, make_tables
from tests.common.test_sealing import keys

pytestmark = pytest.mark.django_db

NUMBERS = [f"1599001962031500{n:02d}" for n in range(11)]


@pytest.fixture(autouse=True)
def _old_rows(db: None, settings: Any) -> None:
    """Eleven rows under the first keys, the fourth without a number; then the second keys are active."""
    settings.FIELD_KEYS = keys("k1", "i1")
    make_tables(Note, Row)
    numbers = [None if n == 3 else number for n, number in enumerate(NUMBERS)]
    Note.objects.bulk_create([Note(id_no=number, bank=f"62285729{n}") for n, number in enumerate(numbers)])
    settings.FIELD_KEYS = keys("k2", "i2")


def headers() -> set[bytes]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT substring(id_no FROM 4 FOR 2) FROM test_note WHERE id_no IS NOT NULL"
            " UNION SELECT substring(bank FROM 4 FOR 2) FROM test_note"
        )
        return {bytes(row[0]) for row in cursor.fetchall()}


@pytest.mark.parametrize("batch", [1, 4, 11, 1000])
def test_everything_comes_under_the_active_keys(batch: int) -> None:
    assert headers() == {b"k1"}
    seen: list[int] = []
    outcome = rotation.rotate_model(Note, using="default", batch=batch, progress=lambda state: seen.append(state.rows))
    assert (outcome.table, outcome.rows, outcome.changed, outcome.failed) == ("test_note", 11, 11, [])
    assert seen[-1] == 11
    assert headers() == {b"k2"}
    for n, note in enumerate(Note.objects.order_by("pk")):
        assert note.bank == Sealed.of("bank", f"62285729{n}")
        assert note.id_no == (None if n == 3 else Sealed.of("citizen", NUMBERS[n]))
        assert note.id_no_index == (None if n == 3 else blind_index("citizen", NUMBERS[n]))
        assert note.version == 1


def test_a_second_run_changes_nothing() -> None:
    rotation.rotate_model(Note, using="default")
    before = list(Note.objects.order_by("pk").values_list("pk", "updated_at", "id_no_index"))
    again = rotation.rotate_model(Note, using="default")
    assert (again.rows, again.changed) == (11, 0)
    assert list(Note.objects.order_by("pk").values_list("pk", "updated_at", "id_no_index")) == before


def test_a_stopped_run_goes_on() -> None:
    def stop(state: rotation.Outcome) -> None:
        if state.rows >= 8:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rotation.rotate_model(Note, using="default", batch=4, progress=stop)
    assert headers() == {b"k1", b"k2"}
    rest = rotation.rotate_model(Note, using="default", batch=4)
    assert (rest.rows, rest.changed) == (11, 3)
    assert headers() == {b"k2"}


def test_search_works_before_and_after(settings: Any) -> None:
    assert Note.objects.filter(id_no_index=NUMBERS[5]).count() == 1
    rotation.rotate_model(Note, using="default")
    assert Note.objects.filter(id_no_index=NUMBERS[5]).count() == 1
    table = keys("k2", "i2")
    for ring in (table["seal"], *table["index"].values()):
        ring["keys"] = {ring["active"]: ring["keys"][ring["active"]]}
    settings.FIELD_KEYS = table
    assert Note.objects.get(id_no_index=NUMBERS[5]).id_no.clear() == NUMBERS[5]


def test_an_index_that_does_not_fit_its_number_is_put_right() -> None:
    rotation.rotate_model(Note, using="default")
    note = Note.objects.order_by("pk")[0]
    Note.objects.filter(pk=note.pk).update(id_no_index=blind_index("citizen", "159900200809010024"))
    assert rotation.rotate_model(Note, using="default").changed == 1
    assert Note.objects.get(pk=note.pk).id_no_index == blind_index("citizen", NUMBERS[0])


def test_a_damaged_row_is_named_and_left() -> None:
    keys_of_rows = list(Note.objects.order_by("pk").values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE test_note SET bank = '\\x00' WHERE id = %s", [keys_of_rows[6]])
    outcome = rotation.rotate_model(Note, using="default", batch=3)
    assert (outcome.rows, outcome.changed, outcome.failed) == (11, 10, [keys_of_rows[6]])


def test_a_row_changed_in_between_keeps_the_change(monkeypatch: pytest.MonkeyPatch) -> None:
    write = rotation._Table.write
    changes = iter(["159900200809010024"])

    def late(*args: Any) -> set[Any]:
        for number in changes:
            note = Note.objects.order_by("pk")[2]
            note.id_no = number
            note.save()
        return write(*args)

    monkeypatch.setattr(rotation._Table, "write", late)
    outcome = rotation.rotate_model(Note, using="default", batch=5)
    assert (outcome.rows, outcome.changed) == (11, 11)
    assert Note.objects.get(id_no_index="159900200809010024") == Note.objects.order_by("pk")[2]
    assert Note.objects.order_by("pk")[2].id_no == Sealed.of("citizen", "159900200809010024")
    assert headers() == {b"k2"}


def test_an_empty_table() -> None:
    Note.objects.all().delete()
    outcome = rotation.rotate_model(Note, using="default")
    assert (outcome.rows, outcome.changed) == (0, 0)


def test_indexes_without_a_number_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotation.apps, "get_models", lambda **options: [Note, Row])
    assert rotation.models_with_numbers() == [Note]
    assert [index.name for index in rotation.lonely_indexes()] == ["number"]
