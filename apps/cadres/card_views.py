"""明白卡: the card of a household for its wall, and where its picture leads."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.generic import View

from apps.access import policy
from apps.accounts.sessions import requester
from apps.cadres import services
from apps.cadres.models import Card, Duty
from apps.cadres.services.cards import phones_of
from apps.common.qr import picture
from apps.history.services import log_access
from apps.households.models import Household
from apps.pages.places import Places

PAPERS = ("A5", "A4")
ON_CARD = ("first_secretary", "team_leader", "doctor")
"""Whose names stand on the card beside the helper's."""


@method_decorator(never_cache, name="dispatch")
class CardPage(View):
    """The card as it is printed; by POST it is made, or made anew so that the old picture leads nowhere."""

    def get(self, request: HttpRequest, key: int) -> HttpResponse:
        household = self._household(key)
        user = requester(request)
        policy.require(user, "view_personal_data", household)
        card = Card.objects.visible_to(user).filter(household=household).first()
        context: dict[str, Any] = {
            "household": household,
            "card": card,
            "back_url": reverse("household-detail", args=[household.pk]),
            "may_make": policy.can(user, "change_register", household),
            "papers": PAPERS,
            "paper": request.GET.get("paper") if request.GET.get("paper") in PAPERS else PAPERS[0],
        }
        if card is not None:
            log_access(user, "print", division=household.division_id, obj=household, fields=["card"])
            address = request.build_absolute_uri(reverse("card-open", args=[card.token]))
            context |= {
                "place": Places.of([household.division_id]).full(household.division_id),
                "picture": picture(address),
                "helpers": phones_of(household, by=user),
                "duties": Duty.objects.visible_to(user)
                .filter(division=household.division_id, until_on=None, kind__in=ON_CARD)
                .order_by("kind", "pk"),
            }
        return render(request, "cadres/card.html", context)

    def post(self, request: HttpRequest, key: int) -> HttpResponse:
        household = self._household(key)
        policy.require(request.user, "view_personal_data", household)
        services.card_of(household, by=requester(request), renew=bool(request.POST.get("renew")))
        return HttpResponseRedirect(request.get_full_path())

    def _household(self, key: int) -> Any:
        found = Household.objects.visible_to(self.request.user).with_head().filter(pk=key).first()
        if found is None:
            raise Http404(_("没有这条记录，或者它不在您的范围内。"))
        return found


class OpenPage(View):
    """Where the picture on a card leads: to the household for whoever sees it, nowhere for everybody else."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        household = services.household_of(token, by=requester(request))
        if household is None:
            raise Http404(_("没有这条记录，或者它不在您的范围内。"))
        return HttpResponseRedirect(reverse("household-detail", args=[household]))
