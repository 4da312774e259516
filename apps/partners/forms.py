"""Clients as administrators write them down; the rules are the services'."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from apps.datasets.catalogue import datasets
from apps.datasets.models import tables
from apps.pages.forms import DivisionField, PageForm
from apps.partners.choices import SCOPE_CHOICES, WRITE_DATASETS
from apps.partners.models import Client
from apps.partners.services import clients
from apps.partners.validators import validate_callback, validate_network

MOST_NETWORKS = 50
MOST_CALLBACKS = 5


def receivable() -> list[tuple[str, str]]:
    """The data sets that a client may be allowed to deliver."""
    return [(code, f"{code} {datasets()[code].name}") for code in sorted(tables())]


class NetworksField(forms.MultipleChoiceField):
    """Networks: on a page a text with one a line, in a program a list."""

    widget = forms.Textarea
    most = MOST_NETWORKS
    check = staticmethod(validate_network)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:
        text = "\n".join(map(str, value)) if isinstance(value, list) else str(value or "")
        return [one for one in re.split(r"[\s,，;；]+", text) if one]

    def validate(self, value: list[str]) -> None:
        if not value and self.required:
            raise ValidationError(self.error_messages["required"], code="required")
        if len(value) > self.most:
            raise ValidationError(_("地址太多。"), code="too_many")
        for one in value:
            self.check(one)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.to_python(initial) != self.to_python(data)


class CallbacksField(NetworksField):
    """Addresses to deliver to, one a line or as a list; there need not be any."""

    most = MOST_CALLBACKS
    check = staticmethod(validate_callback)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, required=False, **kwargs)


class ClientForm(PageForm):
    """接口客户端: the place is chosen once. `secret` is the secret of a client that this form made."""

    division = DivisionField(label=_("数据范围（行政区划）"))
    scopes = forms.MultipleChoiceField(label=_("数据权限"), choices=SCOPE_CHOICES, widget=forms.CheckboxSelectMultiple)
    datasets = forms.MultipleChoiceField(
        label=_("可报送的数据集"),
        required=False,
        choices=receivable,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("有“报送部门数据”权限的客户端才需要。"),
    )
    networks = NetworksField(
        label=_("允许的网络地址"), help_text=_("每行一个，如 10.1.2.0/24。其他地址的请求一律拒绝。")
    )
    callbacks = CallbacksField(
        label=_("回调地址"), help_text=_("每行一个，须为 https。异步查询的应答只投递到这里的地址。")
    )
    secret = ""

    class Meta:
        model = Client
        fields = (
            *("name", "division", "scopes", "datasets", "networks", "valid_until", "rate_limit", "callbacks"),
            *("contact", "purpose"),
        )

    field_order = Meta.fields

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            del self.fields["division"]

    def clean(self) -> dict[str, Any]:
        """Data sets go with the scope to deliver them, and the scope with some."""
        found: dict[str, Any] = super().clean() or self.cleaned_data
        if "scopes" in found and (WRITE_DATASETS in found["scopes"]) != bool(found.get("datasets")):
            self.add_error("datasets", _("“报送部门数据”权限和可报送的数据集须同时给出。"))
        return found

    def save(self, commit: bool = True) -> Client:
        if self.instance.pk is not None:
            return clients.change_client(self.instance, by=self.user, expected_version=self.cleaned_data.get("version"))
        self.secret = clients.create_client(self.instance, by=self.user)
        return self.instance
