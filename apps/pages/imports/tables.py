"""Batches as a resource: everybody sees his own."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.access import scope as scopes
from apps.pages.columns import Column
from apps.pages.filters import Filters
from apps.pages.imports.importer import Importer, importers
from apps.pages.imports.models import ImportBatch
from apps.pages.kinds import IDENTIFIER, MOMENT, NUMBER, YEAR, State
from apps.pages.resources import Resource

COLOURS = {
    "staged": "blue",
    "shown": "yellow",
    "confirmed": "blue",
    "applied": "green",
    "failed": "red",
    "discarded": "grey",
}


class BatchFilters(Filters):
    """By state."""

    class Meta:
        model = ImportBatch
        fields = ["state"]


class BatchResource(Resource):
    """导入批次."""

    name = "import"
    model = ImportBatch
    filters = BatchFilters
    order = ("pk",)
    descending = True
    title = "file_name"
    label = _("数据导入")
    icon = "import"
    empty = _("点“导入”上传国家系统导出的文件或填好的模板。")
    columns = (
        Column("file_name", _("文件")),
        Column("state", _("状态"), kind=State(labels=dict(ImportBatch.State.choices), colours=COLOURS)),
        Column("year", _("年度"), kind=YEAR),
        Column("rows", _("行数"), kind=NUMBER),
        Column("added", _("新增（户）"), kind=NUMBER),
        Column("changed", _("变更（户）"), kind=NUMBER),
        Column("unchanged", _("无变化（户）"), kind=NUMBER),
        Column("refused", _("拒绝（户）"), kind=NUMBER),
        Column("created_at", _("提交时间"), kind=MOMENT),
        Column("finished_at", _("完成时间"), kind=MOMENT, default=False),
        Column("file_hash", _("SHA-256"), kind=IDENTIFIER, default=False),
        Column("kind", _("内容"), kind=IDENTIFIER, default=False),
        Column("error", _("失败原因"), default=False),
    )

    @classmethod
    def open_to(cls, user: Any) -> bool:
        return bool(offered_to(user))


def offered_to(user: Any) -> list[Importer]:
    """The kinds of import that somebody may do somewhere."""
    scope = scopes.of(user)
    return [one for one in importers() if scope.allows(one.capability)]
