"""The class of every field of money and projects."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.common.fieldclasses import Basis, declare, general, high
from apps.funds.models import (
    Allocation,
    ApprovalBand,
    ClosedYear,
    Entry,
    FundOrder,
    OrderLine,
    OrderLog,
    Payment,
    Project,
    Quota,
)

SPEND = _("管理和监督扶贫资金")
BUILD = _("管理扶贫项目")
PAY = _("向收款人拨付扶贫资金")
RULES = _("规定资金审批权限")


def declare_all() -> None:
    """Declare the fields of money and projects; once, when the app is ready."""
    declare(
        Quota,
        general(
            SPEND,
            "parent from_division kind origin year document_no issued_on received_on received_by received_by_name"
            " amount passed allocated paid claimed recovered carried last_on state",
        ),
    )
    declare(ClosedYear, general(SPEND, "year closed_at closed_by closed_by_name carried quotas"))
    declare(
        Project,
        general(
            BUILD,
            "code name kind mode year site scale budget subsidy_standard unit person_in_charge target mechanism"
            " plan_start plan_end state state_since approved_on approved_level approved_by approved_by_name"
            " approval_no",
        ),
    )
    declare(Allocation, general(SPEND, "quota project amount paid claimed settled last_paid_on allocated_on"))
    declare(
        Entry,
        general(
            SPEND,
            "act quota project allocation amount booked_on kind origin year from_division order document_no reverses"
            " made_at made_by made_by_name",
        ),
    )
    declare(
        FundOrder,
        general(
            SPEND,
            "act year title document_no reason total state state_since due_on round signatures signed drafted_by"
            " drafted_by_name done_on",
        ),
    )
    declare(
        OrderLine,
        general(
            SPEND,
            "order position quota allocation project target_division reverses kind origin amount household payee_name"
            " voucher_no",
        ),
        high(PAY, "payee_account payee_account_index"),
    )
    declare(OrderLog, general(SPEND, "order round at by by_name step from_state to_state note"))
    declare(ApprovalBand, general(RULES, "act above signatures days", Basis.PUBLIC))
    declare(
        Payment,
        general(SPEND, "project allocation entry amount paid_on household payee_name voucher_no reversed_on"),
        high(PAY, "payee_account payee_account_index"),
    )
