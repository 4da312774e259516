"""Pages of complaints beyond the generic ones: a complaint with its steps, the author for a reason, the printed answer,
numbers."""

from __future__ import annotations

import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.forms import Form
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import View

from apps.accounts.sessions import requester
from apps.common.days import today
from apps.common.errors import ServiceError
from apps.complaints.choices import OPEN, Kind
from apps.complaints.forms import ComplaintStepForm
from apps.complaints.kinds import STATE
from apps.complaints.models import Complaint, ComplaintPhoto
from apps.complaints.services import attaching, counting, reading
from apps.complaints.tables import ComplaintResource
from apps.divisions import codes
from apps.history.services import log_access
from apps.pages.context import reference_date
from apps.pages.photos import PhotoAddPage, PhotoForm
from apps.pages.places import Place, Places
from apps.pages.print_views import watermark
from apps.pages.views import FormPage
from apps.pages.way_forms import WayForm
from apps.pages.way_pages import WayPage

MONTHS = 12
"""Months that the numbers go back."""


class ComplaintPage(WayPage):
    """One complaint; its words, pictures and notes for the unit that handles it alone."""

    form_class = ComplaintStepForm
    states = STATE

    def more(self, found: Complaint, form: WayForm | None = None, photo: PhotoForm | None = None) -> dict[str, Any]:
        user = requester(self.request)
        if not reading.handles(user, found):
            return {"handles": False, "log": []}
        return {
            **super().more(found, form),
            "handles": True,
            "statement": reading.read_words(user, found),
            "pictures": reading.photos_of(user, found),
            "photo_form": photo or (PhotoForm() if found.state in OPEN else None),
            "author_url": reverse("complaint-author", args=[found.pk]),
            "answer_url": reverse("complaint-answer", args=[found.pk]) if found.answered_on else "",
        }

    def post(self, request: HttpRequest, key: int) -> HttpResponse:
        """A step. Whoever handed the complaint over may see it no more: the list is next then."""
        answer = super().post(request, key)
        if answer.status_code == 302 and not self.rows().filter(pk=key).exists():
            messages.info(request, _("这件举报已转到其他单位，您的单位不能再查看。"))
            return HttpResponseRedirect(ComplaintResource.list_url())
        return answer


class ScanAddPage(PhotoAddPage, ComplaintPage):
    """Takes a photo or scan of what came with a complaint, from the unit that handles it."""

    part = "statement"

    def file_form(self, found: Complaint, data: Any = None, files: Any = None) -> PhotoForm | None:
        return PhotoForm(data, files) if reading.handles(self.request.user, found) else None

    def keep(self, found: Complaint, form: Form) -> None:
        attaching.attach(found, form.cleaned_data["photo"].read(), by=requester(self.request))


class EntryPage(FormPage):
    """Entering a complaint; the next page is the slip for whoever complained, which is shown this once."""

    def saved(self, form: Any, row: Complaint) -> HttpResponse:
        context = {
            "title": _("信访举报回执"),
            "object": row,
            "receipt": form.receipt,
            "unit": Places.of([row.division_id]).full(row.division_id),
            "on": today(),
            "follow_url": self.request.build_absolute_uri(reverse("public-complaint-follow")),
            "next_url": ComplaintResource.url("detail", row.pk),
        }
        return render(self.request, "complaints/slip.html", context, status=201)


def _found(request: HttpRequest, key: int) -> Complaint:
    """A complaint that the requester sees; Http404 otherwise."""
    found: Complaint | None = ComplaintResource.rows(request.user).filter(pk=key).first()
    if found is None:
        raise Http404(_("没有这条记录，或者它不在您的范围内。"))
    return found


class AuthorPage(View):
    """Who complained, for the handling unit alone, after a reason was given; on record."""

    def post(self, request: HttpRequest, key: int) -> HttpResponse:
        found = _found(request, key)
        context: dict[str, Any] = {}
        try:
            context["author"] = reading.author_of(found, by=requester(request), reason=request.POST.get("reason", ""))
        except ServiceError as error:
            context["problem"] = error.message
        return render(request, "complaints/_author.html", context)


class AnswerPage(View):
    """书面答复: the answer as a letter on A4, with the name that was told; on record as reading it is."""

    def get(self, request: HttpRequest, key: int) -> HttpResponse:
        found, user = _found(request, key), requester(request)
        author = reading.author_of(found, by=user, reason=_("打印书面答复"), action="print")
        statement = reading.statement_of(user, found)
        if statement is None or found.answered_on is None:
            raise Http404(_("这件举报还没有答复。"))
        context = {
            "object": found,
            "name": author["name"],
            "statement": statement,
            "unit": Places.of([found.division_id]).full(found.division_id),
            "title": _("信访举报答复书"),
            "back_url": ComplaintResource.url("detail", found.pk),
            "watermark": watermark(user),
        }
        return render(request, "complaints/answer.html", context)


class ComplaintPhotoPage(View):
    """A picture that came with a complaint, for the handling unit alone; on record."""

    def get(self, request: HttpRequest, key: int) -> FileResponse:
        user = requester(request)
        photo = ComplaintPhoto.objects.visible_to(user).filter(pk=key).first()
        if photo is None:
            raise Http404(_("没有这条记录，或者它不在您的范围内。"))
        log_access(user, "view", division=photo.division_id, obj=photo, fields=["image"])
        return FileResponse(photo.image.open("rb"), content_type="image/jpeg")


def since() -> datetime.date:
    """The first day of the months that the numbers go back."""
    return (today().replace(day=1) - datetime.timedelta(days=31 * (MONTHS - 1))).replace(day=1)


def labelled(kinds: dict[str, int | None]) -> list[tuple[str, int | None]]:
    """The numbers of a row, each with what its column is called."""
    return [(str(Kind(kind).label), count) for kind, count in kinds.items()]


class NumbersPage(View):
    """信访举报统计: by kind, of the units complained about and of months; small numbers are not told."""

    def get(self, request: HttpRequest) -> HttpResponse:
        user = requester(request)
        place = Place.read(user, request.GET)
        ComplaintResource.require_open(user)
        code = place.code or codes.WHOLE_REGION
        rows = place.narrow(counting.seen_by(user))
        units = counting.by_unit(rows, code)
        names = Places.of(unit for unit, _kinds, _sum in units.rows)
        months = counting.by_month(rows, since())
        by_unit = [
            (names.short(unit), labelled(kinds), total, self.listed(code, unit)) for unit, kinds, total in units.rows
        ]
        by_month = [(month.strftime("%Y-%m"), labelled(kinds), total, "") for month, kinds, total in months.rows]
        context = {
            "title": _("信访举报统计"),
            "place": place,
            "kinds": [kind.label for kind in Kind],
            "tables": [(_("按被反映地区"), by_unit, units.total), (_("按收到月份"), by_month, months.total)],
            "fewest": counting.FEWEST,
            "on": reference_date(),
            "list_url": ComplaintResource.list_url(),
        }
        return render(request, "complaints/numbers.html", context)

    @staticmethod
    def listed(place: int, unit: int) -> str:
        """The list of the complaints about a unit that lie at a place and below."""
        return f"{ComplaintResource.list_url()}?{urlencode({'division': place, 'concerned': unit})}"
