"""Forms of inspections: the plan, the steps, a draw, a template and its questions."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.access import scope as scopes
from apps.divisions import codes
from apps.divisions.models import Division
from apps.inspections.choices import CONFIDENCES, QuestionKind, SampleMethod
from apps.inspections.models import FormTemplate, Inspection, InspectionTarget, Sample
from apps.inspections.models.inspection import LONGEST_REPORT
from apps.inspections.models.sample import LARGEST_SAMPLE
from apps.inspections.services import drawing, reading, steps, teams, templates
from apps.pages.forms import DivisionField, PageForm, day
from apps.pages.lines import LinesField
from apps.pages.way_forms import WayForm

SEEDS = 10**6


def _long(rows: int = 4, most: int = 2000) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "maxlength": most})


def places_below(division: int) -> list[Division]:
    """What an office may inspect: the region leagues and counties, a league counties, a county townships."""
    deepest = codes.TOWNSHIP if codes.level(division) >= codes.COUNTY else codes.COUNTY
    return list(Division.objects.pickable().below(division).filter(level__lte=deepest))


class InspectionForm(PageForm):
    """The plan of an inspection."""

    division = DivisionField(label=_("督查单位所在地"))
    places = forms.MultipleChoiceField(label=_("受检地区"), widget=forms.CheckboxSelectMultiple)
    fieldsets: ClassVar = (
        (_("督查"), ("division", "title", "kind", "from_on", "until_on", "basis", "subject")),
        (_("受检地区"), ("places",)),
    )

    class Meta:
        model = Inspection
        fields = ["division", "title", "kind", "from_on", "until_on", "basis", "subject"]
        widgets = {
            "from_on": forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
            "until_on": forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
            "subject": _long(),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["places"]
        if self.instance.pk is None:
            self.initial["division"] = self.initial.get("division") or scopes.of(self.user).top
            division = self.data.get("division") or self.initial["division"]
        else:
            division = self.instance.division_id
            del self.fields["division"]
            field.required = False
            rows = InspectionTarget.objects.visible_to(self.user).filter(inspection=self.instance)
            self.initial["places"] = [str(place) for place in rows.values_list("place_id", flat=True)]
        field.choices = self._offered(division)

    def _offered(self, division: Any) -> list[tuple[str, Any]]:
        """The places below the office, those of a league under its name where there are leagues."""
        try:
            office = int(division)
            rows = places_below(office)
        except (TypeError, ValueError):
            return []
        if codes.level(office) > codes.REGION:
            return [(str(row.pk), str(row)) for row in rows]
        leagues = {row.pk: row for row in rows if row.level == codes.LEAGUE}
        found: dict[int, list[tuple[str, str]]] = {key: [(str(key), str(row))] for key, row in leagues.items()}
        for row in rows:
            if row.level == codes.COUNTY:
                found.setdefault(codes.at(row.pk, codes.LEAGUE), []).append((str(row.pk), str(row)))
        return [(str(leagues.get(key, key)), group) for key, group in found.items()]

    def save(self, commit: bool = True) -> Inspection:
        """Write the plan; places that were not sent stay."""
        data = self.cleaned_data
        places = [int(one) for one in data["places"]] if "places" in self.data else None
        return steps.plan(self.instance, places, by=self.user, expected_version=data.get("version"))


class MemberLine(forms.Form):
    """One person of a team."""

    team = forms.IntegerField(label=_("组号"), min_value=1, max_value=99)
    name = forms.CharField(label=_("姓名"), max_length=60)
    unit = forms.CharField(label=_("单位"), max_length=100, required=False)
    account = forms.CharField(label=_("账户"), max_length=150, required=False)
    leader = forms.BooleanField(label=_("组长"), required=False)
    places = forms.CharField(label=_("负责地区"), max_length=2000, required=False)


def _by(*names: str) -> frozenset[str]:
    return frozenset(names)


class InspectionStepForm(WayForm):
    """One step of an inspection."""

    way = steps.WAY
    ASKED_BY = {
        "on": _by("start", "report", "feed_back", "notify"),
        "text": _by("report", "feed_back", "notify"),
        "notice_no": _by("notify"),
        "teams": _by("set_team"),
    }

    on = day(_("日期"), required=False, help_text=_("不填为今天。"))
    text = forms.CharField(label=_("内容"), required=False, max_length=LONGEST_REPORT, widget=_long(8, LONGEST_REPORT))
    notice_no = forms.CharField(label=_("通报文号"), required=False, max_length=60)
    teams = LinesField(
        MemberLine,
        label=_("督查组成员"),
        required=False,
        help_text=_(
            "每组一名组长；负责地区写名称或代码，用顿号隔开，只有一个组时可以不填。有账户的成员可用手机填现场表。"
        ),
    )

    def __init__(self, data: Any = None, *, row: Inspection, user: Any) -> None:
        super().__init__(data, row=row, user=user)
        if "teams" in self.fields and data is None:
            self.initial["teams"] = reading.lines_of(row, user)

    def save(self) -> Inspection:
        """Take the step."""
        data = self.cleaned_data
        return steps.take(self.row, data["step"], by=self.user, said=said_of(data), expected_version=data["version"])


def said_of(data: Mapping[str, Any]) -> steps.Said:
    """What is said with a step, from what a form or the API took in."""
    return steps.Said(
        note=data.get("note", ""),
        on=data.get("on"),
        teams=[teams.Line(**line) for line in data.get("teams") or ()],
        text=data.get("text", ""),
        notice_no=data.get("notice_no", ""),
    )


class DrawForm(PageForm):
    """A draw: of what, how many, and from where the chance comes."""

    size = forms.IntegerField(label=_("抽样数量"), required=False, min_value=1, max_value=LARGEST_SAMPLE)
    confidence = forms.TypedChoiceField(
        label=_("置信水平"), required=False, coerce=int, empty_value=None, choices=[("", _("请选择")), *CONFIDENCES]
    )
    template = forms.TypedChoiceField(
        label=_("现场表"), required=False, coerce=int, empty_value=None, choices=[("", _("不用模板"))]
    )
    fieldsets: ClassVar = (
        (_("抽样对象"), ("inspection", "unit", "template")),
        (_("样本量"), ("method", "size", "confidence", "margin")),
        (_("抽样方法"), ("strata", "weighted", "seed")),
    )

    class Meta:
        model = Sample
        fields = ["inspection", "unit", "method", "margin", "strata", "weighted", "seed"]
        help_texts = {
            "margin": _("按置信水平抽样时填写，如5。样本量按比例50%并作有限总体校正计算。"),
            "seed": _("同一种子、同一总体，抽样结果相同。"),
            "weighted": _("未办结疑点多、整改超期问题多、长期未走访的更容易抽中。"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            self.initial.setdefault("seed", secrets.randbelow(SEEDS))
            self.initial.setdefault("method", SampleMethod.SIZE)
        self.templates = {one.pk: one for one in templates.usable(self.user)}
        field: Any = self.fields["template"]
        field.choices = [
            ("", _("不用模板")),
            *((key, f"{one} · {one.get_unit_display()}") for key, one in self.templates.items()),
        ]

    def _post_clean(self) -> None:
        """The sample is made by the service; no instance is filled."""

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        template = self.templates.get(data.get("template") or 0)
        if template and data.get("unit") and template.unit != data["unit"]:
            self.add_error("template", _("这个模板不是问这类单位的。"))
        return data

    def save(self, commit: bool = True) -> Sample:
        """Draw."""
        data = self.cleaned_data
        names = ("unit", "method", "seed", "size", "confidence", "margin", "strata", "weighted")
        plan = drawing.Plan(**{name: data.get(name) for name in names})  # type: ignore[arg-type]
        template = self.templates.get(data.get("template") or 0)
        return drawing.draw(data["inspection"], plan, by=self.user, template=template)


class QuestionLine(forms.Form):
    """One question of a template."""

    text = forms.CharField(label=_("问题"), max_length=200)
    kind = forms.ChoiceField(label=_("答案类型"), choices=QuestionKind.choices, initial=QuestionKind.YES_NO)
    choices = forms.CharField(label=_("选项"), max_length=500, required=False)
    required = forms.BooleanField(label=_("必填"), required=False)


class FormTemplateForm(PageForm):
    """A template with its questions."""

    division = DivisionField(label=_("制定地区"))
    questions = LinesField(QuestionLine, label=_("现场表问题"), help_text=_("选项用分号隔开。"))

    class Meta:
        model = FormTemplate
        fields = ["division", "title", "unit", "is_active"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            self.initial["division"] = self.initial.get("division") or scopes.of(self.user).top
        else:
            del self.fields["division"]
            found = templates.questions_of(self.instance)
            self.initial["questions"] = [{**one, "choices": "；".join(one["choices"])} for one in found]
            field: Any = self.fields["questions"]
            field.required = False

    def save(self, commit: bool = True) -> FormTemplate:
        """Write the template; questions that were not sent stay."""
        sent = self.cleaned_data["questions"] or self.initial.get("questions", [])
        return templates.save(self.instance, sent, by=self.user)
