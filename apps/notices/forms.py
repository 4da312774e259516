"""Forms of notices: preparing one with its list, taking a step, adding a photo."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.common.days import today
from apps.common.wording import clauses, labelled, listed
from apps.notices.choices import RULES, Kind, Way, columns_of
from apps.notices.models import NoticeObjection, PublicNotice
from apps.notices.models.notice import LONGEST_NOTE, LONGEST_PLACE
from apps.notices.services import reading, steps, writing
from apps.pages.forms import DivisionField, PageForm
from apps.pages.lines import LinesField, Pasted


def columns_in_words() -> str:
    """The columns of the lists in their order, kinds with the same ones together."""
    kinds: dict[tuple[str, ...], list[Kind]] = {}
    for kind, rule in RULES.items():
        if rule.columns:
            kinds.setdefault(rule.columns, []).append(Kind(kind))
    told = (
        labelled(listed(kind.label for kind in found), listed(column.label for column in columns_of(found[0])))
        for found in kinds.values()
    )
    return f"{_('每行一条，各栏用逗号或制表符分隔，可从电子表格粘贴。')} {clauses(told)}"


def line_form(kind: Any) -> type[forms.Form]:
    """The form of a line of a kind's list; what its cells may hold is said by the service. A kind that is none has no
    columns."""
    columns = columns_of(kind) if isinstance(kind, str) and kind in RULES else ()
    labels: dict[str, Any] = {column.name: column.label for column in columns}
    fields = {name: forms.CharField(label=label, required=False) for name, label in labels.items()}
    return type("NoticeLineForm", (forms.Form,), fields)


class NoticeForm(PageForm):
    """公告公示: what is made public where, until another person has approved it. Its subject is set by the app that
    prepares it, never by hand: whoever could write it could say that something was made public."""

    division = DivisionField()
    lines = LinesField(
        label=_("公示名单或明细"),
        required=False,
        help_text=columns_in_words,
        widget=Pasted(attrs={"rows": 10}),
    )

    fieldsets: ClassVar = (
        (_("公示事项"), ("division", "kind", "title", "days")),
        (_("公示内容（不得填写身份证件号码、手机号码和银行账号）"), ("text", "lines")),
    )

    class Meta:
        model = PublicNotice
        fields = ["division", "kind", "title", "days", "text", "lines"]
        widgets = {"text": forms.Textarea(attrs={"rows": 8})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["days"].help_text = _("不填的按这类公示的最少天数；公告长期公示，不填。")
        self.fields["lines"].help_text = columns_in_words()
        if self.instance.pk is None:
            self.initial["division"] = self.initial.get("division") or scopes.of(self.user).top
        else:
            for name in ("division", "kind"):
                del self.fields[name]
            self.initial["lines"] = as_text(self.instance)
        field: Any = self.fields["lines"]
        field.take(line_form(self.instance.kind or self.data.get("kind", "")))

    def _post_clean(self) -> None:
        """The notice is written by the service: no instance is filled here."""

    def rows(self) -> list[Any]:
        """The list by the names of its columns; what a change does not say stays."""
        return self.cleaned_data["lines"] if "lines" in self.data else self.instance.lines

    def save(self, commit: bool = True) -> PublicNotice:
        """Write the notice."""
        data = self.cleaned_data
        said = {"title": data["title"], "text": data["text"], "lines": self.rows(), "days": data["days"]}
        if self.instance.pk is None:
            return writing.prepare(data["division"].pk, data["kind"], by=self.user, **said)
        return writing.change(self.instance, self.user, expected_version=data.get("version"), **said)


def as_text(found: PublicNotice) -> str:
    """The list as it can be pasted: a row a line, cells with tabs between."""
    names = RULES[found.kind].columns
    return "\n".join("\t".join(str(line.get(name, "")) for name in names).rstrip("\t") for line in found.lines)


_TEXT = forms.Textarea(attrs={"rows": 3, "maxlength": LONGEST_NOTE})
_NOTE = forms.Textarea(attrs={"rows": 2, "maxlength": LONGEST_NOTE})
_DAY = forms.DateInput({"type": "date"}, format="%Y-%m-%d")


class StepForm(forms.Form):
    """One step of a notice; it offers the steps that the account may take, and the fields that these ask for."""

    step = forms.ChoiceField(label=_("操作"), widget=forms.RadioSelect)
    place = forms.CharField(label=_("张贴地点"), required=False, max_length=LONGEST_PLACE)
    ways = forms.MultipleChoiceField(
        label=_("公示方式"), required=False, choices=Way.choices, widget=forms.CheckboxSelectMultiple
    )
    posted_on = forms.DateField(label=_("张贴日期"), required=False, widget=_DAY)
    objection = forms.TypedChoiceField(label=_("要答复的异议"), required=False, coerce=int, empty_value=None)
    received_on = forms.DateField(label=_("收到异议的日期"), required=False, widget=_DAY)
    text = forms.CharField(label=_("异议或答复内容"), required=False, max_length=LONGEST_NOTE, widget=_TEXT)
    note = forms.CharField(label=_("说明"), required=False, max_length=LONGEST_NOTE, widget=_NOTE)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    ASKED_BY: ClassVar = {
        "place": {"post"}, "ways": {"post"}, "posted_on": {"post"}, "objection": {"answer"},
        "received_on": {"object"}, "text": {"object", "answer"},
        "note": {"approve", "return", "withdraw", "repost", "archive"},
    }  # fmt: skip

    def __init__(self, data: Any = None, *, notice: PublicNotice, user: User) -> None:
        day = today()
        super().__init__(data, initial={"version": notice.version, "posted_on": day, "received_on": day})
        self.notice, self.user = notice, user
        self.steps = steps.steps_for(notice, user)
        names = {step.name for step in self.steps}
        field: Any = self.fields["step"]
        field.choices = [(step.name, step.label) for step in self.steps]
        field.initial = self.steps[0].name if self.steps else None
        for name, asking in self.ASKED_BY.items():
            if not names & asking:
                del self.fields[name]
        if "objection" in self.fields:
            open_ones = [one for one in reading.objections_of(user, notice) if one.answered_on is None]
            self.fields["objection"].choices = [(one.pk, objection_label(one)) for one in open_ones]  # type: ignore[attr-defined]
        if "text" in self.fields:
            told = {"object", "answer"} & names
            self.fields["text"].label = {
                frozenset({"object"}): _("异议内容"),
                frozenset({"answer"}): _("答复内容"),
            }.get(frozenset(told), _("异议或答复内容"))

    @property
    def offered(self) -> bool:
        """Whether there is anything that this account may do now."""
        return bool(self.steps)

    def save(self) -> PublicNotice:
        """Take the step."""
        data = {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}
        step, version = data.pop("step"), data.pop("version")
        return steps.take(self.notice, step, by=self.user, said=steps.Said(**data), expected_version=version)


def objection_label(one: NoticeObjection) -> str:
    """An objection in a list of choices."""
    return f"{one.received_on.isoformat()} {one.text[:40]}"
