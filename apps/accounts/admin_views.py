"""What administrators do to accounts and posts beyond the generic pages."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts import services
from apps.accounts.models import Post, Reset, User
from apps.accounts.sessions import requester
from apps.accounts.tables import PostResource, ResetResource, UserResource
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
        posts = Post.objects.visible_to(self.request.user).valid(timezone.now()).filter(user=found)
        reached = services.extents.by_post(found.pk)
        return {
            "may_manage": managed,
            "appoint_url": appoint,
            "reset_url": f"{ResetResource.create_url()}?user={found.pk}&what=" if managed else "",
            "extents": [
                (post, services.extents.in_words(post, reached[post.pk]))
                for post in posts.select_related("role", "division")
            ],
            "deputies": services.deputies.of(found),
        }


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
    """One of the acts on an account that one person does alone: closing it, ending its sessions."""

    page = "action"
    act = ""

    def post(self, request: HttpRequest, key: int) -> HttpResponse:
        found, by = self.get_object(key), requester(request)
        try:
            if self.act == "close":
                services.close_account(found, by=by)
            else:
                services.end_sessions(found, by=by)
        except ServiceError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("已保存。"))
        return HttpResponseRedirect(self.resource.url("detail", key))


class ResetPage(DetailPage):
    """A request for a reset, with what the requester may do about it."""

    def more(self, found: Reset) -> dict[str, Any]:
        by = requester(self.request)
        return {
            "may_confirm": services.resets.may_confirm(by, found),
            "may_withdraw": services.resets.may_withdraw(by, found),
        }


class ResetFormPage(FormPage):
    """Asking for a reset, from the account's page."""

    def form(self, data: Any = None, files: Any = None) -> ModelForm[Any]:
        form = super().form(data, files)
        for name in ("user", "what"):
            form.initial.setdefault(name, self.request.GET.get(name))
        return form


class ResetActionPage(ResourceView):
    """Confirming or withdrawing; the last confirmation shows the new first password, once, to whoever gave it."""

    page = "action"
    act = ""

    def post(self, request: HttpRequest, key: int) -> HttpResponse:
        found, by = self.get_object(key), requester(request)
        back = HttpResponseRedirect(self.resource.url("detail", key))
        try:
            if self.act == "withdraw":
                services.resets.withdraw(found, by=by)
                messages.success(request, _("申请已撤回。"))
                return back
            password = services.resets.confirm(found, by=by)
        except ServiceError as error:
            messages.error(request, str(error))
            return back
        if password:
            return _show_password(request, found.user, password)
        found.refresh_from_db()
        done = found.state == Reset.State.DONE
        messages.success(request, _("已办理。") if done else _("已确认，还须另一人确认。"))
        return back


class PostPage(DetailPage):
    """A post, which whoever could give it may end."""

    def more(self, found: Post) -> dict[str, Any]:
        by = requester(self.request)
        may_end = services.may_end(by, found)
        deputy = ""
        if may_end and found.acting_for_id is None:
            deputy = (
                f"{PostResource.create_url()}?acting_for={found.pk}"
                f"&role={found.role.name}&division={codes.text(found.division_id)}"
            )
        extent = services.extents.in_words(found, services.extents.reaches_of(found))
        return {"may_end": may_end, "deputy_url": deputy, "extent": extent}


class PostFormPage(FormPage):
    """Appointing, mostly from the account's page."""

    def form(self, data: Any = None, files: Any = None) -> ModelForm[Any]:
        form = super().form(data, files)
        for name in ("user", "role", "acting_for"):
            form.initial.setdefault(name, self.request.GET.get(name))
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
