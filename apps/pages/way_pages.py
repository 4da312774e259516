"""The page of everything that goes its way by steps of different people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

from apps.pages.kinds import State
from apps.pages.step_pages import StepPage
from apps.pages.way_forms import WayForm

if TYPE_CHECKING:
    from apps.accounts.models import User


class WayPage(StepPage):
    """One row that goes its way by steps: the steps one may take, and what was done so far."""

    form_class: ClassVar[type[WayForm]]
    states: ClassVar[State]

    def step_form(self, found: Any, data: Any = None, files: Any = None) -> WayForm:
        return self.form_class(data, row=found, user=cast("User", self.request.user))

    def more(self, found: Any, form: WayForm | None = None) -> dict[str, Any]:
        way = self.form_class.way
        lines = way.lines(found, cast("User", self.request.user))
        return {
            "form": form or self.step_form(found),
            "log": [(line, self.states.html(line.to_state), way.named(line.step)) for line in lines],
        }
