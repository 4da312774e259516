"""The form of a step of a problem, and what it says to the service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.common.days import today
from apps.pages.forms import DivisionField, day
from apps.pages.lines import LinesField
from apps.pages.way_forms import WayForm
from apps.problems.choices import Kind
from apps.problems.models import Problem
from apps.problems.services import steps
from apps.problems.services.steps import Measure, Said
from apps.problems.services.way import WAY


def _by(*names: str) -> frozenset[str]:
    return frozenset(names)


def _text(label: Any, most: int = 2000) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 3, "maxlength": most})
    return forms.CharField(label=label, required=False, max_length=most, widget=widget)


class MeasureLine(forms.Form):
    """A measure of a plan."""

    text = forms.CharField(label=_("整改措施"), max_length=500)
    by_on = day(_("完成时限"))
    checked_by = forms.CharField(label=_("检查方式"), max_length=200)


class ProblemStepForm(WayForm):
    """One step of a problem."""

    way = WAY
    ASKED_BY = {
        "kind": _by("list"),
        **dict.fromkeys(("unit", "department", "leader"), _by("assign")),
        "due_on": _by("assign", "urge", "rework"),
        "measures": _by("plan"),
        **dict.fromkeys(("period", "percent", "text"), _by("report")),
        "result": _by("submit"),
        **dict.fromkeys(("opinion", "site", "on"), _by("verify")),
    }

    kind = forms.ChoiceField(label=_("整改类型"), required=False, choices=[("", _("请选择")), *Kind.choices])
    unit = DivisionField(
        label=_("责任单位所在地"), required=False, help_text=_("问题所在地或其上级；不填为问题所在地。")
    )
    department = forms.CharField(label=_("责任部门"), required=False, max_length=100)
    leader = forms.CharField(label=_("责任领导"), required=False, max_length=50)
    due_on = day(_("整改期限"), required=False, help_text=_("不能早于今天。"))
    measures = LinesField(MeasureLine, label=_("措施清单"), required=False)
    period = day(_("报告期（该月或半年任一日）"), required=False)
    percent = forms.IntegerField(label=_("整改进度（%）"), required=False, min_value=0, max_value=100)
    text = _text(_("进展情况"))
    result = _text(_("整改结果"))
    opinion = _text(_("复核意见"))
    site = forms.CharField(
        label=_("现场复核地点"), required=False, max_length=100, help_text=_("严重问题须现场复核并先上传现场照片。")
    )
    on = day(_("复核日期"), required=False, help_text=_("不填为今天。"))

    def __init__(self, data: Any = None, *, row: Problem, user: Any) -> None:
        super().__init__(data, row=row, user=user)
        if "unit" in self.fields:
            self.initial["unit"] = row.division_id
        if "period" in self.fields:
            self.initial["period"] = today()
        if {step.name for step in self.steps} & {"urge", "interview", "criticise"}:
            self.fields["note"].help_text = _("督办函、约谈和通报批评的内容也写在这里。")

    def save(self) -> Problem:
        """Take the step."""
        data = self.cleaned_data
        return steps.take(self.row, data["step"], by=self.user, said=said_of(data), expected_version=data["version"])


def said_of(data: Mapping[str, Any]) -> Said:
    """What is said with a step of a problem, from what a form or the API took in."""
    unit = data.get("unit")
    texts = ("note", "kind", "department", "leader", "text", "result", "opinion", "site")
    said: dict[str, Any] = {name: data.get(name) or "" for name in texts}
    said |= {name: data.get(name) for name in ("due_on", "period", "percent", "on")}
    measures = [Measure(**one) for one in data.get("measures") or ()]
    return Said(**said, unit=getattr(unit, "pk", unit), measures=measures)
