"""What of 成效考核 waits for whom, for desks and for the list of what is one's own to do."""

from __future__ import annotations

import datetime
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from apps.access import scope as scopes
from apps.assessments.choices import Light
from apps.assessments.models import EffectAssessment, SiteResult
from apps.assessments.services import effect_sites
from apps.assessments.services.effect_steps import ABOVE, ENTERS, OWN, WAY, EffectStep
from apps.assessments.services.waiting import Waiting
from apps.divisions import codes
from apps.pages.ways import holds

LABELS = {
    "report": _("成效考核待提交自评"),
    "check": _("成效考核待实地考核"),
    "merge": _("成效考核待汇总"),
    "decide": _("成效考核待领导小组审定"),
    "publish": _("成效考核待公布"),
    "feed_back": _("成效考核待反馈问题"),
    "rectify": _("成效考核反馈问题待整改"),
}
"""The steps that somebody waits for; the others are taken when there is a reason to."""
TO_CHECK = _("交叉考核待录入结果")


def waits_for(user: Any, step: EffectStep) -> Q | None:
    """The rows of which this account's offices take a step; None without any."""
    if step.name == "decide" and holds(user, ENTERS, codes.WHOLE_REGION):
        return None  # the leading group decides, not those who work on it
    where = Q()
    for low, _high in scopes.of(user).ranges_of(step.capability):
        level = codes.level(low)
        if step.office == OWN and level in (codes.LEAGUE, codes.COUNTY):
            where |= Q(division_id=low)
        elif step.office == ABOVE and level < codes.COUNTY:
            span = codes.SPAN[level + 1]
            places = [one for one in (low + span * n for n in range(1, 100)) if one <= codes.subtree(low)[1]]
            where |= Q(division_id__in=places)
        elif step.office not in (OWN, ABOVE) and low == codes.WHOLE_REGION:
            where |= Q(division_id__gt=low)
    return where & Q(state__in=step.from_states) if where else None


def waiting(user: Any, on: datetime.date) -> list[Waiting]:
    """What waits for this account's offices, with the light of the most urgent. One query, and one for those whom a
    place was given to cross over to."""
    asked: dict[str, Any] = {}
    steps = {name: step for name in LABELS if isinstance(step := WAY.steps[name], EffectStep)}
    for name, step in steps.items():
        if (where := waits_for(user, step)) is not None:
            asked |= {name: Count("pk", filter=where), f"{name}_late": Count("pk", filter=where & Q(due_on__lt=on))}
    found = []
    if asked:
        counts = EffectAssessment.objects.visible_to(user).order_by().aggregate(**asked)
        found = [
            Waiting(
                LABELS[name],
                counts[name],
                str(Light.RED if counts[f"{name}_late"] else Light.YELLOW),
                {"waiting": "true", "state": list(map(str, step.from_states))},
            )
            for name, step in steps.items()
            if name in asked
        ]
    return found


def to_check(user: Any) -> int:
    """How many places this account's offices still have to enter results of as the one that crosses over."""
    wanted = [one for one in effect_sites.checkable(user) if "cross" in one.sources]
    if not wanted:
        return 0
    done = SiteResult.objects.visible_to(user).filter(division__in=[one.office for one in wanted])
    there = set(done.values_list("assessed_id", "year"))
    return sum((one.assessed, one.year) not in there for one in wanted)


def mine(user: Any) -> Q:
    """The rows that wait for this account's offices."""
    where = Q(pk__in=())
    for name in LABELS:
        step = WAY.steps[name]
        if isinstance(step, EffectStep) and (rows := waits_for(user, step)) is not None:
            where |= rows
    return where
