"""How complaints are narrowed on pages, in the API and in exports: by what everybody who sees them is told."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from apps.common.days import today
from apps.complaints.choices import OPEN, Light
from apps.complaints.models import Complaint
from apps.complaints.querysets import ComplaintQuerySet
from apps.pages.filters import ChoicesFilter, DateFilter, Filters, YesNoFilter, between


class ComplaintFilters(Filters):
    """信访举报."""

    light = ChoicesFilter(label=_("期限"), choices=Light.choices)
    open = YesNoFilter(label=_("未办结"), method="is_open")
    led = YesNoFilter(label=_("领导包案"), method="is_led")
    undispatched = YesNoFilter(label=_("本月未调度"), method="is_undispatched")
    received_min, received_max = between("received_on", _("收到日期"), DateFilter)

    class Meta:
        model = Complaint
        fields = ["kind", "state", "channel", "result", "named", "confirmed", "reopened"]

    def is_open(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        return rows.filter(state__in=OPEN) if value else rows.exclude(state__in=OPEN)

    def is_led(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        return rows.exclude(leader="") if value else rows.filter(leader="")

    def is_undispatched(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        late = cast("ComplaintQuerySet", rows).undispatched(today())
        return late if value else rows.exclude(pk__in=late.values("pk"))
