"""Grading and finishing many assessments on one page."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.sessions import requester
from apps.assessments.bulk_forms import StepsForm
from apps.assessments.choices import Grade
from apps.assessments.services import together
from apps.assessments.services.steps import STEPS
from apps.assessments.services.together import Taken
from apps.assessments.tables import AT_ONCE, AssessmentResource
from apps.common.wording import listed
from apps.pages.at_once import AtOncePage, Seen
from apps.pages.selection import Selection


class StepsPage(AtOncePage[StepsForm, Taken]):
    """批量办理考核."""

    resource = AssessmentResource
    bulk = AT_ONCE
    heading = gettext_lazy("批量办理考核")
    columns = ("name", "kind", "unit_name", "division", "state", "zero_months")

    def require_number(self, count: int) -> None:
        together.require_number(count)

    def form_of(self, data: Any, seen: Seen) -> StepsForm:
        return StepsForm(data, offered=together.offered(seen, requester(self.request)))

    def act(self, seen: Seen, form: StepsForm, *, dry_run: bool) -> Taken:
        given, by = form.cleaned_data, requester(self.request)
        return together.take_many(seen, given["step"], by=by, note=given["note"], dry_run=dry_run)

    def doing(self, form: StepsForm) -> str:
        return str(STEPS[form.cleaned_data["step"]].label)

    def told(self, outcome: Taken) -> list[tuple[str, str]]:
        """How many get which grade: what whoever confirms wants to see first."""
        grades = [f"{grade.label} {outcome.grades[grade]}" for grade in Grade if grade in outcome.grades]
        return [(_("等次"), listed(grades))] if grades else []

    def done_list(self, selection: Selection, outcome: Taken, form: StepsForm) -> str:
        """The list in which those that were taken are now: by their state, as narrowly as before otherwise."""
        query = {**selection.params.dict(), "state": str(outcome.step.to_state)}
        return f"{AssessmentResource.list_url()}?{urlencode(query)}"
