"""The form field and the REST field of a sealed number: masks out, clear text in, empty means unchanged."""

from typing import Any

import pytest
from django import forms
from rest_framework import serializers

from apps.common.forms import SealedFormField
from apps.common.sealing import Sealed
from apps.common.serializers import SealedSerializerField
from tests.common.notes import Note, make_tables

FIRST, SECOND = "159900196203150015", "159900200809010024"
MASK = "1599**********0015"


class NoteForm(forms.ModelForm):
    class Meta:
        model = Note
        fields = ["title", "id_no", "bank", "ethnicity", "health"]


class NoteSerializer(serializers.ModelSerializer):
    class Meta:
        model = Note
        fields = ["title", "id_no", "bank", "ethnicity", "health"]


class Required(forms.Form):
    phone = SealedFormField(kind="phone")


@pytest.fixture
def note(db: None) -> Note:
    make_tables(Note)
    Note.objects.create(title="a", id_no=FIRST, ethnicity="01", health=["01"])
    return Note.objects.get()


def data(**changes: Any) -> dict[str, Any]:
    return {"title": "a", "ethnicity": "01", "health": ["01"], **changes}


def test_form_shows_the_mask_and_never_the_number(note: Note) -> None:
    html = NoteForm(instance=note).as_p()
    assert f'placeholder="{MASK}"' in html
    assert FIRST not in html
    assert 'name="id_no-remove"' in html
    assert 'name="bank-remove"' not in html
    assert 'autocomplete="off"' in html


def test_left_empty_the_number_stays(note: Note) -> None:
    form = NoteForm(data(id_no=" "), instance=note)
    assert form.is_valid(), form.errors
    assert form.changed_data == []
    form.save()
    assert Note.objects.get(id_no_index=FIRST).id_no == Sealed.of("citizen", FIRST)


def test_a_typed_number_replaces_it(note: Note) -> None:
    form = NoteForm(data(id_no="１５９９００ 200809010024"), instance=note)
    assert form.is_valid(), form.errors
    assert form.changed_data == ["id_no"]
    form.save()
    assert Note.objects.get(id_no_index=SECOND).id_no == Sealed.of("citizen", SECOND)


def test_the_same_number_typed_again_is_no_change(note: Note) -> None:
    assert NoteForm(data(id_no="159900-196203150015"), instance=note).changed_data == []


def test_the_box_removes_the_number(note: Note) -> None:
    form = NoteForm(data(id_no="", **{"id_no-remove": "on"}), instance=note)
    assert form.is_valid(), form.errors
    assert form.changed_data == ["id_no"]
    form.save()
    assert Note.objects.filter(id_no=None, id_no_index=None).exists()


def test_a_refused_form_gives_back_what_was_typed(note: Note) -> None:
    form = NoteForm(data(id_no=SECOND, title="x" * 51), instance=note)
    assert not form.is_valid()
    assert f'value="{SECOND}"' in form.as_p()


@pytest.mark.parametrize("typed", ["", " ", "---"])
def test_required_number(typed: str) -> None:
    errors = Required({"phone": typed}).errors.as_data()
    assert [error.code for error in errors["phone"]] == ["required"]


def test_a_required_number_cannot_be_removed() -> None:
    kept = Sealed.of("phone", "13812341234")
    form = Required({"phone": "", "phone-remove": "on"}, initial={"phone": kept})
    assert form.is_valid()
    assert form.cleaned_data == {"phone": kept}
    assert form.changed_data == []
    html = Required(initial={"phone": kept}).as_p()
    assert "required" not in html
    assert "phone-remove" not in html
    assert "required" in Required().as_p()


def test_a_number_too_long() -> None:
    assert not Required({"phone": "1" * 65}).is_valid()


def test_health_is_chosen_by_boxes(note: Note) -> None:
    form = NoteForm(data(health=["02", "04"]), instance=note)
    assert form.is_valid(), form.errors
    form.save()
    assert Note.objects.get().health == ["02", "04"]
    assert '<input type="checkbox" name="health" value="02"' in NoteForm(instance=note).as_p()
    assert "health" in NoteForm(data(health=["05"]), instance=note).errors
    empty = NoteForm(data(health=[]), instance=note)
    assert empty.is_valid(), empty.errors
    assert empty.save().health == []


def test_api_answers_the_mask(note: Note) -> None:
    assert NoteSerializer(note).data == {
        "title": "a",
        "id_no": MASK,
        "bank": None,
        "ethnicity": "01",
        "health": ["01"],
    }


def test_api_takes_clear_text(note: Note) -> None:
    writer = NoteSerializer(note, {"id_no": SECOND, "bank": "6228572998725389349"}, partial=True)
    assert writer.is_valid(), writer.errors
    writer.save()
    read = Note.objects.get(id_no_index=SECOND)
    assert read.bank.clear() == "6228572998725389349"


def test_api_keeps_a_number_sent_back_as_its_mask(note: Note) -> None:
    writer = NoteSerializer(note, {"title": "b", "id_no": MASK, "health": ["01"]})
    assert writer.is_valid(), writer.errors
    writer.save()
    assert Note.objects.get(id_no_index=FIRST).title == "b"


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ("1599**********0016", "masked"),
        (159900200809010024, "invalid"),
        ("---", "invalid"),
        ("1" * 65, "max_length"),
        (["1"], "invalid"),
    ],
)
def test_api_refuses(note: Note, sent: Any, code: str) -> None:
    writer = NoteSerializer(note, {"id_no": sent}, partial=True)
    assert not writer.is_valid()
    assert writer.errors["id_no"][0].code == code


@pytest.mark.parametrize("sent", ["", " ", None])
def test_api_null_removes(note: Note, sent: str | None) -> None:
    writer = NoteSerializer(note, {"id_no": sent}, partial=True)
    assert writer.is_valid(), writer.errors
    writer.save()
    assert Note.objects.get().id_no_index is None


def test_a_field_of_a_plain_serializer_names_its_kind() -> None:
    class Plain(serializers.Serializer):
        phone = SealedSerializerField(kind="phone")

    plain = Plain(data={"phone": "138-12341234"})
    assert plain.is_valid()
    assert plain.validated_data == {"phone": Sealed.of("phone", "13812341234")}
    assert plain.data == {"phone": "138****1234"}
    assert Plain(data={"phone": ""}).is_valid() is False

    class Nameless(serializers.Serializer):
        phone = SealedSerializerField()

    with pytest.raises(TypeError, match="name the kind"):
        _ = Nameless(data={}).fields
