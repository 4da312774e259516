"""Pages of saved filters: the menu of a list, saving, deleting."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.generic import View

from apps.common.errors import ServiceError
from apps.pages import saved_filters


class SavedFilters(View):
    """One's saved filters of a list, and saving what the list shows now."""

    def get(self, request: HttpRequest, resource: str) -> HttpResponse:
        user: Any = request.user
        context = {
            "address": saved_filters.list_address(resource),
            "resource_name": resource,
            "saved": saved_filters.of_user(user, resource),
            "query": request.GET.get("query", "")[:2000],
        }
        return render(request, "generic/_saved.html", context)

    def post(self, request: HttpRequest, resource: str) -> HttpResponse:
        user: Any = request.user
        address = saved_filters.list_address(resource)
        try:
            saved = saved_filters.save(user, resource, request.POST.get("name", ""), request.POST.get("query", ""))
        except ServiceError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(address)
        messages.success(request, _("已保存筛选条件“%(name)s”。") % {"name": saved.name})
        return HttpResponseRedirect(f"{address}?{saved.query}" if saved.query else address)


class DeleteSavedFilter(View):
    """Throwing a saved filter away."""

    def post(self, request: HttpRequest, key: int) -> HttpResponse:
        user: Any = request.user
        deleted = saved_filters.delete(user, key)
        messages.success(request, _("已删除筛选条件“%(name)s”。") % {"name": deleted.name})
        return HttpResponseRedirect(saved_filters.list_address(deleted.resource))
