"""When two people change the same row: what each of them has, side by side."""

from __future__ import annotations

from typing import Any, cast

from django.forms import BoundField, ModelForm
from django.http import QueryDict
from django.utils.formats import localize

from apps.common import wording


def differences(form: ModelForm[Any], current: Any) -> list[tuple[str, str, str]]:
    """(label, stored now, filled in) for each field that differs; the form then carries the current version.

    Whoever saves again has seen what he replaces.
    """
    found = []
    for bound in form.visible_fields():
        mine, theirs = form.cleaned_data.get(bound.name), getattr(current, bound.name, None)
        if mine != theirs:
            found.append((str(bound.label), _shown(bound, theirs), _shown(bound, mine)))
    data = cast("QueryDict", form.data).copy()
    data["version"] = str(current.version)
    form.data = data
    return found


def _shown(bound: BoundField, value: Any) -> str:
    if value is None or value in ("", []):
        return "—"
    labels = {str(code): str(label) for code, label in getattr(bound.field, "choices", ()) if code}
    values = value if isinstance(value, list | tuple) else [value]
    return wording.listed(labels.get(str(one), str(localize(one))) for one in values)
