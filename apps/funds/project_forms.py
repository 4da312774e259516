"""Forms of the library and of projects: a proposal, an entry of the negative list, and the steps."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.common.days import today
from apps.funds.asset_forms import REGISTRATION, registration_of
from apps.funds.models import LibraryItem, NegativeItem, Project
from apps.funds.models.negative import SEPARATORS
from apps.funds.project_choices import EvaluationGrade
from apps.funds.services import beneficiaries, library, negative, projects, registering
from apps.funds.services.negative import Answers
from apps.pages.forms import DivisionField, PageForm
from apps.pages.steplogs import LONGEST_NOTE
from apps.pages.way_forms import WayForm

ANSWER = "answer_"


def _date() -> forms.DateInput:
    return forms.DateInput({"type": "date"}, format="%Y-%m-%d")


def _text(rows: int = 3, most: int = 1000) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "maxlength": most})


class LibraryItemForm(PageForm):
    """A proposal of a village or township, with its beneficiaries by their household codes."""

    division = DivisionField(label=_("申报的嘎查村或乡镇"))
    households = forms.CharField(
        label=_("受益户（户编码）"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}),
        help_text=_("每行一个户编码。没有受益户的项目不能申报。"),
    )
    fieldsets: ClassVar = (
        (_("申报"), ("division", "name", "kind", "mode", "year", "site")),
        (_("规模和资金"), ("scale", "amount", "subsidy_standard")),
        (_("必要性和成效"), ("need", "target", "mechanism", "households")),
        (_("村民会议"), ("met_on", "present", "decision")),
    )

    class Meta:
        model = LibraryItem
        fields = [
            *("division", "name", "kind", "mode", "year", "site", "scale", "amount", "subsidy_standard"),
            *("need", "target", "mechanism", "met_on", "present", "decision"),
        ]
        widgets = {"met_on": _date(), "need": _text(), "target": _text(), "mechanism": _text(), "scale": _text(2, 500)}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            self.initial.setdefault("year", today().year + 1)
            self.initial["division"] = self.initial.get("division") or scopes.of(self.user).top
        else:
            del self.fields["division"]
            self.initial["households"] = "\n".join(beneficiaries.codes_of(self.instance, self.user))

    def save(self, commit: bool = True) -> LibraryItem:
        """Write the draft; beneficiaries that were not sent stay."""
        written = SEPARATORS.split(self.cleaned_data["households"]) if "households" in self.data else None
        return library.save(self.instance, written, by=self.user, expected_version=self.cleaned_data.get("version"))


class NegativeItemForm(PageForm):
    """An entry of the negative list."""

    division = DivisionField(label=_("适用地区"))

    class Meta:
        model = NegativeItem
        fields = ["division", "aspect", "position", "name", "words", "is_active"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            self.initial["division"] = self.initial.get("division") or scopes.of(self.user).top
        else:
            del self.fields["division"]


class AnsweringForm(WayForm):
    """A step of which one (`ANSWERED_BY`) has to answer what the negative list says of the row."""

    ANSWERED_BY: ClassVar[str]

    none_found = forms.BooleanField(label=_("确认不涉及负面清单"), required=False)

    def __init__(self, data: Any = None, *, row: Any, user: User) -> None:
        super().__init__(data, row=row, user=user)
        asked = any(step.name == self.ANSWERED_BY for step in self.steps)
        self.matches = negative.matches(self.looked_through()) if asked else []
        if not asked or self.matches:
            del self.fields["none_found"]
        for match in self.matches:
            self.fields[f"{ANSWER}{match.item.pk}"] = forms.CharField(
                label=_("负面清单“%(name)s”") % {"name": match.item.name},
                required=False,
                max_length=LONGEST_NOTE,
                help_text=_("内容中有“%(words)s”：请说明为何不属于禁止事项。") % {"words": "、".join(match.words)},
            )
        self.note_last()

    def looked_through(self) -> Any:
        """What is asked of the negative list."""
        return self.row

    def answers(self) -> Answers:
        """What is said of the negative list."""
        data = self.cleaned_data
        texts = {match.item.pk: data.get(f"{ANSWER}{match.item.pk}", "") for match in self.matches}
        return Answers(texts, none_found=data.get("none_found", False))


def _by(*steps: str) -> frozenset[str]:
    return frozenset(steps)


class LibraryStepForm(AnsweringForm):
    """One step of an item of the library."""

    way = library.WAY
    ANSWERED_BY = "select"
    ASKED_BY = dict.fromkeys(("approval_no", "unit", "person_in_charge", "plan_start", "plan_end"), _by("select"))

    approval_no = forms.CharField(label=_("立项文号"), required=False, max_length=60)
    unit = forms.CharField(label=_("责任单位"), required=False, max_length=100)
    person_in_charge = forms.CharField(label=_("项目负责人"), required=False, max_length=50)
    plan_start = forms.DateField(label=_("计划开工日期"), required=False, widget=_date())
    plan_end = forms.DateField(label=_("计划完工日期"), required=False, widget=_date())

    def save(self) -> LibraryItem:
        """Take the step."""
        data = self.cleaned_data
        said = library.Said(note=data["note"], selection=selection_of(data), answers=self.answers())
        return library.take(self.row, data["step"], by=self.user, said=said, expected_version=data["version"])


def selection_of(data: Mapping[str, Any]) -> library.Selection | None:
    """What is said with a selection; None where its days are missing."""
    start, end = data.get("plan_start"), data.get("plan_end")
    if start is None or end is None:
        return None
    words = {name: data.get(name, "") for name in ("approval_no", "unit", "person_in_charge")}
    return library.Selection(**words, plan_start=start, plan_end=end)


class ProjectStepForm(AnsweringForm):
    """One step of a project."""

    way = projects.WAY
    ANSWERED_BY = "change"
    ASKED_BY = {
        "on": _by("start", "finish", "accept"),
        **dict.fromkeys(("month", "percent", "spent", "supervisor_name"), _by("report")),
        **dict.fromkeys(("township", "department", "supervisor"), _by("accept")),
        **dict.fromkeys(("score", "grade", "evaluation"), _by("evaluate")),
        **dict.fromkeys(projects.CONTENT, _by("change")),
        **dict.fromkeys(REGISTRATION, _by("register_asset")),
    }

    on = forms.DateField(label=_("日期"), required=False, widget=_date(), help_text=_("不填为今天。"))
    month = forms.DateField(label=_("月报月份（该月任一日）"), required=False, widget=_date())
    percent = forms.IntegerField(label=_("形象进度（%）"), required=False, min_value=0, max_value=100)
    spent = forms.DecimalField(
        label=_("累计完成投资（元）"), required=False, min_value=0, max_digits=16, decimal_places=2
    )
    supervisor_name = forms.CharField(label=_("义务监督员签字"), required=False, max_length=50)
    township = forms.CharField(label=_("乡镇验收人"), required=False, max_length=50)
    department = forms.CharField(label=_("部门验收人"), required=False, max_length=50)
    supervisor = forms.CharField(label=_("义务监督员"), required=False, max_length=50)
    score = forms.DecimalField(
        label=_("绩效评价得分"), required=False, min_value=0, max_value=100, max_digits=5, decimal_places=2
    )
    grade = forms.ChoiceField(
        label=_("绩效评价等级"), required=False, choices=[("", _("请选择")), *EvaluationGrade.choices]
    )
    evaluation = forms.CharField(label=_("绩效评价意见"), required=False, max_length=1000, widget=_text())

    def __init__(self, data: Any = None, *, row: Project, user: User) -> None:
        self._sent = data
        content = forms.fields_for_model(
            Project, projects.CONTENT, widgets={"plan_start": _date(), "plan_end": _date()}
        )
        self.base_fields = {**self.base_fields, **content, **REGISTRATION}  # type: ignore[misc]
        super().__init__(data, row=row, user=user)
        if "asset_value" in self.fields:
            self.initial.update(registering.usual(row))
        for name in projects.CONTENT:
            if name in self.fields:
                self.fields[name].required = False
                self.initial[name] = getattr(row, name)
        if "month" in self.fields:
            self.initial["month"] = today()

    def looked_through(self) -> Project:
        """The content as it is to be, where a change was sent."""
        sent = self._sent or {}
        words = {name: sent.get(name) or getattr(self.row, name) for name in negative.LOOKED_THROUGH if name != "need"}
        return Project(division_id=self.row.division_id, **words)

    def save(self) -> Project:
        """Take the step."""
        data = self.cleaned_data
        content = {name: data[name] for name in projects.CONTENT if name in self.data and name in data}
        said = said_of(data, self.answers(), content if data["step"] == "change" else {})
        return projects.take(self.row, data["step"], by=self.user, said=said, expected_version=data["version"])


def said_of(data: Mapping[str, Any], answers: Answers, content: Mapping[str, Any]) -> projects.Said:
    """What is said with a step of a project, from what a form or the API took in."""
    month: datetime.date | None = data.get("month")
    percent: int | None = data.get("percent")
    spent: Decimal | None = data.get("spent")
    score: Decimal | None = data.get("score")
    report = evaluation = None
    if month is not None and percent is not None and spent is not None:
        report = projects.Report(month, percent, spent, data.get("supervisor_name", ""))
    if score is not None:
        evaluation = projects.Evaluation(score, data.get("grade", ""), data.get("evaluation", ""))
    signed = projects.Acceptance(*(data.get(name, "") for name in ("township", "department", "supervisor")))
    return projects.Said(
        note=data.get("note", ""),
        on=data.get("on"),
        report=report,
        acceptance=signed,
        evaluation=evaluation,
        content=content,
        answers=answers,
        asset=registration_of(data),
    )
