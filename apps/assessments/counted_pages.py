"""The page of the rows that a value was counted from, whoever is assessed by it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.generic import View

from apps.accounts.sessions import requester
from apps.history.services import log_view
from apps.pages.resources import Resource

Opened = tuple[type[Resource], tuple[str, ...]]
"""What the rows of a value are, and what of them is shown."""
LISTED = 200
"""So many rows of a value are listed, the others only counted."""


class RowsPage(View, ABC):
    """The rows of one value as far as the reader sees them by his own rights; the others are counted."""

    @abstractmethod
    def score(self, user: Any, key: int) -> Any:
        """The score of this key, if the user may open its rows; None otherwise."""

    @abstractmethod
    def opened(self, score: Any) -> Opened:
        """What the rows of this score are."""

    @abstractmethod
    def entry(self, score: Any) -> Any:
        """The words of its indicator."""

    @abstractmethod
    def back_url(self, score: Any) -> str:
        """The page of the assessment."""

    def get(self, request: HttpRequest, key: int) -> HttpResponse:
        user = requester(request)
        score = self.score(user, key)
        if score is None:
            raise Http404(_("没有这条记录，或者它不在您的范围内。"))
        log_view(user, score.assessment, fields=[score.code])
        resource, names = self.opened(score)
        columns = [resource.column(name) for name in names]
        columns[0] = replace(columns[0], link=resource.name, link_source="pk")
        reader = resource.reader(user, columns)
        found = resource.rows(user).filter(pk__in=score.counted)
        seen = found.count()
        rows = list(found.order_by("pk").values_list(*reader.paths)[:LISTED])
        context = {
            "score": score,
            "entry": self.entry(score),
            "assessment": score.assessment,
            "columns": columns,
            "rows": list(reader.table_rows(rows)),
            "number": len(score.counted),
            "more": seen - len(rows),
            "unseen": len(score.counted) - seen,
            "back_url": self.back_url(score),
            "title": _("%(name)s：%(indicator)s")
            % {"name": score.assessment.name, "indicator": score.get_code_display()},
        }
        return render(request, "assessments/counted.html", context)
