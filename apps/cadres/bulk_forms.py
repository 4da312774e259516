"""What pairing or handing over many households asks for: whom, from when, and why."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.cadres.models import Cadre
from apps.pages.at_once import AtOnceForm
from apps.pages.forms import RowField


class PairForm(AtOnceForm):
    """The cadre who takes the households, among those whom the user sees."""

    cadre = RowField(queryset=Cadre.objects.none(), label=_("帮扶责任人"), help_text=_("填写干部编码。"))
    on = forms.DateField(label=_("开始日期"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, data: Any = None, *, user: Any) -> None:
        super().__init__(data, initial={"on": timezone.localdate()})
        field: Any = self.fields["cadre"]
        field.queryset = Cadre.objects.visible_to(user)

    def word(self, name: str, value: Any) -> str:
        return f"{value} {value.code}" if name == "cadre" else super().word(name, value)


class HandOverForm(PairForm):
    """The same with the reason why the old pairings end."""

    reason = forms.CharField(label=_("交接原因"), max_length=200)
