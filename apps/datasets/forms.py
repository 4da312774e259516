"""A delivery by file, and the reason for taking one back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.datasets.catalogue import datasets
from apps.datasets.models import tables
from apps.pages.forms import DivisionField


def receivable() -> list[tuple[str, Any]]:
    """The data sets that can be delivered, for a choice."""
    return [("", _("请选择")), *((code, datasets()[code].name) for code in sorted(tables()))]


class DeliveryForm(forms.Form):
    """What the file holds, up to when, of where."""

    dataset = forms.ChoiceField(label=_("数据集"), choices=receivable)
    division = DivisionField(
        label=_("覆盖地区"), help_text=_("数据覆盖这一地区及其以下各级，整体替换这一地区上次报送的版本。")
    )
    period = forms.CharField(
        label=_("数据截至月份"),
        max_length=7,
        help_text=_("年-月，如 2018-12；以该月最后一天为准。"),
        widget=forms.TextInput(attrs={"placeholder": "2018-12", "autocomplete": "off"}),
    )
    file = forms.FileField(
        label=_("文件"),
        allow_empty_file=True,  # so that an empty file is answered by the reader's own words
        max_length=200,
        help_text=_(".xlsx、.xls、.parquet，或 UTF-8、GB 18030 编码的 .csv；第一行（或标题下一行）为表头。"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.csv,.parquet"}),
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
