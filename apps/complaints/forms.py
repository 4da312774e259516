"""Forms of complaints: entering one, and its steps."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.common.days import today
from apps.complaints.choices import Body, Kind, Result, Satisfaction
from apps.complaints.models import Complaint
from apps.complaints.models.confidential import LONGEST_CONTACT, LONGEST_NAME, LONGEST_TEXT
from apps.complaints.services import entering, receipts, steps
from apps.complaints.services.receipts import Receipt
from apps.pages.forms import DivisionField, DivisionPicker, PageForm, day
from apps.pages.places import Places
from apps.pages.way_forms import WayForm


def _text(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "maxlength": LONGEST_TEXT})


class ComplaintForm(PageForm):
    """信访举报 that came by telephone, letter, visit or from another body."""

    division = DivisionField(label=_("办理单位"))
    concerned = DivisionField(
        label=_("被反映地区"),
        widget=DivisionPicker(everywhere=True),
        help_text=_("应在办理单位以下；反映办理单位自身的，由其上级单位办理。"),
    )
    received_on = day(_("收到日期"), required=False)
    text = forms.CharField(label=_("反映内容"), max_length=LONGEST_TEXT, widget=_text(8))
    name = forms.CharField(
        label=_("反映人姓名"),
        max_length=LONGEST_NAME,
        required=False,
        help_text=_("匿名举报不填。只有办理单位可以查看。"),
    )
    contact = forms.CharField(label=_("联系方式"), max_length=LONGEST_CONTACT, required=False)
    token = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)

    receipt: Receipt
    """What whoever complained is given, once the complaint is saved: to be shown once."""

    fieldsets: ClassVar = (
        (_("来源"), ("division", "channel", "sender", "received_on")),
        (_("反映的问题"), ("concerned", "kind", "text")),
        (_("反映人"), ("name", "contact")),
    )

    class Meta:
        model = Complaint
        fields = ["division", "channel", "sender", "received_on", "concerned", "kind"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        desks = scopes.of(self.user).ranges_of(entering.HANDLES)
        self.initial["division"] = desks[0][0] if desks else None
        self.initial["concerned"] = None
        self.initial.setdefault("received_on", today())
        # New in every page: what is sent twice from one page is one complaint.
        self.initial["token"] = secrets.token_hex(16)

    def _post_clean(self) -> None:
        """The complaint is written by the service: no instance is filled here."""

    def save(self, commit: bool = True) -> Complaint:
        """Enter the complaint."""
        data = self.cleaned_data
        place, token = data["division"].pk, data["token"]
        told = entering.Told(
            concerned=data["concerned"].pk,
            **{name: data[name] for name in ("kind", "text", "name", "contact", "channel", "sender", "received_on")},
        )
        said = json.dumps(asdict(told), default=str)
        self.receipt = receipts.following(token, self.user.pk, place, said) if token else receipts.new()
        return entering.enter(place, told, by=self.user, receipt=self.receipt)


class ComplaintStepForm(WayForm):
    """A step of a complaint, with what it asks for."""

    way = steps.WAY
    ASKED_BY: ClassVar = {
        "kind": frozenset({"register"}),
        "concerned": frozenset({"register", "hand_over"}),
        "to": steps.MOVES,
        "sent_to": frozenset({"transfer"}),
        "document_no": frozenset({"transfer"}),
        "leader": frozenset({"lead"}),
        "leader_post": frozenset({"lead"}),
        "result": frozenset({"answer"}),
        "confirmed": frozenset({"answer"}),
        "findings": frozenset({"answer"}),
        "answer": frozenset({"answer"}),
        "satisfaction": frozenset({"feedback"}),
    }

    kind = forms.ChoiceField(label=_("类别"), required=False, choices=[("", _("不变")), *Kind.choices])
    concerned = DivisionField(label=_("被反映地区"), required=False, widget=DivisionPicker(everywhere=True))
    to = forms.TypedChoiceField(label=_("办理单位"), required=False, coerce=int, empty_value=None)
    sent_to = forms.ChoiceField(label=_("移送单位"), required=False, choices=[("", _("请选择")), *Body.choices])
    document_no = forms.CharField(label=_("移送文号"), required=False, max_length=60)
    leader = forms.CharField(label=_("包案领导"), required=False, max_length=50)
    leader_post = forms.CharField(label=_("包案领导职务"), required=False, max_length=50)
    result = forms.ChoiceField(label=_("办理方式"), required=False, choices=[("", _("请选择")), *Result.choices])
    confirmed = forms.NullBooleanField(
        label=_("属实"),
        required=False,
        widget=forms.Select(choices=[("", _("请选择")), ("True", _("是")), ("False", _("否"))]),
    )
    findings = forms.CharField(label=_("调查情况"), required=False, max_length=LONGEST_TEXT, widget=_text(5))
    answer = forms.CharField(label=_("答复内容"), required=False, max_length=LONGEST_TEXT, widget=_text(5))
    satisfaction = forms.ChoiceField(
        label=_("群众评价"), required=False, choices=[("", _("请选择")), *Satisfaction.choices]
    )

    def __init__(self, data: Any = None, *, row: Complaint, user: User) -> None:
        super().__init__(data, row=row, user=user)
        if "concerned" in self.fields:
            self.initial["concerned"] = row.concerned_id
        if "to" in self.fields:
            field: Any = self.fields["to"]
            units = steps.destinations(row)
            names = Places.of(units)
            field.choices = [("", _("本单位")), *((code, names.full(code)) for code in units)]
        if "leader" in self.fields:
            self.initial.update(leader=row.leader, leader_post=row.leader_post)

    def save(self) -> Complaint:
        """Take the step."""
        data = self.cleaned_data
        asked = self.asked(data["step"])
        said = {name: data[name] for name in asked if name in data and name != "concerned"}
        if "concerned" in asked and (concerned := data.get("concerned")) is not None:
            said["concerned"] = concerned.pk
        return steps.take(
            self.row,
            data["step"],
            by=self.user,
            said=steps.Said(note=data["note"], **said),
            expected_version=data["version"],
        )

    def asked(self, step: str) -> list[str]:
        """The fields that a step asks for."""
        return [name for name, asking in self.ASKED_BY.items() if step in asking]
