"""The declarations of villages: columns, sections and related tables, for pages, API and export."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import BooleanField, CharField, DecimalField, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.common.models import field_label
from apps.pages.columns import Column
from apps.pages.kinds import BOOL, IDENTIFIER, MONEY, NUMBER, PLACE, SEALED, TEXT, YEAR, Code, Kind, Number, State
from apps.pages.resources import Resource, Section
from apps.villages import filters, forms
from apps.villages.kinds import INCIDENCE
from apps.villages.models import GROUPS, Village, VillageYear
from apps.villages.models.year import AMOUNTS
from apps.villages.querysets import VillageQuerySet

STATUS = State("village_status", colours={"10": "yellow", "30": "blue", "40": "green"})

# What a list of years shows until somebody chooses other columns.
USUAL = frozenset(
    (
        "households",
        "population",
        "dibao_households",
        "per_capita_net",
        "collective_operating_income",
        "paved_to_township",
        "dangerous_households",
        "unsafe_water_households",
        "task_force",
    )
)


def _kind(name: str) -> Kind:
    field = VillageYear._meta.get_field(name)
    if name in AMOUNTS:
        return MONEY
    if isinstance(field, BooleanField):
        return BOOL
    if isinstance(field, CharField):
        return TEXT
    return Number(2) if isinstance(field, DecimalField) else NUMBER


class VillageYearResource(Resource):
    """嘎查村年度情况."""

    name = "village-year"
    model = VillageYear
    filters = filters.VillageYearFilters
    form = forms.VillageYearForm
    title = "division__short_name"
    icon = "calendar"
    empty = _("还没有年度情况。可以在嘎查村的档案页上添加一年的情况。")
    columns = (
        Column("year", _("年度"), kind=YEAR),
        Column("name", _("嘎查村"), source="division__short_name"),
        Column("division", _("所在地"), source="division_id", kind=PLACE, default=False),
        *(
            Column(name, field_label(VillageYear, name), kind=_kind(name), default=name in USUAL)
            for _title, names in GROUPS
            for name in names
        ),
        Column("version", _("版本"), kind=NUMBER, default=False),
    )
    sections = (
        Section(_("所属"), ("name", "division", "year")),
        *(Section(title, names) for title, names in GROUPS),
    )


class VillageResource(Resource):
    """嘎查村. Poor households, poor persons and incidence are counted in the register as it stands."""

    name = "village"
    model = Village
    label = pgettext_lazy("列表", "嘎查村")
    filters = filters.VillageFilters
    form = forms.VillageForm
    title = "division__short_name"
    icon = "village"
    empty = _("没有符合条件的嘎查村。可以放宽筛选条件，或换一个地区。")
    columns = (
        Column("name", _("嘎查村"), source="division__short_name", link="village", link_source="pk"),
        Column("id", _("编号"), source="pk", kind=IDENTIFIER, default=False),
        Column("township", _("所在苏木乡镇"), source="division__parent_id", kind=PLACE),
        Column("division", _("区划"), source="division_id", kind=PLACE, default=False),
        Column("attributes", _("村属性"), kind=Code("village_attribute")),
        Column("village_status", _("贫困村状态"), kind=STATUS),
        Column("exit_year", _("退出年度"), kind=YEAR),
        Column("poor_households", _("贫困户"), kind=NUMBER),
        Column("poor_persons", _("贫困人口"), kind=NUMBER),
        Column("population", _("总人口"), kind=NUMBER),
        Column("incidence", _("贫困发生率"), kind=INCIDENCE),
        Column("facts_year", _("情况年度"), kind=YEAR, default=False),
        Column("per_capita_net", _("农民人均纯收入（元）"), kind=MONEY, default=False),
        Column("collective_income", _("集体经济收入（元）"), kind=MONEY, default=False),
        Column("development_type", _("发展方向"), kind=Code("village_development"), default=False),
        Column("terrain", _("地形地貌"), kind=Code("village_terrain"), default=False),
        Column("leader", _("负责人")),
        Column("leader_title", _("职务"), default=False),
        Column("leader_phone", _("负责人电话"), kind=SEALED, default=False),
        Column("lon", _("经度"), kind=Number(6), default=False),
        Column("lat", _("纬度"), kind=Number(6), default=False),
        Column("version", _("版本"), kind=NUMBER, default=False),
    )
    sections = (
        Section(
            _("基本情况"),
            ("division", "attributes", "village_status", "exit_year", "development_type", "terrain", "lon", "lat"),
        ),
        Section(_("村负责人"), ("leader", "leader_title", "leader_phone")),
    )

    @classmethod
    def rows(cls, user: Any) -> QuerySet[Any]:
        """Visible villages with what the register and the latest year say of them."""
        villages = cast("VillageQuerySet", super().rows(user)).with_poverty()
        return villages.with_latest("per_capita_net", "collective_income", facts_year="year")
