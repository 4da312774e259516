"""Forms of the problem ledger: what was found, a rung of the ladder, a photo, a receipt, the same elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.common.days import today
from apps.crosschecks.models import Finding
from apps.pages.attachments import AttachmentForm
from apps.pages.forms import DivisionField, PageForm, day
from apps.pages.photos import PhotoForm
from apps.problems.choices import Area, FileOf, PhotoOf, Source
from apps.problems.models import LadderRung, Problem, SupervisionLetter
from apps.problems.services import letters, raising
from apps.problems.services.raising import raise_problem
from apps.visits.models import VisitTask


def _text(rows: int = 4) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "maxlength": 2000})


class ProblemForm(PageForm):
    """What was found: where, about what, with which evidence; of a confirmed finding or of a visit, if it names one."""

    division = DivisionField(label=_("问题所在地"))
    finding = forms.IntegerField(label=_("疑点编号"), required=False, min_value=1, help_text=_("由疑点转来的填写。"))
    visit_task = forms.IntegerField(
        label=_("走访问题编号"), required=False, min_value=1, help_text=_("由走访问题转来的填写。")
    )
    fieldsets: ClassVar = (
        (_("问题"), ("division", "area", "object", "level", "found_on")),
        (_("事实和证据"), ("fact", "evidence")),
        (_("来源"), ("source", "finding", "visit_task")),
    )

    class Meta:
        model = Problem
        fields = ["division", "area", "object", "level", "found_on", "fact", "evidence", "source"]
        widgets = {
            "fact": _text(),
            "evidence": _text(),
            "found_on": forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        source: Any = self.fields["source"]
        # Confirmed complaints come from their own desk.
        source.choices = [one for one in Source.choices if one[0] != Source.COMPLAINT]
        if self.instance.pk is not None:
            for name in ("division", "source", "finding", "visit_task"):
                del self.fields[name]
            return
        self.initial.setdefault("found_on", today())
        self._take_over()
        self.initial["division"] = self.initial.get("division") or scopes.of(self.user).top

    def _take_over(self) -> None:
        """Fill in what the row says that one came from."""
        finding = self._row(Finding, self.initial.get("finding"))
        task = self._row(VisitTask, self.initial.get("visit_task"))
        if finding is not None:
            self.initial.update(source=Source.FINDING, area=Area.DATA, division=finding.division_id)
            self.initial["fact"] = finding.verdict_reason
        elif task is not None:
            self.initial.update(source=Source.VISIT, area=Area.OTHER, division=task.division_id)
            self.initial.update(fact=task.problem, found_on=task.raised_on)

    def _row(self, model: Any, key: Any) -> Any:
        if not str(key or "").isdigit():
            return None
        return model.objects.visible_to(self.user).filter(pk=key).first()

    def _named(self, name: str, model: Any) -> Any:
        key = self.cleaned_data.get(name)
        found = self._row(model, key)
        if key and found is None:
            raise ValidationError(_("没有这条记录，或者它不在您的范围内。"), code="invalid_choice")
        return found

    def clean_finding(self) -> Any:
        return self._named("finding", Finding)

    def clean_visit_task(self) -> Any:
        return self._named("visit_task", VisitTask)

    def _post_clean(self) -> None:
        """The problem is written by the service: no instance is filled here."""

    def save(self, commit: bool = True) -> Problem:
        """Put the problem into the ledger, or mend what was said of it before it is listed."""
        data = dict(self.cleaned_data)
        if self.instance.pk is not None:
            expected = data.pop("version", None)
            return raising.mend(self.instance, by=self.user, expected_version=expected, **data)
        return raise_problem(self.user, **{**data, "division": data["division"].pk})


class RungForm(PageForm):
    """After how many days a rung is reached, for a place and what lies below it."""

    division = DivisionField(label=_("适用地区"))

    class Meta:
        model = LadderRung
        fields = ["division", "rung", "days", "is_active"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            self.initial["division"] = self.initial.get("division") or scopes.of(self.user).top
        else:
            del self.fields["division"]


class ProblemPhotoForm(PhotoForm):
    """A photo of a problem, and what it is of: what somebody may add one of."""

    of = forms.ChoiceField(label=_("照片内容"))
    field_order = ("of", "photo")

    def __init__(self, data: Any = None, files: Any = None, *, offered: Sequence[str]) -> None:
        super().__init__(data, files)
        field: Any = self.fields["of"]
        field.choices = [(name, PhotoOf(name).label) for name in offered]


class ProblemFileForm(AttachmentForm):
    """A file of a problem, and what it proves: what somebody may add one of."""

    of = forms.ChoiceField(label=_("附件内容"))
    field_order = ("of", "file")

    def __init__(self, data: Any = None, files: Any = None, *, offered: Sequence[str]) -> None:
        super().__init__(data, files)
        field: Any = self.fields["of"]
        field.choices = [(name, FileOf(name).label) for name in offered]


class ReceiveForm(forms.Form):
    """The receipt of a letter, for the unit that got it."""

    on = day(_("签收日期"), required=False, help_text=_("不填为今天。"))

    def __init__(self, data: Any = None, *, letter: SupervisionLetter, user: User) -> None:
        super().__init__(data)
        self.letter, self.user = letter, user

    @property
    def offered(self) -> bool:
        """Whether this account may record it now."""
        return not letters.why_not(self.letter, self.user)

    def save(self) -> SupervisionLetter:
        """Record it."""
        return letters.receive(self.letter, by=self.user, on=self.cleaned_data["on"])


class ElsewhereForm(forms.Form):
    """举一反三: the places beside this one in which the same is to be looked into."""

    places = forms.TypedMultipleChoiceField(
        label=_("同级地区"), coerce=int, widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(self, data: Any = None, *, places: list[tuple[int, str]]) -> None:
        super().__init__(data, auto_id="elsewhere_%s")
        field: Any = self.fields["places"]
        field.choices = places

    @property
    def offered(self) -> bool:
        """Whether there is any place left to look into."""
        field: Any = self.fields["places"]
        return bool(field.choices)
