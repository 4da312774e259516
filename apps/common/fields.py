"""Model fields: encrypted numbers with their blind index, and codes of a list."""

from collections.abc import Iterable
from typing import Any, ClassVar, NoReturn

from django import forms
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.lookups import Exact
from django.db.models.signals import pre_save
from django.utils.translation import gettext_lazy as _

from .codes import CodeList, codelist
from .forms import CLEAR_LIMIT, SealedFormField
from .sealing import KINDS, SEALED_KINDS, Sealed, blind_index, blind_indexes
from .wording import listed


class _Prepared:
    """Bytes on their way into the database by `save()` or `bulk_create()`, which write the index too."""

    __slots__ = ("blob",)

    def __init__(self, blob: bytes | None) -> None:
        self.blob = blob


class SealedField(models.Field):
    """A number stored encrypted (bytea); its Python value is a `Sealed` or None, and clear text is accepted.

    `update()` and `bulk_update()` are refused, because they would leave the blind index beside it as it was.
    Filters go to the index, never here: the same number is stored differently every time.
    """

    description = _("加密号码")
    empty_strings_allowed = False
    default_error_messages: ClassVar = {"too_long": _("号码过长"), "wrong_kind": _("号码类型不符")}

    def __init__(self, *args: Any, kind: str = "citizen", **kwargs: Any) -> None:
        if kind not in SEALED_KINDS:
            raise ValueError(f"unknown kind of number: {kind}")
        self.kind = kind
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "kind": self.kind}

    def get_internal_type(self) -> str:
        return "BinaryField"

    def to_python(self, value: Any) -> Sealed | None:
        if isinstance(value, Sealed):
            if value.kind != self.kind:
                raise ValidationError(self.error_messages["wrong_kind"], code="wrong_kind")
            return value
        if value is None or not str(value).strip():
            return None
        if len(str(value)) > CLEAR_LIMIT:
            raise ValidationError(self.error_messages["too_long"], code="too_long")
        try:
            return Sealed.of(self.kind, str(value))
        except ValueError:
            return None

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Sealed | None:
        return None if value is None else Sealed(self.kind, bytes(value))

    def pre_save(self, model_instance: models.Model, add: bool) -> _Prepared:
        value = self.to_python(getattr(model_instance, self.attname))
        setattr(model_instance, self.attname, value)
        return _Prepared(value.blob if value else None)

    def stored(self, blob: bytes | None) -> _Prepared:
        """Sealed bytes for `update()` by code that keeps the index right itself (rotation of keys)."""
        return _Prepared(blob)

    def get_db_prep_save(self, value: Any, connection: Any) -> bytes | None:
        if not isinstance(value, _Prepared):
            raise TypeError(f"{self} is written by save() or bulk_create() only, together with its blind index")
        return value.blob

    def get_prep_value(self, value: Any) -> None:
        if value is not None:
            raise TypeError(f"{self} cannot be compared: filter on its blind index")

    def get_lookup(self, lookup_name: str) -> Any:
        # Equality with None becomes IS NULL; get_prep_value refuses any other.
        if lookup_name not in ("exact", "isnull"):
            raise TypeError(f"{self} cannot be compared: filter on its blind index")
        return super().get_lookup(lookup_name)

    def value_to_string(self, obj: models.Model) -> NoReturn:
        raise TypeError(f"{self} is not serialised")

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        return super().formfield(**{"form_class": SealedFormField, "kind": self.kind, **kwargs})


class _SameNumber(Exact):
    """Equality with a number: while index keys change, under any of them."""

    def __init__(self, lhs: Any, rhs: Any) -> None:
        self.earlier: tuple[bytes, ...] = ()
        if isinstance(rhs, (str, Sealed)):
            text = rhs.clear() if isinstance(rhs, Sealed) else rhs
            rhs, *earlier = blind_indexes(lhs.output_field.kind, text)
            self.earlier = tuple(earlier)
        super().__init__(lhs, rhs)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        sql, params = super().as_sql(compiler, connection)
        if not self.earlier:
            return sql, params
        left, left_params = self.process_lhs(compiler, connection)
        marks = ", ".join(["%s"] * len(self.earlier))
        return f"({sql} OR {left} IN ({marks}))", [*params, *left_params, *self.earlier]


class BlindIndexField(models.Field):
    """The keyed hash (bytea, 32 bytes) by which a number is found, joined and kept unique.

    With `source` it is computed from that attribute whenever the row is saved; without, it is set by the
    program (rows of other departments keep only this). A filter takes the bytes, a `Sealed`, or the number
    itself.
    """

    description = _("号码索引")
    empty_strings_allowed = False

    def __init__(self, *args: Any, source: str | None = None, kind: str = "citizen", **kwargs: Any) -> None:
        if kind not in KINDS:
            raise ValueError(f"unknown kind of number: {kind}")
        self.source, self.kind = source, kind
        kwargs.setdefault("editable", False)
        kwargs.setdefault("null", True)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple:
        name, path, args, kwargs = super().deconstruct()
        for option, usual in (("editable", False), ("null", True), ("blank", True)):
            kwargs[option] = getattr(self, option)
            if kwargs[option] is usual:
                del kwargs[option]
        if self.source is not None:
            kwargs["source"] = self.source
        return name, path, args, {**kwargs, "kind": self.kind}

    def get_internal_type(self) -> str:
        return "BinaryField"

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        if self.source and not cls._meta.abstract and cls.__module__ != "__fake__":
            pre_save.connect(self._with_source, sender=cls, weak=False, dispatch_uid=(self.source, cls, name))

    def _with_source(self, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        named = set(update_fields or ())
        if self.source in named and self.name not in named:
            raise TypeError(f"update_fields names {self.source} and leaves out its index {self.name}")

    def pre_save(self, model_instance: models.Model, add: bool) -> bytes | None:
        if self.source:
            number = getattr(model_instance, self.source)
            setattr(model_instance, self.attname, self._index(number) if number else None)
        return getattr(model_instance, self.attname)

    def _index(self, number: Any) -> bytes | None:
        text = number.clear() if isinstance(number, Sealed) else str(number)
        try:
            return blind_index(self.kind, text)
        except ValueError:
            return None

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> bytes | None:
        return None if value is None else bytes(value)

    def to_python(self, value: Any) -> bytes | None:
        return self.get_prep_value(value)

    def get_prep_value(self, value: Any) -> bytes | None:
        if value is None:
            return None
        if isinstance(value, (str, Sealed)):
            return self._index(value)
        data = bytes(value)
        if len(data) != 32:
            raise ValueError(f"{self}: 32 bytes expected")
        return data

    def value_to_string(self, obj: models.Model) -> str:
        value: Any = self.value_from_object(obj)
        return value.hex() if value else ""


BlindIndexField.register_lookup(_SameNumber, "exact")


class CodeField(models.CharField):
    """A code of a list (data/codes.csv); the choices follow the list and stay out of migrations."""

    def __init__(self, list_name: str, *args: Any, **kwargs: Any) -> None:
        self.list_name = list_name
        values = codelist(list_name)
        kwargs.setdefault("max_length", values.max_length)
        kwargs["choices"] = values.choices
        super().__init__(*args, **kwargs)

    @property
    def codelist(self) -> CodeList:
        """The list of this field."""
        return codelist(self.list_name)

    def deconstruct(self) -> tuple:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("choices", None)
        return name, path, [self.list_name, *args], kwargs

    def to_python(self, value: Any) -> str | None:
        value = super().to_python(value)
        return None if value == "" and self.null else value

    def get_prep_value(self, value: Any) -> str | None:
        return self.to_python(super().get_prep_value(value))


class CodeArrayField(ArrayField):
    """Several codes of one list as an array; never null unless asked, the empty list is nothing stated."""

    def __init__(self, list_name: str, *args: Any, **kwargs: Any) -> None:
        self.list_name = list_name
        kwargs.pop("base_field", None)
        if not kwargs.get("null"):
            kwargs.setdefault("default", list)
        super().__init__(CodeField(list_name), *args, **kwargs)

    @property
    def codelist(self) -> CodeList:
        """The list of this field."""
        return codelist(self.list_name)

    def deconstruct(self) -> tuple:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("base_field", None)
        return name, path, [self.list_name, *args], kwargs

    def labels_of(self, codes: Iterable[str] | None) -> str:
        """Labels of the codes in the active language, joined as it does."""
        return listed(self.codelist.label(code) for code in codes or ())

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        options = {
            "form_class": forms.TypedMultipleChoiceField,
            "choices_form_class": forms.TypedMultipleChoiceField,
            "choices": self.codelist.choices,
            "coerce": str,
            "empty_value": None if self.null else [],
            "widget": forms.CheckboxSelectMultiple,
            # Django would set it for the callable default, and then call every form changed that lacks it.
            "show_hidden_initial": False,
            **kwargs,
        }
        # ArrayField would add options of its own form field.
        return models.Field.formfield(self, **options)


def code_constraint(field_name: str, list_name: str, *, array: bool = False) -> models.CheckConstraint:
    """A check constraint that holds a field (or array) of codes to its list; null passes.

    The codes stand in the migration, so that a list which grows asks for one.
    """
    codes = list(codelist(list_name).codes)
    allowed = models.Q(**{f"{field_name}__{'contained_by' if array else 'in'}": codes})
    return models.CheckConstraint(
        condition=allowed | models.Q(**{f"{field_name}__isnull": True}),
        name=f"%(class)s_{field_name}_code",
        violation_error_code="invalid_choice",
        violation_error_message=_("所选值不在代码表中"),
    )


def sealed_fields(model: type[models.Model]) -> list[tuple[SealedField, list[BlindIndexField]]]:
    """The sealed fields of a model, each with the blind indexes computed from it."""
    own = model._meta.local_concrete_fields
    indexes = [field for field in own if isinstance(field, BlindIndexField)]
    return [
        (field, [index for index in indexes if index.source == field.name])
        for field in own
        if isinstance(field, SealedField)
    ]
