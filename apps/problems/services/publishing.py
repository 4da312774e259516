"""问题整改情况公告: what of rectification a place makes public, as numbers by the units below it (seed 003 is one)."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from apps.access import policy
from apps.accounts.models import User
from apps.common.errors import ServiceError
from apps.divisions import codes
from apps.divisions.models import Division
from apps.notices.choices import Kind, State
from apps.notices.models import PublicNotice
from apps.notices.querysets import subject
from apps.notices.services import writing
from apps.problems.services import standing

LANGUAGE = "zh-hans"
"""In which notices are written, whoever has them prepared."""
ENTERS = PublicNotice.change_capability


def may_prepare(division: int, by: User) -> bool:
    """Whether somebody has the report of a place prepared: region, league and county publish one."""
    return codes.level(division) <= codes.COUNTY and policy.can(by, ENTERS, division)


@transaction.atomic
def prepare(division: int, on: datetime.date, *, by: User) -> PublicNotice:
    """Have the report of a place about the problems found until a day prepared, once a month; another person
    approves it.

    Raises PermissionDenied without the right to notices there, and ServiceError where a place publishes none, where
    nothing was found yet, and (409) where this month's is made already.
    """
    if codes.level(division) > codes.COUNTY:
        raise ServiceError(_("整改情况由自治区、盟市和旗县公开。"), field="division", code="place")
    policy.require(by, ENTERS, division)
    # Two at once wait for one another here.
    place = Division.objects.select_for_update().get(code=division)
    about = subject("rectification", on.year * 100 + on.month)
    made = PublicNotice.objects.visible_to(by).filter(division=division).about(about)
    if made.exclude(state=State.WITHDRAWN).exists():
        raise ServiceError(_("本月的整改情况公告已经拟好。"), code="under_way", status=409)
    units = standing.by_unit(by, division, on)
    if not units:
        raise ServiceError(_("这里没有需要公开的问题整改情况。"), code="nothing", status=409)
    names = dict(Division.objects.filter(code__in=[one.division for one in units]).values_list("code", "name"))
    whole = standing.total_of(division, units)
    with translation.override(LANGUAGE):
        lines = [
            {
                "unit": _("本级") if one.division == division else names[one.division],
                "problems": one.total,
                "closed": one.closed,
                "long_term": one.long_term,
            }
            for one in sorted(units, key=lambda one: one.division)
        ]
        title = _("%(place)s脱贫攻坚问题整改情况（%(on)s）") % {"place": place.name, "on": on.isoformat()}
        text = _(
            "截至%(on)s，各类督查巡查、信访举报和数据比对发现的问题共%(total)d个，已整改销号%(closed)d个，"
            "持续整改%(long_term)d个，其余正在整改。"
        ) % {"on": on.isoformat(), "total": whole.total, "closed": whole.closed, "long_term": whole.long_term}
    return writing.prepare(division, Kind.RECTIFICATION, title, lines, by, text=text, subject=about)
