"""Errors as RFC 9457 problem documents: one shape for the whole API, whoever raised them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, ValidationError
from django.db.models import ProtectedError
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions

from apps.common.errors import ServiceError

MEDIA_TYPE = "application/problem+json"

TITLES = {
    400: _("请求有误"),
    401: _("尚未登录"),
    403: _("没有权限"),
    404: _("没有找到"),
    405: _("不支持的操作"),
    406: _("不支持的格式"),
    409: _("已被他人修改"),
    413: _("内容过大"),
    415: _("不支持的格式"),
    422: _("数据不符合规定"),
    429: _("请求过于频繁"),
    500: _("系统出错"),
    503: _("服务暂不可用"),
    507: _("存储空间不足"),
}

Problem = dict[str, Any]


def problem(status: int, detail: Any = "", errors: Iterable[Problem] = (), **members: Any) -> Problem:
    """A problem document; further members (such as `current`) go in as they are."""
    title = str(TITLES.get(status, TITLES[400 if status < 500 else 500]))
    return {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": str(detail) or title,
        "errors": list(errors),
        **members,
    }


def entry(field: str | None, code: str, message: Any) -> Problem:
    """One entry of `errors`; `field` is empty for the request as a whole."""
    return {"field": field or "", "code": code, "message": str(message)}


def entries(errors: Mapping[str, Iterable[ValidationError]]) -> list[Problem]:
    """The entries of a form's or a selection's errors."""
    found = []
    for field, problems in errors.items():
        for error in problems:
            for message in error.messages:
                found.append(entry("" if field == "__all__" else field, error.code or "invalid", message))
    return found


def of_exception(error: BaseException) -> Problem | None:
    """The problem document of an exception, or None for one that nobody foresaw (it must fail loudly)."""
    match error:
        case ServiceError():
            return problem(error.status, error, [entry(one.field, one.code, one) for one in error.parts])
        case Http404() | exceptions.NotFound():
            return problem(404, _("没有这条记录，或者它不在您的范围内。"))
        case PermissionDenied():
            return problem(403, error)
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            return problem(401, _("请先登录。"))
        case ValidationError():
            fields = error.error_dict if hasattr(error, "error_dict") else {"": error.error_list}
            return problem(422, errors=entries(fields))
        case ProtectedError():
            return problem(409, _("还有其他记录引用它，不能删除。"))
        case RequestDataTooBig():
            return problem(413)
        case exceptions.APIException():
            return problem(error.status_code, error.detail if isinstance(error.detail, str) else "")
    return None
