"""Pages of departments' data: how fresh each set is here, who supplies it, deliveries and their steps."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.generic import View

from apps.access import policy
from apps.access import scope as scopes
from apps.common.days import today
from apps.common.errors import ServiceError
from apps.datasets.catalogue import datasets
from apps.datasets.forms import DeliveryForm
from apps.datasets.kinds import FRESHNESS, Freshness
from apps.datasets.models import Delivery, tables
from apps.datasets.services import files, freshness, intake
from apps.datasets.services.parsing import columns_of
from apps.datasets.tables import DeliveryResource
from apps.divisions import codes
from apps.pages.places import Place, Places
from apps.pages.views import DetailPage, ResourceView


def place_of(request: HttpRequest) -> tuple[Place, int]:
    """The place that a page about data sets is for: the chosen one, or the account's own.

    Raises Http404 for a place that is not the account's, PermissionDenied for those who see nothing of the register.
    """
    place = Place.read(request.user, request.GET)
    require_open(request.user)
    return place, place.code or codes.WHOLE_REGION


def require_open(user: Any) -> None:
    """How fresh data are concerns whoever sees some of the register, or loads data."""
    scope = scopes.of(user)
    if not (scope.ranges("register") or scope.ranges("datasets") or scope.households):
        raise PermissionDenied(_("您的账户没有查看这类数据的权限。"))


class DatasetsPage(View):
    """All data sets: how far and how long each counts here."""

    known = frozenset({"division", "state"})

    def get(self, request: HttpRequest) -> HttpResponse:
        place, division = place_of(request)
        state = request.GET.get("state", "")
        if set(request.GET) - self.known or (state and state not in Freshness.values):
            raise BadRequest(_("没有这个查询参数。"))
        standings = freshness.standings(division, today())
        shown = [one for one in standings if not state or one.state == state]
        by_department: dict[str, list[freshness.Standing]] = {}
        for one in shown:
            by_department.setdefault(one.dataset.department, []).append(one)
        context = {
            "departments": by_department,
            "counts": [
                (value, label, sum(one.state == value for one in standings)) for value, label in Freshness.choices
            ],
            "chosen": state,
            "division": place.chosen or "",
            "may_load": policy.can(request.user, "load_datasets"),
            "on": today(),
        }
        return render(request, "datasets/dataset_list.html", context)


class DatasetPage(View):
    """One data set: its columns, and who supplied what here."""

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        place, division = place_of(request)
        if set(request.GET) - {"division"}:
            raise BadRequest(_("没有这个查询参数。"))
        if code not in tables():
            raise Http404(_("没有这个数据集。"))
        supplies = freshness.supplies(code, division, today())
        places = Places.of(one.division for one in supplies)
        standing = next(one for one in freshness.standings(division, today()) if one.code == code)
        context = {
            "dataset": datasets()[code],
            "standing": standing,
            "light": FRESHNESS.html(standing.state),
            "supplies": [(places.full(one.division), one) for one in supplies],
            "columns": [(one.label, one.api_name, one.required) for one in columns_of(tables()[code])],
            "division": place.chosen or "",
            "may_load": policy.can(request.user, "load_datasets"),
            "on": today(),
        }
        return render(request, "datasets/dataset_detail.html", context)


class UploadPage(ResourceView):
    """Choosing what to deliver and the file. It is looked at while the requester waits, and read by a worker."""

    resource = DeliveryResource
    page = "upload"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        policy.require(request.user, "load_datasets")
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        scope = scopes.of(request.user)
        first = {"dataset": request.GET.get("dataset", ""), "division": scope.ranges_of("load_datasets")[0][0]}
        return self._show(DeliveryForm(user=request.user, initial=first))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = DeliveryForm(request.POST, request.FILES, user=request.user)
        if form.is_valid():
            given = form.cleaned_data
            try:
                policy_place(request.user, given["division"].code)
                delivery = files.submit(
                    given["dataset"], given["division"].code, given["period"], given["file"], given["file"].name,
                    by=request.user,
                )  # fmt: skip
            except ServiceError as error:
                form.add_error(error.field if error.field in form.fields else "file", str(error))
            else:
                return HttpResponseRedirect(DeliveryResource.url("detail", delivery.pk))
        return self._show(form, status=422)

    def _show(self, form: DeliveryForm, *, status: int = 200) -> HttpResponse:
        return self.show("datasets/upload.html", status=status, form=form, title=_("报送部门数据"))


def policy_place(user: Any, division: int) -> None:
    """A place that is not the account's own to load at does not exist for it: Http404."""
    if not any(low <= division <= high for low, high in scopes.of(user).ranges("datasets")):
        raise Http404(_("没有这个行政区划。"))


class DeliveryPage(DetailPage):
    """One delivery: how far it is, what was refused, and the steps that may be taken. Whoever sees it may load there:
    the realm of deliveries is opened by that same right, and the steps ask for it themselves."""

    def title(self, found: Delivery) -> str:
        return f"{found.title} {found.period:%Y-%m}"

    def more(self, found: Delivery) -> dict[str, Any]:
        return {
            "may_confirm": found.state == Delivery.State.HELD,
            "may_abandon": found.is_open,
            "may_withdraw": found.state == Delivery.State.ACCEPTED,
        }


class DeliveryStep(ResourceView):
    """Confirming a held version, giving a delivery up, taking a version back."""

    resource = DeliveryResource
    step: str = ""

    def post(self, request: HttpRequest, key: int) -> HttpResponse:
        delivery = self.get_object(key)
        try:
            if self.step == "confirm":
                intake.confirm(delivery, by=request.user)
                messages.success(request, _("这一版数据已生效。"))
            elif self.step == "abandon":
                intake.abandon(delivery, by=request.user)
                messages.success(request, _("已放弃这次报送，收到的行已清除。"))
            else:
                intake.withdraw(delivery, by=request.user, reason=request.POST.get("reason", ""))
                messages.success(request, _("已撤回这一版数据，上一版重新生效。"))
        except ServiceError as error:
            messages.error(request, str(error))
        return HttpResponseRedirect(DeliveryResource.url("detail", key))
