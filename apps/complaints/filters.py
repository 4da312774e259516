"""How complaints are narrowed on pages, in the API and in exports: by what everybody who sees them is told."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from apps.access import scope as scopes
from apps.common.days import today
from apps.complaints.choices import DUE, OPEN, Light
from apps.complaints.models import Complaint
from apps.complaints.querysets import ComplaintQuerySet
from apps.complaints.services.entering import HANDLES
from apps.pages.filters import ChoicesFilter, DateFilter, Filters, PlaceFilter, YesNoFilter, between


class ComplaintFilters(Filters):
    """信访举报."""

    mine = YesNoFilter(label=_("本单位待办理"), method="is_mine")
    light = ChoicesFilter(label=_("期限"), choices=Light.choices)
    open = YesNoFilter(label=_("未办结"), method="is_open")
    led = YesNoFilter(label=_("领导包案"), method="is_led")
    undispatched = YesNoFilter(label=_("本月未调度"), method="is_undispatched")
    concerned = PlaceFilter(field_name="concerned", label=_("被反映地区"))
    received_min, received_max = between("received_on", _("收到日期"), DateFilter)

    class Meta:
        model = Complaint
        fields = ["kind", "state", "channel", "result", "named", "confirmed", "reopened"]

    def is_mine(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """At the account's own desk with a deadline running, or at those of others."""
        desks = [low for low, _high in scopes.of(self.user).ranges_of(HANDLES)]
        return rows.filter(division__in=desks, state__in=DUE) if value else rows.exclude(division__in=desks)

    def is_open(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        return rows.filter(state__in=OPEN) if value else rows.exclude(state__in=OPEN)

    def is_led(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        return rows.exclude(leader="") if value else rows.filter(leader="")

    def is_undispatched(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        late = cast("ComplaintQuerySet", rows).undispatched(today())
        return late if value else rows.exclude(pk__in=late.values("pk"))
