"""How notices and objections are narrowed on pages, in the API and in exports."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from apps.common.days import today
from apps.notices.choices import UP, Light, Way
from apps.notices.models import NoticeObjection, PublicNotice
from apps.notices.querysets import NoticeQuerySet
from apps.pages.filters import ChoicesFilter, DateFilter, Filters, YesNoFilter, between


class NoticeFilters(Filters):
    """公告公示."""

    way = ChoicesFilter(label=_("公示方式"), choices=Way.choices, field_name="ways", method="by_way")
    overdue = YesNoFilter(label=_("期满未结束"), method="is_overdue")
    too_short = YesNoFilter(label=_("公示天数不足"), method="was_too_short")
    posted_min, posted_max = between("posted_on", _("张贴日期"), DateFilter)

    class Meta:
        model = PublicNotice
        fields = ["kind", "state", "level", "subject"]

    def by_way(self, rows: QuerySet[Any], name: str, value: list[str]) -> QuerySet[Any]:
        return rows.filter(ways__overlap=value) if value else rows

    def is_overdue(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        found = {"state__in": UP, "ends_on__lt": today()}
        return rows.filter(**found) if value else rows.exclude(**found)

    def was_too_short(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        short = cast("NoticeQuerySet", rows).too_short()
        return short if value else rows.exclude(pk__in=short.values("pk"))


class ObjectionFilters(Filters):
    """公示异议."""

    light = ChoicesFilter(label=_("期限"), choices=Light.choices)
    answered = YesNoFilter(label=_("已答复"), field_name="answered_on", lookup_expr="isnull", exclude=True)

    class Meta:
        model = NoticeObjection
        fields = ["notice"]
