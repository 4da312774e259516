"""受益户: out of the register, each with the reason why it is not taken."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.common.errors import ServiceError
from apps.divisions import codes
from apps.funds.models import Beneficiary, LibraryItem
from apps.funds.services.helped import helped

MOST = 2000
"""So many beneficiaries an item may have."""


def replace(item: LibraryItem, written: Sequence[str], *, by: User) -> None:
    """Make these households (by their codes) the beneficiaries of an item, in place of those it had.

    Raises ServiceError (`households`) for a code that is not among what `by` sees, a household of another county, one
    that is not helped (statuses 20, 30, 40, 50), and too many.
    """
    wanted = list(dict.fromkeys(code for code in written if code))
    if len(wanted) > MOST:
        raise _wrong(_("一个项目最多 %(most)d 户受益户。") % {"most": MOST})
    found = helped(
        wanted,
        by=by,
        inside=codes.at(item.division_id, codes.COUNTY),
        elsewhere=_("%(code)s：不在项目所在旗县。"),
        field="households",
    )
    Beneficiary.objects.filter(item=item).delete()
    Beneficiary.objects.bulk_create(
        Beneficiary(
            household=household,
            household_code=household.code,
            head=getattr(household, "head_name", None) or "",
            division_id=household.division_id,
            item=item,
            kind=item.kind,
            year=item.year,
        )
        for household in found.values()
    )


def _wrong(message: str, code: str = "invalid") -> ServiceError:
    return ServiceError(message, field="households", code=code)


def doubles(item: LibraryItem) -> list[str]:
    """A sentence for each beneficiary that the same kind of project helps already in the year: a warning at entry, a
    finding at night (FP-14). One query."""
    own = Beneficiary.objects.filter(item=item, is_active=True).values("household")
    others = Beneficiary.objects.filter(household__in=own, kind=item.kind, year=item.year, is_active=True)
    found = others.exclude(item=item).order_by("household_code").values_list("household_code", "head").distinct()
    return [
        _("%(code)s %(head)s：%(year)d年已在同类项目中受益。") % {"code": code, "head": head, "year": item.year}
        for code, head in found
    ]


def codes_of(item: LibraryItem, user: User) -> list[str]:
    """The households of an item that somebody sees, by their codes."""
    rows = Beneficiary.objects.visible_to(user).filter(item=item).order_by("household_code")
    return list(rows.values_list("household_code", flat=True))
