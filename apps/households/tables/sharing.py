"""Shares of single households."""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from apps.access.models import Share
from apps.households import filters
from apps.households.models import Household
from apps.households.tables.shared import ROW_ID
from apps.pages.columns import Column
from apps.pages.kinds import BOOL, IDENTIFIER, MOMENT, PLACE
from apps.pages.resources import Resource, Section


class ShareResource(Resource):
    """共享: those of one's own places, and those that open something to oneself."""

    name = "share"
    model = Share
    filters = filters.ShareFilters
    order = ("pk",)
    descending = True
    title = "user_name"
    icon = "eye"
    label = _("共享与紧急查阅")
    empty = _("没有共享。在一户的页面可以把它临时开放给其他账户。")
    columns = (
        Column("created_at", _("共享时间"), kind=MOMENT),
        Column("user_name", _("开放给")),
        Column(
            "household",
            _("户编码"),
            source="code_seen",
            kind=IDENTIFIER,
            link="household",
            link_source="household_seen",
        ),
        Column("division", _("所在地"), source="division_id", kind=PLACE),
        Column("urgent", _("紧急查阅"), kind=BOOL),
        Column("reason", _("理由")),
        Column("shared_by_name", _("共享人")),
        Column("valid_until", _("到期时间"), kind=MOMENT),
        Column("withdrawn_at", _("撤回时间"), kind=MOMENT),
        Column("withdrawn_by_name", _("撤回人"), default=False),
        ROW_ID,
    )
    sections = (
        Section(
            _("共享"),
            ("user_name", "household", "division", "urgent", "reason", "shared_by_name", "created_at", "valid_until"),
        ),
        Section(_("撤回"), ("withdrawn_at", "withdrawn_by_name")),
    )

    @classmethod
    def rows(cls, user: Any) -> QuerySet[Any]:
        """Visible shares with the household where that is visible too: what was open to somebody is closed again."""
        seen = Household.objects.visible_to(user).filter(pk=OuterRef("household_id"))
        return (
            super()
            .rows(user)
            .annotate(household_seen=Subquery(seen.values("pk")), code_seen=Subquery(seen.values("code")))
        )
