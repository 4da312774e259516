"""How clients are narrowed."""

from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _

from apps.pages.filters import Filters
from apps.partners.models import Client


class ClientFilters(Filters):
    """接口客户端."""

    name = django_filters.CharFilter(label=_("部门名称"), lookup_expr="startswith")

    class Meta:
        model = Client
        fields = ["enabled"]
