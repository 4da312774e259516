"""The forms of acts on visits: correcting one, settling a conflict, a step on a problem."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.visits.choices import LONGEST_NOTE, LONGEST_TEXT, Kept, Owner, TaskStep
from apps.visits.models import VisitConflict, VisitTask
from apps.visits.services import conflicts, tasks

ISO = "%Y-%m-%d"


class CorrectionForm(forms.Form):
    """What the author says now, and why."""

    text = forms.CharField(label=_("更正后的内容"), max_length=LONGEST_TEXT, strip=False, widget=forms.Textarea)
    reason = forms.CharField(label=_("更正原因"), max_length=500)


class SettleForm(forms.Form):
    """Which of two contents counts, and why."""

    kept = forms.ChoiceField(label=_("核定结果"), choices=Kept.choices, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("理由"), max_length=500, widget=forms.Textarea(attrs={"rows": 2, "maxlength": 500})
    )

    def __init__(self, data: Any = None, *, conflict: VisitConflict, user: Any) -> None:
        super().__init__(data)
        self.conflict, self.user = conflict, user
        if conflict.visit_id is None:  # somebody else's: nothing can be said of it
            self.fields["kept"].choices = [(Kept.THIS.value, Kept.THIS.label)]  # type: ignore[attr-defined]

    def save(self) -> VisitConflict:
        """Settle the conflict."""
        return conflicts.settle(self.conflict, **self.cleaned_data, by=self.user)


class TaskStepForm(forms.Form):
    """One step on a problem; it offers the steps that the account may take, and the fields that these ask for."""

    step = forms.ChoiceField(label=_("操作"), widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("解决情况或意见"),
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": LONGEST_NOTE}),
    )
    owner = forms.ChoiceField(label=_("责任方"), required=False, choices=[("", "—"), *Owner.choices])
    owner_name = forms.CharField(label=_("责任人"), required=False, max_length=60)
    due_on = forms.DateField(label=_("办结期限"), required=False, widget=forms.DateInput({"type": "date"}, format=ISO))
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, data: Any = None, *, task: VisitTask, user: Any) -> None:
        started = {name: getattr(task, name) for name in ("version", "owner", "owner_name", "due_on")}
        super().__init__(data, initial=started)
        self.task, self.user = task, user
        self.steps = tasks.steps_of(user, task)
        self.fields["step"].choices = [(step.value, step.label) for step in self.steps]  # type: ignore[attr-defined]
        self.fields["step"].initial = self.steps[0] if self.steps else None
        if TaskStep.ASSIGN not in self.steps:
            for name in ("owner", "owner_name", "due_on"):
                del self.fields[name]

    def save(self) -> VisitTask:
        """Take the step."""
        given = dict(self.cleaned_data)
        step, version = given.pop("step"), given.pop("version")
        if step != TaskStep.ASSIGN:
            given = {"text": given["text"]}
        return tasks.take(self.task, step, by=self.user, expected_version=version, **given)
