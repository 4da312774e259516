"""签收指标: only what was received can be used."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.common.days import today
from apps.common.errors import ServiceError
from apps.funds.models import Quota
from apps.funds.services.steps import PAYS, PROPOSES
from apps.pages.ways import holds

RECEIVES = (PAYS, PROPOSES)


def may_receive(quota: Quota, by: User) -> bool:
    """Whether somebody of the place that got it may confirm a quota's receipt."""
    return any(holds(by, capability, quota.division_id) for capability in RECEIVES)


@transaction.atomic
def receive(quota: Quota, *, by: User) -> Quota:
    """Confirm the receipt of a quota, today. Raises PermissionDenied for another level, ServiceError (409) twice."""
    locked = Quota.objects.select_for_update().get(pk=quota.pk)
    if not may_receive(locked, by):
        raise PermissionDenied(_("指标由收到它的地区签收。"))
    if locked.received_on is not None:
        raise ServiceError(_("指标已经签收。"), code="state", status=409)
    locked.received_on, locked.received_by, locked.received_by_name = today(), by, str(by)[:60]
    locked.save(update_fields=["received_on", "received_by", "received_by_name"])
    return locked
