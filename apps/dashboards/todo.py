"""待办: findings that the level of the desk has to work off, the most urgent first, each with its light."""

from __future__ import annotations

import datetime
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.crosschecks.catalogue import catalogue
from apps.crosschecks.choices import Light
from apps.crosschecks.evidence import sentence
from apps.crosschecks.models import Finding
from apps.crosschecks.querysets import FindingQuerySet
from apps.dashboards.extent import Extent
from apps.divisions import codes
from apps.pages.places import Places

SHOWN = 8


def findings_to_do(user: Any, extent: Extent) -> FindingQuerySet:
    """The open findings of the desk's place that its own level acts on; for somebody with households only, all of
    theirs."""
    rows: FindingQuerySet = extent.narrow(Finding.objects.visible_to(user)).open()
    return rows.filter(acting_level=extent.level) if extent.is_own and extent.level else rows


def to_do(user: Any, extent: Extent, on: datetime.date) -> dict[str, Any]:
    """The most urgent findings, and how many of them are red, yellow and green; two queries and one for names."""
    rows = findings_to_do(user, extent).with_light(on)
    lights = rows.aggregate(**{light.value: Count("pk", filter=Q(light=light.value)) for light in Light})
    fields = ("pk", "rule", "evidence", "due_on", "division_id", "light")
    first = list(rows.order_by("due_on", "pk").values_list(*fields)[:SHOWN])
    places = Places.of(place for *_rest, place, _light in first)
    items = [
        {
            "url": reverse("finding-detail", args=[pk]),
            "title": catalogue()[rule].title,
            "text": sentence(rule, evidence),
            "place": places.short(division),
            "due_on": due_on,
            "light": light,
            "when": when(due_on, on),
        }
        for pk, rule, evidence, due_on, division, light in first
    ]
    return {
        "items": items,
        "lights": [
            {"light": light.value, "label": light.label, "count": lights[light.value], "url": url(extent, light.value)}
            for light in Light
        ],
        "count": sum(lights.values()),
        "url": url(extent),
    }


def url(extent: Extent, light: str = "") -> str:
    """The list of the findings to do, all or of one light."""
    query = ["state=open"]
    if extent.is_own and extent.level:
        query.append(f"acting_level={extent.level}")
    if light:
        query.append(f"light={light}")
    if extent.code:
        query.append(f"division={codes.text(extent.code)}")
    return f"{reverse('finding-list')}?{'&'.join(query)}"


def when(due_on: datetime.date, on: datetime.date) -> str:
    """How far away a due date is, in words."""
    days = (due_on - on).days
    if days < 0:
        return ngettext("已超期 %(days)d 天", "已超期 %(days)d 天", -days) % {"days": -days}
    if days == 0:
        return _("今天到期")
    return ngettext("还有 %(days)d 天", "还有 %(days)d 天", days) % {"days": days}
