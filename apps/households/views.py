"""一户一档: what the household and person pages show beyond their declared sections."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View

from apps.access import policy
from apps.access.models import PlacedModel
from apps.accounts.sessions import requester
from apps.common.errors import ServiceError
from apps.common.models import field_label
from apps.common.network import client_ip
from apps.households import services
from apps.households.models import GUARANTEES, GuaranteeStatus, Household, HouseholdIncome, Person
from apps.households.services.income_chart import HEIGHT, income_bars
from apps.households.services.timeline import timeline
from apps.households.sharing_views import periods
from apps.pages.views import DetailPage


class HouseholdPage(DetailPage):
    """The household: five lights, income by year, members, everything that happened."""

    def more(self, found: Any) -> dict[str, Any]:
        user = self.request.user
        incomes = list(HouseholdIncome.objects.visible_to(user).filter(household=found).order_by("year"))
        bars = income_bars(found, incomes, found.member_count)
        latest = GuaranteeStatus.objects.visible_to(user).filter(household=found).order_by("-year").first()
        return {
            "lights": lights(latest),
            "lights_year": latest.year if latest else None,
            "bars": bars,
            "chart_height": len(bars) * HEIGHT,
            "own_parts": [
                *([("income", _("收入变化"), False)] if bars else []),
                ("timeline", _("时间线"), True),
            ],
            "timeline": timeline(found, user),
            "may_reveal": policy.can(user, "view_personal_data", found),
            "reveal_url": reverse("household-reveal", args=[found.pk]),
            "share_periods": periods() if policy.can(user, "change_register", found) else [],
            "numbers": [("phone", _("联系电话")), ("bank_account", _("银行卡号"))],
        }


class PersonPage(DetailPage):
    """The person, with the history of every change."""

    def more(self, found: Person) -> dict[str, Any]:
        may_read = policy.can(self.request.user, "view_personal_data", found)
        return {
            "file_url": reverse("person-file", args=[found.pk]) if may_read else "",
            "may_reveal": may_read,
            "reveal_url": reverse("person-reveal", args=[found.pk]),
            "numbers": [("id_no", _("证件号码")), ("disability_no", _("残疾人证号"))],
        }


class RevealPage(View):
    """One number in the clear, in place of its mask, after a reason was given."""

    model: type[PlacedModel] = Household

    def post(self, request: HttpRequest, key: int) -> HttpResponse:
        found = self.model.objects.visible_to(request.user).filter(pk=key).first()
        if found is None:
            raise Http404
        field = request.POST.get("field", "")
        context: dict[str, Any] = {"object": found, "field": field}
        try:
            clear = services.reveal(
                found, [field], by=requester(request), reason=request.POST.get("reason", ""), address=client_ip(request)
            )
            context["value"] = clear[field]
        except ServiceError as error:
            context["problem"] = error.message
        return render(request, "households/_revealed.html", context)


def lights(status: GuaranteeStatus | None) -> list[tuple[str, str, str]]:
    """(label, verdict code, verdict text) of each guarantee, for the lights of the page head."""
    if status is None:
        return []
    return [
        (
            str(field_label(GuaranteeStatus, name)),
            getattr(status, name),
            str(getattr(status, f"get_{name}_display")()),
        )
        for name in GUARANTEES
    ]
