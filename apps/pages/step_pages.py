"""The page of something that goes its way by steps: the form of the next step stands on its detail page."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from apps.common.errors import ServiceError
from apps.pages.views import DetailPage


class StepPage(DetailPage, ABC):
    """One row with its next step. `more` takes the form that was refused by the name `form`, and shows it again."""

    @abstractmethod
    def step_form(self, found: Any, data: Any = None, files: Any = None) -> Any:
        """The form of a step of this row, filled if there are data."""

    def require(self, found: Any, form: Any) -> None:
        """Raise PermissionDenied for whoever has no step to take here."""
        if not form.offered:
            raise PermissionDenied(_("您没有办理这一事项的权限。"))

    def take(self, form: Any) -> str:
        """Take the step of a valid form; what the next page says of it."""
        form.save()
        return _("已记录。")

    def post(self, request: HttpRequest, key: int) -> HttpResponse:
        found = self.get_object(key)
        form = self.step_form(found, request.POST, request.FILES)
        self.require(found, form)
        if not form.is_valid():
            return self.again(found, 422, form=form)
        try:
            messages.success(request, self.take(form))
        except ServiceError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
            return self.again(found, error.status, form=form)
        return HttpResponseRedirect(self.resource.url("detail", found.pk))
