"""The plain form of a visit: where a browser keeps nothing, and at a desk."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View

from apps.access.models import Pairing
from apps.accounts.sessions import requester
from apps.common.errors import ServiceError
from apps.households.models import Household
from apps.visits.forms import VisitForm
from apps.visits.models import Visit
from apps.visits.services import photos, writing

MOST_OFFERED = 50


class WritePage(View):
    """Writing one visit; `?household=` settles whom it was to."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._show(request, self._form(request))

    def post(self, request: HttpRequest) -> HttpResponse:
        form, by = self._form(request, request.POST, request.FILES), requester(request)
        if not form.is_valid():
            return self._show(request, form, 422)
        try:
            outcome = writing.submit(form.draft(), by=by)
        except ServiceError as error:
            form.add_error(None, str(error))
            return self._show(request, form, error.status)
        if outcome.conflict or outcome.visit is None:
            form.add_error(None, _("这个编号下已有内容不同的日记，两份都已保留，请核对后更正。"))
            return self._show(request, form, 409)
        self._take(request, Visit.objects.visible_to(by).get(pk=outcome.visit), form)
        messages.success(request, _("已保存。"))
        return redirect("visit-detail", outcome.visit)

    def _form(self, request: HttpRequest, *sent: Any) -> VisitForm:
        by, written = requester(request), request.GET.get("household", "")
        if not writing.may_write(by):
            raise PermissionDenied(_("您没有填写民情日记的权限。"))
        fixed = None
        if written:
            seen = Household.objects.visible_to(by).filter(pk=int(written)) if _is_key(written) else None
            fixed = seen.first() if seen is not None else None
            if fixed is None:
                raise Http404(_("没有这个贫困户，或者它不在您的范围内。"))
            writing.require_visiting(by, fixed.pk, timezone.localdate())
        own = Pairing.objects.visible_to(by).filter(helper=by.pk).active(timezone.localdate())
        keys = own.values("household_id")
        households = Household.objects.visible_to(by).filter(pk__in=keys).with_head().order_by("division_id", "pk")
        return VisitForm(*sent, user=by, own=households[:MOST_OFFERED], fixed=fixed)

    @staticmethod
    def _take(request: HttpRequest, visit: Visit, form: VisitForm) -> None:
        """Hand in the photos; one that cannot be taken is told and does not hold up the diary."""
        for slot, file in enumerate(form.cleaned_data["photos"]):
            try:
                photos.take(visit, slot, file.read(), by=requester(request))
            except ServiceError as error:
                messages.warning(request, f"{file.name}: {error}")

    @staticmethod
    def _show(request: HttpRequest, form: VisitForm, status: int = 200) -> HttpResponse:
        context = {"form": form, "back_url": reverse("visit-list")}
        return render(request, "visits/write.html", context, status=status)


def _is_key(written: str) -> bool:
    return written.isascii() and written.isdigit() and len(written) < 19
