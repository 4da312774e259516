"""The form of one step on many findings, and how a page carries which findings were meant and as they were seen."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import BadRequest
from django.utils.translation import gettext_lazy as _

from apps.crosschecks.choices import Level, Workflow
from apps.crosschecks.forms import ISO
from apps.crosschecks.services.bulk import STEPS_AT_ONCE
from apps.crosschecks.services.working import Step

SAID = ("note", "level", "department", "due_on", "workflow")
_SEEN = re.compile(r"[0-9]{1,18}:[0-9]{1,9}( [0-9]{1,18}:[0-9]{1,9})*", re.ASCII)


def packed(findings: Mapping[int, int]) -> str:
    """Keys with the versions that were seen, as one field of a form: a server does not read thousands of fields."""
    return " ".join(f"{key}:{version}" for key, version in findings.items())


def unpacked(text: str) -> dict[int, int]:
    """The findings of `packed`; BadRequest for what it did not write."""
    if text and not _SEEN.fullmatch(text):
        raise BadRequest(_("没有这些记录。"))
    pairs = (pair.split(":") for pair in text.split())
    return {int(key): int(version) for key, version in pairs}


class StepField(forms.ChoiceField):
    """Shows the steps that some finding is open to. Any is valid: why it cannot be taken is said of each finding."""

    def valid_value(self, value: Any) -> bool:
        return value in {step.name for step in STEPS_AT_ONCE}


class StepsForm(forms.Form):
    """A step for many findings: those that the account may take on some of them, each with on how many."""

    step = StepField(label=_("操作"), widget=forms.RadioSelect)
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
        steps.choices = [(step.name, _("%(step)s（%(n)s 条可办）") % {"step": step.label, "n": f"{number:,}"})
                         for step, number in offered]  # fmt: skip
        steps.initial = offered[0][0].name if offered else None
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

    def repeated(self) -> Iterable[tuple[str, str]]:
        """What was entered, for the hidden fields of the page that asks for confirmation."""
        return [(name, self.data.get(name, "")) for name in ("step", *SAID) if name in self.fields]
