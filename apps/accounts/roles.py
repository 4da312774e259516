"""The role catalogue: what a post of each kind may do, and at which levels it can be held.

Roles as in the office's workflows (registration, review, exit, findings); the three administrators are kept apart
from each other and from business roles (GB/T 22239-2019, 8.1.5).
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.access.capabilities import ACCOUNT, SEPARATIONS

READ = frozenset({"view_register", "view_funds", "view_supervision"})
OFFICER = READ | {
    "change_register",
    "import_register",
    "export_register",
    "view_personal_data",
    "work_findings",
    "propose_funds",
    "rectify",
}
HEAD = READ | {"review_register", "review_findings", "approve_exports", "approve_funds", "approve_inspections"}
SENIOR = OFFICER | {
    "review_register",
    "review_findings",
    "run_crosschecks",
    "manage_parameters",
    "load_datasets",
    "open_urgently",
    "approve_exports",
    "trace_access",
    "review_funds",
    "inspect",
    "review_rectification",
}
# Who leads a county is entered above it, never by the county.
ABOVE_COUNTIES = frozenset({"record_chiefs"})
# The desk that takes complaints; not in SENIOR, because the system's account must not read who complained.
DESK = frozenset({"handle_complaints"})
DELEGATED = frozenset({"view_accounts", "manage_accounts"})


SYSTEM = "system"  # of the one account in whose name night work acts; no person is given it
API_CLIENT = (
    "api_client"  # of the account of a department's client: marks it, gives nothing, keeps every other role away
)
RESERVED = frozenset({SYSTEM, API_CLIENT})


@dataclass(frozen=True)
class Role:
    """A role: its name for people, the levels (1 region … 5 village) it can be held at, its capabilities."""

    label: str | Promise
    levels: frozenset[int]
    capabilities: frozenset[str]
    administrator: bool = False

    @property
    def clashes(self) -> list[tuple[str, str]]:
        """The pairs of capabilities in this role that no account may hold together; none in a sound catalogue."""
        return _clashes(self.capabilities, self.capabilities)


ROLES: dict[str, Role] = {
    "region_officer": Role(_("自治区扶贫办工作人员"), frozenset({1}), SENIOR | DELEGATED | ABOVE_COUNTIES | DESK),
    "league_officer": Role(_("盟市扶贫办工作人员"), frozenset({2}), SENIOR | DELEGATED | ABOVE_COUNTIES | DESK),
    "county_officer": Role(_("旗县扶贫办工作人员"), frozenset({3}), SENIOR | DELEGATED | DESK),
    "region_head": Role(_("自治区扶贫开发领导小组"), frozenset({1}), HEAD),
    "league_head": Role(_("盟市扶贫开发领导小组"), frozenset({2}), HEAD),
    "county_head": Role(_("旗县扶贫开发领导小组"), frozenset({3}), HEAD),
    # Money and inspections are approved from the county up.
    "township_head": Role(_("苏木乡镇负责人"), frozenset({4}), HEAD - {"approve_funds", "approve_inspections"}),
    "township_officer": Role(_("苏木乡镇扶贫专干"), frozenset({4}), OFFICER | DESK | {"review_findings", "review_funds"}),
    "village_officer": Role(_("嘎查村信息员"), frozenset({5}), OFFICER),
    "department_user": Role(
        _("行业部门用户"), frozenset({1, 2, 3}), READ | {"work_findings", "review_funds", "rectify"}
    ),
    "organisation_officer": Role(_("组织部门工作人员"), frozenset({1, 2}), READ | {"work_findings"} | ABOVE_COUNTIES),
    # Of the finance bureau: money and projects, not the register.
    "finance_user": Role(
        _("财政部门用户"), frozenset({1, 2, 3}), frozenset({"view_funds", "propose_funds", "review_funds", "pay_funds"})
    ),
    "inspector": Role(_("督查人员"), frozenset({1, 2, 3}), READ | {"open_urgently", "inspect", "review_rectification"}),
    "helper": Role(_("帮扶责任人"), frozenset({1, 2, 3, 4, 5}), frozenset()),
    SYSTEM: Role(_("系统账户"), frozenset({1}), SENIOR - {"open_urgently", "approve_exports", "trace_access"}),
    API_CLIENT: Role(_("接口客户端账户"), frozenset({1, 2, 3, 4}), frozenset()),
    "system_administrator": Role(
        _("系统管理员"), frozenset({1, 2, 3}), frozenset({"manage_system"}), administrator=True
    ),
    "security_administrator": Role(_("安全管理员"), frozenset({1, 2, 3}), DELEGATED, administrator=True),
    "audit_administrator": Role(_("审计管理员"), frozenset({1, 2, 3}), frozenset({"view_audit"}), administrator=True),
}


def conflicts(one: str, other: str) -> bool:
    """Whether two roles may not meet in one account: administrators and clients' accounts hold nothing else, and no
    two roles bring together what `SEPARATIONS` keeps apart."""
    if one == other:
        return False
    if apart(one) or apart(other):
        return True
    return bool(_clashes(ROLES[one].capabilities, ROLES[other].capabilities))


def apart(role: str) -> str:
    """What a post of this role is marked with, so that the database keeps it alone: the role's name, or nothing."""
    return role if ROLES[role].administrator or role == API_CLIENT else ""


def _clashes(one: frozenset[str], other: frozenset[str]) -> list[tuple[str, str]]:
    return [
        (first, second)
        for first, second, kind in SEPARATIONS
        if kind == ACCOUNT and ((first in one and second in other) or (second in one and first in other))
    ]
