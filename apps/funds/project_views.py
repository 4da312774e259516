"""Pages of the library and of projects beyond the generic ones: what goes its way by steps."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from apps.accounts.sessions import requester
from apps.common.errors import ServiceError, StaleVersion
from apps.funds.models import LibraryItem, Project
from apps.funds.project_forms import LibraryStepForm, ProjectStepForm, WayForm
from apps.funds.project_kinds import ITEM_STATE, PROJECT_STATE
from apps.funds.project_tables import LibraryItemResource, ProjectResource
from apps.funds.services import beneficiaries, library, negative
from apps.pages.kinds import State
from apps.pages.views import DetailPage


class WayPage(DetailPage):
    """One row that goes its way by steps: the steps one may take, and what was done so far."""

    form_class: ClassVar[type[WayForm]]
    states: ClassVar[State]

    def more(self, found: Any, form: WayForm | None = None) -> dict[str, Any]:
        user = requester(self.request)
        way = self.form_class.way
        return {
            "form": form or self.form_class(row=found, user=user),
            "log": [
                (line, self.states.html(line.to_state), way.steps.get(line.step)) for line in way.lines(found, user)
            ],
        }

    def post(self, request: HttpRequest, key: int) -> HttpResponse:
        found = self.get_object(key)
        form = self.form_class(request.POST, row=found, user=requester(request))
        if not form.offered:
            raise PermissionDenied(_("您没有办理这一事项的权限。"))
        if form.is_valid():
            try:
                form.save()
            except StaleVersion as error:
                form.add_error(None, str(error))
                return self._again(found, form, 409)
            except ServiceError as error:
                form.add_error(error.field if error.field in form.fields else None, str(error))
            else:
                messages.success(request, _("已记录。"))
                return HttpResponseRedirect(self.resource.url("detail", found.pk))
        return self._again(found, form, 422)

    def _again(self, found: Any, form: WayForm, status: int) -> HttpResponse:
        """The page with what was entered and what is wrong with it."""
        # A refused step has changed nothing but perhaps the row in hand.
        found = self.get_object(found.pk)
        return self.show(
            status=status,
            object=found,
            title=self.title(found),
            sections=self.sections(found),
            related=[self.related_table(found, related) for related in self.resource.related],
            **self.more(found, form),
        )


class LibraryItemPage(WayPage):
    """An item of the library; whom it helps twice is said to everybody who decides on it."""

    form_class = LibraryStepForm
    states = ITEM_STATE

    def more(self, found: LibraryItem, form: WayForm | None = None) -> dict[str, Any]:
        made = library.project_of(found, requester(self.request))
        return {
            **super().more(found, form),
            "doubles": beneficiaries.doubles(found),
            "project_url": ProjectResource.url("detail", made.pk) if made else "",
        }


class ProjectPage(WayPage):
    """A project, with what was answered to the negative list."""

    form_class = ProjectStepForm
    states = PROJECT_STATE

    def more(self, found: Project, form: WayForm | None = None) -> dict[str, Any]:
        checks = negative.checks_of(found, requester(self.request))
        item_url = LibraryItemResource.url("detail", found.item_id) if found.item_id else ""
        return {**super().more(found, form), "checks": checks, "item_url": item_url}
