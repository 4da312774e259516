"""What is asked of counties in the demonstration: papers for chiefs who left, five households for section-level cadres.

Chiefs are as many at every scale. Who of the scheme's section-level cadres helps fewer households than five is none,
but for one on purpose.
"""

from __future__ import annotations

import datetime
import random
from collections.abc import Sequence

from django.db import connection

from apps.cadres.choices import RESIDENT, ChiefPost
from apps.cadres.models import CountyChief
from apps.dashboards.demo import calibration as figures
from apps.dashboards.demo.bulk import Bulk
from apps.dashboards.demo.names import Namer
from apps.dashboards.demo.officials import EIGHT_ONES
from apps.dashboards.demo.records import Truth
from apps.divisions import codes
from apps.divisions.models import Division
from apps.villages.models import Village

WHY = {"CV-16": "党政正职离任没有批准或备案，或批准在离任之后", "CV-09": "科级干部帮扶不足五户"}
PLANTED = 2
_BEGUN = datetime.date(2016, 3, 1)
_CHANGED = datetime.date(2017, 11, 20)
_DAY = datetime.timedelta(days=1)


def enter_chiefs(bulk: Bulk, seed: int | str) -> list[Truth]:
    """Write secretaries and heads of all counties; what was planted.

    Every third county has changed its head: the poor ones by a paper of the week before, the others without any, which
    nobody asks of them; a county that was announced to have left, a month later and without any, too.
    """
    chance = random.Random(f"{seed}:chiefs")  # noqa: S311  # invented data
    counties = list(Division.objects.current().counties().order_by("code"))
    left = {one.code: one.announced_on for one in counties if one.announced_on and one.announced_on < figures.REFERENCE}
    poor = [one.code for one in counties if one.poverty_tier and one.code not in left]
    planted = {code: turn for turn, code in enumerate(chance.sample(poor, PLANTED))}
    rows: list[CountyChief] = []
    for number, county in enumerate(counties):
        namer = Namer(chance)
        for post in ChiefPost:
            changed_on = None
            if post == ChiefPost.HEAD and (number % 3 == 0 or county.code in planted):
                changed_on = left[county.code] + 30 * _DAY if county.code in left else _CHANGED
            term = {"division_id": county.code, "post": post}
            if changed_on is not None and changed_on <= figures.REFERENCE:
                former = CountyChief(**term, name=_name(namer), from_on=_BEGUN, until_on=changed_on)
                if county.code in poor:
                    _approve(former, changed_on, planted.get(county.code))
                rows.append(former)
                rows.append(CountyChief(**term, name=_name(namer), from_on=changed_on + _DAY))
            else:
                rows.append(CountyChief(**term, name=_name(namer), from_on=_BEGUN))
    with bulk.without_history():
        bulk.rows["cadres_countychief"] += len(CountyChief.objects.bulk_create(rows))
    return [_truth("CV-16", code) for code in sorted(planted)]


def _name(namer: Namer) -> str:
    return namer.full(namer.surname("01"), "1", 1967)


def _approve(chief: CountyChief, changed_on: datetime.date, turn: int | None) -> None:
    """Give the paper of a change: none or too late where that is planted."""
    if turn == 0:
        return
    chief.approved_on = changed_on + (10 if turn else -7) * _DAY
    chief.approval_no = f"内组字〔{chief.approved_on.year}〕{chief.division_id // 10**6 % 1000}号"
    chief.approved_by = "自治区党委组织部"


def settle_section_cadres(bulk: Bulk, planted: Sequence[Truth]) -> list[Truth]:
    """Leave the rank of a section in the scheme to those who help five households, but for one elsewhere than where
    something is missing already; what was planted. After the pairings are settled."""
    taken = [int(one.division) for one in planted if one.rule == "CV-09"]
    listed = Village.objects.listed().within(EIGHT_ONES).values_list("division_id", flat=True)
    counties = sorted({place - place % 10**6 for place in listed} - set(taken))
    with bulk.without_history(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE cadres_cadre SET rank = '5' WHERE rank = '4' AND division_id BETWEEN %s AND %s"
            " AND id NOT IN (SELECT cadre_id FROM cadres_duty WHERE kind = ANY(%s) AND cadre_id IS NOT NULL)"
            " AND (SELECT count(*) FROM access_pairing WHERE cadre_id = cadres_cadre.id AND until_on IS NULL) < 5",
            [*codes.subtree(EIGHT_ONES), [str(kind) for kind in RESIDENT]],
        )
        cursor.execute(
            "UPDATE cadres_cadre SET rank = '4' WHERE id = ("
            " SELECT cadre.id FROM cadres_cadre cadre JOIN access_pairing pairing ON pairing.cadre_id = cadre.id"
            " WHERE cadre.division_id = ANY(%s) AND cadre.left_on IS NULL AND pairing.until_on IS NULL"
            " GROUP BY cadre.id HAVING count(*) < 5 ORDER BY md5(cadre.code) LIMIT 1) RETURNING division_id",
            [counties],
        )
        return [_truth("CV-09", place) for (place,) in cursor.fetchall()]


def _truth(rule: str, county: int) -> Truth:
    return Truth(rule, "division", None, None, str(county), WHY[rule])
