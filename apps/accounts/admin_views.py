"""What administrators do to accounts and posts beyond the generic pages."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from apps.accounts import services
from apps.accounts.models import Post, User
from apps.accounts.sessions import requester
from apps.accounts.tables import PostResource, UserResource
from apps.common.errors import ServiceError
from apps.divisions import codes
from apps.pages.views import DetailPage, FormPage, ResourceView


def _show_password(request: HttpRequest, user: User, password: str) -> HttpResponse:
    """The page that shows a first password, once: it is in this answer and nowhere else."""
    back = UserResource.url("detail", user.pk)
    context = {"object": user, "password": password, "back_url": back, "title": _("初始密码")}
    return render(request, "accounts/password_once.html", context)


class UserPage(DetailPage):
    """An account with its posts, and what the requester may do to it."""

    def more(self, found: User) -> dict[str, Any]:
        managed = services.may_manage(requester(self.request), found)
        appoint = ""
        if self.resource.may_change(self.request.user, found.division_id):
            appoint = f"{PostResource.create_url()}?user={found.pk}&division={codes.text(found.division_id)}"
        return {"may_manage": managed, "appoint_url": appoint}


class UserFormPage(FormPage):
    """A new account is answered with its first password instead of a redirect."""

    def form(self, data: Any = None, files: Any = None) -> ModelForm[Any]:
        self.opened = super().form(data, files)
        return self.opened

    def post(self, request: HttpRequest, key: int | None = None) -> HttpResponse:
        response = super().post(request, key)
        password = self.opened.password  # type: ignore[attr-defined]
        return _show_password(request, self.opened.instance, password) if password else response


class UserActionPage(ResourceView):
    """One of the acts on an account: opening, closing, a new first password, forgetting its second factor, ending its
    sessions."""

    page = "action"
    act = ""

    def post(self, request: HttpRequest, key: int) -> HttpResponse:
        found = self.get_object(key)
        try:
            password = self.perform(found, requester(request))
        except ServiceError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(self.resource.url("detail", key))
        if password:
            return _show_password(request, found, password)
        messages.success(request, _("已保存。"))
        return HttpResponseRedirect(self.resource.url("detail", key))

    def perform(self, found: User, by: User) -> str:
        """Do it; the new first password if there is one."""
        if self.act == "reset":
            return services.reset_password(found, by=by)
        if self.act == "reset-factor":
            services.second_factor.reset(found, by=by)
            return ""
        if self.act == "end-sessions":
            services.end_sessions(found, by=by)
            return ""
        return services.set_active(found, active=self.act == "open", by=by)


class PostPage(DetailPage):
    """A post, which whoever could give it may end."""

    def more(self, found: Post) -> dict[str, Any]:
        return {"may_end": services.may_end(requester(self.request), found)}


class PostFormPage(FormPage):
    """Appointing, mostly from the account's page."""

    def form(self, data: Any = None, files: Any = None) -> ModelForm[Any]:
        form = super().form(data, files)
        form.initial.setdefault("user", self.request.GET.get("user"))
        return form


class PostEndPage(ResourceView):
    """Ending a post now."""

    page = "action"

    def post(self, request: HttpRequest, key: int) -> HttpResponse:
        found = self.get_object(key)
        try:
            services.end_post(found, by=requester(request))
        except ServiceError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("已保存。"))
        return HttpResponseRedirect(UserResource.url("detail", found.user_id))
