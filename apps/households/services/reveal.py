"""Showing a number in the clear: with the right, for a reason, and written down (architecture §5)."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from apps.access import policy
from apps.access.models import PlacedModel
from apps.accounts.models import User
from apps.common.errors import ServiceError
from apps.common.fields import sealed_fields
from apps.common.wording import listed
from apps.history.services import log_access

SHORTEST_REASON = 2


@transaction.atomic
def reveal(
    obj: PlacedModel, fields: Sequence[str], *, by: User, reason: str, address: str | None = None
) -> dict[str, str | None]:
    """The clear numbers of a household, a person or a cadre. The access log is written first: no record, no number.

    Raises PermissionDenied without `view_personal_data` at the place, ServiceError without a reason or for a field
    that is not a number of this object.
    """
    policy.require(by, "view_personal_data", obj)
    known = {field.name for field, _indexes in sealed_fields(type(obj))}
    if not fields or (unknown := [name for name in fields if name not in known]):
        named = listed(unknown) if fields else ""
        raise ServiceError(_("没有这样的号码字段：%(names)s。") % {"names": named}, field="fields")
    if len(reason.strip()) < SHORTEST_REASON:
        raise ServiceError(_("请写明查看理由。"), field="reason")
    log_access(
        by, "reveal", division=obj.division_id, obj=obj, fields=list(fields), reason=reason.strip(), address=address
    )
    return {name: value.clear() if (value := getattr(obj, name)) else None for name in fields}
