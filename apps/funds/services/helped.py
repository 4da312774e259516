"""Registered households that somebody names by their codes, each with the reason why it is not taken."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.common.codes import codelist
from apps.common.errors import ServiceError
from apps.divisions import codes
from apps.households.models import Household
from apps.households.models.household import HELPED


def helped(written: Sequence[str], *, by: User, inside: int, elsewhere: Any, field: str) -> dict[str, Household]:
    """The households of these codes by their codes, in the order they were written; each with `head_name`.

    Raises ServiceError naming `field` for a code that is not among what `by` sees, a household that is not helped
    (statuses 20, 30, 40, 50), and one that does not live `inside` a place, which `elsewhere` says in words.
    """
    wanted = list(dict.fromkeys(written))
    rows = Household.objects.visible_to(by).with_head().filter(code__in=wanted)
    found = {household.code: household for household in rows}
    for code in wanted:
        household = found.get(code)
        if household is None:
            message = _("%(code)s：没有这一户，或者它不在您的范围内。") % {"code": code}
            raise ServiceError(message, field=field, code="does_not_exist")
        if household.status not in HELPED:
            label = codelist("poverty_status").labels.get(household.status, household.status)
            message = _("%(code)s：脱贫属性为“%(status)s”，不能作为受益户。") % {"code": code, "status": label}
            raise ServiceError(message, field=field, code="not_helped")
        if not codes.contains(inside, household.division_id):
            raise ServiceError(str(elsewhere) % {"code": code}, field=field, code="elsewhere")
    return {code: found[code] for code in wanted}
