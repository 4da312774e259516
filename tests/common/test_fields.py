"""Fields in the database: what is stored, what finds it again, what is refused."""

from typing import Any

import pytest
from django.core import serializers
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction
from django.db.migrations.writer import MigrationWriter
from django.utils import translation

from apps.common.fields import BlindIndexField, CodeArrayField, CodeField, SealedField, code_constraint, sealed_fields
from apps.common.sealing import Sealed, UnsealError, blind_index, seal
from tests.common.notes import Note, Row, make_tables

FIRST, SECOND = "159900196203150015", "159900200809010024"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _tables(db: None) -> None:
    make_tables(Note, Row)


def stored(column: str = "id_no") -> list[Any]:
    """The bytes of a column, by another way than the field."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM test_note ORDER BY id")
        return [None if value is None else bytes(value) for (value,) in cursor.fetchall()]


def test_a_number_goes_in_clear_and_comes_out_sealed() -> None:
    note = Note.objects.create(id_no=" 159900-196203150015", bank="6228572998725389349")
    assert isinstance(note.id_no, Sealed)
    read = Note.objects.get(pk=note.pk)
    assert str(read.id_no) == "1599**********0015"
    assert read.id_no.clear() == FIRST
    assert str(read.bank) == "***************9349"
    assert read.id_no_index == blind_index("citizen", FIRST)
    (blob,) = stored()
    assert FIRST.encode() not in blob
    assert stored("id_no_index") == [blind_index("citizen", FIRST)]
    (row,) = Note.objects.values("id_no", "id_no_index")
    assert row == {"id_no": Sealed.of("citizen", FIRST), "id_no_index": blind_index("citizen", FIRST)}


@pytest.mark.parametrize("blank", [None, "", "  ", "-"])
def test_blank_is_null(blank: str | None) -> None:
    Note.objects.create(id_no=blank)
    assert stored() == [None]
    assert stored("id_no_index") == [None]
    assert Note.objects.filter(id_no__isnull=True, id_no_index=None).count() == 1


def test_bulk_create_writes_the_index() -> None:
    Note.objects.bulk_create([Note(id_no=FIRST), Note(id_no=SECOND), Note()])
    assert stored("id_no_index") == [blind_index("citizen", FIRST), blind_index("citizen", SECOND), None]
    assert [note.id_no and note.id_no.clear() for note in Note.objects.order_by("pk")] == [FIRST, SECOND, None]


def test_an_unchanged_number_is_stored_unchanged() -> None:
    note = Note.objects.create(id_no=FIRST)
    before = stored()
    note = Note.objects.get(pk=note.pk)
    note.title = "x"
    note.save()
    assert stored() == before


def test_a_changed_number_changes_its_index() -> None:
    note = Note.objects.create(id_no=FIRST)
    note.id_no = SECOND
    note.save()
    assert stored("id_no_index") == [blind_index("citizen", SECOND)]
    note.id_no = None
    note.save(update_fields=["id_no", "id_no_index"])
    assert stored() == stored("id_no_index") == [None]


def test_update_fields_without_the_index_is_refused() -> None:
    note = Note.objects.create(id_no=FIRST)
    note.id_no = SECOND
    with pytest.raises(TypeError, match="leaves out its index id_no_index"):
        note.save(update_fields=["id_no"])
    assert Note.objects.get().id_no == Sealed.of("citizen", FIRST)


def test_update_and_bulk_update_are_refused() -> None:
    note = Note.objects.create(id_no=FIRST)
    for value in (SECOND, Sealed.of("citizen", SECOND), None):
        with pytest.raises(TypeError, match=r"save\(\) or bulk_create\(\)"), transaction.atomic():
            Note.objects.update(id_no=value)
    note.id_no = SECOND
    with pytest.raises(TypeError), transaction.atomic():
        Note.objects.bulk_update([note], ["id_no"])
    assert Note.objects.get().id_no == Sealed.of("citizen", FIRST)


@pytest.mark.parametrize("lookup", ["id_no", "id_no__in", "id_no__startswith", "id_no__gt"])
def test_a_sealed_field_is_never_compared(lookup: str) -> None:
    with pytest.raises(TypeError, match="blind index"):
        list(Note.objects.filter(**{lookup: [FIRST] if lookup.endswith("in") else FIRST}))


def test_search_by_bytes_number_or_sealed_value() -> None:
    note = Note.objects.create(id_no=f"{FIRST}42")
    for wanted in (blind_index("citizen", FIRST), FIRST, f"{FIRST}43", Sealed.of("citizen", FIRST)):
        assert Note.objects.get(id_no_index=wanted) == note
    assert not Note.objects.filter(id_no_index=SECOND).exists()
    assert Note.objects.filter(id_no_index__in=[FIRST, blind_index("citizen", SECOND)]).count() == 1


def test_search_while_index_keys_change(settings: Any) -> None:
    from tests.common.test_sealing import keys

    settings.FIELD_KEYS = keys(index="i1")
    Note.objects.create(title="old", id_no=FIRST)
    settings.FIELD_KEYS = keys(index="i2")
    Note.objects.create(title="new", id_no=SECOND)
    assert Note.objects.get(id_no_index=FIRST).title == "old"
    assert Note.objects.get(id_no_index=SECOND).title == "new"
    assert Note.objects.exclude(id_no_index=FIRST).get().title == "new"


def test_a_wrong_index_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Row.objects.create(number=b"short")


def test_an_index_without_its_number_is_set_by_the_program() -> None:
    Row.objects.create(number=blind_index("citizen", FIRST))
    Note.objects.create(id_no=FIRST)
    assert Row.objects.filter(number__in=Note.objects.values("id_no_index")).count() == 1


def test_two_of_the_same_number_are_refused_by_the_index() -> None:
    Note.objects.create(id_no=FIRST)
    with pytest.raises(IntegrityError), transaction.atomic():
        Note.objects.create(id_no=f" {FIRST}42")
    Note.objects.create(id_no=None)
    Note.objects.create(id_no=None)


def test_damaged_bytes_are_told() -> None:
    Note.objects.create(id_no=FIRST)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE test_note SET id_no = %s", [seal("phone", "13812341234")])
    with pytest.raises(UnsealError):
        str(Note.objects.get().id_no)


def test_validation() -> None:
    with pytest.raises(ValidationError) as refused:
        wrong = Sealed.of("phone", "13812341234")
        Note(title="x", id_no=wrong, bank="1" * 65, ethnicity="77", health=["01", "9"]).full_clean()
    assert sorted(refused.value.error_dict) == ["bank", "ethnicity", "health", "id_no"]
    Note(id_no=FIRST, ethnicity="01", health=["01"], title="x").full_clean()


def test_fixtures_are_refused() -> None:
    Note.objects.create(id_no=FIRST)
    with pytest.raises(TypeError, match="not serialised"):
        serializers.serialize("json", Note.objects.all())


def test_codes_are_held_to_their_list_by_the_database() -> None:
    Note.objects.create(ethnicity="56", health=["02", "04"])
    Note.objects.create(ethnicity=None, health=[])
    Note.objects.create(ethnicity="")
    assert Note.objects.filter(ethnicity=None).count() == 2
    with pytest.raises(IntegrityError, match="note_ethnicity_code"), transaction.atomic():
        Note.objects.create(ethnicity="57")
    with pytest.raises(IntegrityError, match="note_health_code"), transaction.atomic():
        Note.objects.create(health=["01", "05"])


def test_constraint_speaks_for_people() -> None:
    constraint = Note._meta.constraints[0]
    with pytest.raises(ValidationError) as refused:
        constraint.validate(Note, Note(ethnicity="57"))
    assert refused.value.messages == ["所选值不在代码表中"]
    assert refused.value.code == "invalid_choice"
    constraint.validate(Note, Note(ethnicity=None))
    constraint.validate(Note, Note(ethnicity="98"))


def test_labels_of_codes() -> None:
    note = Note(ethnicity="02", health=["02", "04"])
    assert note.get_ethnicity_display() == "蒙古族"
    field = Note._meta.get_field("health")
    assert field.labels_of(note.health) == "长期慢性病、残疾"
    assert field.labels_of(None) == ""
    with translation.override("en"):
        assert note.get_ethnicity_display() == "Mongol"


@pytest.mark.parametrize(
    ("field", "written"),
    [
        (
            SealedField("证件号码", kind="bank", null=True),
            "SealedField(kind='bank', null=True, verbose_name='证件号码')",
        ),
        (BlindIndexField(source="id_no"), "BlindIndexField(kind='citizen', source='id_no')"),
        (BlindIndexField(kind="phone", null=False), "BlindIndexField(kind='phone', null=False)"),
        (CodeField("ethnicity", null=True), "CodeField('ethnicity', max_length=2, null=True)"),
        (CodeArrayField("health", blank=True), "CodeArrayField('health', blank=True, default=list, size=None)"),
    ],
)
def test_migrations_hold_no_choices(field: models.Field, written: str) -> None:
    field.set_attributes_from_name("x")
    assert MigrationWriter.serialize(field)[0] == f"apps.common.fields.{written}"
    clone = field.clone()
    assert clone.deconstruct()[1:] == field.deconstruct()[1:]
    assert clone.db_type(connection) == field.db_type(connection)


def test_constraint_in_migrations() -> None:
    written, _ = MigrationWriter.serialize(code_constraint("sex", "sex"))
    assert "['0', '1', '2', '9']" in written
    assert "'所选值不在代码表中'" in written


def test_which_fields_hold_numbers() -> None:
    pairs = [(sealed.name, [index.name for index in indexes]) for sealed, indexes in sealed_fields(Note)]
    assert pairs == [("id_no", ["id_no_index"]), ("bank", [])]


@pytest.mark.parametrize("make", [lambda: SealedField(kind="passport"), lambda: BlindIndexField(kind="passport")])
def test_unknown_kind(make: Any) -> None:
    with pytest.raises(ValueError, match="unknown kind"):
        make()
