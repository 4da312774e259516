"""The form of a step of everything that goes its way by steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.pages.steplogs import LONGEST_NOTE
from apps.pages.ways import Way

if TYPE_CHECKING:
    from apps.accounts.models import User


class WayForm(forms.Form):
    """One step: it offers the steps that the account may take now, and the fields that these ask for (`ASKED_BY`: names
    of fields by step). A form of its own says in `save` how the step is taken."""

    way: ClassVar[Way]
    ASKED_BY: ClassVar[Mapping[str, frozenset[str]]] = {}

    step = forms.ChoiceField(label=_("操作"), widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("说明"),
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": LONGEST_NOTE}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, data: Any = None, *, row: Any, user: User) -> None:
        super().__init__(data, initial={"version": row.version})
        self.row, self.user = row, user
        self.steps = self.way.offered(row, user)
        names = {step.name for step in self.steps}
        field: Any = self.fields["step"]
        field.choices = [(step.name, step.label) for step in self.steps]
        for name, asking in self.ASKED_BY.items():
            if not names & asking:
                del self.fields[name]
        self.note_last()

    def note_last(self) -> None:
        """Ask for the step first and for the note last."""
        self.order_fields(["step", *(one for one in self.fields if one not in ("step", "note")), "note"])

    @property
    def offered(self) -> bool:
        """Whether there is anything that this account may do now."""
        return bool(self.steps)
