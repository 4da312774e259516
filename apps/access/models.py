"""What is placed, and the grants, pairings and shares that make a scope."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar, Self

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from guardian.models import UserObjectPermissionBase

from apps.access.querysets import ScopedManager, ScopedQuerySet
from apps.common.fields import BlindIndexField, SealedField
from apps.common.models import Versioned
from apps.common.prepared import Given
from apps.divisions.models import Division


class PlacedModel(models.Model):
    """A row that belongs to a place: both walls stand around every subclass.

    `realm` says which kind of row it is (register, accounts, audit); `household_lookup` names the household's key
    where pairings and shares open it; `own_lookup` the user's key where everybody sees his own rows.
    """

    realm: ClassVar[str] = "register"
    place_attname: ClassVar[str] = "division_id"
    household_lookup: ClassVar[str | None] = None
    own_lookup: ClassVar[str | None] = None
    change_capability: ClassVar[str] = "change_register"

    division = models.ForeignKey(
        Division, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("所在地")
    )

    objects = ScopedManager()

    class Meta:
        abstract = True


class GrantQuerySet(ScopedQuerySet):
    """Grants of capabilities on divisions."""

    def valid(self, now: datetime | Given) -> Self:
        """Those whose post has begun and not ended at this moment."""
        return self.filter(Q(post__valid_until=None) | Q(post__valid_until__gt=now), post__valid_from__lte=now)


class Grant(UserObjectPermissionBase):
    """A capability held at a division and everything below it, because of a post (django-guardian, direct key).

    `exact`: at the rows placed at this very division only (本级), not below it.
    """

    realm = "accounts"
    place_attname = "content_object_id"
    household_lookup = None
    own_lookup = "user_id"
    change_capability = "manage_accounts"

    content_object = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+", verbose_name=_("所在地"))
    post = models.ForeignKey("accounts.Post", on_delete=models.CASCADE, related_name="grants", verbose_name=_("任职"))
    exact = models.BooleanField(_("仅本级"), default=False)

    objects: ClassVar = ScopedManager.from_queryset(GrantQuerySet)()  # type: ignore[assignment]  # guardian has one of its own

    class Meta:
        verbose_name = _("授权")
        constraints = [
            models.UniqueConstraint(fields=["post", "permission", "content_object"], name="grant_once_per_post")
        ]


class PairingQuerySet(ScopedQuerySet):
    """Pairings of helping cadres and households."""

    def active(self, on: date | Given) -> Self:
        """Those valid on a day, both ends included."""
        return self.filter(Q(until_on=None) | Q(until_on__gte=on), from_on__lte=on)


@pghistory.track(model_name="PairingEvent")
class Pairing(Versioned, PlacedModel):
    """帮扶: a helping cadre and a household; he reaches it wherever it is, as long as the pairing lasts.

    `helper` is the cadre's account, if he has one: the database keeps it equal to the cadre's. Name, unit and phone
    stand beside the keys as on the household's card, because who sees the household mostly does not see the cadre's
    own file (`apps.cadres.services.people` writes them).
    """

    household_lookup = "household_id"
    own_lookup = "helper_id"

    household = models.ForeignKey(
        "households.Household", on_delete=models.PROTECT, related_name="pairings", verbose_name=_("贫困户")
    )
    cadre = models.ForeignKey(
        "cadres.Cadre", on_delete=models.PROTECT, related_name="pairings", verbose_name=_("帮扶责任人")
    )
    helper = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="pairings",
        verbose_name=_("帮扶责任人账户"),
        null=True,
        blank=True,
    )
    name = models.CharField(_("帮扶责任人"), max_length=50, blank=True, default="", editable=False)
    unit_name = models.CharField(_("帮扶单位"), max_length=100, blank=True, default="", editable=False)
    phone = SealedField(kind="phone", verbose_name=_("责任人电话"), null=True, blank=True, editable=False)
    phone_index = BlindIndexField(source="phone", kind="phone")
    from_on = models.DateField(_("开始日期"))
    until_on = models.DateField(_("结束日期"), null=True, blank=True)
    reason = models.CharField(_("结束原因"), max_length=200, blank=True, default="")

    objects: ClassVar = ScopedManager.from_queryset(PairingQuerySet)()

    class Meta:
        verbose_name = _("帮扶结对")
        constraints = [
            models.UniqueConstraint(
                fields=["household", "cadre"],
                condition=Q(until_on=None),
                name="pairing_open_once",
                violation_error_message=_("这名干部已与该户结对。"),
            ),
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=F("from_on")),
                name="pairing_ends_after_begin",
                violation_error_message=_("结束日期不能早于开始日期。"),
            ),
        ]
        indexes = [models.Index(fields=["division", "id"], name="pairing_division")]

    def __str__(self) -> str:
        return f"{self.name} {self.household_id}"


class ShareQuerySet(ScopedQuerySet):
    """Time-limited shares of single households."""

    def valid(self, now: datetime | Given) -> Self:
        """Those neither expired nor withdrawn at this moment."""
        return self.filter(valid_until__gt=now, withdrawn_at=None)

    def ended(self, now: datetime) -> Self:
        """The others."""
        return self.exclude(valid_until__gt=now, withdrawn_at=None)


class Share(PlacedModel):
    """共享: one household opened to one account for a while, with a reason; placed where the household is.

    `urgent` (紧急查阅) is a share that somebody took for himself. Names are kept beside the keys: the owner of the
    household mostly sees neither account.
    """

    household_lookup = None
    own_lookup = "user_id"

    household = models.ForeignKey(
        "households.Household", on_delete=models.PROTECT, related_name="shares", verbose_name=_("贫困户")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("账户")
    )
    user_name = models.CharField(_("账户姓名"), max_length=60)
    reason = models.CharField(_("理由"), max_length=200)
    urgent = models.BooleanField(_("紧急查阅"), default=False)
    shared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("共享人")
    )
    shared_by_name = models.CharField(_("共享人姓名"), max_length=60)
    created_at = models.DateTimeField(_("共享时间"), auto_now_add=True)
    valid_until = models.DateTimeField(_("到期时间"))
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)
    withdrawn_by_name = models.CharField(_("撤回人"), max_length=60, blank=True, default="")

    objects: ClassVar = ScopedManager.from_queryset(ShareQuerySet)()

    class Meta:
        verbose_name = _("共享")
        constraints = [
            models.CheckConstraint(condition=Q(valid_until__gt=F("created_at")), name="share_ends_after_begin"),
            models.CheckConstraint(
                condition=Q(urgent=False) | Q(user=F("shared_by")), name="share_urgent_is_for_oneself"
            ),
        ]
        indexes = [
            models.Index(fields=["user", "valid_until"], name="share_user"),
            models.Index(fields=["division", "id"], name="share_division"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.household_id}"
