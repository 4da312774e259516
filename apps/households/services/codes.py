"""一户一码、一人一码: issuing codes (registry.md §8)."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connections
from django.utils.translation import gettext as _

from apps.access import scope as scopes
from apps.common import numbers
from apps.common.errors import ServiceError
from apps.divisions import codes

LAST_SERIAL = 9999
LAST_HELPER = 99999


def issue_serials(division: int, count: int, *, using: str = "default") -> range:
    """The next `count` household serials of a village; concurrent callers wait for each other and never share one.

    Raises ServiceError when the village has used up its four digits.
    """
    return issue_serials_of({division: count}, using=using)[division]


def issue_serials_of(
    counts: Mapping[int, int], *, last_serial: int = LAST_SERIAL, using: str = "default"
) -> dict[int, range]:
    """The same for several villages in one statement; in ascending order, against deadlocks."""
    wanted = sorted(counts.items())
    with connections[using].cursor() as cursor:
        cursor.execute(
            "INSERT INTO households_codecounter (division_id, last) SELECT * FROM unnest(%s::bigint[], %s::integer[]) "
            "ON CONFLICT (division_id) DO UPDATE SET last = households_codecounter.last + excluded.last "
            "RETURNING division_id, last",
            [[division for division, _count in wanted], [count for _division, count in wanted]],
        )
        issued = dict(cursor.fetchall())
    for division, last in issued.items():
        if last > last_serial:
            raise ServiceError(_("%(village)s的编码已经用完。") % {"village": codes.text(division)}, field="division")
    return {division: range(issued[division] - count + 1, issued[division] + 1) for division, count in wanted}


def issue_household_codes(division: int, count: int = 1, *, using: str = "default") -> list[str]:
    """New household codes of a village, 17 digits each."""
    return [numbers.household_code(division, serial) for serial in issue_serials(division, count, using=using)]


def issue_helper_codes(division: int, count: int = 1, *, using: str = "default") -> list[str]:
    """New codes of helping cadres of a county (or league, or the region), 13 characters each.

    They are counted in the row of that division itself, where no household is counted. Whoever enters a cadre of a
    village does not reach that row: it is counted for him.
    """
    place = codes.at(division, min(codes.COUNTY, codes.level(division)))
    with scopes.activate(scopes.everywhere("view_register")):
        serials = issue_serials_of({place: count}, last_serial=LAST_HELPER, using=using)[place]
    return [numbers.helper_code(place // 10**6, serial) for serial in serials]


def next_person_code(household_code: str, taken: list[str]) -> str:
    """The next person code of a household; serials are not reused when a member has left (at most 99)."""
    serials = [int(code[17:19]) for code in taken if code.startswith(household_code)]
    serial = max(serials, default=0) + 1
    if serial > 99:
        raise ServiceError(_("户内人员编码已经用完。"))
    return numbers.person_code(household_code, serial)
