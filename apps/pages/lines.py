"""Lines of a form: a table of like rows within it, as an order of money or a list of names has.

A program sends a list of objects. On a page each line is a row of inputs (`lines-0-amount`), or all of them are pasted
as text, cells with a tab or a comma between (`Pasted`); where the field takes a file, a workbook with the labels of the
columns as its header replaces what was typed. Empty lines are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from apps.common.wording import listed
from apps.pages.imports.files import MB, FileRefused, Limits
from apps.pages.imports.workbook import LEAST_KNOWN, bare, open_table, without_unit

SPARE = 3
"""Empty lines that a page offers beyond those that are there."""
MOST_SHOWN = 500
"""Lines that a page takes; a program or a file may send more, up to what the service allows."""
MOST_IN_FILE = 5000
LIMITS = Limits(workbook=10 * MB, text=10 * MB, unpacked=200 * MB, rows=MOST_IN_FILE + 20, columns=50, seconds=60)
MOST_FAULTS = 100
"""So many wrong lines are named; more help nobody."""
CELLS = re.compile(r"\t|，|(?<!\d),|,(?!\d{3})")
"""What stands between cells: a tab, as a spreadsheet copies them, or a comma that does not group a number."""
LARGEST_EXACT = 2**53

Numbered = Iterator[tuple[int, Any]]


class LinesInput(forms.Widget):
    """The table. `rows` is what was entered, as one mapping of raw values for each line; `takes_file` adds an input for
    a workbook."""

    template_name = "generic/_lines_input.html"
    use_fieldset = True
    needs_multipart_form = True
    line: type[forms.Form] = forms.Form
    takes_file = False

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        """The file, if one was sent; the list of a program as it is; of a page one mapping for each line that is not
        empty."""
        if self.takes_file and files and f"{name}-file" in files:
            return files[f"{name}-file"]
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
        sent = name in data or f"{name}-count" in data
        return not sent and not (self.takes_file and files and f"{name}-file" in files)

    def use_required_attribute(self, initial: Any) -> bool:
        return False

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        given = [] if isinstance(value, UploadedFile) else value or []
        rows = [row for row in given if isinstance(row, Mapping)][:MOST_SHOWN]
        lines = [
            self.line(initial=dict(row), prefix=f"{name}-{at}", use_required_attribute=False)
            for at, row in enumerate([*rows, *({} for _spare in range(SPARE))])
        ]
        labels = [str(field.label) for field in self.line.base_fields.values() if not field.widget.is_hidden]
        context["widget"] |= {
            "lines": lines,
            "count": len(lines),
            "heads": [field.label for field in lines[0].visible_fields()],
            "file": f"{name}-file" if self.takes_file else "",
            "file_columns": listed(labels),
        }
        return context


class Pasted(forms.Textarea):
    """All lines as one text, a line each, as they can be pasted from a spreadsheet."""

    line: type[forms.Form] = forms.Form


class LinesField(forms.Field):
    """A list of lines, each valid by the form `line`. Cleans to a list of their cleaned values; `numbers` are then the
    numbers by which people know them: of a file its rows, else 1, 2, 3.

    Every wrong line is named with its field: “第2行 金额：…”, to a hundred of them.
    """

    widget = LinesInput

    def __init__(self, line: type[forms.Form] = forms.Form, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.numbers: list[int] = []
        self.take(line)

    def take(self, line: type[forms.Form], *, file: bool = False) -> None:
        """Have lines of this form, which may depend on the row that is opened; `file`: also out of a workbook."""
        self.line = line
        widget: Any = self.widget
        widget.line, widget.takes_file = line, file

    @property
    def takes_text(self) -> bool:
        """Whether a text of lines is understood."""
        return isinstance(self.widget, Pasted)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(data != initial)

    def clean(self, value: Any) -> list[dict[str, Any]]:
        found, wrong, self.numbers = [], [], []
        for number, row in self._rows(value):
            self.numbers.append(number)
            if not isinstance(row, Mapping) or set(row) - set(self.line.base_fields):
                code = "unknown" if isinstance(row, Mapping) else "columns"
                message = _("第%(number)d行的字段不对。") if code == "unknown" else _("第 %(number)d 行的栏数不对。")
                wrong.append(ValidationError(message, code=code, params={"number": number}))
                continue
            bound = self.line(dict(row))
            found.append(bound.cleaned_data if bound.is_valid() else {})
            wrong += _faults(number, bound)
        if wrong:
            raise ValidationError(wrong[:MOST_FAULTS])
        if self.required and not found:
            raise ValidationError(_("请至少填写一行明细。"), code="required")
        return found

    def _rows(self, value: Any) -> Numbered:
        """Each line with its number; of a text the cells get their names by their order."""
        if isinstance(value, UploadedFile):
            return iter(self._of_file(value))
        if value is None or value == "":
            return iter(())
        if isinstance(value, str) and self.takes_text:
            names = list(self.line.base_fields)
            cells = ([cell.strip() for cell in CELLS.split(row)] for row in value.splitlines() if row.strip())
            rows = (dict(zip(names, row, strict=False)) if len(row) <= len(names) else row for row in cells)
            return enumerate(rows, 1)
        if not isinstance(value, Sequence) or isinstance(value, str):
            raise ValidationError(_("应为列表。"), code="invalid")
        return enumerate(value, 1)

    def _of_file(self, file: UploadedFile) -> list[tuple[int, Any]]:
        """The rows of a workbook by the labels of its header; columns that the line does not have are left out."""
        fields = {
            spelled: name
            for name, field in self.line.base_fields.items()
            if not field.widget.is_hidden
            for spelled in (bare(field.label), without_unit(field.label))
        }
        try:
            stream: Any = file.file
            with open_table(stream, file.name or "", known=set(fields), limits=LIMITS) as table:
                names = [fields.get(bare(one)) or fields.get(without_unit(one)) for one in table.header]
                rows = [(number, dict(_cells(names, row))) for number, row in table.rows]
        except FileRefused as refused:
            message = str(refused)
            if refused.code == "no_header":
                labels = listed(str(field.label) for field in self.line.base_fields.values())
                message = _("没有找到表头。表头至少应有以下各列中的%(least)d列：%(labels)s。") % {
                    "least": LEAST_KNOWN,
                    "labels": labels,
                }
            raise ValidationError(message, code=refused.code) from refused
        if len(rows) > MOST_IN_FILE:
            raise ValidationError(_("最多 %(most)d 行。"), code="too_many", params={"most": MOST_IN_FILE})
        return [(number, row) for number, row in rows if row]


def _cells(names: Sequence[str | None], row: Sequence[Any]) -> Iterator[tuple[str, str]]:
    """The cells of a row that belong to a column and hold anything, as text; whole numbers without a point."""
    for name, cell in zip(names, row, strict=False):
        if name is None or cell == "":
            continue
        whole = isinstance(cell, float) and cell.is_integer() and abs(cell) < LARGEST_EXACT
        yield name, str(int(cell) if whole else cell).strip()


def _faults(number: int, bound: forms.Form) -> list[ValidationError]:
    """What is wrong with a line, each fault with its number and the label of its field."""
    return [
        ValidationError(
            _("第%(number)d行 %(label)s：%(message)s"),
            code=error.code,
            params={
                "number": number,
                "label": bound.fields[name].label if name in bound.fields else "",
                "message": " ".join(error.messages),
            },
        )
        for name, errors in bound.errors.as_data().items()
        for error in errors
    ]
