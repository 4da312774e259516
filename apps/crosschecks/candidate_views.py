"""The page of a candidate: both records side by side, how they compare, and the decision."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from apps.access import policy, sight
from apps.accounts.sessions import requester
from apps.crosschecks import linkage
from apps.crosschecks.forms import CandidateForm
from apps.crosschecks.models import CandidateState, LinkCandidate
from apps.crosschecks.services import deciding
from apps.households.models import Person
from apps.pages.step_pages import StepPage

# What stands beside each other: the register's column, the record's, and the comparison of the two.
SIDES = (
    ("name", "name_there", "name"),
    ("birth_date", "born_there", "born_on"),
    ("sex", "sex_there", "sex"),
    ("division", "place_there", "place"),
)


class CandidatePage(StepPage):
    """One candidate. Deciding it writes the decision down and nothing else."""

    def sections(self, found: LinkCandidate) -> list[dict[str, Any]]:
        """The state and, once somebody has said something, what he said."""
        state, decision = super().sections(found)
        return [state, decision] if found.reason else [state]

    def more(self, found: LinkCandidate, form: CandidateForm | None = None) -> dict[str, Any]:
        user = requester(self.request)
        return {
            "lines": self.lines(found),
            "cancelled": found.cancelled_on if sight.opens(user, found) else None,
            "form": (form or CandidateForm(candidate=found)) if deciding.may_decide(user, found) else None,
            "entered": found.state == CandidateState.SAME,
            "person_form": self.person_form(found),
        }

    def lines(self, found: LinkCandidate) -> list[tuple[str, Any, Any, str, str]]:
        """(what, in the register, in the record, how they compare, with which weight) as this reader may see them."""
        names = [name for pair in SIDES for name in pair[:2]]
        columns = [replace(self.resource.column(name), link="", link_source="") for name in names]
        reader = self.resource.reader(self.request.user, columns)
        row = self.rows().filter(pk=found.pk).values_list(*reader.paths).get()
        values = dict(zip(names, next(reader.html([row])), strict=True))
        whole = sight.opens(self.request.user, found)
        said = {name: told for name, *told in linkage.worded(found.explanation)}
        return [
            (said[compared][0], values[here], values[there], *(said[compared][1:] if whole else ("", "")))
            for here, there, compared in SIDES
            if compared in said
        ]

    def person_form(self, found: LinkCandidate) -> str:
        """Where the number is entered, for whoever may change the person."""
        if not policy.can(self.request.user, Person.change_capability, found):
            return ""
        return reverse("person-update", args=[found.person_id])

    def step_form(self, found: LinkCandidate, data: Any = None, files: Any = None) -> CandidateForm:
        return CandidateForm(data, candidate=found)

    def require(self, found: LinkCandidate, form: CandidateForm) -> None:
        deciding.require(requester(self.request), found)

    def take(self, form: CandidateForm) -> str:
        same = form.save(requester(self.request)).state == CandidateState.SAME
        return _("已记录。请在登记表中填写证件号码。") if same else _("已记录。")
