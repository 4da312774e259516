"""A department's client: who it is, what it may ask, from where and until when."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Any, ClassVar

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from oauth2_provider.models import AbstractApplication

from apps.access.models import PlacedModel
from apps.access.querysets import ScopedManager
from apps.access.scope import Range, Scope
from apps.common.fields import SealedField
from apps.common.models import Versioned
from apps.divisions import codes
from apps.partners.choices import SCOPE_CHOICES, SCOPES
from apps.partners.validators import validate_network


@pghistory.track(
    fields=[
        "division",
        "name",
        "user",
        "contact",
        "purpose",
        "scopes",
        "networks",
        "valid_until",
        "rate_limit",
        "enabled",
    ],
    model_name="ClientEvent",
)
class Client(Versioned, AbstractApplication, PlacedModel):
    """接口客户端: django-oauth-toolkit's application with a place. It acts in the name of its own account (`user`),
    which holds no capability and cannot sign in; what it reaches comes from its scopes at its place.
    """

    realm = "accounts"
    change_capability = "manage_accounts"

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="client", verbose_name=_("账户")
    )
    name = models.CharField(_("部门名称"), max_length=60)
    contact = models.CharField(_("联系人和电话"), max_length=100)
    purpose = models.CharField(_("用途"), max_length=200)
    scopes = ArrayField(models.CharField(max_length=40, choices=SCOPE_CHOICES), verbose_name=_("数据权限"))
    networks = ArrayField(
        models.CharField(max_length=43, validators=[validate_network]), verbose_name=_("允许的网络地址")
    )
    valid_until = models.DateField(_("有效期至"))
    rate_limit = models.PositiveIntegerField(
        _("每分钟查询次数上限"), default=120, validators=[MinValueValidator(1), MaxValueValidator(6000)]
    )
    enabled = models.BooleanField(_("启用"), default=True)
    signing_key = SealedField(kind="secret", verbose_name=_("签名密钥"), null=True, blank=True, editable=False)

    objects: ClassVar = ScopedManager()

    class Meta(AbstractApplication.Meta):
        abstract = False
        verbose_name = _("接口客户端")
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    client_type=AbstractApplication.CLIENT_CONFIDENTIAL,
                    authorization_grant_type=AbstractApplication.GRANT_CLIENT_CREDENTIALS,
                    hash_client_secret=True,
                ),
                name="client_credentials_only",
            ),
        ]
        indexes = [models.Index(fields=["division", "id"], name="client_division")]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Nothing: the toolkit's rules are about addresses and algorithms of grants that no client can have."""

    @property
    def signs(self) -> bool:
        """Whether its requests must be signed."""
        return self.signing_key is not None

    @property
    def usable(self) -> bool:
        """Enabled, and not past its last day."""
        return self.enabled and self.valid_until >= timezone.localdate()

    def is_usable(self, request: Any) -> bool:
        """The same, as django-oauth-toolkit asks it."""
        return self.usable

    def allows(self, address: str) -> bool:
        """Whether a request may come from this address."""
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return False
        if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
            found = found.ipv4_mapped
        return any(found in ipaddress.ip_network(network) for network in self.networks)

    def scope_of(self, names: Iterable[str]) -> Scope:
        """What the client reaches by these of its scopes: their capabilities at its place and below, nothing else."""
        held: dict[str, tuple[Range, ...]] = {
            capability: (codes.subtree(self.division_id),)
            for name in names
            if name in self.scopes and name in SCOPES
            for capability in SCOPES[name].capabilities
        }
        return Scope(user_id=self.user_id, username=self.user.username, capabilities=held, source="api")
