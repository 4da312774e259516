"""Departments' clients, as the administrators of a place see them. Secrets and keys are no columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from apps.common.wording import listed
from apps.pages.columns import Column
from apps.pages.kinds import BOOL, DATE, IDENTIFIER, MOMENT, NUMBER, PLACE, Kind, State
from apps.pages.resources import Related, Resource, Section
from apps.partners import filters, forms
from apps.partners.choices import SCOPES, JobState
from apps.partners.models import Client, ClientDay, SearchJob
from apps.partners.services.clients import may_run

JOB_COLOURS = {"waiting": "yellow", "delivered": "green", "failed": "red"}


class Scopes(Kind):
    """Data scopes: their names for people, their keys in JSON."""

    width = 24
    schema: Mapping[str, Any] = {"type": "array", "items": {"type": "string", "enum": list(SCOPES)}}

    def text(self, value: list[str]) -> str:
        return listed(SCOPES[name].label if name in SCOPES else name for name in value)


class Networks(Kind):
    """A list of networks."""

    width = 24
    schema: Mapping[str, Any] = {"type": "array", "items": {"type": "string"}}

    def text(self, value: list[str]) -> str:
        return listed(value)


class ClientDayResource(Resource):
    """接口调用统计: the latest day first."""

    name = "client-day"
    model = ClientDay
    filters = filters.ClientDayFilters
    order = ("day", "pk")
    descending = True
    title = "client__name"
    icon = "chart"
    empty = _("没有符合条件的调用记录。")
    columns = (
        Column("day", _("日期"), kind=DATE, link="client-day", link_source="pk"),
        Column("client", _("接口客户端"), source="client__name"),
        Column("division", _("所在地"), source="division_id", kind=PLACE),
        Column("questions", _("查询次数"), kind=NUMBER),
        Column("hits", _("命中次数"), kind=NUMBER),
        Column("refusals", _("被拒绝次数"), kind=NUMBER),
    )


class SearchJobResource(Resource):
    """异步查询: where each answer stands; what was asked is no column."""

    name = "search-job"
    model = SearchJob
    filters = filters.SearchJobFilters
    title = "transaction_id"
    icon = "clock"
    order = ("pk",)
    descending = True
    empty = _("没有符合条件的异步查询。")
    columns = (
        Column("transaction_id", _("交易编号"), kind=IDENTIFIER, link="search-job", link_source="pk"),
        Column("client", _("接口客户端"), source="client__name"),
        Column("division", _("所在地"), source="division_id", kind=PLACE),
        Column("state", _("状态"), kind=State(labels=dict(JobState.choices), colours=JOB_COLOURS)),
        Column("count", _("查询条数"), kind=NUMBER),
        Column("attempts", _("投递次数"), kind=NUMBER),
        Column("problem", _("最近的问题")),
        Column("created_at", _("创建时间"), kind=MOMENT),
        Column("next_at", _("下次投递时间"), kind=MOMENT, default=False),
        Column("finished_at", _("结束时间"), kind=MOMENT, default=False),
        Column("callback", _("回调地址"), default=False),
    )


class ClientResource(Resource):
    """接口客户端."""

    name = "client"
    model = Client
    filters = filters.ClientFilters
    form = forms.ClientForm
    title = "name"
    icon = "key"
    empty = _("没有符合条件的接口客户端。")
    columns = (
        Column("name", _("部门名称"), link="client", link_source="pk"),
        Column("client_id", _("客户端编号"), kind=IDENTIFIER),
        Column("division", _("所在地"), source="division_id", kind=PLACE),
        Column("scopes", _("数据权限"), kind=Scopes()),
        Column("enabled", _("启用"), kind=BOOL),
        Column("valid_until", _("有效期至"), kind=DATE),
        Column("datasets", _("可报送的数据集"), kind=Networks(), default=False),
        Column("networks", _("允许的网络地址"), kind=Networks(), default=False),
        Column("rate_limit", _("每分钟查询次数上限"), kind=NUMBER, default=False),
        Column("callbacks", _("回调地址"), kind=Networks(), default=False),
        Column("must_sign", _("请求须签名"), kind=BOOL, default=False),
        Column("former_until", _("原签名密钥有效期至"), source="former_key_until", kind=MOMENT, default=False),
        Column("contact", _("联系人和电话"), default=False),
        Column("purpose", _("用途"), default=False),
        Column("created_at", _("创建时间"), kind=MOMENT, default=False),
        Column("version", _("版本"), kind=NUMBER, default=False),
    )
    sections = (
        Section(_("部门"), ("name", "division", "contact", "purpose")),
        Section(
            _("接口"),
            ("client_id", "scopes", "datasets", "networks", "rate_limit", "valid_until", "enabled", "created_at"),
        ),
        Section(_("签名和回调"), ("must_sign", "former_until", "callbacks")),
    )
    related = (
        Related(_("接口调用统计"), ClientDayResource, "client", ("day", "questions", "hits", "refusals")),
        Related(
            _("异步查询"), SearchJobResource, "client", ("transaction_id", "state", "count", "attempts", "problem")
        ),
    )

    @classmethod
    def may_change(cls, user: Any, where: int | Model | None = None) -> bool:
        """An existing client is changed by whoever could have given it its scopes."""
        if isinstance(where, Client):
            return may_run(user, where)
        return super().may_change(user, where)
