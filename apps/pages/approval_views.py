"""Exports that wait for a second person: those one may decide, and deciding."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import View

from apps.access import policy
from apps.access import scope as scopes
from apps.common.errors import ServiceError
from apps.pages import approvals, tasks
from apps.pages.models import ExportApproval
from apps.pages.places import Places

SHOWN = 50


class WaitingPage(View):
    """What waits for this account's word, with what, where, how many rows and why; and what was decided of late."""

    def get(self, request: HttpRequest) -> HttpResponse:
        policy.require(request.user, approvals.CAPABILITY)
        return show(request)


class DecidePage(View):
    """Approving or refusing one export."""

    def post(self, request: HttpRequest, key: int) -> HttpResponse:
        found = approvals.get(request.user, key)
        given = request.POST.get("decision", "")
        if given not in ("approve", "refuse"):
            policy.require(request.user, approvals.CAPABILITY, found)
            return show(request, problem=_("请选择批准或退回。"), status=422)
        try:
            decide(request, found, approve=given == "approve", answer=request.POST.get("reason", ""))
        except ServiceError as error:
            return show(request, problem=str(error), at=key, status=error.status)
        messages.success(request, _("已批准，正在生成文件。") if given == "approve" else _("已退回。"))
        return HttpResponseRedirect(reverse("export-waiting"))


def decide(request: HttpRequest, found: ExportApproval, *, approve: bool, answer: str) -> ExportApproval:
    """Decide, and after the commit let a worker do what was approved. As `approvals.decide`."""
    approvals.decide(found, by=request.user, approve=approve, answer=answer)
    if approve:
        transaction.on_commit(lambda: tasks.export.delay(found.job_id, found.user_id))
    return found


def show(request: HttpRequest, *, problem: str = "", at: int | None = None, status: int = 200) -> HttpResponse:
    """The page; what was wrong with a decision stands above."""
    user: Any = request.user
    rows = list(approvals.waiting(user)[:SHOWN])
    places = Places.of([one.division_id for one in rows])
    own = {low for low, _high in scopes.of(user).ranges_of(approvals.CAPABILITY)}
    context = {
        "title": _("导出审批"),
        "waiting": [
            {
                "approval": one,
                "place": places.full(one.division_id),
                "nearest": one.acting_division in own,
                "columns": approvals.marked(one),
            }
            for one in rows
        ],
        "decided": approvals.decided(user)[:SHOWN],
        "problem": problem,
        "at": at,
    }
    return render(request, "pages/exports_waiting.html", context, status=status)
