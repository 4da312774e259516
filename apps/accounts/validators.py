"""Password rules beyond Django's own (GB/T 22239-2019, 8.1.4.1 a)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from apps.accounts.models import User


FORMER = 5


class CharacterClassesValidator:
    """At least three of: lower case, upper case, digits, other characters."""

    def validate(self, password: str, user: User | None = None) -> None:
        classes = [
            any(c.islower() for c in password),
            any(c.isupper() for c in password),
            any(c.isdigit() for c in password),
            any(not c.isalnum() for c in password),
        ]
        if sum(classes) < 3:
            raise ValidationError(self.get_help_text(), code="password_classes")

    def get_help_text(self) -> str:
        return _("密码至少包含大写字母、小写字母、数字、其他字符中的三类。")


class PersonalPasswordValidator:
    """Not made of the user name, nor of a phone or citizen number, whoever's: those are the first that others try."""

    NUMBER = re.compile(r"(?<!\d)(?:1[3-9]\d{9}|\d{17}[\dXx])(?!\d)")

    def validate(self, password: str, user: User | None = None) -> None:
        name = (user.username if user is not None else "").lower()
        if (len(name) > 3 and name in password.lower()) or self.NUMBER.search(password):
            raise ValidationError(self.get_help_text(), code="password_personal")

    def get_help_text(self) -> str:
        return _("密码不能包含用户名、手机号码或身份证号码。")


class FormerPasswordValidator:
    """Not the present password and none of the last five."""

    def validate(self, password: str, user: User | None = None) -> None:
        if user is None or user.pk is None:
            return
        if any(check_password(password, encoded) for encoded in user.last_passwords(FORMER)):
            raise ValidationError(self.get_help_text(), code="password_former")

    def get_help_text(self) -> str:
        return _("不能使用最近五次用过的密码。")
