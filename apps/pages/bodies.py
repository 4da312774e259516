"""The body of an API request that is no model's form: an act with a few named values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail


def valid_body(kind: type[serializers.Serializer], data: Any) -> dict[str, Any]:
    """The validated body; ValidationError (422) with every field that is wrong, also for fields that do not exist."""
    form = kind(data=data)
    wrong: dict[str, Any] = {}
    if isinstance(data, dict):
        wrong = {
            name: ValidationError(_("没有这个字段。"), code="unknown") for name in set(data) - set(form.fields)
        }  # fmt: skip
        # The framework takes a number for a text; whoever sends one means another field.
        wrong |= {
            name: ValidationError(_("应为文本。"), code="invalid")
            for name, field in form.fields.items()
            if type(field) is serializers.CharField and not isinstance(data.get(name), str | None)
        }
    if not form.is_valid():
        wrong |= {
            name: ValidationError([ValidationError(str(one), code=one.code) for one in _flat(found)])
            for name, found in form.errors.items()
        }
    if wrong:
        raise ValidationError(wrong)
    return dict(form.validated_data)


def _flat(found: Any) -> Iterator[ErrorDetail]:
    """The errors of a field; of a list or an object those of its parts as well."""
    if isinstance(found, ErrorDetail):
        yield found
    else:
        for part in found.values() if isinstance(found, dict) else found:
            yield from _flat(part)
