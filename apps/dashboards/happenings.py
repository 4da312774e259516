"""近期动态: what happened lately in a place: changes of status by day, steps on findings,
households opened to others, the last cross-check."""

from __future__ import annotations

import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.access.models import Share
from apps.crosschecks.catalogue import catalogue
from apps.crosschecks.models import FindingLog, RuleState
from apps.dashboards.extent import Extent
from apps.divisions import codes
from apps.households.models import Person, StatusEvent

SHOWN = 8
WINDOW = datetime.timedelta(days=90)
"""How far back changes of status are looked for."""


def happenings(user: Any, extent: Extent, on: datetime.date) -> list[dict[str, Any]]:
    """The latest events of the place, newest first; each with its day, what happened, and where to read on."""
    near = not extent.is_own or (extent.level or codes.REGION) >= codes.TOWNSHIP
    changes = _changes_by_household if near else _changes_by_day
    found = [*changes(user, extent, on), *_steps(user, extent), *_shares(user, extent)]
    if last := last_run(extent):
        found.append(last)
    return sorted(found, key=lambda one: one["on"], reverse=True)[:SHOWN]


def _changes(user: Any, extent: Extent, on: datetime.date) -> QuerySet[StatusEvent, Any]:
    return extent.narrow(StatusEvent.objects.visible_to(user)).filter(on__gt=on - WINDOW, on__lte=on).order_by()


def _changes_by_household(user: Any, extent: Extent, on: datetime.date) -> list[dict[str, Any]]:
    """Status events one by one, for places where people know each household by its head."""
    heads = Person.objects.visible_to(user).filter(household_id=OuterRef("household_id"), is_active=True, relation="01")
    rows = _changes(user, extent, on).annotate(head=Subquery(heads.order_by("pk").values("name")[:1]))
    fields = ("on", "kind", "household_id", "head", "household__code")
    return [
        {
            "on": day,
            "kind": StatusEvent.Kind(kind).label,
            "text": head or code,
            "url": reverse("household-detail", args=[household]),
            "icon": "household",
        }
        for day, kind, household, head, code in rows.order_by("-on", "-pk").values_list(*fields)[:SHOWN]
    ]


def _changes_by_day(user: Any, extent: Extent, on: datetime.date) -> list[dict[str, Any]]:
    """Status events of one day and kind together, as the list of them counts."""
    rows = _changes(user, extent, on)
    days = rows.values("on", "kind").annotate(n=Count("pk")).order_by("-on", "kind")[:SHOWN]
    return [
        {
            "on": day["on"],
            "kind": StatusEvent.Kind(day["kind"]).label,
            "text": ngettext("%(n)d 户", "%(n)d 户", day["n"]) % {"n": day["n"]},
            "url": _url("status-event-list", extent, kind=day["kind"], on_from=day["on"], on_to=day["on"]),
            "icon": "household",
        }
        for day in days
    ]


def _steps(user: Any, extent: Extent) -> list[dict[str, Any]]:
    """Steps that people took on findings; what a run wrote is told by the run itself."""
    rows = extent.narrow(FindingLog.objects.visible_to(user)).filter(~Q(by=None), run=None).order_by("-pk")
    return [
        {
            "on": timezone.localdate(step.at),
            "kind": step.get_to_state_display(),
            "text": _("%(who)s：%(what)s") % {"who": step.by_name, "what": catalogue()[step.finding.rule].title},
            "url": reverse("finding-detail", args=[step.finding_id]),
            "icon": "finding",
        }
        for step in rows.select_related("finding")[:SHOWN]
    ]


def _shares(user: Any, extent: Extent) -> list[dict[str, Any]]:
    """Households of the place that were opened to somebody: the notice to those who keep them."""
    rows = extent.narrow(Share.objects.visible_to(user)).order_by("-pk")
    fields = ("pk", "created_at", "urgent", "user_name", "reason")
    return [
        {
            "on": timezone.localdate(at),
            "kind": _("紧急查阅") if urgent else _("共享"),
            "text": _("%(who)s：%(what)s") % {"who": who, "what": reason},
            "url": reverse("share-detail", args=[pk]),
            "icon": "eye",
        }
        for pk, at, urgent, who, reason in rows.values_list(*fields)[:SHOWN]
    ]


def last_run(extent: Extent) -> dict[str, Any] | None:
    """The latest cross-check that covered the place; None where none ever did."""
    code = extent.code or (extent.tops[0] if extent.tops else None)
    where = (
        RuleState.objects.filter(division_id__in=[*codes.ancestors(code), code]) if code else RuleState.objects.all()
    )
    last = where.aggregate(at=Max("finished_at"), n=Count("rule", distinct=True, filter=~Q(state="not_run")))
    if last["at"] is None:
        return None
    return {
        "on": timezone.localdate(last["at"]),
        "kind": _("数据比对"),
        "text": ngettext("运行 %(n)d 条规则", "运行 %(n)d 条规则", last["n"]) % {"n": last["n"]},
        "url": _url("finding-list", extent, state="open"),
        "icon": "rule",
    }


def _url(name: str, extent: Extent, **query: Any) -> str:
    if extent.code:
        query["division"] = codes.text(extent.code)
    return f"{reverse(name)}?{urlencode(query)}"
