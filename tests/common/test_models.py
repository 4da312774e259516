"""Versions: each write counts, and nobody overwrites what he has not seen."""

import pytest

from apps.common.errors import Refused, ServiceError, StaleVersion
from apps.common.models import save_versioned
from tests.common.notes import Note, make_tables

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _tables(db: None) -> None:
    make_tables(Note)


def test_versions_count_writes() -> None:
    note = Note.objects.create(title="a")
    assert note.version == 1
    note.save()
    assert note.version == 2
    note.title = "b"
    note.save(update_fields=["title"])
    assert note.version == 3
    read = Note.objects.get()
    assert (read.title, read.version) == ("b", 3)
    assert read.updated_at > read.created_at


def test_bulk_create_starts_at_one() -> None:
    Note.objects.bulk_create([Note(title="a"), Note(title="b")])
    assert list(Note.objects.values_list("version", flat=True)) == [1, 1]


def test_a_row_with_a_given_key_starts_at_one() -> None:
    note = Note(pk=7, title="a")
    note.save()
    assert note.version == 1
    assert Note.objects.get(pk=7).version == 1


def test_no_version_is_given_twice() -> None:
    Note.objects.create(title="a")
    one, two = Note.objects.get(), Note.objects.get()
    one.save()
    two.save()
    assert Note.objects.get().version == 3


def test_write_with_the_version_seen() -> None:
    note = Note.objects.create(title="a")
    note.title = "b"
    save_versioned(note, 1)
    assert note.version == 2
    save_versioned(note, 2, update_fields=["title"])
    assert note.version == Note.objects.get().version == 3


def test_write_with_a_stale_version_is_refused_and_changes_nothing(django_assert_num_queries) -> None:
    note = Note.objects.create(title="a")
    other = Note.objects.get()
    other.title = "theirs"
    other.save()
    note.title = "mine"
    with pytest.raises(StaleVersion) as refused:
        save_versioned(note, 1)
    assert refused.value.current == other
    assert refused.value.current.title == "theirs"
    assert refused.value.current.version == 2
    assert (refused.value.status, refused.value.code, refused.value.field) == (409, "stale", "version")
    assert note.version == 1
    with pytest.raises(StaleVersion):
        save_versioned(note, 3)
    assert Note.objects.get().title == "theirs"
    # Transaction and instance are usable again.
    with django_assert_num_queries(3):  # with its savepoint
        save_versioned(note, 2)
    assert Note.objects.get().title == "mine"


def test_a_version_typed_by_the_client_does_not_count() -> None:
    note = Note.objects.create(title="a")
    note.version = 40
    save_versioned(note, 1)
    assert note.version == Note.objects.get().version == 2


def test_a_row_that_is_gone() -> None:
    note = Note.objects.create(title="a")
    Note.objects.all().delete()
    note.pk = 1
    with pytest.raises(Note.DoesNotExist):
        save_versioned(note, 1)
    assert not Note.objects.exists()


def test_errors_carry_what_an_answer_needs() -> None:
    error = ServiceError("姓名必填", field="name", code="required")
    assert (str(error), error.field, error.code, error.status) == ("姓名必填", "name", "required", 422)
    assert (ServiceError("x").code, ServiceError("x", status=400).status) == ("invalid", 400)
    refused = Refused()
    assert (str(refused), refused.status, refused.code) == ("您没有执行此操作的权限", 403, "refused")
    assert isinstance(refused, ServiceError)
    assert isinstance(StaleVersion(None), ServiceError)
