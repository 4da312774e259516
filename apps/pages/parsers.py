"""JSON as it comes in: of bounded length and depth, and never a reason for an error of ours."""

from __future__ import annotations

from typing import Any, ClassVar

import orjson
from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser as PlainJSONParser


class TooLarge(APIException):
    """The body is longer than any right one."""

    status_code = 413
    default_detail = ""


class JSONParser(PlainJSONParser):
    """Reads a body of at most `most` bytes (`DATA_UPLOAD_MAX_MEMORY_SIZE` if None).

    A body that is nested deep enough ends Python's stack in the parser of the standard library.
    """

    most: ClassVar[int | None] = None

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        most = self.most or settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0
        content = stream.read(most + 1)
        if len(content) > most:
            raise TooLarge
        try:
            return orjson.loads(content)
        except orjson.JSONDecodeError as error:
            raise ParseError(_("请求体不是有效的 JSON。")) from error
