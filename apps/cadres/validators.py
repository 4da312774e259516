"""Rules on the data of a cadre, one function each; models, forms, API and import all call these."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from apps.common import numbers
from apps.common.sealing import Sealed


def _clear(value: Sealed | str) -> str:
    return value.clear() if isinstance(value, Sealed) else numbers.normalise_number(value)


def validate_cadre_name(name: str) -> None:
    """2 to 50 Han characters or ·, as of every person of the register (ID-09)."""
    if not numbers.name_ok(name):
        raise ValidationError(_("姓名应为2至50个汉字，可含“·”。"), code="name")


def validate_phone(value: Sealed | str) -> None:
    """A mobile or fixed line, as HH-15 tells them."""
    if not numbers.phone_ok(_clear(value)):
        raise ValidationError(_("不是有效的电话号码。"), code="phone")


def validate_id_no(value: Sealed | str) -> None:
    """A citizen number of 18 characters whose check character holds (ID-01, ID-02)."""
    facts = numbers.id_facts(_clear(value), None)
    if facts.length != 18 or not facts.check_ok:
        raise ValidationError(_("不是有效的居民身份证号码。"), code="id_no")
