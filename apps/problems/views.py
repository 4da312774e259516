"""Pages of the problem ledger beyond the generic ones: a problem with its steps and photos, letters, sheets for A4."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.generic import View

from apps.access import policy
from apps.accounts.sessions import requester
from apps.common.errors import ServiceError
from apps.history.services import log_access
from apps.pages.attachments import AttachmentAddPage, AttachmentPage
from apps.pages.imports.template import filled
from apps.pages.photos import PhotoAddPage, PhotoPage
from apps.pages.places import Places
from apps.pages.print_views import watermark
from apps.pages.step_pages import StepPage
from apps.pages.way_forms import WayForm
from apps.pages.way_pages import WayPage
from apps.problems.forms import ElsewhereForm, ProblemFileForm, ProblemPhotoForm, ReceiveForm
from apps.problems.importing import EXPLAINED, SHEET
from apps.problems.kinds import STATE
from apps.problems.models import Problem, ProblemFile, ProblemPhoto, RectificationMeasure, SupervisionLetter
from apps.problems.services import files, photos, raising, similar
from apps.problems.services.offices import INSPECTS
from apps.problems.services.way import WAY
from apps.problems.step_forms import ProblemStepForm
from apps.problems.tables import LetterResource, ProblemResource


@require_safe
def import_template(request: HttpRequest) -> FileResponse:
    """`GET /problems/import/template.xlsx`, for those who may import somewhere."""
    return filled(request, "督查问题", SHEET, EXPLAINED, _("督查问题导入模板"))


class ProblemPage(WayPage):
    """One problem: the three lists, its photos, the steps one may take, what was done, and what reads like it."""

    form_class = ProblemStepForm
    states = STATE

    def more(
        self,
        found: Problem,
        form: WayForm | None = None,
        photo: ProblemPhotoForm | None = None,
        file: ProblemFileForm | None = None,
        elsewhere: ElsewhereForm | None = None,
    ) -> dict[str, Any]:
        user = requester(self.request)
        alike = similar.similar(found, user)
        places = Places.of(one.division_id for one, _part in alike)
        return {
            **super().more(found, form),
            "pictures": photos.of_problem(user, found),
            "site_pictures": photos.of_site(found),
            "photo_form": photo or photo_form(found, user),
            "files": files.of_problem(user, found),
            "file_form": file or file_form(found, user),
            "alike": [
                (one, ProblemResource.url("detail", one.pk), places.short(one.division_id), STATE.html(one.state), part)
                for one, part in alike
            ],
            "elsewhere": elsewhere or elsewhere_form(found, user),
        }


def photo_form(found: Problem, user: Any, data: Any = None, files: Any = None) -> ProblemPhotoForm | None:
    """The form of a photo with what somebody may add one of; None for nothing."""
    offered = photos.offered(found, user)
    return ProblemPhotoForm(data, files, offered=offered) if offered else None


def file_form(found: Problem, user: Any, data: Any = None, sent: Any = None) -> ProblemFileForm | None:
    """The form of a file with what somebody may add one of; None for nothing."""
    offered = photos.offered(found, user)
    return ProblemFileForm(data, sent, offered=offered) if offered else None


def elsewhere_form(found: Problem, user: Any, data: Any = None) -> ElsewhereForm:
    """The form of the same elsewhere, with the places beside."""
    return ElsewhereForm(data, places=[(place.pk, str(place)) for place in similar.beside(found, user)])


class ProblemPhotoAddPage(PhotoAddPage, ProblemPage):
    """Takes a photo of a problem."""

    def file_form(self, found: Problem, data: Any = None, files: Any = None) -> ProblemPhotoForm | None:
        return photo_form(found, requester(self.request), data, files)

    def keep(self, found: Problem, form: forms.Form) -> None:
        said = form.cleaned_data
        photos.add(found, said["of"], said["photo"].read(), by=requester(self.request))


class ProblemFileAddPage(AttachmentAddPage, ProblemPage):
    """Takes a file of a problem."""

    def file_form(self, found: Problem, data: Any = None, files: Any = None) -> ProblemFileForm | None:
        return file_form(found, requester(self.request), data, files)

    def keep(self, found: Problem, form: forms.Form) -> None:
        said = form.cleaned_data
        files.add(found, said["of"], said["file"], by=requester(self.request))


class ElsewherePage(ProblemPage):
    """举一反三: raises the same check in the places that were ticked."""

    page = "detail"

    def get(self, request: HttpRequest, key: int) -> HttpResponse:
        return HttpResponseRedirect(self.resource.url("detail", self.get_object(key).pk))

    def post(self, request: HttpRequest, key: int) -> HttpResponse:
        found = self.get_object(key)
        if not policy.can(request.user, INSPECTS, found):
            raise PermissionDenied(_("您没有登记问题的权限。"))
        form = elsewhere_form(found, requester(request), request.POST)
        if form.is_valid():
            try:
                made = raising.raise_elsewhere(found, form.cleaned_data["places"], by=requester(request))
            except ServiceError as error:
                form.add_error("places", str(error))
            else:
                messages.success(request, _("已在%(number)d个地区登记自查。") % {"number": len(made)})
                return HttpResponseRedirect(f"{self.resource.list_url()}?alike={found.pk}")
        return self.again(found, 422, elsewhere=form)


class ProblemPhotoPage(PhotoPage):
    """A photo of a visible problem."""

    model = ProblemPhoto


class ProblemFilePage(AttachmentPage):
    """A file of a visible problem."""

    model = ProblemFile


class SitePhotoPage(View):
    """The picture of a photo of the on-site form that raised a visible problem; on record."""

    def get(self, request: HttpRequest, key: int) -> FileResponse:
        user = requester(request)
        photo = photos.on_site(key)
        raised = photo and ProblemResource.rows(user).filter(client_id=photo.form.client_id).first()
        if photo is None or raised is None:
            raise Http404(_("没有这条记录，或者它不在您的范围内。"))
        log_access(user, "view", division=raised.division_id, obj=raised, fields=["site_photo"])
        return FileResponse(photo.image.open("rb"), content_type="image/jpeg")


class SheetPage(View):
    """问题台账单: one problem with its three lists and its log on A4."""

    def get(self, request: HttpRequest, key: int) -> HttpResponse:
        user = requester(request)
        found: Problem | None = ProblemResource.rows(user).filter(pk=key).first()
        if found is None:
            raise Http404(_("没有这条记录，或者它不在您的范围内。"))
        log_access(user, "print", division=found.division_id, obj=found, fields=["sheet"])
        places = Places.of(code for code in (found.division_id, found.unit_id) if code)
        measures = RectificationMeasure.objects.visible_to(user).filter(problem=found, plan=found.plan)
        context = {
            "problem": found,
            "title": found.number,
            "place": places.full(found.division_id),
            "unit": places.full(found.unit_id) if found.unit_id else "",
            "measures": measures.order_by("position"),
            "log": [(line, STATE.text(line.to_state), WAY.named(line.step)) for line in WAY.lines(found, user)],
            "back_url": ProblemResource.url("detail", found.pk),
            "watermark": watermark(user),
        }
        return render(request, "problems/sheet.html", context)


class LetterPage(StepPage):
    """One supervision letter, and its receipt."""

    def step_form(self, found: SupervisionLetter, data: Any = None, files: Any = None) -> ReceiveForm:
        return ReceiveForm(data, letter=found, user=requester(self.request))

    def more(self, found: SupervisionLetter, form: ReceiveForm | None = None) -> dict[str, Any]:
        return {"form": form or self.step_form(found)}


class LetterSheetPage(View):
    """督办函 on A4, with its letterhead."""

    def get(self, request: HttpRequest, key: int) -> HttpResponse:
        user = requester(request)
        found = LetterResource.rows(user).select_related("problem", "issuer", "unit").filter(pk=key).first()
        if found is None:
            raise Http404(_("没有这条记录，或者它不在您的范围内。"))
        log_access(user, "print", division=found.division_id, obj=found, fields=["sheet"])
        context = {
            "letter": found,
            "problem": found.problem,
            "title": found.number,
            "place": Places.of([found.division_id]).full(found.division_id),
            "back_url": LetterResource.url("detail", found.pk),
            "watermark": watermark(user),
        }
        return render(request, "problems/letter.html", context)
