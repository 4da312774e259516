"""The plain form of a visit, and the forms of acts on visits: a correction, a settled conflict, a step on a problem."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, cast
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.households.models import Household
from apps.pages.forms import RowField
from apps.visits.choices import LONGEST_NOTE, LONGEST_TEXT, SLOTS, Kept, Owner, TaskStep
from apps.visits.models import VisitConflict, VisitTask
from apps.visits.services import conflicts, tasks
from apps.visits.services.photos import MOST_BYTES
from apps.visits.services.writing import Draft

ISO = "%Y-%m-%d"


class CorrectionForm(forms.Form):
    """What the author says now, and why."""

    text = forms.CharField(label=_("更正后的内容"), max_length=LONGEST_TEXT, strip=False, widget=forms.Textarea)
    reason = forms.CharField(label=_("更正原因"), max_length=500)


class SettleForm(forms.Form):
    """Which of two contents counts, and why."""

    kept = forms.ChoiceField(label=_("核定结果"), choices=Kept.choices, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("理由"), max_length=500, widget=forms.Textarea(attrs={"rows": 2, "maxlength": 500})
    )

    def __init__(self, data: Any = None, *, conflict: VisitConflict, user: Any) -> None:
        super().__init__(data)
        self.conflict, self.user = conflict, user
        if conflict.visit_id is None:  # somebody else's: nothing can be said of it
            self.fields["kept"].choices = [(Kept.THIS.value, Kept.THIS.label)]  # type: ignore[attr-defined]

    def save(self) -> VisitConflict:
        """Settle the conflict."""
        return conflicts.settle(self.conflict, **self.cleaned_data, by=self.user)


class TaskStepForm(forms.Form):
    """One step on a problem; it offers the steps that the account may take, and the fields that these ask for."""

    step = forms.ChoiceField(label=_("操作"), widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("解决情况或意见"),
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": LONGEST_NOTE}),
    )
    owner = forms.ChoiceField(label=_("责任方"), required=False, choices=[("", "—"), *Owner.choices])
    owner_name = forms.CharField(label=_("责任人"), required=False, max_length=60)
    due_on = forms.DateField(label=_("办结期限"), required=False, widget=forms.DateInput({"type": "date"}, format=ISO))
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, data: Any = None, *, task: VisitTask, user: Any) -> None:
        started = {name: getattr(task, name) for name in ("version", "owner", "owner_name", "due_on")}
        super().__init__(data, initial=started)
        self.task, self.user = task, user
        self.steps = tasks.steps_of(user, task)
        self.fields["step"].choices = [(step.value, step.label) for step in self.steps]  # type: ignore[attr-defined]
        self.fields["step"].initial = self.steps[0] if self.steps else None
        if TaskStep.ASSIGN not in self.steps:
            for name in ("owner", "owner_name", "due_on"):
                del self.fields[name]

    def save(self) -> VisitTask:
        """Take the step."""
        given = dict(self.cleaned_data)
        step, version = given.pop("step"), given.pop("version")
        if step != TaskStep.ASSIGN:
            given = {"text": given["text"]}
        return tasks.take(self.task, step, by=self.user, expected_version=version, **given)


# How the files begin that are read: JPEG, PNG, WebP.
PICTURE = re.compile(rb"\xff\xd8\xff|\x89PNG|RIFF....WEBP", re.DOTALL)


class PhotosInput(forms.ClearableFileInput):
    """Several photos, by the camera or from the album."""

    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Up to nine photos. Whether a file is one is found out when it is read; what does not even begin like one is told
    while the form is still open."""

    widget = PhotosInput({"accept": "image/*", "multiple": True})

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        found = [super(PhotosField, self).clean(one, initial) for one in data or []]
        if len(found) > SLOTS:
            raise ValidationError(_("一篇日记最多 %(most)d 张照片。") % {"most": SLOTS}, code="too_many")
        if any(one.size > MOST_BYTES for one in found):
            raise ValidationError(_("照片不能超过 %(most)d MB。") % {"most": MOST_BYTES >> 20}, code="too_large")
        for one in found:
            if not PICTURE.match(one.read(12)):
                raise ValidationError(_("“%(name)s”不是照片。") % {"name": one.name}, code="not_a_picture")
            one.seek(0)
        return found


def note(label: Any, rows: int = 2) -> forms.CharField:
    """A short text beside the diary."""
    widget = forms.Textarea({"rows": rows})
    return forms.CharField(label=label, max_length=LONGEST_NOTE, required=False, strip=False, widget=widget)


MINUTE = "%Y-%m-%dT%H:%M"


class VisitForm(forms.Form):
    """A visit as it is written where no script runs, or at a desk. `client_id` is made with the form: sent twice, it is
    one visit."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    household = RowField(queryset=Household.objects.none(), label=_("贫困户"), help_text=_("填写户编码。"))
    visited_at = forms.DateTimeField(
        label=_("走访时间"),
        input_formats=[MINUTE],
        widget=forms.DateTimeInput({"type": "datetime-local"}, format=MINUTE),
    )
    text = forms.CharField(
        label=_("日记内容"), max_length=LONGEST_TEXT, strip=False, widget=forms.Textarea({"rows": 6})
    )
    situation = note(_("家庭情况"))
    help_given = note(_("帮扶措施"))
    policies = note(_("宣讲政策"))
    persons_met = note(_("见到的人"))
    problem = note(_("反映的问题"))
    problem_solved = forms.TypedChoiceField(
        label=_("问题是否解决"),
        required=False,
        choices=[("", _("请选择")), ("true", _("是")), ("false", _("否"))],
        coerce=lambda value: value == "true",
        empty_value=None,
    )
    photos = PhotosField(label=_("照片"), required=False)

    def __init__(
        self, data: Any = None, files: Any = None, *, user: Any, own: Iterable[Household], fixed: Household | None
    ) -> None:
        start = {"client_id": uuid4(), "visited_at": timezone.localtime(), "household": fixed.pk if fixed else None}
        super().__init__(data, files, initial=start)
        asked = cast("RowField", self.fields["household"])
        asked.queryset = Household.objects.visible_to(user)
        if fixed:
            asked.fix(fixed.pk)
        elif offered := [(one.pk, f"{getattr(one, 'head_name', '') or ''} {one.code}") for one in own]:
            asked.widget, asked.help_text = forms.Select(choices=[("", _("请选择")), *offered]), ""

    def clean_text(self) -> str:
        """A diary of nothing but white space is none."""
        text: str = self.cleaned_data["text"]
        if not text.strip():
            raise ValidationError(_("请填写日记内容。"), code="blank")
        return text

    def draft(self) -> Draft:
        """What was written, to be handed in."""
        said = {name: value for name, value in self.cleaned_data.items() if name != "photos"}
        return Draft(**{**said, "household": said["household"].pk})
