"""Lines of a form: a table of like rows within it, as an order of money or a list of names has.

On a page each line is a row of inputs (`lines-0-amount`); a program sends a list of objects. Empty lines are left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

SPARE = 3
"""Empty lines that a page offers beyond those that are there."""
MOST_SHOWN = 500
"""Lines that a page takes; a program may send more, up to what the service allows."""


class LinesInput(forms.Widget):
    """The table. `rows` is what was entered, as one mapping of raw values for each line."""

    template_name = "generic/_lines_input.html"
    use_fieldset = True
    line: type[forms.Form] = forms.Form

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        """The list of a program as it is; of a page one mapping for each line that is not empty."""
        if name in data:
            return data[name]
        try:
            number = min(int(data.get(f"{name}-count", 0)), MOST_SHOWN)
        except (TypeError, ValueError):
            number = 0
        found = []
        for at in range(number):
            row = {field: data.get(f"{name}-{at}-{field}", "") for field in self.line.base_fields}
            if any(str(value).strip() for value in row.values()):
                found.append(row)
        return found

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return name not in data and f"{name}-count" not in data

    def use_required_attribute(self, initial: Any) -> bool:
        return False

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        rows = [row for row in value or [] if isinstance(row, Mapping)][:MOST_SHOWN]
        lines = [
            self.line(initial=dict(row), prefix=f"{name}-{at}", use_required_attribute=False)
            for at, row in enumerate([*rows, *({} for _spare in range(SPARE))])
        ]
        context["widget"] |= {"lines": lines, "count": len(lines), "heads": [field.label for field in lines[0]]}
        return context


class LinesField(forms.Field):
    """A list of lines, each valid by the form `line`. Cleans to a list of their cleaned values.

    An error names the line: “第2行 金额：…”, and for programs the field `lines.1.amount`.
    """

    widget = LinesInput

    def __init__(self, line: type[forms.Form] = forms.Form, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.take(line)

    def take(self, line: type[forms.Form]) -> None:
        """Have lines of this form, which may depend on the row that is opened."""
        self.line = line
        self.widget.line = line

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(data != initial)

    def clean(self, value: Any) -> list[dict[str, Any]]:
        if not isinstance(value, Sequence) or isinstance(value, str):
            raise ValidationError(_("应为列表。"), code="invalid")
        if self.required and not value:
            raise ValidationError(_("请至少填写一行明细。"), code="required")
        found, wrong = [], []
        for at, row in enumerate(value):
            if not isinstance(row, Mapping) or set(row) - set(self.line.base_fields):
                wrong.append(
                    ValidationError(_("第%(number)d行的字段不对。"), code="unknown", params={"number": at + 1})
                )
                continue
            bound = self.line(dict(row))
            found.append(bound.cleaned_data if bound.is_valid() else {})
            for name, errors in bound.errors.as_data().items():
                label = bound.fields[name].label if name in bound.fields else ""
                wrong += [
                    ValidationError(
                        _("第%(number)d行 %(label)s：%(message)s"),
                        code=error.code,
                        params={"number": at + 1, "label": label, "message": " ".join(error.messages)},
                    )
                    for error in errors
                ]
        if wrong:
            raise ValidationError(wrong)
        return found
