"""The forms of the public site: a complaint, and following one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from apps.complaints.choices import Kind
from apps.complaints.models.confidential import LONGEST_CONTACT, LONGEST_NAME, LONGEST_TEXT
from apps.publicsite.uploads import MOST_PICTURES


class Pictures(forms.ClearableFileInput):
    """Several files in one field."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[UploadedFile]:
        """All files of the field."""
        return files.getlist(name) if hasattr(files, "getlist") else []


class PicturesField(forms.FileField):
    """Up to three pictures; whether they are any is found out by reading them."""

    widget = Pictures({"accept": "image/jpeg,image/png"})

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        files = [super(PicturesField, self).clean(one, initial) for one in data or ()]
        if len(files) > MOST_PICTURES:
            raise forms.ValidationError(_("最多 %(most)d 张照片。"), params={"most": MOST_PICTURES})
        return files


class ComplaintForm(forms.Form):
    """网上举报. `token` is new in every page: what is sent twice from one page is one complaint."""

    kind = forms.ChoiceField(label=_("类别"), choices=[("", _("请选择")), *Kind.choices])
    text = forms.CharField(
        label=_("反映内容"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea({"rows": 10, "maxlength": LONGEST_TEXT}),
        help_text=_("请写明时间、地点、人员和事情经过。"),
    )
    pictures = PicturesField(label=_("照片"), required=False)
    name = forms.CharField(
        label=_("您的姓名"), max_length=LONGEST_NAME, required=False, help_text=_("可以不填。实名举报将得到书面答复。")
    )
    contact = forms.CharField(
        label=_("联系方式"), max_length=LONGEST_CONTACT, required=False, help_text=_("可以不填。")
    )
    token = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)


class FollowForm(forms.Form):
    """查询办理情况, by what the receipt says."""

    receipt = forms.CharField(label=_("受理编号"), max_length=40)
    secret = forms.CharField(label=_("查询码"), max_length=60)
