"""Listing, assigning and approving many problems on one page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.sessions import requester
from apps.common.outcomes import Outcome
from apps.pages.at_once import AtOnceForm, AtOncePage, Seen, StepField
from apps.pages.forms import day
from apps.pages.ways import Step
from apps.problems.choices import Kind
from apps.problems.services import together
from apps.problems.services.way import WAY
from apps.problems.step_forms import said_of
from apps.problems.tables import BULK, ProblemResource

ASKED_BY = {"kind": {"list"}, "department": {"assign"}, "leader": {"assign"}, "due_on": {"assign"}}


class ManyForm(AtOnceForm):
    """A step for many problems: those that the account may take on some of them, each with on how many. The unit that
    answers is the place of each problem."""

    step = StepField(label=_("操作"), known=[step.name for step in together.AT_ONCE])
    kind = forms.ChoiceField(label=_("整改类型"), required=False, choices=[("", _("请选择")), *Kind.choices])
    department = forms.CharField(label=_("责任部门"), required=False, max_length=100)
    leader = forms.CharField(label=_("责任领导"), required=False, max_length=50)
    due_on = day(_("整改期限"), required=False)

    def __init__(self, data: Any = None, *, offered: Sequence[tuple[Step, int]]) -> None:
        super().__init__(data)
        self.offered = bool(offered)
        names = {step.name for step, _number in offered}
        for name, asking in ASKED_BY.items():
            if not names & asking:
                del self.fields[name]
        steps: Any = self.fields["step"]
        steps.offer([(step.name, step.label, number) for step, number in offered])


class ManyPage(AtOncePage[ManyForm, Outcome]):
    """批量办理问题."""

    resource = ProblemResource
    bulk = BULK
    heading = _("批量办理问题")
    columns = ("number", "object", "division", "state", "due_on")

    def require_number(self, count: int) -> None:
        together.require_number(count)

    def form_of(self, data: Any, seen: Seen) -> ManyForm:
        return ManyForm(data, offered=together.offered(seen, requester(self.request)))

    def act(self, seen: Seen, form: ManyForm, *, dry_run: bool) -> Outcome:
        given, by = form.cleaned_data, requester(self.request)
        return together.take_many(seen, given["step"], by=by, said=said_of(given), dry_run=dry_run)

    def doing(self, form: ManyForm) -> str:
        return str(WAY.steps[form.cleaned_data["step"]].label)
