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
    "record_chiefs": _("登记旗县党政正职及其调整"),
    "run_crosschecks": _("运行数据比对"),
    "manage_parameters": _("设置参数"),
    "load_datasets": _("报送部门数据"),
    "view_funds": _("查看资金和项目"),
    "propose_funds": _("提出资金和项目事项"),
    "review_funds": _("审核资金和项目事项"),
    "approve_funds": _("审批资金和项目事项"),
    "pay_funds": _("拨付资金和登记账目"),
    "view_supervision": _("查看督查、问题和督办"),
    "inspect": _("开展督查并登记问题"),
    "approve_inspections": _("批准督查"),
    "rectify": _("落实问题整改"),
    "review_rectification": _("督办和审核问题整改"),
    "handle_complaints": _("受理和办理信访举报"),
    "view_accounts": _("查看账户"),
    "manage_accounts": _("管理账户和任职"),
    "view_audit": _("查看审计日志"),
    "manage_system": _("系统运维"),
}

ACCOUNT, ITEM = "account", "item"
SEPARATIONS: tuple[tuple[str, str, str], ...] = (
    # The three administrators (GB/T 22239-2019, 8.1.5): no account holds two of these, by whatever posts.
    ("manage_system", "manage_accounts", ACCOUNT),
    ("manage_system", "view_audit", ACCOUNT),
    ("manage_accounts", "view_audit", ACCOUNT),
    # Who runs the system or reads the logs sees no personal data.
    ("manage_system", "view_register", ACCOUNT),
    ("view_audit", "view_register", ACCOUNT),
    # Nor any money.
    ("manage_system", "view_funds", ACCOUNT),
    ("view_audit", "view_funds", ACCOUNT),
    # Nor what inspections found.
    ("manage_system", "view_supervision", ACCOUNT),
    ("view_audit", "view_supervision", ACCOUNT),
    # Nor who complained.
    ("manage_system", "handle_complaints", ACCOUNT),
    ("view_audit", "handle_complaints", ACCOUNT),
    # Whoever applies does not approve: kept for each item (`policy.require_another`, the steps of findings), because
    # an office above both works on its own cases and reviews those of the offices below.
    ("work_findings", "review_findings", ITEM),
    ("change_register", "review_register", ITEM),
    # Of an order of money four people: who proposes, reviews, approves and pays (`apps.funds.services.steps`).
    ("propose_funds", "review_funds", ITEM),
    ("propose_funds", "approve_funds", ITEM),
    ("propose_funds", "pay_funds", ITEM),
    ("review_funds", "approve_funds", ITEM),
    ("review_funds", "pay_funds", ITEM),
    ("approve_funds", "pay_funds", ITEM),
    ("inspect", "approve_inspections", ITEM),
    # Nobody verifies or closes what his own unit answers for (`apps.problems.services.way`).
    ("rectify", "review_rectification", ITEM),
)
"""Capabilities that must not meet: in one account, or in one person on one item."""

# Kinds of rows, and what opens them. No single account should reach the first three together (separation of the three
# administrators).
REALM_CAPABILITIES = {
    "register": "view_register",
    "funds": "view_funds",
    "supervision": "view_supervision",
    "complaints": "handle_complaints",
    "accounts": "view_accounts",
    "audit": "view_audit",
    "datasets": "load_datasets",
}

EXACT = frozenset({"handle_complaints"})
"""Capabilities that a post gives at its very place alone, however far it reaches otherwise: who complained is for the
unit that handles the complaint, and neither for those above it nor for those below."""
