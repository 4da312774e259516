"""Sign-in and passwords, accounts and posts; the rules are the services'."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts import services
from apps.accounts.models import Post, Reset, User
from apps.accounts.roles import RESERVED, ROLES
from apps.divisions import codes
from apps.pages.forms import DivisionField, PageForm


def _password(label: Any, autocomplete: str) -> forms.CharField:
    widget = forms.PasswordInput({"autocomplete": autocomplete})
    return forms.CharField(label=label, max_length=200, strip=False, widget=widget)


class SignInForm(forms.Form):
    """User name and password; whether they fit is the service's to say."""

    username = forms.CharField(
        label=gettext_lazy("用户名"),
        max_length=60,
        widget=forms.TextInput({"autocomplete": "username", "autofocus": True}),
    )
    password = _password(gettext_lazy("密码"), "current-password")


def _code(label: Any, *, first: bool = True) -> forms.CharField:
    # No pattern: a recovery code goes into the same box, and a phone may still offer digits first.
    widget = forms.TextInput({"autocomplete": "one-time-code", "autofocus": first, "spellcheck": "false"})
    return forms.CharField(label=label, max_length=40, widget=widget)


class CodeForm(forms.Form):
    """A code of the generator, or a recovery code; whether it is right is the service's to say."""

    code = _code(gettext_lazy("动态口令或恢复码"))


class EnrolForm(forms.Form):
    """The first code of a new generator, and the token of its offer; with a code of the one that it replaces."""

    current = _code(gettext_lazy("原动态口令或恢复码"), first=False)
    code = _code(gettext_lazy("新的动态口令"), first=False)
    token = forms.CharField(max_length=500, widget=forms.HiddenInput)

    def __init__(self, *args: Any, replacing: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not replacing:
            del self.fields["current"]
            self.fields["code"].label = gettext_lazy("动态口令")


class KeyForm(forms.Form):
    """A new security key: its name, what it answered, and a code of the generator."""

    name = forms.CharField(label=gettext_lazy("名称"), max_length=40, help_text=gettext_lazy("例如：办公室密钥"))
    code = _code(gettext_lazy("动态口令或恢复码"), first=False)
    answer = forms.CharField(max_length=20_000, widget=forms.HiddenInput)


class AskResetForm(PageForm):
    """重置申请: what is to be reset, and why; another person confirms it."""

    class Meta:
        model = Reset
        fields = ["user", "what", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].widget = forms.TextInput({"inputmode": "numeric"})

    def save(self, commit: bool = True) -> Reset:
        data = self.cleaned_data
        return services.resets.ask(data["user"], data["what"], reason=data["reason"], by=self.user)


class ChangePasswordForm(forms.Form):
    """The old password, and the new one twice; the rules are the service's."""

    old_password = _password(gettext_lazy("原密码"), "current-password")
    new_password = _password(gettext_lazy("新密码"), "new-password")
    repeated = _password(gettext_lazy("再次输入新密码"), "new-password")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_password"].help_text = " ".join(password_validators_help_texts())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("new_password") and data.get("repeated") and data["new_password"] != data["repeated"]:
            self.add_error("repeated", _("两次输入的新密码不一致。"))
        return data


class UserForm(PageForm):
    """账户: the user name is chosen once. `password` is the first password of an account that this form made."""

    division = DivisionField(label=gettext_lazy("所属单位所在地"))
    password = ""

    class Meta:
        model = User
        fields = ["username", "name", "division"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            del self.fields["username"]

    def clean_username(self) -> str:
        return str(self.cleaned_data["username"]).lower()

    def save(self, commit: bool = True) -> User:
        if self.instance.pk is not None:
            return services.change_account(self.instance, by=self.user)
        self.password = services.create_account(self.instance, by=self.user)
        return self.instance


class DivisionsField(forms.CharField):
    """Division codes, separated by blanks or commas: a list of numbers."""

    def to_python(self, value: Any) -> Any:
        written = " ".join(map(str, value)) if isinstance(value, list) else super().to_python(value)
        try:
            return [codes.parse(one) for one in re.split(r"[\s,，、]+", written or "") if one]
        except ValueError as error:
            raise forms.ValidationError(_("区划代码不正确：%(reason)s") % {"reason": error}) from error

    def prepare_value(self, value: Any) -> Any:
        return " ".join(map(str, value)) if isinstance(value, list) else value


class PostForm(PageForm):
    """任职: an account, a role, a place and a time; a post is ended later, never changed."""

    role = forms.ChoiceField(label=gettext_lazy("角色"))
    division = DivisionField(label=gettext_lazy("任职地"))
    chosen = DivisionsField(
        label=gettext_lazy("自定义范围"),
        required=False,
        help_text=gettext_lazy("数据范围为“自定义”时填写：任职地之内的区划代码，用空格分开。"),
    )
    valid_until = forms.DateTimeField(
        label=gettext_lazy("结束时间"),
        required=False,
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=gettext_lazy("不填写表示长期有效。"),
    )

    class Meta:
        model = Post
        fields = ["user", "division", "extent", "acting_for", "valid_until", "reason"]

    field_order = ["user", "role", "division", "extent", "chosen", "acting_for", "valid_until", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Every role of the catalogue: what one may not give is refused with its reason, not as an unknown value.
        roles = [(name, role.label) for name, role in ROLES.items() if name not in RESERVED]
        self.fields["role"].choices = [("", "—"), *roles]  # type: ignore[attr-defined]
        self.fields["user"].widget = forms.TextInput({"inputmode": "numeric"})
        self.fields["extent"].required = False
        self.fields["extent"].initial = Post.Extent.BELOW
        self.fields["extent"].help_text = _("不选择时为“本级及以下”。")
        self.fields["acting_for"].help_text = _("代理或主持工作时填写被代理任职的编号；须有结束时间和说明。")

    def save(self, commit: bool = True) -> Post:
        data = self.cleaned_data
        return services.appoint(
            data["user"],
            role=data["role"],
            division=data["division"].pk,
            valid_until=data["valid_until"],
            reason=data["reason"],
            extent=data["extent"] or Post.Extent.BELOW,
            chosen=data["chosen"],
            acting_for=data["acting_for"],
            by=self.user,
        )
