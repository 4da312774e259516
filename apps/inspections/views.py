"""Pages of inspections beyond the generic ones: an inspection with its teams, a unit's form and replacement, photos."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from apps.accounts.sessions import requester
from apps.common.errors import ServiceError
from apps.history.services import log_access
from apps.inspections import raising
from apps.inspections.fill_forms import SiteForm as FillForm
from apps.inspections.forms import InspectionStepForm
from apps.inspections.kinds import INSPECTION_STATE
from apps.inspections.models import Inspection, Sample, SampledUnit, SiteForm, SiteFormPhoto
from apps.inspections.services import drawing, filling, photos, reading, templates
from apps.inspections.services.filling import NO, YES
from apps.inspections.tables import SampledUnitResource, SiteFormResource
from apps.pages.places import Places
from apps.pages.views import DetailPage
from apps.pages.way_forms import WayForm
from apps.pages.way_pages import WayPage


class InspectionPage(WayPage):
    """An inspection: where it goes, who goes, what was drawn and found, the steps one may take."""

    form_class = InspectionStepForm
    states = INSPECTION_STATE

    def more(self, found: Inspection, form: WayForm | None = None) -> dict[str, Any]:
        user = requester(self.request)
        targets = reading.targets_of(found, user)
        places = Places.of(target.place_id for target in targets)
        return {
            **super().more(found, form),
            "targets": [(target, places.full(target.place_id)) for target in targets],
            "teams": reading.teams_of(found, user),
        }


class SamplePage(DetailPage):
    """A draw with its list, to be printed and taken out."""

    def more(self, found: Sample) -> dict[str, Any]:
        query = urlencode({"sample": found.pk})
        return {
            "print_list": f"{SampledUnitResource.print_url()}?{query}",
            "whole_list": f"{SampledUnitResource.list_url()}?{query}",
        }


class TemplatePage(DetailPage):
    """A template with its questions."""

    def more(self, found: Any) -> dict[str, Any]:
        return {"questions": templates.questions_of(found)}


class ReplaceForm(forms.Form):
    """Why a unit is replaced."""

    reason = forms.CharField(label=gettext_lazy("替换原因"), max_length=200)


class UnitPage(DetailPage):
    """A sampled unit: the form to fill about it, and its replacement."""

    page = "detail"

    def more(self, found: SampledUnit, form: Any = None, replacing: ReplaceForm | None = None) -> dict[str, Any]:
        user = requester(self.request)
        fills = reading.may_fill(user, found.inspection) and found.dropped_on is None
        replaces = drawing.may_draw(found.inspection, user) and found.dropped_on is None and not found.forms.exists()
        return {
            "form": form or (FillForm(unit=found, user=user) if fills else None),
            "fill_url": reverse("sampled-unit-fill", args=[found.pk]),
            "replacing": replacing or (ReplaceForm(auto_id="replace_%s") if replaces else None),
            "replace_url": reverse("sampled-unit-replace", args=[found.pk]),
        }

    def again(self, found: SampledUnit, status: int, **more: Any) -> HttpResponse:
        """The page with what was entered and what is wrong with it."""
        return self.show(
            "inspections/sampled-unit_detail.html",
            status=status,
            object=found,
            title=self.title(found),
            sections=self.sections(found),
            related=[self.related_table(found, related) for related in self.resource.related],
            **self.more(found, **more),
        )


class FillPage(UnitPage):
    """Takes a form about a unit."""

    def get(self, request: HttpRequest, key: int) -> HttpResponse:
        return HttpResponseRedirect(self.resource.url("detail", self.get_object(key).pk))

    def post(self, request: HttpRequest, key: int) -> HttpResponse:
        found = self.get_object(key)
        user = requester(request)
        if not filling.may_fill(found.inspection, user):
            raise PermissionDenied(_("您不是这项督查的督查组成员，不能填写现场表。"))
        form = FillForm(request.POST, unit=found, user=user)
        if not form.is_valid():
            return self.again(found, 422, form=form)
        try:
            outcome = form.save()
        except ServiceError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
            return self.again(found, error.status, form=form)
        if outcome.conflict or outcome.form is None:
            form.add_error(None, _("这个编号下已有内容不同的现场表，两份都已保留。"))
            return self.again(found, 409, form=form)
        messages.success(request, _("现场表已保存，可以继续添加照片。"))
        return HttpResponseRedirect(SiteFormResource.url("detail", outcome.form.pk))


class ReplacePage(UnitPage):
    """Draws another unit in the place of one that cannot be visited."""

    def get(self, request: HttpRequest, key: int) -> HttpResponse:
        return HttpResponseRedirect(self.resource.url("detail", self.get_object(key).pk))

    def post(self, request: HttpRequest, key: int) -> HttpResponse:
        found, user = self.get_object(key), requester(request)
        if not drawing.holds(user, drawing.INSPECTS, found.division_id):
            raise PermissionDenied(_("您没有为这项督查抽样的权限。"))
        form = ReplaceForm(request.POST, auto_id="replace_%s")
        if not form.is_valid():
            return self.again(found, 422, replacing=form)
        try:
            new = drawing.replace(found, form.cleaned_data["reason"], by=user)
        except ServiceError as error:
            form.add_error(None, str(error))
            return self.again(found, error.status, replacing=form)
        messages.success(request, _("已替换。"))
        return HttpResponseRedirect(self.resource.url("detail", new.pk))


class PhotoForm(forms.Form):
    """A photo of a form."""

    photo = forms.FileField(label=gettext_lazy("照片"), widget=forms.FileInput({"accept": "image/*"}))


class SiteFormPage(DetailPage):
    """An on-site form: answers, signature, photos, the problem that came of it."""

    page = "detail"

    def more(self, found: SiteForm, photo: PhotoForm | None = None) -> dict[str, Any]:
        user = requester(self.request)
        pictures = photos.of_form(user, found)
        adds = found.author_id == user.pk and len(pictures) < photos.SLOTS
        return {
            "answers": [
                (question["text"], {YES: _("是"), NO: _("否")}.get(answer, answer))
                for question, answer in zip(found.questions, found.answers, strict=True)
            ],
            "signature": [" ".join(f"{x},{y}" for x, y in stroke) for stroke in found.signature],
            "pictures": pictures,
            "photo_form": photo or (PhotoForm(auto_id="photo_%s") if adds else None),
            "photo_url": reverse("site-form-photo-add", args=[found.pk]),
            "problem_url": raising.url_of(found.problem),
            "conflicts": reading.conflicts_of(user, found),
        }


class PhotoAddPage(SiteFormPage):
    """Takes a photo of a form."""

    def get(self, request: HttpRequest, key: int) -> HttpResponse:
        return HttpResponseRedirect(self.resource.url("detail", self.get_object(key).pk))

    def post(self, request: HttpRequest, key: int) -> HttpResponse:
        found, user = self.get_object(key), requester(request)
        if found.author_id != user.pk:
            raise PermissionDenied(_("只有填表人本人可以添加照片。"))
        form = PhotoForm(request.POST, request.FILES, auto_id="photo_%s")
        if form.is_valid():
            used = {photo.slot for photo in photos.of_form(user, found)}
            slot = next((one for one in range(photos.SLOTS) if one not in used), photos.SLOTS)
            try:
                photos.add(found, slot, form.cleaned_data["photo"].read(), by=user)
            except ServiceError as error:
                form.add_error("photo", str(error))
            else:
                messages.success(request, _("照片已保存。"))
                return HttpResponseRedirect(f"{self.resource.url('detail', found.pk)}#photos")
        return self.show(
            "inspections/site-form_detail.html",
            status=422,
            object=found,
            title=self.title(found),
            sections=self.sections(found),
            related=[],
            **self.more(found, photo=form),
        )


class PhotoPage(View):
    """The picture of a photo of a visible form, or the small one; on record when it is seen whole."""

    small = False

    def get(self, request: HttpRequest, key: int) -> FileResponse:
        user = requester(request)
        photo = SiteFormPhoto.objects.visible_to(user).filter(pk=key).first()
        if photo is None:
            raise Http404(_("没有这条记录，或者它不在您的范围内。"))
        if not self.small:
            log_access(user, "view", division=photo.division_id, obj=photo, fields=["image"])
        file = photo.thumbnail if self.small else photo.image
        return FileResponse(file.open("rb"), content_type="image/jpeg")
