"""The public REST API: published notices, without sign-in."""

from __future__ import annotations

from typing import Any

from django.http import Http404, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.divisions import codes
from apps.notices.choices import Kind
from apps.notices.models import Publication
from apps.pages import problems
from apps.pages.api import answer
from apps.pages.kinds import DATE
from apps.pages.paging import MAX_PAGE_SIZE, PAGE_SIZE, BadCursor
from apps.publicsite import reading
from apps.publicsite.answers import kept

PARAMETERS = [
    OpenApiParameter("division", str, description="这里及其下级；12位区划代码"),
    OpenApiParameter("kind", str, many=True, enum=Kind.values),
    OpenApiParameter("page_size", int),
    OpenApiParameter("count", int, description="1：同时给出条数"),
    OpenApiParameter("after", str),
    OpenApiParameter("before", str),
]
LISTED = ("pk", "kind", "level", "title", "division_id", "place", "ways", "posted_on", "ends_on")


class PublicView(APIView):
    """What both addresses share: nobody is asked who he is, and the answer may be kept."""

    authentication_classes = ()
    permission_classes = ()

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """The answer, rendered and with its mark to compare by."""
        done = super().finalize_response(request, response, *args, **kwargs)
        return kept(request._request, done.render())


class PublicNoticesView(PublicView):
    """Notices that are on show, the newest first."""

    @extend_schema(operation_id="public_notices_list", parameters=PARAMETERS, responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        params = request.query_params
        try:
            asked = reading.Asked.read(params, known=frozenset({"page_size", "count"}))
            size = _size(params)
            if params.get("count", "1") != "1":
                raise reading.Wrong("count")
            if not reading.place(asked.place):
                raise Http404
            page = reading.page(asked, size, *LISTED)
        except reading.Wrong as wrong:
            entry = problems.entry(wrong.field, "invalid", _("没有这个查询参数，或者值不对。"))
            return answer(problems.problem(400, errors=[entry]))
        except BadCursor:
            entry = problems.entry("after" if "after" in params else "before", "invalid", _("游标无效。"))
            return answer(problems.problem(400, errors=[entry]))
        body: dict[str, Any] = {
            "next": _turned(request, params, "after", page.after),
            "previous": _turned(request, params, "before", page.before),
        }
        if "count" in params:
            body["count"], body["count_exact"] = reading.counted(asked)
        return Response({**body, "results": [_head(request, row) for row in page.rows]})


class PublicNoticeView(PublicView):
    """One notice with its text and list."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, key: int) -> Response:
        found = reading.notice(key)
        if found is None or request.query_params:
            raise Http404
        head = _head(request, tuple(getattr(found, name) for name in LISTED))
        return Response({**head, "text": found.text, "lines": lines_of(found)})


def lines_of(found: Publication) -> list[dict[str, Any]]:
    """The rows of the list, each with every column that the list has."""
    names = [column.name for column in found.columns]
    return [{name: line.get(name) for name in names} for line in found.lines]


def _head(request: Request, row: tuple[Any, ...]) -> dict[str, Any]:
    key, kind, level, title, division, place, ways, posted_on, ends_on = row[: len(LISTED)]
    return {
        "id": key,
        "kind": kind,
        "level": level,
        "division": codes.text(division),
        "title": title,
        "place": place,
        "ways": ways,
        "posted_on": DATE.json(posted_on),
        "ends_on": DATE.json(ends_on),
        "url": request.build_absolute_uri(reverse("public-notice", args=[key])),
    }


def _size(params: QueryDict) -> int:
    written = params.get("page_size", str(PAGE_SIZE))
    if not (written.isascii() and written.isdigit() and 0 < int(written) <= MAX_PAGE_SIZE):
        raise reading.Wrong("page_size")
    return int(written)


def _turned(request: Request, params: QueryDict, name: str, cursor: str | None) -> str | None:
    if cursor is None:
        return None
    query = params.copy()
    for other in ("after", "before"):
        query.pop(other, None)
    query[name] = cursor
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
