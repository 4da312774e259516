"""Form field of a sealed number: it shows the mask, never the number, and left empty it changes nothing."""

from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from .sealing import Sealed

CLEAR_LIMIT = 64


class _Remove:
    """What the box "remove" sends: the number is to go."""


REMOVE = _Remove()


class SealedInput(forms.TextInput):
    """A text box whose placeholder is the mask; where allowed, with a box to remove the number."""

    def __init__(self, attrs: dict | None = None) -> None:
        super().__init__({"autocomplete": "off", "spellcheck": "false", **(attrs or {})})

    def format_value(self, value: Any) -> str | None:
        # What was typed and refused comes back; what is stored never does.
        return value if isinstance(value, str) and value else None

    def get_context(self, name: str, value: Any, attrs: dict | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        if isinstance(value, Sealed):
            context["widget"]["attrs"]["placeholder"] = str(value)
            context["widget"]["required"] = False
            context["widget"]["attrs"].pop("required", None)
        return context

    def render(self, name: str, value: Any, attrs: dict | None = None, renderer: Any = None) -> SafeString:
        box = super().render(name, value, attrs, renderer)
        if self.is_required or not isinstance(value, Sealed):
            return box
        remove = format_html(
            '<label class="sealed-remove"><input type="checkbox" name="{}-remove"> {}</label>',
            name,
            _("删除此号码"),
        )
        return format_html("{} {}", box, remove)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        typed = super().value_from_datadict(data, files, name)
        return REMOVE if not typed and data.get(f"{name}-remove") else typed

    def use_required_attribute(self, initial: Any) -> bool:
        return super().use_required_attribute(initial) and not initial


class SealedFormField(forms.CharField):
    """Takes clear text and gives a `Sealed`; empty input keeps what the form was opened with."""

    widget = SealedInput

    def __init__(self, *, kind: str = "citizen", **kwargs: Any) -> None:
        self.kind = kind
        kwargs.setdefault("max_length", CLEAR_LIMIT)
        kwargs.setdefault("empty_value", None)
        super().__init__(**kwargs)

    def _clean_bound_field(self, bf: forms.BoundField) -> Sealed | None:
        if self.disabled:
            return bf.initial
        if bf.data is REMOVE and not self.required:
            return None
        if isinstance(bf.initial, Sealed) and (bf.data is REMOVE or not (bf.data or "").strip()):
            return bf.initial
        return self.clean(bf.data if bf.data is not REMOVE else None)

    def clean(self, value: Any) -> Sealed | None:
        if isinstance(value, Sealed):
            return value
        text = super().clean(value)
        try:
            return Sealed.of(self.kind, text) if text else None
        except ValueError:
            raise forms.ValidationError(self.error_messages["required"], code="required") from None

    def has_changed(self, initial: Any, data: Any) -> bool:
        if self.disabled:
            return False
        if data is REMOVE:
            return bool(initial) and not self.required
        if not (data or "").strip():
            return False
        return not isinstance(initial, Sealed) or Sealed.of(self.kind, data) != initial
