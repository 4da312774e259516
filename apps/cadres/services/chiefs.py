"""Writing who leads a county, and by what paper somebody ceased to."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from apps.access import policy
from apps.accounts.models import User
from apps.cadres.models import CountyChief
from apps.common.days import today
from apps.common.errors import ServiceError


@transaction.atomic
def save_chief(chief: CountyChief, *, by: User, expected_version: int | None = None) -> CountyChief:
    """Enter a term, end it, or add the paper that approves or records its end.

    Raises PermissionDenied without `record_chiefs` at the county (its own office has none), ServiceError for a paper
    of a day to come.
    """
    policy.require(by, CountyChief.change_capability, chief.division_id)
    if chief.approved_on is not None and chief.approved_on > today():
        raise ServiceError(_("日期不能晚于今天。"), field="approved_on", code="future")
    chief.full_clean(exclude=("division",) if chief.pk else None)
    chief.save(expected_version=expected_version)
    return chief
