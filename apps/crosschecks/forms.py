"""Forms of cross-checking: opening a run, taking a step on a finding, setting a threshold."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.access import scope as scopes
from apps.access.policy import holder_level
from apps.accounts.models import User
from apps.common.days import today
from apps.crosschecks.catalogue import catalogue
from apps.crosschecks.choices import Level, RunKind, Severity, State, Workflow
from apps.crosschecks.models import CandidateState, Finding, LinkCandidate, Run
from apps.crosschecks.rules import RULES
from apps.crosschecks.services import deciding, runs, working
from apps.divisions import codes
from apps.pages.forms import DivisionField, PageForm

ISO = "%Y-%m-%d"  # what a date input of the browser takes, whatever the language


def _runnable() -> list[tuple[str, str]]:
    return [(name, f"{name} {catalogue()[name].title}") for name in RULES]


class RunForm(PageForm):
    """A run by hand: over which place, which rules (all if none are chosen), as of which day."""

    division = DivisionField()
    rules = forms.MultipleChoiceField(
        label=_("规则"),
        choices=_runnable,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("不选则运行全部规则。"),
    )
    date = forms.DateField(
        label=_("比对日期"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format=ISO),
        help_text=_("不填则为今天。"),
    )

    class Meta:
        model = Run
        fields = ["division", "rules", "date"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Most people run the rules over their own place, as of today.
        self.initial["division"] = self.initial.get("division") or scopes.of(self.user).top
        self.initial.setdefault("date", today())

    def _post_clean(self) -> None:
        """The run itself is made by the service; there is no instance to fill."""

    def save(self, commit: bool = True) -> Run:
        """Open the run and ring for its units once it is committed."""
        run = runs.start_run(
            self.cleaned_data["division"].pk,
            kind=RunKind.MANUAL,
            by=self.user,
            rules=self.cleaned_data["rules"],
            date=self.cleaned_data["date"],
        )
        if run is None:
            raise RuntimeError("only a night run can be there already")
        transaction.on_commit(lambda: runs.ring(runs.to_ring(run)))
        return run


class StepForm(forms.Form):
    """One step on a finding; it offers the steps that the account may take, and the fields that these ask for."""

    step = forms.ChoiceField(label=_("操作"), widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("说明"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3, "maxlength": 500})
    )
    level = forms.TypedChoiceField(label=_("交办层级"), coerce=int, required=False, empty_value=None)
    department = forms.CharField(label=_("处理部门"), required=False, max_length=50)
    due_on = forms.DateField(label=_("办理期限"), required=False, widget=forms.DateInput({"type": "date"}, format=ISO))
    workflow = forms.ChoiceField(label=_("转办业务"), required=False, choices=[("", "—"), *Workflow.choices])
    file = forms.FileField(label=_("证明材料"), required=False, help_text=_("PDF、JPG 或 PNG，不超过 10 MB。"))
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, data: Any = None, files: Any = None, *, finding: Finding, user: User) -> None:
        super().__init__(data, files, initial={"version": finding.version, "due_on": finding.due_on})
        self.finding, self.user = finding, user
        steps = working.steps_for(finding, user)
        names = {step.name for step in steps}
        self.choice(names, steps)
        self.fields["level"].choices = self._levels()  # type: ignore[attr-defined]
        self.fields["level"].initial = finding.acting_level
        wanted = {
            "level": "assign", "department": "assign", "due_on": "assign", "workflow": "to_workflow",
        }  # fmt: skip
        for field, step in wanted.items():
            if step not in names:
                del self.fields[field]
        if not names & set(State.values):  # papers go with a verdict
            del self.fields["file"]
        elif finding.severity == Severity.CRITICAL:
            self.fields["file"].help_text = _("严重疑点核实无误须附证明材料。PDF、JPG 或 PNG，不超过 10 MB。")

    def choice(self, names: set[str], steps: list[working.Step]) -> None:
        """The steps that may be taken now, the first chosen."""
        field = self.fields["step"]
        field.choices = [(step.name, step.label) for step in steps]  # type: ignore[attr-defined]
        field.initial = steps[0].name if steps else None

    def _levels(self) -> list[tuple[int, Any]]:
        own = holder_level(self.user, "work_findings", self.finding.division_id) or Level.VILLAGE
        lowest = codes.level(self.finding.division_id)
        return [(value, label) for value, label in Level.choices if own <= value <= lowest]

    @property
    def offered(self) -> bool:
        """Whether there is anything that this account may do."""
        return bool(self.fields["step"].choices)  # type: ignore[attr-defined]

    def save(self) -> Finding:
        """Take the step."""
        data = self.cleaned_data
        return working.take(
            self.finding,
            data["step"],
            by=self.user,
            note=data["note"],
            expected_version=data["version"],
            file=data.get("file"),
            level=data.get("level"),
            department=data.get("department", ""),
            due_on=data.get("due_on"),
            workflow=data.get("workflow", ""),
        )


class CandidateForm(forms.Form):
    """A decision about a candidate and its ground; the button says which."""

    state = forms.ChoiceField(choices=CandidateState.choices)
    reason = forms.CharField(
        label=_("判断依据"),
        max_length=deciding.LONGEST,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": deciding.LONGEST}),
        help_text=_("例如查看了户口簿、本人确认了证件号码。"),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, data: Any = None, *, candidate: LinkCandidate) -> None:
        super().__init__(data, initial={"version": candidate.version})
        self.candidate = candidate

    @property
    def choices(self) -> list[tuple[str, str]]:
        """The buttons: what can be decided now."""
        anew = _("重新判断")
        return [
            (one.value, str(anew if one == CandidateState.OPEN else one.label))
            for one in deciding.choices(self.candidate)
        ]

    def save(self, by: User) -> LinkCandidate:
        """Write the decision down."""
        data = self.cleaned_data
        return deciding.decide(
            self.candidate, data["state"], by=by, reason=data["reason"], expected_version=data["version"]
        )


class ThresholdForm(forms.Form):
    """A threshold of one place; left empty, the place's own value is taken away."""

    name = forms.CharField(widget=forms.HiddenInput)
    value = forms.DecimalField(label=_("参数值"), required=False, max_digits=12)
    basis = forms.CharField(label=_("依据"), required=False, max_length=200)
