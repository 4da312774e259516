"""A department's client: who it is, what it may ask, from where and until when; what it asked and waits for."""

from __future__ import annotations

import ipaddress
import uuid
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
from apps.partners.choices import SCOPE_CHOICES, SCOPES, JobState
from apps.partners.validators import validate_callback, validate_network


@pghistory.track(
    fields=[
        "division",
        "name",
        "user",
        "contact",
        "purpose",
        "scopes",
        "datasets",
        "networks",
        "valid_until",
        "rate_limit",
        "enabled",
        "callbacks",
        "must_sign",
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
    # Which data sets a client may deliver; none without the scope for it.
    datasets = ArrayField(models.CharField(max_length=5), verbose_name=_("可报送的数据集"), default=list, blank=True)
    networks = ArrayField(
        models.CharField(max_length=43, validators=[validate_network]), verbose_name=_("允许的网络地址")
    )
    valid_until = models.DateField(_("有效期至"))
    rate_limit = models.PositiveIntegerField(
        _("每分钟查询次数上限"), default=120, validators=[MinValueValidator(1), MaxValueValidator(6000)]
    )
    enabled = models.BooleanField(_("启用"), default=True)
    callbacks = ArrayField(
        models.CharField(max_length=200, validators=[validate_callback]),
        verbose_name=_("回调地址"),
        default=list,
        blank=True,
    )
    # Set when the first key is given, and never taken back: a client whose keys were withdrawn is refused, not trusted.
    must_sign = models.BooleanField(_("请求须签名"), default=False, editable=False)
    signing_key = SealedField(kind="secret", verbose_name=_("签名密钥"), null=True, blank=True, editable=False)
    # The key before the last one counts for some days more, so that a department can change over without a break.
    former_key = SealedField(kind="secret", verbose_name=_("原签名密钥"), null=True, blank=True, editable=False)
    former_key_until = models.DateTimeField(_("原签名密钥有效期至"), null=True, blank=True, editable=False)

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
            models.CheckConstraint(
                condition=Q(former_key=None, former_key_until=None)
                | Q(former_key__isnull=False, former_key_until__isnull=False),
                name="client_former_key_ends",
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
        return self.must_sign or self.signing_key is not None

    @property
    def keys(self) -> list[str]:
        """The signing keys that count now, the latest first."""
        former = self.former_key if self.former_key_until and self.former_key_until > timezone.now() else None
        return [key.clear() for key in (self.signing_key, former) if key is not None]

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


class OfClient(PlacedModel):
    """What hangs off a client: placed where it is, written by its account, read by whoever runs the client."""

    realm = "accounts"
    change_capability = "manage_accounts"

    client = models.ForeignKey(
        settings.OAUTH2_PROVIDER_APPLICATION_MODEL,
        on_delete=models.CASCADE,
        related_name="%(class)ss",
        verbose_name=_("接口客户端"),
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("账户")
    )

    class Meta:
        abstract = True


class ClientDay(OfClient):
    """接口调用统计: what a client asked in one day. Numbers only; who was asked for stands in the access log."""

    day = models.DateField(_("日期"))
    questions = models.PositiveIntegerField(_("查询次数"), default=0)
    hits = models.PositiveIntegerField(_("命中次数"), default=0)
    refusals = models.PositiveIntegerField(_("被拒绝次数"), default=0)

    class Meta:
        verbose_name = _("接口调用统计")
        constraints = [models.UniqueConstraint(fields=["day", "client"], name="client_day_once")]
        indexes = [
            models.Index(fields=["day", "id"], name="client_day_latest"),
            models.Index(fields=["division", "id"], name="client_day_division"),
        ]

    def __str__(self) -> str:
        return f"{self.day:%F}"


class SearchJob(OfClient):
    """异步查询: a search whose answer is delivered to one of the client's registered addresses.

    What was asked is sealed, and gone once the job has ended; the answer is made when it is delivered, in the scope
    that the client has then, and kept nowhere.
    """

    correlation_id = models.UUIDField(_("关联编号"), default=uuid.uuid4, unique=True)
    transaction_id = models.CharField(_("交易编号"), max_length=99)
    callback = models.CharField(_("回调地址"), max_length=200)
    scopes = ArrayField(models.CharField(max_length=40), verbose_name=_("数据权限"))
    address = models.GenericIPAddressField(_("网络地址"), null=True)
    questions = SealedField(kind="secret", verbose_name=_("查询内容"), null=True, editable=False)
    count = models.PositiveSmallIntegerField(_("查询条数"))
    state = models.CharField(_("状态"), max_length=10, choices=JobState, default=JobState.WAITING)
    attempts = models.PositiveSmallIntegerField(_("投递次数"), default=0)
    created_at = models.DateTimeField(_("创建时间"), auto_now_add=True)
    next_at = models.DateTimeField(_("下次投递时间"), null=True)
    finished_at = models.DateTimeField(_("结束时间"), null=True)
    problem = models.CharField(_("最近的问题"), max_length=60, blank=True, default="")

    class Meta:
        verbose_name = _("异步查询")
        constraints = [
            models.UniqueConstraint(fields=["client", "transaction_id"], name="search_job_once"),
            models.CheckConstraint(
                condition=Q(state=JobState.WAITING, next_at__isnull=False, questions__isnull=False)
                | Q(~Q(state=JobState.WAITING), next_at=None, questions=None),
                name="search_job_ends_empty",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "next_at"], name="search_job_due"),
            models.Index(fields=["division", "id"], name="search_job_division"),
        ]

    def __str__(self) -> str:
        return self.transaction_id
