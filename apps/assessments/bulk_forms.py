"""The form of one step on many assessments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.assessments.models.assessment import LONGEST_NOTE
from apps.assessments.services.steps import Step
from apps.assessments.services.together import AT_ONCE
from apps.pages.at_once import AtOnceForm, StepField


class StepsForm(AtOnceForm):
    """A step for many assessments: those that the account may take on some of them, each with on how many."""

    step = StepField(label=_("操作"), known=[step.name for step in AT_ONCE])
    note = forms.CharField(
        label=_("说明"),
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": LONGEST_NOTE}),
        help_text=_("写入每项考核的办理记录。等次一律按计算结果；要评为其他等次的，请逐项办理并说明理由。"),
    )

    def __init__(self, data: Any = None, *, offered: Sequence[tuple[Step, int]]) -> None:
        super().__init__(data)
        self.offered = bool(offered)
        steps: Any = self.fields["step"]
        steps.offer([(step.name, step.label, number) for step, number in offered])

    def in_words(self) -> list[tuple[str, str]]:
        """What was entered beside the step, which is named by itself."""
        return [(str(self.fields["note"].label), self.cleaned_data["note"])] if self.cleaned_data["note"] else []
