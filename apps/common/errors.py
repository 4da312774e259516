"""Errors that services raise and that pages, the API and commands turn into answers.

A service never returns an error value: it raises one of these inside the transaction, which is thereby
undone.
"""

from collections.abc import Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class ServiceError(Exception):
    """A rule of the register refuses what was asked.

    `message` is for people (translated), `field` names the offending field of the input, `code` is stable for
    programs, `status` is the HTTP status of the answer. Where many lines are wrong, the error is the first of them and
    `parts` are all.
    """

    status = 422
    code = "invalid"

    def __init__(
        self,
        message: str | Promise,
        *,
        field: str | None = None,
        code: str | None = None,
        status: int | None = None,
        parts: "Sequence[ServiceError]" = (),
    ) -> None:
        super().__init__(message)
        self.parts = tuple(parts) or (self,)
        self.message = message
        self.field = field
        if code is not None:
            self.code = code
        if status is not None:
            self.status = status

    def __str__(self) -> str:
        return str(self.message)


class StaleVersion(ServiceError):
    """The object was changed by someone else since it was read; `current` is the object as it is now."""

    status = 409
    code = "stale"

    def __init__(self, current: Any, message: str | Promise | None = None) -> None:

        super().__init__(message or _("记录已被他人修改，请核对后重新提交"), field="version")
        self.current = current


class Refused(ServiceError):
    """The user sees the object but may not do this to it."""

    status = 403
    code = "refused"

    def __init__(self, message: str | Promise | None = None, *, field: str | None = None) -> None:

        super().__init__(message or _("您没有执行此操作的权限"), field=field)
