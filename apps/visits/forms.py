"""The form by which an author corrects a visit."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.visits.choices import LONGEST_TEXT


class CorrectionForm(forms.Form):
    """What the author says now, and why."""

    text = forms.CharField(label=_("更正后的内容"), max_length=LONGEST_TEXT, strip=False, widget=forms.Textarea)
    reason = forms.CharField(label=_("更正原因"), max_length=500)
