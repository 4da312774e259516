"""The statistics as a workbook: the same figures as on the page, of the findings that the account may take out."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import FileResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.common.days import today
from apps.common.wording import clauses, labelled
from apps.crosschecks.models import Finding
from apps.crosschecks.services.statistics import QUERIES, Counted, statistics
from apps.crosschecks.tables import FindingResource
from apps.divisions import codes
from apps.history import origin
from apps.history.services import log_access
from apps.pages import exports, workbook
from apps.pages.columns import Column, Reader
from apps.pages.export_views import attachment
from apps.pages.kinds import NUMBER, PERCENT, TEXT, Number
from apps.pages.selection import Selection

SHARES = ("confirmed_share", "refuted_share")


def export(selection: Selection, user: Any, heads: dict[str, Any]) -> FileResponse:
    """The figures of a selection without problems as a file, with the export in the access log; PermissionDenied
    without the right to export there. `heads` names the columns."""
    if not exports.may_export(selection, user):
        raise PermissionDenied(_("您没有导出这些数据的权限。"))
    selection = Selection(FindingResource, user, selection.params, rows=FindingResource.exportable(user))
    place = selection.place.code or user.division_id
    notes = {
        _("内容"): _("疑点统计"),
        _("所在地"): codes.text(place),
        _("查询条件"): clauses(labelled(chip.label, chip.text) for chip in selection.filters.chips()) or _("无"),
        _("导出人"): f"{user} ({user.username})",
        _("导出时间"): timezone.localtime().strftime("%Y-%m-%d %H:%M:%S"),
        _("请求编号"): origin.current().request_id,
    }
    mark = " ".join(filter(None, (f"{user} ({user.username})", notes[_("导出时间")], notes[_("请求编号")])))
    reader = Reader(_columns(heads), model=Finding, user=user)
    file = io.BytesIO()
    rows = list(_rows(selection))
    workbook.write(file, _("疑点统计"), reader, rows, notes, mark=mark)
    log_access(user, "export", division=place, kind=Finding._meta.label_lower, fields=["statistics"], rows=len(rows))
    file.seek(0)
    return attachment(file, f"{_('疑点统计')}_{codes.text(place)}")


def _columns(heads: dict[str, Any]) -> list[Column]:
    kinds = {**dict.fromkeys(SHARES, PERCENT), "days": Number(1)}
    return [
        Column("table", _("表")),
        Column("line", _("规则或单位"), kind=TEXT),
        *(Column(f"counted_{name}", label, kind=kinds.get(name, NUMBER)) for name, label in heads.items()),
    ]


def _rows(selection: Selection) -> Iterator[tuple[Any, ...]]:
    """The lines of both tables and the sum, in the order of the columns."""
    found = statistics(selection.rows, selection.place.code, today())
    for rule in found.rules:
        yield _("按规则"), f"{rule.entry.id} {rule.entry.title}", *_figures(rule.counted)
    for unit in found.units:
        yield _("按下级单位"), f"{codes.text(unit.code)} {unit.name}", *_figures(unit.counted)
    yield _("合计"), "", *_figures(found.total)


def _figures(counted: Counted) -> tuple[Any, ...]:
    shown = [name for name in QUERIES if name not in ("judged", "confirmed", "refuted")]
    return (*(counted[name] for name in shown), counted.confirmed_share, counted.refuted_share, counted.days)
