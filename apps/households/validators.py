"""Rules on the register's data, one function each; models, forms, API and import all call these."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


def validate_causes(main: str | None, other: Sequence[str] | None) -> None:
    """Exactly one main cause, at most two others, none of them the main one (registry.md §1)."""
    other = other or []
    if len(other) > 2:
        raise ValidationError({"cause_other": _("其他致贫原因最多选两项。")})
    if len(set(other)) != len(other):
        raise ValidationError({"cause_other": _("其他致贫原因重复。")})
    if main and main in other:
        raise ValidationError({"cause_other": _("其他致贫原因不能与主要致贫原因相同。")})


def validate_health(health: Sequence[str] | None) -> None:
    """健康 excludes every other entry (registry.md §3)."""
    if health and "01" in health and len(health) > 1:
        raise ValidationError({"health": _("“健康”不能与其他健康状况同时选择。")})
