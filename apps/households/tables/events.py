"""What happened to a household."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.households import filters, forms
from apps.households.models import NaturalChange, StatusEvent
from apps.households.tables.shared import HOUSEHOLD, ROW_ID, STATUS
from apps.pages.columns import Column
from apps.pages.kinds import DATE, MOMENT, PLACE, Code, State
from apps.pages.resources import Resource


class StatusEventResource(Resource):
    """状态变化."""

    name = "status-event"
    model = StatusEvent
    filters = filters.StatusEventFilters
    title = "household__code"
    icon = "history"
    columns = (
        Column("on", _("日期"), kind=DATE),
        Column("kind", _("事件"), kind=State(labels=dict(StatusEvent.Kind.choices), colours={})),
        Column("status", _("脱贫属性"), kind=STATUS),
        HOUSEHOLD,
        Column("division", _("所在地"), source="division_id", kind=PLACE),
        Column("by", _("经办人"), source="actor", holds="by"),
        Column("recorded_at", _("记录时间"), kind=MOMENT, default=False),
        Column("note", _("说明"), default=False),
        ROW_ID,
    )

    @classmethod
    def rows(cls, user: Any) -> QuerySet[Any]:
        """Visible events with who acted, where that account is visible too."""
        return super().rows(user).annotate(actor=User.objects.visible_to(user).name_of("by_id"))


class NaturalChangeResource(Resource):
    """自然变更."""

    name = "natural-change"
    model = NaturalChange
    filters = filters.NaturalChangeFilters
    form = forms.NaturalChangeForm
    title = "household__code"
    icon = "refresh"
    columns = (
        Column("happened_on", _("发生日期"), kind=DATE),
        Column("kind", _("变更类型"), kind=Code("natural_change")),
        Column("person", _("姓名"), source="person__name", link="person", link_source="person_id"),
        HOUSEHOLD,
        Column("division", _("所在地"), source="division_id", kind=PLACE),
        Column("reported_by", _("上报人"), source="reporter", holds="reported_by"),
        Column("approved_on", _("批准日期"), kind=DATE),
        Column("rejected_on", _("退回日期"), kind=DATE, default=False),
        Column("reason", _("说明"), default=False),
        ROW_ID,
    )

    @classmethod
    def rows(cls, user: Any) -> QuerySet[Any]:
        """Visible changes with who reported them, where that account is visible too."""
        return super().rows(user).annotate(reporter=User.objects.visible_to(user).name_of("reported_by_id"))
