"""What pairing or handing over many households asks for: whom, from when, and why."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.cadres.models import Cadre
from apps.pages.forms import RowField


class PairForm(forms.Form):
    """The cadre who takes the households, among those whom the user sees."""

    cadre = RowField(queryset=Cadre.objects.none(), label=_("帮扶责任人"), help_text=_("填写干部编码。"))
    on = forms.DateField(label=_("开始日期"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, data: Any = None, *, user: Any) -> None:
        super().__init__(data, initial={"on": timezone.localdate()})
        field: Any = self.fields["cadre"]
        field.queryset = Cadre.objects.visible_to(user)

    def repeated(self) -> list[tuple[str, str]]:
        """What was entered, for the hidden fields of the page that asks for confirmation."""
        return [(name, self.data.get(name, "")) for name in self.fields]

    def in_words(self) -> list[tuple[str, str]]:
        """What was entered, for people."""
        given = self.cleaned_data
        return [
            (str(field.label), f"{given[name]} {given[name].code}" if name == "cadre" else str(given[name]))
            for name, field in self.fields.items()
        ]


class HandOverForm(PairForm):
    """The same with the reason why the old pairings end."""

    reason = forms.CharField(label=_("交接原因"), max_length=200)
