"""Forms of 成效考核: a step, a plan, a result from the spot."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.assessments.effect_catalogue import DEDUCTIONS
from apps.assessments.effect_choices import EffectGrade
from apps.assessments.models import EffectAssessment, EffectTarget, SiteResult
from apps.assessments.models.assessment import LONGEST, LONGEST_NOTE
from apps.assessments.services import effect_reading, effect_sites, effect_steps
from apps.divisions.models import Division
from apps.pages.forms import DivisionField, PageForm
from apps.pages.lines import LinesField
from apps.pages.way_forms import WayForm

ANSWER = "answer_"


class ProblemLine(forms.Form):
    """A problem that is fed back, with its day."""

    text = forms.CharField(label=gettext_lazy("问题"), max_length=LONGEST_NOTE)
    due_on = forms.DateField(
        label=gettext_lazy("整改期限"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )


class EffectStepForm(WayForm):
    """One step of a place's assessment."""

    way = effect_steps.WAY
    ASKED_BY: ClassVar = {
        "text": frozenset({"report"}),
        "code": frozenset({"deduct"}),
        "cases": frozenset({"deduct"}),
        "grade": frozenset({"decide"}),
        "problems": frozenset({"feed_back"}),
    }

    text = forms.CharField(
        label=gettext_lazy("自评报告"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 8, "maxlength": LONGEST}),
    )
    code = forms.ChoiceField(
        label=gettext_lazy("扣分事项（仅登记扣分时选择）"),
        required=False,
        choices=[("", "—"), *((one.code, one.label) for one in DEDUCTIONS.values() if one.entered)],
    )
    cases = forms.IntegerField(label=gettext_lazy("起数（户数）"), required=False, min_value=0, max_value=1000)
    grade = forms.ChoiceField(
        label=gettext_lazy("等次"), required=False, choices=[("", gettext_lazy("按计算结果")), *EffectGrade.choices]
    )
    problems = LinesField(ProblemLine, label=gettext_lazy("反馈的问题"), required=False)

    def __init__(self, data: Any = None, *, row: EffectAssessment, user: User) -> None:
        super().__init__(data, row=row, user=user)
        self.answers: list[str] = []
        if any(step.name == "rectify" for step in self.steps):
            for number, one in enumerate(effect_reading.problems_of(user, row), start=1):
                self.fields[f"{ANSWER}{one.pk}"] = forms.CharField(
                    label=format_lazy(gettext_lazy("问题{}的整改情况：{}"), number, one.text),
                    required=False,
                    initial=one.answer,
                    max_length=LONGEST_NOTE,
                    widget=forms.Textarea(attrs={"rows": 2, "maxlength": LONGEST_NOTE}),
                )
            self.note_last()

    def said(self) -> effect_steps.Said:
        """What is said with the step."""
        data = self.cleaned_data
        return effect_steps.Said(
            note=data.get("note", ""),
            text=data.get("text", ""),
            code=data.get("code", ""),
            cases=data.get("cases"),
            grade=data.get("grade", ""),
            problems=[(line["text"], line["due_on"]) for line in data.get("problems") or ()],
            answers={int(name.removeprefix(ANSWER)): data[name] for name in data if name.startswith(ANSWER)},
        )

    def save(self) -> EffectAssessment:
        """Take the step."""
        data = self.cleaned_data
        return effect_steps.take(
            self.row, data["step"], by=self.user, said=self.said(), expected_version=data["version"]
        )


class EffectTargetForm(PageForm):
    """减贫计划 of a league or county, handed down from above."""

    division = DivisionField()

    class Meta:
        model = EffectTarget
        fields = ["division", "year", "exit_persons", "exit_villages", "removed_counties", "income_growth"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            del self.fields["division"], self.fields["year"]

    def save(self, commit: bool = True) -> EffectTarget:
        """Write the plan."""
        expected = self.cleaned_data.get("version")
        return effect_sites.save_target(self.instance, by=self.user, expected_version=expected)


class SiteResultForm(PageForm):
    """实地考核结果: what an office found at a place that is its to check."""

    division = DivisionField(label=gettext_lazy("录入单位"))

    class Meta:
        model = SiteResult
        fields = ["division", "assessed", "year", "code", "source", "sampled", "wrong", "note"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = effect_sites.checkable(self.user)
        self.initial["division"] = self.initial.get("division") or scopes.of(self.user).top
        self.initial.setdefault("year", mine[0].year if mine else None)
        offered = {one.assessed: one.name for one in mine}
        # Whom one crosses over to lies elsewhere, so that no picker of one's own places offers it.
        self.fields["assessed"] = forms.ModelChoiceField(
            Division.objects.filter(pk__in=offered), label=gettext_lazy("被考核地区")
        )
        self.order_fields(self.Meta.fields)

    def clean_assessed(self) -> Division:
        """The place; one that is not this office's to check is answered like one that is not there."""
        found: Division | None = self.cleaned_data["assessed"]
        if found is None:
            raise ValidationError(_("请选择被考核地区。"), code="required")
        return found

    def save(self, commit: bool = True) -> SiteResult:
        """Enter the result."""
        effect_sites.enter([self.instance], by=self.user)
        return self.instance
