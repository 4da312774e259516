"""The upload form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.pages.imports.importer import Importer


class UploadForm(forms.Form):
    """A file and, for a kind that has one and where its title names none, the year."""

    file = forms.FileField(
        label=_("文件"),
        allow_empty_file=True,  # so that an empty file is answered by the reader's own words
        max_length=200,
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.csv"}),
    )
    year = forms.IntegerField(
        label=_("年度"),
        required=False,
        min_value=2013,
        max_value=2100,
        help_text=_("标题中已写明年度（如“2018年度”）时不必填写。"),
    )

    def __init__(self, importer: Importer, *args: Any) -> None:
        super().__init__(*args)
        self.fields["file"].help_text = str(importer.accepts)
        if not importer.yearly:
            del self.fields["year"]
