"""Setting a threshold for a division: it holds there and below until a nearer division sets its own."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from apps.access import policy
from apps.accounts.models import User
from apps.common.errors import ServiceError
from apps.crosschecks.models import RuleParameter
from apps.crosschecks.rules.parameters import PARAMETERS
from apps.history.services import log_access


@transaction.atomic
def set_threshold(
    name: str, division: int, value: Decimal | None, *, by: User, basis: str = ""
) -> RuleParameter | None:
    """Set a threshold at a division, or (None) take the division's own away, so that the one above holds again.

    Raises PermissionDenied without `manage_parameters` there, ServiceError for a name that is none, ValidationError for
    a value out of bounds.
    """
    policy.require(by, "manage_parameters", division)
    if name not in PARAMETERS:
        raise ServiceError(_("没有这个参数：%(name)s。") % {"name": name}, field="name")
    own = RuleParameter.objects.select_for_update().filter(name=name, division_id=division).first()
    log_access(
        by,
        "parameter",
        division=division,
        kind=RuleParameter._meta.label_lower,
        key=name,
        fields=[name],
        reason=f"{'—' if own is None else own.value} → {'—' if value is None else value} {basis.strip()}".strip(),
    )
    if value is None:
        if own is not None:
            own.delete()
        return None
    own = own or RuleParameter(name=name, division_id=division)
    own.value, own.basis, own.set_by, own.set_by_name = value, basis.strip(), by, str(by)
    own.full_clean(exclude=["set_by", "division"])
    own.save()
    return own
