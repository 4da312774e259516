"""One step on many findings: choosing it, trying it, taking it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy

from apps.accounts.sessions import requester
from apps.crosschecks.bulk_forms import StepsForm
from apps.crosschecks.services import bulk
from apps.crosschecks.services.bulk import Taken
from apps.crosschecks.tables import AT_ONCE, FindingResource
from apps.pages.at_once import AtOncePage, Seen
from apps.pages.selection import Selection


class StepsPage(AtOncePage[StepsForm, Taken]):
    """批量办理疑点."""

    resource = FindingResource
    bulk = AT_ONCE
    heading = gettext_lazy("批量办理疑点")
    columns = ("text", "rule", "division", "state", "due_on")

    def require_number(self, count: int) -> None:
        bulk.require_number(count)

    def form_of(self, data: Any, seen: Seen) -> StepsForm:
        return StepsForm(data, offered=bulk.offered(seen, requester(self.request)))

    def act(self, seen: Seen, form: StepsForm, *, dry_run: bool) -> Taken:
        by = requester(self.request)
        return bulk.take_many(seen, form.cleaned_data["step"], by=by, dry_run=dry_run, **form.said())

    def doing(self, form: StepsForm) -> str:
        return str(bulk.STEPS[form.cleaned_data["step"]].label)

    def done_list(self, selection: Selection, outcome: Taken, form: StepsForm) -> str:
        """The list in which the findings that were taken are now: by their rules and the new state."""
        rules = self.rows().filter(pk__in=outcome.done).order_by("rule").values_list("rule", flat=True).distinct()
        query: dict[str, Any] = {"rule": list(rules), "state": str(outcome.step.to_state)}
        if selection.place.chosen:
            query["division"] = selection.place.chosen
        return f"{reverse('finding-list')}?{urlencode(query, doseq=True)}"
