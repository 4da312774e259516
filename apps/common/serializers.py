"""REST field of a sealed number: answers the mask, takes clear text."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.fields import empty

from .fields import SealedField
from .forms import CLEAR_LIMIT
from .sealing import Sealed


class SealedSerializerField(serializers.CharField):
    """Shows the mask, takes clear text. The mask of the stored number sent back means "as it is"."""

    default_error_messages: ClassVar = {"masked": _("号码不能含有星号")}

    def __init__(self, *, kind: str | None = None, **kwargs: Any) -> None:
        self.kind = kind
        kwargs.setdefault("max_length", CLEAR_LIMIT)
        super().__init__(**kwargs)

    def bind(self, field_name: str, parent: serializers.BaseSerializer) -> None:
        """Under a model serializer the kind is the model field's."""
        super().bind(field_name, parent)
        if self.kind is None:
            model = getattr(getattr(parent, "Meta", None), "model", None)
            field = model._meta.get_field(self.source) if model else None
            if not isinstance(field, SealedField):
                raise TypeError(f"{field_name}: name the kind of number")
            self.kind = field.kind

    def _stored(self) -> Sealed | None:
        value = getattr(getattr(self.parent, "instance", None), self.source or "", None)
        return value if isinstance(value, Sealed) else None

    def run_validation(self, data: Any = empty) -> Sealed | None:
        """The stored value for its own mask, else the text sealed; None for blank where null is allowed."""
        if isinstance(data, str):
            stored = self._stored()
            if "*" in data and stored is not None and data.strip() == str(stored):
                return stored
            if not data.strip() and self.allow_null:
                data = None
        text = super().run_validation(data)
        if not text:
            return None
        try:
            return Sealed.of(self.kind or "", text)
        except ValueError:
            self.fail("invalid")

    def to_internal_value(self, data: Any) -> str:
        # A JSON number of 18 digits has lost its end in many a client, so a number must be a text.
        if not isinstance(data, str):
            self.fail("invalid")
        if "*" in data:
            self.fail("masked")
        return super().to_internal_value(data)

    def to_representation(self, value: Sealed | str) -> str:
        return str(value if isinstance(value, Sealed) else Sealed.of(self.kind or "", value))


serializers.ModelSerializer.serializer_field_mapping[SealedField] = SealedSerializerField
