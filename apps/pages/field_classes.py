"""The class of every field of exports, approvals and imports."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.common.fieldclasses import Basis, declare, general, high
from apps.pages.models import ExportApproval, ExportJob, ImportBatch, StagedUnit

EXPORT = _("生成导出文件，审批大批量导出")
IMPORT = _("读取、核对和写入导入文件")


def declare_all() -> None:
    """Declare the fields of exports and imports; once, when the app is ready."""
    declare(
        ExportJob,
        general(EXPORT, "user resource query title state expected_rows rows reach finished_at", Basis.AUDIT),
    )
    declare(
        ExportApproval,
        general(
            EXPORT,
            "job user user_name title resource criteria columns rows reason acting_division state decided_by"
            " decided_by_name decided_at answer",
            Basis.AUDIT,
        ),
    )
    declare(
        ImportBatch,
        general(
            IMPORT,
            "kind state requested_by source file_name file_size file_hash stored report year_given year rows added"
            " changed unchanged refused warnings error attempts rung_at shown_at confirmed_at finished_at",
            Basis.AUDIT,
        ),
    )
    declare(
        StagedUnit,
        general(IMPORT, "batch seq key title row rows outcome digest"),
        high(IMPORT, "differences faults notes"),
    )
