"""Pages of notices beyond the generic ones: a notice with its list, steps and photos, and its poster."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import View

from apps.accounts.sessions import requester
from apps.common.qr import picture
from apps.history.services import log_access
from apps.notices.choices import ON_SHOW, Kind
from apps.notices.forms import StepForm
from apps.notices.kinds import LIGHT, STATE
from apps.notices.models import NoticePhoto, PublicNotice
from apps.notices.services import photos, publishing, reading, steps
from apps.notices.sheets import sheet_of
from apps.notices.tables import NoticeResource
from apps.pages.photos import PhotoAddPage, PhotoForm, PhotoPage
from apps.pages.places import Places
from apps.pages.print_views import watermark
from apps.pages.step_pages import StepPage


def public_address(request: HttpRequest, found: PublicNotice) -> str:
    """Where everybody reads the web copy of a notice, also before it is posted."""
    return request.build_absolute_uri(reverse("public-notice", args=[found.pk]))


class NoticePage(StepPage):
    """One notice: what it says, its photos and objections, the steps one may take, and what was done so far."""

    def more(self, found: PublicNotice, form: StepForm | None = None, photo: PhotoForm | None = None) -> dict[str, Any]:
        user = requester(self.request)
        form = form or StepForm(notice=found, user=user)
        offered = any(step.name in ("post", "object") for step in form.steps)
        return {
            "form": form,
            "photo_form": photo or (PhotoForm() if offered else None),
            "pictures": photos.of_notice(user, found),
            "objections": [(one, LIGHT.html(one.light)) for one in reading.objections_of(user, found)],
            "log": [(line, STATE.html(line.to_state), words_of(line.step)) for line in reading.log_of(user, found)],
            "sheet": sheet_of(found),
            "detail_url": NoticeResource.url("detail", found.pk),
            "poster_url": reverse("notice-poster", args=[found.pk]),
            "public_url": reverse("public-notice", args=[found.pk]) if found.state in ON_SHOW else "",
        }

    def step_form(self, found: PublicNotice, data: Any = None, files: Any = None) -> StepForm:
        return StepForm(data, notice=found, user=requester(self.request))

    def require(self, found: PublicNotice, form: StepForm) -> None:
        if not steps.concerned(found, requester(self.request)):
            raise PermissionDenied(_("您没有办理这项公示的权限。"))


def words_of(step: str) -> str:
    """What a step of the log is called."""
    known = steps.STEPS.get(step)
    return str(known.label) if known else {"prepare": _("拟稿"), "change": _("修改"), "begin": _("开始公示")}[step]


class NoticePhotoAddPage(PhotoAddPage, NoticePage):
    """Takes a photo of a notice."""

    def file_form(self, found: PublicNotice, data: Any = None, files: Any = None) -> PhotoForm | None:
        return PhotoForm(data, files) if steps.concerned(found, requester(self.request)) else None

    def keep(self, found: PublicNotice, form: forms.Form) -> None:
        photos.add(found, form.cleaned_data["photo"].read(), by=requester(self.request))


class NoticePhotoPage(PhotoPage):
    """A photo of a visible notice."""

    model = NoticePhoto


class PosterPage(View):
    """张贴稿: a notice as it hangs on the board, on A4, with the way to its web copy; names are short there, too."""

    def get(self, request: HttpRequest, key: int) -> HttpResponse:
        user = requester(request)
        found: PublicNotice | None = NoticeResource.rows(user).filter(pk=key).first()
        if found is None:
            raise Http404(_("没有这条记录，或者它不在您的范围内。"))
        log_access(user, "print", division=found.division_id, obj=found, fields=["poster"])
        place = Places.of([found.division_id]).full(found.division_id)
        copy = publishing.copy_of(found)
        context = {
            "notice": copy,
            "sheet": sheet_of(copy),
            "kind": Kind(found.kind).label,
            "days": found.days,
            "title": found.title,
            "place": place,
            "picture": picture(public_address(request, found)),
            "back_url": NoticeResource.url("detail", found.pk),
            "watermark": watermark(user),
        }
        return render(request, "notices/poster.html", context)
