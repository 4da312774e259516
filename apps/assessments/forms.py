"""Forms of assessment: a set with its weights, opening a year, taking a step."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.db import transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.assessments import catalogue, effect_catalogue
from apps.assessments.catalogue import INDICATORS, Entry
from apps.assessments.choices import EFFECTS, Grade, Kind
from apps.assessments.models import AssessmentRound, CadreAssessment, IndicatorSet
from apps.assessments.models.assessment import LONGEST, LONGEST_NOTE
from apps.assessments.models.sets import usual_deadlines
from apps.assessments.services import reading, rounds, sets, steps
from apps.common.days import today
from apps.pages.forms import DivisionField, PageForm

WEIGHT = "weight_"
OF_EFFECTS_ALONE = ("fair", "relative", "readers", "all_counties")
DEADLINES = ("report_until", "opinion_until", "score_until", "grade_until")


class IndicatorSetForm(PageForm):
    """考核方案: years, thresholds, deadlines, and a weight for every indicator (0 leaves it out)."""

    division = DivisionField()

    fieldsets: ClassVar = (
        (_("适用"), ("division", "year", "kind")),
        (_("权重（合计100，0为不考核）"), tuple(f"{WEIGHT}{code}" for code in INDICATORS)),
        (_("等次"), ("excellent", "good", "fair", "basic")),
        (_("仅用于盟市和旗县成效考核"), ("relative", "readers", "all_counties")),
        (_("期限"), (*DEADLINES, "appeal_days")),
    )

    class Meta:
        model = IndicatorSet
        fields = [
            *("division", "year", "kind", "excellent", "good", "fair", "basic"),
            *("relative", "readers", "all_counties", *DEADLINES, "appeal_days"),
        ]
        help_texts: ClassVar = {
            "fair": _("仅用于盟市和旗县成效考核，介于良好和一般（基本合格）之间。"),
            "opinion_until": _("盟市和旗县成效考核中为实地考核截止。"),
            "score_until": _("盟市和旗县成效考核中为汇总截止。"),
            "grade_until": _("盟市和旗县成效考核中为领导小组审定截止。"),
        }
        widgets = {name: forms.DateInput({"type": "date"}, format="%Y-%m-%d") for name in DEADLINES}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = self.instance.kind
        if self.instance.pk is None:
            kind = self.data.get("kind") or self.initial.get("kind")
            kind = kind if kind in Kind.values else Kind.HELPER
            weights = sets.usual_weights(kind)
            year = self.initial.setdefault("year", today().year)
            usual = usual_deadlines(int(year)) if str(year).isdigit() and len(str(year)) == len("2018") else {}
            self.initial = {**usual, **self.initial}
            self.initial["division"] = self.initial.get("division") or scopes.of(self.user).top
        else:
            weights = sets.weights_of(self.instance)
            for name in ("division", "year", "kind"):
                del self.fields[name]
            if kind not in EFFECTS:
                for name in OF_EFFECTS_ALONE:
                    del self.fields[name]
        for name in set(OF_EFFECTS_ALONE) & set(self.fields):
            self.fields[name].required = False  # most years need none of these
        # The kind of a new set is still to be chosen: all indicators, in the words of the one that is chosen by now.
        own = catalogue.of(kind)
        known = own if self.instance.pk is not None else {**INDICATORS, **own}
        for code, entry in known.items():
            self.fields[f"{WEIGHT}{code}"] = forms.IntegerField(
                label=entry.label, min_value=0, max_value=sets.WHOLE, required=False, help_text=_words(entry, own)
            )
            self.initial[f"{WEIGHT}{code}"] = weights.get(code, 0)

    def clean_fair(self) -> int:
        """The threshold; one that was not sent stays as it was."""
        given: int | None = self.cleaned_data["fair"]
        return self.instance.fair if given is None else given

    def clean_readers(self) -> str:
        """Who reads the ranking; one that was not sent stays as it was."""
        return self.cleaned_data["readers"] or self.instance.readers

    def weights(self) -> dict[str, int]:
        """The weights as entered; one that was not sent stays as it was."""
        found = {}
        for code in (code for code in INDICATORS if f"{WEIGHT}{code}" in self.fields):
            name = f"{WEIGHT}{code}"
            found[code] = (self.cleaned_data[name] or 0) if name in self.data else self.initial[name]
        return found

    def save(self, commit: bool = True) -> IndicatorSet:
        """Write the set and its weights."""
        version = self.cleaned_data.get("version")
        return sets.save_set(self.instance, self.weights(), by=self.user, expected_version=version)


def _words(entry: Entry, own: Mapping[str, Entry]) -> Any:
    """The words of an indicator; first whom it is asked of, where that is not the kind that `own` is for."""
    if entry.code in own:
        return entry.words
    if entry.code not in catalogue.OF_CORPS:
        whose = _("仅用于盟市和旗县。{}")
    elif entry.code in effect_catalogue.OF_EFFECTS:
        whose = _("仅用于旗县工作总队、盟市和旗县。{}")
    else:
        whose = _("仅用于旗县工作总队。{}")
    return format_lazy(whose, entry.words)


class RoundForm(PageForm):
    """Opening a year, or taking in who came since."""

    division = DivisionField()

    class Meta:
        model = AssessmentRound
        fields = ["division", "kind", "year"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["division"] = self.initial.get("division") or scopes.of(self.user).top
        self.initial.setdefault("year", today().year)

    def _post_clean(self) -> None:
        """The round is made by the service, or is there already: no instance is filled."""

    def save(self, commit: bool = True) -> AssessmentRound:
        """Open the round and ring for its work once it is committed."""
        data = self.cleaned_data
        found = rounds.open_round(data["division"].pk, data["kind"], data["year"], by=self.user)
        transaction.on_commit(lambda: rounds.ring(found.pk))
        return found


_TEXT = forms.Textarea(attrs={"rows": 5, "maxlength": LONGEST})
_NOTE = forms.Textarea(attrs={"rows": 2, "maxlength": LONGEST_NOTE})


class StepForm(forms.Form):
    """One step of an assessment; it offers the steps that the account may take, and the fields that these ask for."""

    step = forms.ChoiceField(label=_("操作"), widget=forms.RadioSelect)
    text = forms.CharField(label=_("自评内容"), required=False, max_length=LONGEST, widget=_TEXT)
    asked = forms.IntegerField(label=_("受访户数"), required=False, min_value=0, max_value=100000)
    satisfied = forms.IntegerField(label=_("满意户数"), required=False, min_value=0, max_value=100000)
    grade = forms.ChoiceField(label=_("等次"), required=False)
    note = forms.CharField(label=_("说明"), required=False, max_length=LONGEST_NOTE, widget=_NOTE)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    ASKED_BY: ClassVar = {
        "text": {"report", "appeal"}, "asked": {"opinion"}, "satisfied": {"opinion"}, "grade": {"grade", "decide"},
        "note": {"report_for", "opinion", "return", "grade", "finish", "decide"},
    }  # fmt: skip

    def __init__(self, data: Any = None, *, assessment: CadreAssessment, user: User) -> None:
        super().__init__(data, initial={"version": assessment.version})
        self.assessment, self.user = assessment, user
        self.steps = steps.steps_for(assessment, user)
        names = {step.name for step in self.steps}
        field: Any = self.fields["step"]
        field.choices = [(step.name, step.label) for step in self.steps]
        field.initial = self.steps[0].name if self.steps else None
        for name, asking in self.ASKED_BY.items():
            if not names & asking:
                del self.fields[name]
        if "appeal" in names:
            self.fields["text"].label = _("申诉理由（仅申诉时填写）")
        if "grade" in self.fields:
            kept = _("按计算结果") if "grade" in names else _("维持原等次")
            self.fields["grade"].choices = [("", kept), *Grade.choices]  # type: ignore[attr-defined]
        if "score" in names:
            self._ask_scores()
        if "opinion" in names:
            self._offer_home_checks()

    def _ask_scores(self) -> None:
        """A value and its ground for each indicator that people enter."""
        for code in reading.entered_codes(self.user, self.assessment):
            entry = INDICATORS[code]
            self.fields[f"value_{entry.code}"] = forms.DecimalField(
                label=format_lazy("{}（0–100）", entry.label),
                required=False,
                min_value=0,
                max_value=100,
                max_digits=5,
                decimal_places=2,
                help_text=_("没有数据的留空：该项权重不计，总分按其余指标折算。"),
            )
            self.fields[f"note_{entry.code}"] = forms.CharField(
                label=format_lazy(_("{}的依据"), entry.label), required=False, max_length=LONGEST_NOTE, widget=_NOTE
            )

    def _offer_home_checks(self) -> None:
        """What was heard at homes in the year already, to be kept or replaced."""
        asked, satisfied = reading.heard_at_homes(self.user, self.assessment)
        if asked:
            self.fields["asked"].initial, self.fields["satisfied"].initial = asked, satisfied
            self.fields["asked"].help_text = _("已按当年入户核查预填（满意和基本满意均计为满意），可修改。")

    @property
    def offered(self) -> bool:
        """Whether there is anything that this account may do now."""
        return bool(self.steps)

    def said(self) -> steps.Said:
        """What is said with the step."""
        data = self.cleaned_data
        scores = {
            code: steps.Entered(self._value(code), data[f"note_{code}"])
            for code in INDICATORS
            if f"note_{code}" in data
        }
        return steps.Said(
            note=data.get("note", ""),
            text=data.get("text", ""),
            asked=data.get("asked"),
            satisfied=data.get("satisfied"),
            scores=scores,
            grade=data.get("grade", ""),
        )

    def _value(self, code: str) -> Decimal | None:
        return self.cleaned_data.get(f"value_{code}")

    def save(self) -> CadreAssessment:
        """Take the step."""
        data = self.cleaned_data
        return steps.take(
            self.assessment, data["step"], by=self.user, said=self.said(), expected_version=data["version"]
        )
