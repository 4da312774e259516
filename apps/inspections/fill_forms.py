"""The form of a visit on site, made of the questions of its sample."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.inspections import raising
from apps.inspections.choices import ProblemLevel, QuestionKind
from apps.inspections.models import SampledUnit
from apps.inspections.models.form import LONGEST_FACT
from apps.inspections.services import filling
from apps.inspections.services.filling import LONGEST_ANSWER, NO, YES

ANSWER = "answer_"


def _moment() -> forms.DateTimeInput:
    return forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


def _text(most: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": 3, "maxlength": most})


class SiteForm(forms.Form):
    """现场表 of one sampled unit."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    written_at = forms.DateTimeField(label=_("填写时间"), widget=_moment())
    remark = forms.CharField(label=_("现场情况"), required=False, max_length=LONGEST_FACT, widget=_text(LONGEST_FACT))
    problem_fact = forms.CharField(
        label=_("发现的问题"), required=False, max_length=LONGEST_FACT, widget=_text(LONGEST_FACT)
    )
    problem_area = forms.ChoiceField(label=_("问题领域"), required=False)
    problem_level = forms.ChoiceField(
        label=_("问题程度"), required=False, choices=[("", _("没有问题")), *ProblemLevel.choices]
    )
    signed_by = forms.CharField(label=_("签字人"), required=False, max_length=60)

    def __init__(self, data: Any = None, *, unit: SampledUnit, user: User) -> None:
        super().__init__(data, initial={"client_id": uuid4(), "written_at": timezone.localtime()})
        self.unit, self.user = unit, user
        self.questions = unit.sample.questions
        asked = {f"{ANSWER}{number}": _asked(question) for number, question in enumerate(self.questions)}
        self.fields = {"client_id": self.fields.pop("client_id"), **asked, **self.fields}
        area: Any = self.fields["problem_area"]
        area.choices = [("", _("请选择")), *raising.areas()]
        if not raising.areas():
            del self.fields["problem_area"]

    def save(self) -> filling.Outcome:
        """Hand it in."""
        data = self.cleaned_data
        names = ("client_id", "written_at", "remark", "problem_fact", "problem_level", "signed_by")
        said = {name: data[name] for name in names}
        answers = [str(data[f"{ANSWER}{number}"] or "") for number in range(len(self.questions))]
        draft = filling.Draft(**said, unit=self.unit.pk, answers=answers, problem_area=data.get("problem_area", ""))
        return filling.submit(draft, by=self.user)


def _asked(question: dict[str, Any]) -> forms.Field:
    """The field of a question; what must be answered is said by the service."""
    usual: dict[str, Any] = {"label": question["text"], "required": question["required"]}
    empty = ("", _("请选择"))
    match question["kind"]:
        case QuestionKind.YES_NO:
            return forms.ChoiceField(choices=[empty, (YES, _("是")), (NO, _("否"))], **usual)
        case QuestionKind.CHOICE:
            return forms.ChoiceField(choices=[empty, *((one, one) for one in question["choices"])], **usual)
        case QuestionKind.NUMBER:
            return forms.CharField(widget=forms.TextInput({"inputmode": "decimal"}), max_length=16, **usual)
    return forms.CharField(max_length=LONGEST_ANSWER, **usual)
