"""Pages of visits beyond the generic ones: one visit with all that hangs off it, and its correction."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from apps.access import sight
from apps.accounts.sessions import requester
from apps.pages.views import DetailPage
from apps.visits.choices import Mark, PhotoState
from apps.visits.forms import CorrectionForm
from apps.visits.models import Visit, VisitMark
from apps.visits.services import photos, reading, writing
from apps.visits.tables import VisitResource

UNITS = {
    Mark.FAR: gettext_lazy("%(value)d 米"),
    Mark.CLOCK: gettext_lazy("%(value)d 分钟"),
    Mark.LATE: gettext_lazy("%(value)d 小时"),
    Mark.TRAVEL: gettext_lazy("%(value)d 公里/小时"),
    Mark.COPIED: gettext_lazy("相似度 %(value)d%%"),
    Mark.PHOTO_REPEATED: gettext_lazy("相似度 %(value)d%%"),
    Mark.PHOTO_ELSEWHERE: gettext_lazy("%(value)d 米"),
    Mark.PHOTO_TIME: gettext_lazy("%(value)d 小时"),
}
"""How a mark's value is said."""


class VisitPage(DetailPage):
    """One visit: its words, marks, photos, corrections, and what came under its id besides."""

    def title(self, found: Visit) -> str:
        return _("%(day)s %(author)s 的走访") % {"day": f"{found.visited_on:%Y-%m-%d}", "author": found.author_name}

    def more(self, found: Visit) -> dict[str, Any]:
        user = self.request.user
        whole = sight.opens(user, found) or found.author_id == user.pk
        marks = list(reading.marks_of(user, found.pk))
        seen = reading.seen_among(user, {mark.other for mark in marks if mark.other})
        return {
            "marks": [
                (mark.get_kind_display(), said(mark), mark.other if mark.other in seen else None) for mark in marks
            ],
            "pictures": [one for one in photos.of_visit(user, found.pk) if one.state == PhotoState.DONE and whole],
            "corrections": reading.corrections_of(user, found.pk),
            "conflicts": reading.conflicts_of(user, found.pk),
            "whole": whole,
            "track_url": f"{reverse('visit-track')}?author={found.author_id}&month={found.visited_on:%Y-%m}"
            if whole
            else "",
            "form": CorrectionForm() if found.author_id == user.pk else None,
        }


def said(mark: VisitMark) -> str:
    """A mark's value with its unit; empty without one."""
    kind = Mark(mark.kind)
    return "" if mark.value is None or kind not in UNITS else str(UNITS[kind]) % {"value": mark.value}


class CorrectPage(View):
    """Takes the author's correction and shows the visit again, or what is wrong with it."""

    def post(self, request: HttpRequest, key: int) -> HttpResponse:
        found = VisitResource.rows(request.user).filter(pk=key).first()
        if found is None:
            raise Http404(_("没有这篇民情日记，或者它不在您的范围内。"))
        by = requester(request)
        if found.author_id != by.pk:
            raise PermissionDenied(_("只有走访人本人可以更正日记。"))
        form = CorrectionForm(request.POST)
        if not form.is_valid():
            return render(request, "visits/correct.html", {"form": form, "object": found}, status=422)
        writing.correct(found, **form.cleaned_data, by=by)
        return redirect("visit-detail", key)
