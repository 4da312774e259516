"""The capabilities that posts give: permissions on a division, held there and everywhere below it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

CAPABILITIES = {
    "view_register": _("查看建档立卡数据"),
    "change_register": _("修改建档立卡数据"),
    "import_register": _("导入建档立卡数据"),
    "review_register": _("审核建档立卡数据"),
    "view_personal_data": _("查看证件号码等个人信息"),
    "export_register": _("导出数据"),
    "approve_exports": _("批准大批量导出"),
    "trace_access": _("查看个人信息的查阅记录"),
    "open_urgently": _("紧急查阅辖区外贫困户"),
    "work_findings": _("核查疑点数据"),
    "review_findings": _("审核疑点核查结果"),
    "run_crosschecks": _("运行数据比对"),
    "manage_parameters": _("设置参数"),
    "view_accounts": _("查看账户"),
    "manage_accounts": _("管理账户和任职"),
    "view_audit": _("查看审计日志"),
    "manage_system": _("系统运维"),
}

# Three kinds of rows that no single account should reach together (separation of the three administrators).
REALM_CAPABILITIES = {"register": "view_register", "accounts": "view_accounts", "audit": "view_audit"}
