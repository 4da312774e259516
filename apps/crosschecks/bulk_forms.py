"""The form of one step on many findings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.crosschecks.choices import Level, Workflow
from apps.crosschecks.forms import ISO
from apps.crosschecks.services.bulk import STEPS_AT_ONCE
from apps.crosschecks.services.working import Step
from apps.pages.at_once import AtOnceForm, StepField

SAID = ("note", "level", "department", "due_on", "workflow")


class StepsForm(AtOnceForm):
    """A step for many findings: those that the account may take on some of them, each with on how many."""

    step = StepField(label=_("操作"), known=[step.name for step in STEPS_AT_ONCE])
    note = forms.CharField(
        label=_("说明"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 500}),
        help_text=_("核实无误、退回数据来源和退回重查须说明理由；写入每条疑点的流转记录。"),
    )
    level = forms.TypedChoiceField(
        label=_("交办层级"), coerce=int, required=False, empty_value=None, help_text=_("不选则层级不变。")
    )
    department = forms.CharField(label=_("处理部门"), required=False, max_length=50)
    due_on = forms.DateField(
        label=_("办理期限"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format=ISO),
        help_text=_("不填则期限不变。"),
    )
    workflow = forms.ChoiceField(label=_("转办业务"), required=False, choices=[("", "—"), *Workflow.choices])

    def __init__(self, data: Any = None, *, offered: Sequence[tuple[Step, int]]) -> None:
        super().__init__(data)
        # What belongs to the step that was chosen stays, even if nothing is open to it any more.
        names = {*(step.name for step, _number in offered), self.data.get("step")}
        self.offered = bool(offered)
        steps: Any = self.fields["step"]
        steps.offer([(step.name, step.label, number) for step, number in offered])
        levels: Any = self.fields["level"]
        levels.choices = [("", "—"), *Level.choices]
        for field in ("level", "department", "due_on"):
            if "assign" not in names:
                del self.fields[field]
        if "to_workflow" not in names:
            del self.fields["workflow"]

    def said(self) -> dict[str, Any]:
        """What the service is told beside the step."""
        empty: dict[str, Any] = {"note": "", "level": None, "department": "", "due_on": None, "workflow": ""}
        return {name: self.cleaned_data.get(name, empty[name]) for name in SAID}

    def in_words(self) -> list[tuple[str, str]]:
        """What was entered beside the step, which is named by itself."""
        step = str(self.fields["step"].label)
        return [(label, text) for label, text in super().in_words() if label != step]
