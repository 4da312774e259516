"""The upload form."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class UploadForm(forms.Form):
    """A file and, where its title names none, the year."""

    file = forms.FileField(
        label=_("文件"),
        allow_empty_file=True,  # so that an empty file is answered by the reader's own words
        max_length=200,
        help_text=_("国家系统导出的 .xlsx、.xls 或 .csv 文件，或填好的导入模板；不超过 100 MB。"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.csv"}),
    )
    year = forms.IntegerField(
        label=_("年度"),
        required=False,
        min_value=2013,
        max_value=2100,
        help_text=_("标题中已写明年度（如“2018年度”）时不必填写。"),
    )
