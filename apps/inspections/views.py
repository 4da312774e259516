"""Pages of inspections beyond the generic ones: an inspection with its teams, a unit's form and replacement, photos."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.sessions import requester
from apps.common.errors import ServiceError
from apps.inspections import raising
from apps.inspections.choices import LateVerdict
from apps.inspections.fill_forms import SiteForm as FillForm
from apps.inspections.forms import InspectionStepForm
from apps.inspections.kinds import INSPECTION_STATE
from apps.inspections.models import Inspection, Sample, SampledUnit, SiteForm, SiteFormPhoto
from apps.inspections.models.form import LONGEST_REASON
from apps.inspections.services import drawing, filling, late, photos, reading, templates
from apps.inspections.services.filling import NO, YES
from apps.inspections.tables import SampledUnitResource, SiteFormResource
from apps.pages.photos import PhotoAddPage, PhotoForm, PhotoPage
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


def name_of(unit: SampledUnit) -> str:
    """What a sampled unit is called: the head of the household, or the village."""
    return unit.head or Places.of([unit.place_id]).short(unit.place_id)


class ReplaceForm(forms.Form):
    """Why a unit is replaced."""

    reason = forms.CharField(label=gettext_lazy("替换原因"), max_length=200)


class UnitPage(DetailPage):
    """A sampled unit: the form to fill about it, and its replacement."""

    page = "detail"

    def title(self, found: SampledUnit) -> str:
        return name_of(found)

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


class SiteFormPage(DetailPage):
    """An on-site form: answers, signature, photos, the problem that came of it."""

    page = "detail"

    def title(self, found: SiteForm) -> str:
        return name_of(found.unit)

    def more(self, found: SiteForm, photo: PhotoForm | None = None, settling: LateForm | None = None) -> dict[str, Any]:
        user = requester(self.request)
        settles = late.waits(found) and late.may_settle(found, user)
        pictures = photos.of_form(user, found)
        adds = found.author_id == user.pk and len(pictures) < photos.SLOTS
        return {
            "answers": [
                (question["text"], {YES: _("是"), NO: _("否")}.get(answer, answer))
                for question, answer in zip(found.questions, found.answers, strict=True)
            ],
            "signature": [" ".join(f"{x},{y}" for x, y in stroke) for stroke in found.signature],
            "pictures": pictures,
            "photo_form": photo or (PhotoForm() if adds else None),
            "problem_url": raising.url_of(found.problem),
            "conflicts": reading.conflicts_of(user, found),
            "waits": late.waits(found),
            "settling": settling or (LateForm(auto_id="late_%s") if settles else None),
        }


class LateForm(forms.Form):
    """What becomes of the problem of a form that came late."""

    verdict = forms.ChoiceField(
        label=gettext_lazy("处理"), choices=LateVerdict.choices, widget=forms.RadioSelect, initial=LateVerdict.ADOPT
    )
    reason = forms.CharField(
        label=gettext_lazy("理由"),
        max_length=LONGEST_REASON,
        required=False,
        help_text=gettext_lazy("不列为问题时填写。"),
    )


class SettlePage(SiteFormPage):
    """Adopts or dismisses the problem of a form that came late."""

    def get(self, request: HttpRequest, key: int) -> HttpResponse:
        return HttpResponseRedirect(self.resource.url("detail", self.get_object(key).pk))

    def post(self, request: HttpRequest, key: int) -> HttpResponse:
        found, user = self.get_object(key), requester(request)
        if not late.may_settle(found, user):
            raise PermissionDenied(_("办结后到达的问题由督查单位的其他人员处理。"))
        form = LateForm(request.POST, auto_id="late_%s")
        if not form.is_valid():
            return self.again(found, 422, settling=form)
        try:
            late.settle(found, **form.cleaned_data, by=user)
        except ServiceError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
            return self.again(found, error.status, settling=form)
        messages.success(request, _("已记录。"))
        return HttpResponseRedirect(self.resource.url("detail", found.pk))


class SitePhotoAddPage(PhotoAddPage, SiteFormPage):
    """Takes a photo of a form, from its author."""

    def file_form(self, found: SiteForm, data: Any = None, files: Any = None) -> PhotoForm | None:
        return PhotoForm(data, files) if found.author_id == requester(self.request).pk else None

    def keep(self, found: SiteForm, form: forms.Form) -> None:
        user = requester(self.request)
        used = {photo.slot for photo in photos.of_form(user, found)}
        slot = next((one for one in range(photos.SLOTS) if one not in used), photos.SLOTS)
        photos.add(found, slot, form.cleaned_data["photo"].read(), by=user)


class SitePhotoPage(PhotoPage):
    """A photo of a visible form."""

    model = SiteFormPhoto
