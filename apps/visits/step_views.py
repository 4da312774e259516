"""Pages of conflicts and problems: one row, and the one act or the steps that an account may take on it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from apps.accounts.sessions import requester
from apps.common.errors import ServiceError, StaleVersion
from apps.pages.views import DetailPage
from apps.visits.forms import SettleForm, TaskStepForm
from apps.visits.models import VisitConflict, VisitTask
from apps.visits.services import conflicts


class ActingPage(DetailPage, ABC):
    """A row with a form below it: what a service refuses becomes a message on the form."""

    @abstractmethod
    def form(self, found: Any, data: Any = None) -> Any:
        """The form of the act, or None when the account may not act on this row."""

    def more(self, found: Any, form: forms.Form | None = None) -> dict[str, Any]:
        return {"form": form or self.form(found)}

    def post(self, request: HttpRequest, key: int) -> HttpResponse:
        found = self.get_object(key)
        form = self.form(found, request.POST)
        if form is None:
            raise PermissionDenied(_("您没有办理这条记录的权限。"))
        status = 422
        if form.is_valid():
            try:
                form.save()
            except ServiceError as error:
                form.add_error(error.field if error.field in form.fields else None, str(error))
                status = 409 if isinstance(error, StaleVersion) else 422
            else:
                messages.success(request, _("已记录。"))
                return redirect(self.resource.url("detail", found.pk))
        found = self.get_object(key)
        return self.show(
            status=status,
            object=found,
            title=self.title(found),
            sections=self.sections(found),
            related=[],
            **self.more(found, form),
        )


class ConflictPage(ActingPage):
    """One conflict, and how it is settled."""

    def title(self, found: VisitConflict) -> str:
        return _("%(day)s %(author)s 的日记冲突") % {
            "day": f"{found.received_at:%Y-%m-%d}",
            "author": found.author_name,
        }

    def form(self, found: VisitConflict, data: Any = None) -> SettleForm | None:
        user = requester(self.request)
        return SettleForm(data, conflict=found, user=user) if conflicts.may_settle(user, found) else None


class TaskPage(ActingPage):
    """One problem, and the steps on it."""

    def title(self, found: VisitTask) -> str:
        return _("%(day)s 提出的问题") % {"day": f"{found.raised_on:%Y-%m-%d}"}

    def form(self, found: VisitTask, data: Any = None) -> TaskStepForm | None:
        form = TaskStepForm(data, task=found, user=requester(self.request))
        return form if form.steps else None
