"""Pages of shares: opening a household from its own page, withdrawing, and 紧急查阅."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views import View

from apps.access import policy
from apps.access.models import Share
from apps.accounts.sessions import requester
from apps.common.errors import ServiceError
from apps.common.network import client_ip
from apps.households import services
from apps.households.models import Household
from apps.households.services.sharing import HOURS, URGENT_HOURS
from apps.pages.views import DetailPage, ResourceView


def periods() -> list[tuple[int, str]]:
    """How long a share may last: hours, and how people say it."""
    return [
        (hours, ngettext("%(n)d 小时", "%(n)d 小时", hours) % {"n": hours})
        if hours < 24
        else (hours, ngettext("%(n)d 天", "%(n)d 天", hours // 24) % {"n": hours // 24})
        for hours in HOURS
    ]


class HouseholdSharePage(View):
    """Opening a household to an account: the form of its page answers in its own place."""

    def post(self, request: HttpRequest, key: int) -> HttpResponse:
        found = Household.objects.visible_to(request.user).filter(pk=key).first()
        if found is None:
            raise Http404
        written = request.POST.get("hours", "")
        context: dict[str, Any] = {}
        try:
            context["share"] = services.share(
                found,
                username=request.POST.get("username", ""),
                hours=int(written) if written.isdecimal() and len(written) < 5 else 0,
                reason=request.POST.get("reason", ""),
                by=requester(request),
                address=client_ip(request),
            )
        except ServiceError as error:
            context["problem"] = error.message
        return render(request, "households/_shared.html", context)


class SharePage(DetailPage):
    """A share, which the keeper of the household may end."""

    def more(self, found: Share) -> dict[str, Any]:
        running = found.withdrawn_at is None and found.valid_until > timezone.now()
        return {"may_withdraw": running and policy.can(self.request.user, "change_register", found)}


class WithdrawPage(ResourceView):
    """Ending a share now."""

    page = "action"

    def post(self, request: HttpRequest, key: int) -> HttpResponse:
        found = self.get_object(key)
        try:
            services.withdraw(found, by=requester(request), address=client_ip(request))
        except ServiceError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("已撤回，对方从下一次访问起看不到这一户。"))
        return HttpResponseRedirect(self.resource.url("detail", key))


class UrgentForm(forms.Form):
    """Which household, and why."""

    code = forms.CharField(
        label=gettext_lazy("户编码"), max_length=40, help_text=gettext_lazy("本平台户编码，或国家系统户编号。")
    )
    reason = forms.CharField(
        label=gettext_lazy("理由"), max_length=200, help_text=gettext_lazy("记入查阅记录，该户所在地的工作人员会看到。")
    )


class UrgentPage(View):
    """紧急查阅: a household outside one's own places, for three hours."""

    def get(self, request: HttpRequest) -> HttpResponse:
        policy.require(request.user, "open_urgently")
        return self.show(request, UrgentForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        policy.require(request.user, "open_urgently")
        form = UrgentForm(request.POST)
        if form.is_valid():
            given = form.cleaned_data
            try:
                made = services.open_urgently(
                    given["code"], reason=given["reason"], by=requester(request), address=client_ip(request)
                )
            except ServiceError as error:
                form.add_error(error.field if error.field in form.fields else None, str(error))
            else:
                messages.success(
                    request,
                    ngettext("已开放 %(n)d 小时，查阅有记录。", "已开放 %(n)d 小时，查阅有记录。", URGENT_HOURS)
                    % {"n": URGENT_HOURS},
                )
                return HttpResponseRedirect(reverse("household-detail", args=[made.household_id]))
        return self.show(request, form, 422)

    def show(self, request: HttpRequest, form: UrgentForm, status: int = 200) -> HttpResponse:
        """The form; what was wrong stands beside its field."""
        context = {"form": form, "title": _("紧急查阅"), "back_url": reverse("share-list"), "hours": URGENT_HOURS}
        return render(request, "households/urgent.html", context, status=status)
