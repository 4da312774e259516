"""How clients are narrowed."""

from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _

from apps.pages.filters import ChoicesFilter, DateFilter, Filters, between
from apps.partners.choices import JobState
from apps.partners.models import Client, ClientDay, SearchJob


class ClientFilters(Filters):
    """接口客户端."""

    name = django_filters.CharFilter(label=_("部门名称"), lookup_expr="startswith")

    class Meta:
        model = Client
        fields = ["enabled"]


class ClientDayFilters(Filters):
    """接口调用统计."""

    day_min, day_max = between("day", _("日期"), DateFilter)

    class Meta:
        model = ClientDay
        fields = ["client"]


class SearchJobFilters(Filters):
    """异步查询."""

    state = ChoicesFilter(label=_("状态"), choices=JobState.choices)

    class Meta:
        model = SearchJob
        fields = ["client"]
