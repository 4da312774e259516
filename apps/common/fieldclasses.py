"""The class of every field, declared once beside the models: what it is for, on what ground, and how protected it is.

The data dictionary of the platform (PIPL 5, 6, 13, 28 to 32; GB/T 35273-2020, 3.2 and annex B). Who may see a place but
holds no right to personal data there reads a mark in place of what is sensitive, whatever the surface, and asks no
question about it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Field, Model, TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MASK = "＊＊＊"
"""What stands for a sensitive value on pages, paper and in workbooks; in JSON it is null, and `masked` names it."""


class Level(TextChoices):
    """How protected a field is."""

    GENERAL = "general", _("一般信息")
    SENSITIVE = "sensitive", _("敏感信息")
    HIGH = "high", _("高度敏感信息")


class Basis(TextChoices):
    """On what ground it is kept."""

    DUTY = "duty", _("个人信息保护法第十三条第一款第三项：为履行法定职责所必需")
    CARE = "care", _("个人信息保护法第二十八条：敏感个人信息，为履行法定职责所必需，采取严格保护措施")
    CHILD = "child", _("个人信息保护法第二十八条、第三十一条：含未满十四周岁未成年人的信息")
    AUDIT = "audit", _("网络安全法第二十一条、个人信息保护法第五十四条：记录与审计")
    PUBLIC = "public", _("政府工作数据，不是个人信息")


@dataclass(frozen=True)
class FieldClass:
    """The class of a field."""

    level: Level
    purpose: str | Promise
    basis: Basis

    @property
    def sensitive(self) -> bool:
        return self.level != Level.GENERAL


# What every table has for its own working: keys, places, versions and times of writing.
TECHNICAL = FieldClass(Level.GENERAL, _("记录的标识、所在地和写入情况"), Basis.DUTY)
TECHNICAL_NAMES = frozenset({"id", "division", "version", "created_at", "updated_at"})

_declared: dict[type[Model], Mapping[str, FieldClass]] = {}


def general(purpose: str | Promise, names: str, basis: Basis = Basis.DUTY) -> dict[str, FieldClass]:
    """Fields (names with spaces between) that whoever sees the row may read."""
    return dict.fromkeys(names.split(), FieldClass(Level.GENERAL, purpose, basis))


def sensitive(purpose: str | Promise, names: str, basis: Basis = Basis.CARE) -> dict[str, FieldClass]:
    """Fields that are masked for those without the right to personal data."""
    return dict.fromkeys(names.split(), FieldClass(Level.SENSITIVE, purpose, basis))


def high(purpose: str | Promise, names: str, basis: Basis = Basis.CARE) -> dict[str, FieldClass]:
    """Likewise, and what does most harm in the wrong hands: numbers, accounts, health."""
    return dict.fromkeys(names.split(), FieldClass(Level.HIGH, purpose, basis))


def declare(model: type[Model], *groups: Mapping[str, FieldClass]) -> None:
    """Declare a model's fields; called once for each model, from its app's `ready()`.

    Raises ValueError for a name that is no field, or named twice.
    """
    names = {field.name for field in model._meta.concrete_fields}
    found: dict[str, FieldClass] = {}
    for group in groups:
        if wrong := {name for name in group if name in found or name not in names}:
            raise ValueError(f"{model._meta.label}: no such field, or declared twice: {', '.join(sorted(wrong))}")
        found |= group
    _declared[model] = found


def declared() -> list[type[Model]]:
    """The models whose fields are declared, in the order of their names."""
    return sorted(_declared, key=lambda model: model._meta.label)


def class_of(field: Field[Any, Any]) -> FieldClass | None:
    """The class of a model's field (of a history table: that of the field it follows); None when none was declared."""
    model = field.model
    known = _declared.get(model)
    if known is None:
        followed = getattr(model, "pgh_tracked_model", None)
        known = _declared.get(followed) if followed else None
    if known is not None and field.name in known:
        return known[field.name]
    return TECHNICAL if field.name in TECHNICAL_NAMES else None


def is_sensitive(field: Field[Any, Any]) -> bool:
    """Whether a field is masked without the right; a field of a declared model without a class is, to be safe."""
    found = class_of(field)
    return found.sensitive if found is not None else field.model in _declared
