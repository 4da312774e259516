"""The division tree as a resource. It stands here because divisions are a floor below the generic layer."""

from __future__ import annotations

from typing import Any

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.access import scope as scopes
from apps.access.models import Pairing, Share
from apps.divisions.choices import Kind, Level, PovertyTier
from apps.divisions.models import Division
from apps.pages.columns import Column
from apps.pages.filters import Filters
from apps.pages.kinds import BOOL, DATE, IDENTIFIER, PLACE, YEAR, Choice, Number
from apps.pages.places import own_ranges, tops
from apps.pages.resources import Related, Resource, Section


class DivisionFilters(Filters):
    """By level, kind, poverty tier and the unit directly above."""

    class Meta:
        model = Division
        fields = ["level", "kind", "poverty_tier", "is_virtual"]


class DivisionResource(Resource):
    """行政区划: everybody sees the units of his own places."""

    name = "division"
    model = Division
    filters = DivisionFilters
    order = ("code",)
    title = "name"
    icon = "division"
    columns = (
        Column("name", _("名称")),
        Column("code", _("区划代码"), kind=IDENTIFIER, sortable=True),
        Column("level", _("层级"), kind=Choice(Level)),
        Column("kind", _("类别"), kind=Choice(Kind)),
        Column("parent", _("上级"), source="parent_id", kind=PLACE),
        Column("poverty_tier", _("贫困县级别"), kind=Choice(PovertyTier)),
        Column("exit_year", _("摘帽年度"), kind=YEAR),
        Column("announced_on", _("公告日期"), kind=DATE, default=False),
        Column("contiguous_area", _("集中连片特困地区"), default=False),
        Column("is_virtual", _("虚拟社区"), kind=BOOL, default=False),
        Column("lon", _("经度"), kind=Number(5), default=False),
        Column("lat", _("纬度"), kind=Number(5), default=False),
        Column("ended_on", _("撤销日期"), kind=DATE, default=False),
    )
    sections = (
        Section(_("基本情况"), ("name", "code", "level", "kind", "parent", "is_virtual", "ended_on", "lon", "lat")),
        Section(_("脱贫摘帽"), ("poverty_tier", "exit_year", "announced_on", "contiguous_area")),
    )

    @classmethod
    def rows(cls, user: Any) -> QuerySet[Division]:
        """The units of one's own places; for a helping cadre the villages of his households."""
        scope = scopes.of(user)
        where = Q()
        for own in own_ranges(scope):
            where |= Q(code__range=own)
        if scope.households:
            for model in (Pairing, Share):
                where |= Q(code__in=model.objects.visible_to(scope).values("division_id"))
        return cls.model._default_manager.filter(where) if where else cls.model._default_manager.none()

    @classmethod
    def open_to(cls, user: Any) -> bool:
        scope = scopes.of(user)
        return bool(tops(scope) or scope.households)

    @classmethod
    def may_change(cls, user: Any, where: int | Model | None = None) -> bool:
        return False

    @classmethod
    def exportable(cls, user: Any) -> QuerySet[Division]:
        return cls.rows(user)

    @classmethod
    def export_capability(cls) -> str:
        return "view_register"


DivisionResource.related = (
    Related(_("下一级"), DivisionResource, "parent_id", columns=("name", "code", "kind", "poverty_tier", "exit_year")),
)
