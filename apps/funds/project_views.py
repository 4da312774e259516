"""Pages of the library and of projects beyond the generic ones: what goes its way by steps."""

from __future__ import annotations

from typing import Any

from apps.accounts.sessions import requester
from apps.funds.models import LibraryItem, Project
from apps.funds.notice_views import notices_on_page
from apps.funds.project_forms import LibraryStepForm, ProjectStepForm
from apps.funds.project_kinds import ITEM_STATE, PROJECT_STATE
from apps.funds.project_tables import LibraryItemResource, ProjectResource
from apps.funds.services import beneficiaries, library, negative, progress_photos
from apps.pages.way_forms import WayForm
from apps.pages.way_pages import WayPage


class LibraryItemPage(WayPage):
    """An item of the library; whom it helps twice is said to everybody who decides on it."""

    form_class = LibraryStepForm
    states = ITEM_STATE

    def more(self, found: LibraryItem, form: WayForm | None = None) -> dict[str, Any]:
        user = requester(self.request)
        made = library.project_of(found, user)
        return {
            **super().more(found, form),
            **notices_on_page(LibraryItemResource, found, user),
            "doubles": beneficiaries.doubles(found),
            "project_url": ProjectResource.url("detail", made.pk) if made else "",
        }


class ProjectPage(WayPage):
    """A project, with what was answered to the negative list."""

    form_class = ProjectStepForm
    states = PROJECT_STATE

    def more(self, found: Project, form: WayForm | None = None) -> dict[str, Any]:
        user = requester(self.request)
        return {
            **super().more(found, form),
            **notices_on_page(ProjectResource, found, user),
            "pictures": progress_photos.of_project(user, found),
            "checks": negative.checks_of(found, user),
            "item_url": LibraryItemResource.url("detail", found.item_id) if found.item_id else "",
        }
