"""The declarations of deliveries and refused rows. The rows of the data sets themselves have no page: what of them
concerns a household stands as evidence in its findings."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.datasets import filters
from apps.datasets.kinds import DATASET, DELIVERY_STATE
from apps.datasets.models import Delivery, DeliveryFault
from apps.pages.columns import Column
from apps.pages.kinds import DATE, IDENTIFIER, MOMENT, NUMBER, PLACE
from apps.pages.resources import Related, Resource, Section


class DeliveryFaultResource(Resource):
    """未接收的行."""

    name = "delivery-fault"
    model = DeliveryFault
    label = pgettext_lazy("列表", "未接收的行")
    filters = filters.DeliveryFaultFilters
    order = ("pk",)
    title = "row_no"
    icon = "list"
    empty = _("没有未接收的行。")
    columns = (
        Column("row_no", _("行号"), kind=NUMBER),
        Column("field", _("列")),
        Column("message", _("原因")),
        Column("code", _("代码"), kind=IDENTIFIER, default=False),
        Column("delivery", _("报送"), source="delivery_id", kind=NUMBER, default=False),
        Column("division", _("所在地"), source="division_id", kind=PLACE, default=False),
    )


class DeliveryResource(Resource):
    """部门数据报送: the latest first."""

    name = "delivery"
    model = Delivery
    label = pgettext_lazy("列表", "部门数据报送")
    filters = filters.DeliveryFilters
    order = ("pk",)
    descending = True
    title = "dataset"
    icon = "import"
    empty = _("还没有报送过部门数据。")
    columns = (
        Column("dataset", _("数据集"), kind=DATASET),
        Column("period", _("数据截至"), kind=DATE),
        Column("division", _("覆盖地区"), source="division_id", kind=PLACE),
        Column("state", _("状态"), kind=DELIVERY_STATE),
        Column("rows", _("收到行数"), kind=NUMBER),
        Column("accepted", _("接收行数"), kind=NUMBER),
        Column("refused", _("拒绝行数"), kind=NUMBER),
        Column("by", _("报送人"), source="by_name"),
        Column("created_at", _("开始时间"), kind=MOMENT),
        Column("finished_at", _("完成时间"), kind=MOMENT, default=False),
        Column("source", _("途径"), default=False),
        Column("file_name", _("文件"), default=False),
        Column("file_hash", _("SHA-256"), kind=IDENTIFIER, default=False),
        Column("confirmed_by", _("核实人"), source="confirmed_by_name", default=False),
        Column("note", _("说明"), default=False),
    )
    sections = (
        Section(_("报送"), ("dataset", "period", "division", "state", "note", "by", "created_at", "finished_at")),
        Section(_("内容"), ("rows", "accepted", "refused", "file_name", "file_hash", "confirmed_by")),
    )
    related = (Related(_("未接收的行"), DeliveryFaultResource, "delivery_id", ("row_no", "field", "message")),)
