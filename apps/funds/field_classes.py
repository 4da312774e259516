"""The class of every field of money and projects."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.common.fieldclasses import Basis, declare, general, high
from apps.funds.models import (
    Allocation,
    ApprovalBand,
    Asset,
    AssetContract,
    AssetDistribution,
    AssetLog,
    AssetYield,
    Beneficiary,
    ClosedYear,
    DistributionLine,
    DistributionLog,
    Entry,
    FundOrder,
    LedgerCheck,
    LibraryItem,
    LibraryLog,
    NegativeCheck,
    NegativeItem,
    OrderLine,
    OrderLog,
    Payment,
    ProgressPhoto,
    Project,
    ProjectLog,
    ProjectProgress,
    Quota,
    Reconciliation,
    ReconciliationSettlement,
)

SPEND = _("管理和监督扶贫资金")
BUILD = _("管理扶贫项目")
PAY = _("向收款人拨付扶贫资金")
RULES = _("规定资金审批权限")
HELP = _("确定扶贫项目的受益户")
KEEP = _("管理扶贫资产")
SHARE = _("向贫困户分配资产收益")


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
            " plan_start plan_end state state_since approved_on approved_level approved_by approved_by_name approval_no"
            " item round content_version percent noticed_before_on started_on finished_on accepted_on accepted_township"
            " accepted_department accepted_supervisor noticed_after_on score grade evaluation",
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
    declare(OrderLog, general(SPEND, "order round at by by_name step apart from_state to_state note"))
    declare(ApprovalBand, general(RULES, "act above signatures days", Basis.PUBLIC))
    declare(
        Payment,
        general(SPEND, "project allocation entry amount paid_on household payee_name voucher_no reversed_on"),
        high(PAY, "payee_account payee_account_index"),
    )
    compared = "voucher_no result our_amount their_amount our_day their_day their_account quota_no"
    declare(Reconciliation, general(SPEND, f"{compared} as_of payments settlement"))
    declare(ReconciliationSettlement, general(SPEND, f"{compared} reason entry at by by_name"))
    declare(LedgerCheck, general(SPEND, "at quotas allocations payments whole found"))
    _declare_projects()
    _declare_assets()


def _declare_projects() -> None:
    declare(
        LibraryItem,
        general(
            BUILD,
            "name kind mode year site scale amount subsidy_standard need target mechanism met_on present decision state"
            " state_since due_on round signatures signed drafted_by drafted_by_name noticed_on entered_on valid_for",
        ),
    )
    steps = "round at by by_name step apart from_state to_state note"
    declare(LibraryLog, general(BUILD, f"item {steps}"))
    declare(ProjectLog, general(BUILD, f"project {steps}"))
    declare(
        ProjectProgress,
        general(BUILD, "project month percent spent supervisor_name note reported_on reported_by reported_by_name"),
    )
    declare(ProgressPhoto, general(BUILD, "progress at by by_name taken_at width height image thumbnail"))
    declare(Beneficiary, general(HELP, "household household_code head item project kind year is_active"))
    declare(NegativeItem, general(RULES, "aspect position name words is_active", Basis.PUBLIC))
    declare(NegativeCheck, general(BUILD, "project item item_name words answer content_version at by by_name"))


def _declare_assets() -> None:
    steps = "round at by by_name step apart from_state to_state note"
    declare(
        Asset,
        general(
            KEEP,
            "name number project kind form value year source acquired_on site owner_kind owner household manager"
            " company_managed note state state_since state_before round drafted_by drafted_by_name confirmed_on"
            " registered_on written_off_on",
        ),
    )
    declare(AssetLog, general(KEEP, f"asset {steps}"))
    declare(
        AssetContract,
        general(
            KEEP,
            "asset operator income_form from_on until_on yearly_yield is_prepaid deposit ended_on made_by made_by_name",
        ),
    )
    declare(AssetYield, general(KEEP, "asset year amount received_on voucher_no cancelled_on made_by made_by_name"))
    declare(
        AssetDistribution,
        general(
            SHARE,
            "asset year amount collective to_households met_on present minutes distributed_on state state_since round"
            " drafted_by drafted_by_name",
        ),
    )
    declare(DistributionLine, general(SHARE, "distribution household household_code head person amount"))
    declare(DistributionLog, general(SHARE, f"distribution {steps}"))
