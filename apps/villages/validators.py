"""Rules on the data of a village, one function each; models, forms, API and import all call these."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


def validate_attributes(attributes: Sequence[str] | None) -> None:
    """贫困村 and 非贫困村 exclude each other; 深度贫困 presupposes 贫困村; nothing stands twice."""
    given = attributes or []
    if len(set(given)) != len(given):
        raise ValidationError({"attributes": _("村属性重复。")})
    if "01" in given and "02" in given:
        raise ValidationError({"attributes": _("不能既是贫困村又是非贫困村。")})
    if "03" in given and "01" not in given:
        raise ValidationError({"attributes": _("深度贫困村应同时是贫困村。")})


def validate_status(attributes: Sequence[str] | None, status: str | None, exit_year: int | None) -> None:
    """A status belongs to a poor village, the year of exit to one that has left (registry.md §10)."""
    if status and "01" not in (attributes or []):
        raise ValidationError({"village_status": _("只有贫困村有贫困村状态。")})
    if (status == "40") != (exit_year is not None):
        raise ValidationError({"exit_year": _("已退出的贫困村须填退出年度，其他村不填。")})


def validate_not_above(values: Any, parts: Iterable[str], whole: str, *, labels: Any) -> dict[str, ValidationError]:
    """The parts that exceed their whole, by field; empty values pass. `labels` gives a field's name for people."""
    total = getattr(values, whole)
    if total is None:
        return {}
    return {
        part: ValidationError(
            _("%(part)s不能大于%(whole)s。"),
            code="above",
            params={"part": labels(part), "whole": labels(whole)},
        )
        for part in parts
        if getattr(values, part) is not None and getattr(values, part) > total
    }
