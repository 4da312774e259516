"""What may be said in public: names made short, and no number of a person in any text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Number(TextChoices):
    """Kinds of numbers that no public text may hold."""

    ID = "id", _("身份证件号码")
    PHONE = "phone", _("手机号码")
    ACCOUNT = "account", _("银行账号")


# Written in one piece, or in the groups in which people write them; nothing but digits right and left.
_KINDS: tuple[tuple[Number, re.Pattern[str]], ...] = (
    (Number.ID, re.compile(r"(?<!\d)\d{6}[ -]?\d{8}[ -]?\d{3}[\dXx](?!\d)")),
    (Number.ID, re.compile(r"(?<!\d)\d{15}(?!\d)")),
    (Number.PHONE, re.compile(r"(?<!\d)(?:86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)")),
    (Number.ACCOUNT, re.compile(r"(?<!\d)\d{16,19}(?!\d)")),
    (Number.ACCOUNT, re.compile(r"(?<!\d)\d{4}(?:[ -]\d{4}){3}(?:[ -]?\d{1,3})?(?!\d)")),
)


def number_in(text: str) -> Number | None:
    """The kind of the first number of a person in a text; None when it holds none.

    Full-width digits count like others. Office lines with an area code, document numbers, amounts and division codes
    (12 digits) are no such numbers.
    """
    plain = "".join(
        str(unicodedata.digit(one)) if unicodedata.category(one) == "Nd" else unicodedata.normalize("NFKC", one)
        for one in text
    )
    return next((kind for kind, shape in _KINDS if shape.search(plain)), None)


def masked_name(name: str) -> str:
    """A person's name as the public reads it: the first character and a star (张*); empty stays empty."""
    written = name.strip()
    return f"{written[0]}*" if written else ""


def without_names(text: str, names: Iterable[str]) -> str:
    """A text in which these names are masked wherever they stand whole; the longest first."""
    for name in sorted({name.strip() for name in names if len(name.strip()) > 1}, key=len, reverse=True):
        text = text.replace(name, masked_name(name))
    return text
