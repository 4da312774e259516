"""明白卡: the card on a household's wall; its picture leads here, and tells nothing by itself."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.access.models import PlacedModel


def new_token() -> str:
    """128 random bits as text for an address."""
    return secrets.token_urlsafe(16)


class Card(PlacedModel):
    """The card in force of a household. `token` stands in the picture: random, and resolved after sign-in only."""

    household_lookup = "household_id"

    household = models.OneToOneField(
        "households.Household", on_delete=models.CASCADE, related_name="card", verbose_name=_("贫困户")
    )
    token = models.CharField(_("卡片标识"), max_length=30, unique=True, default=new_token, editable=False)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("制卡人")
    )
    issued_at = models.DateTimeField(_("制卡时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("明白卡")
        indexes = [models.Index(fields=["division", "id"], name="card_division")]

    def __str__(self) -> str:
        return str(self.household_id)
