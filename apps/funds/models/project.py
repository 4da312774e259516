"""扶贫项目, and the money that quotas have put into it."""

from __future__ import annotations

from typing import ClassVar

import pghistory
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.access.querysets import ScopedManager
from apps.common.models import Versioned
from apps.funds.choices import ProjectKind, ProjectState, SupportMode
from apps.funds.models.base import FUND, YEARS, FundsModel, money
from apps.funds.models.quota import Quota
from apps.funds.project_choices import EvaluationGrade
from apps.funds.project_querysets import ProjectQuerySet
from apps.pages.steplogs import person


@pghistory.track(model_name="ProjectEvent")
class Project(Versioned, FundsModel):
    """扶贫项目: what the county approved, with target, mechanism and persons in charge (workflows.md §8).

    `division` is where it is built: a village if it can be. The level that approved it is kept, because only the
    county may (FP-09), and imported projects may say otherwise.
    """

    code = models.CharField(_("项目编号"), max_length=20, unique=True, editable=False)
    name = models.CharField(_("项目名称"), max_length=100)
    kind = models.CharField(_("项目类别"), max_length=20, choices=ProjectKind.choices)
    mode = models.CharField(_("扶持方式"), max_length=20, choices=SupportMode.choices, default=SupportMode.DIRECT)
    year = models.PositiveSmallIntegerField(_("项目年度"), validators=YEARS)
    site = models.CharField(_("建设地点"), max_length=100, blank=True, default="")
    scale = models.CharField(_("建设规模和内容"), max_length=500)
    budget = models.DecimalField(_("计划投资（元）"), **FUND, validators=[MinValueValidator(0)])  # type: ignore[arg-type]
    subsidy_standard = models.CharField(_("补助标准"), max_length=200, blank=True, default="")
    unit = models.CharField(_("责任单位"), max_length=100)
    person_in_charge = models.CharField(_("项目负责人"), max_length=50)
    target = models.TextField(_("绩效目标"), max_length=1000, blank=True, default="")
    mechanism = models.TextField(_("带贫机制"), max_length=1000, blank=True, default="")
    plan_start = models.DateField(_("计划开工日期"))
    plan_end = models.DateField(_("计划完工日期"))
    state = models.CharField(
        _("状态"), max_length=20, choices=ProjectState.choices, default=ProjectState.APPROVED, editable=False
    )
    state_since = models.DateTimeField(_("状态时间"), auto_now_add=True, editable=False)
    approved_on = models.DateField(_("立项日期"), null=True, editable=False)
    approved_level = models.PositiveSmallIntegerField(_("审批层级"), null=True, editable=False)
    approved_by = person(_("审批人"))
    approved_by_name = models.CharField(_("审批人姓名"), max_length=60, blank=True, default="", editable=False)
    approval_no = models.CharField(_("立项文号"), max_length=60, blank=True, default="", editable=False)

    item = models.OneToOneField(
        "funds.LibraryItem",
        on_delete=models.PROTECT,
        related_name="project",
        null=True,
        editable=False,
        verbose_name=_("入库项目"),
    )
    round = models.PositiveSmallIntegerField(_("报验次数"), default=0, editable=False)
    content_version = models.PositiveSmallIntegerField(_("内容版本"), default=1, editable=False)
    percent = models.PositiveSmallIntegerField(_("形象进度（%）"), default=0, editable=False)
    noticed_before_on = models.DateField(_("事前公示日期"), null=True, editable=False)
    started_on = models.DateField(_("开工日期"), null=True, editable=False)
    finished_on = models.DateField(_("完工日期"), null=True, editable=False)
    accepted_on = models.DateField(_("验收日期"), null=True, editable=False)
    accepted_township = models.CharField(_("乡镇验收人"), max_length=50, blank=True, default="", editable=False)
    accepted_department = models.CharField(_("部门验收人"), max_length=50, blank=True, default="", editable=False)
    accepted_supervisor = models.CharField(_("义务监督员"), max_length=50, blank=True, default="", editable=False)
    noticed_after_on = models.DateField(_("事后公示日期"), null=True, editable=False)
    score = models.DecimalField(_("绩效评价得分"), max_digits=5, decimal_places=2, null=True, editable=False)
    grade = models.CharField(
        _("绩效评价等级"), max_length=10, choices=EvaluationGrade.choices, blank=True, default="", editable=False
    )
    evaluation = models.TextField(_("绩效评价意见"), max_length=1000, blank=True, default="", editable=False)

    objects: ClassVar = ScopedManager.from_queryset(ProjectQuerySet)()

    class Meta:
        verbose_name = _("扶贫项目")
        constraints = [
            models.CheckConstraint(
                condition=Q(plan_end__gte=F("plan_start")),
                name="project_ends_after_begin",
                violation_error_message=_("计划完工日期不能早于计划开工日期。"),
            ),
            models.CheckConstraint(
                condition=Q(score=None) | Q(score__gte=0, score__lte=100), name="project_score_of_a_hundred"
            ),
            # Three different people sign for what was built (workflows.md §8).
            models.CheckConstraint(
                condition=Q(accepted_on=None)
                | (
                    ~Q(accepted_township="")
                    & ~Q(accepted_department="")
                    & ~Q(accepted_supervisor="")
                    & ~Q(accepted_township=F("accepted_department"))
                    & ~Q(accepted_township=F("accepted_supervisor"))
                    & ~Q(accepted_department=F("accepted_supervisor"))
                ),
                name="project_accepted_by_three",
            ),
            # Target of the composite keys that keep allocations, entries and payments where the project is.
            models.UniqueConstraint(fields=["id", "division"], name="project_place"),
        ]
        indexes = [
            models.Index(fields=["division", "id"], name="project_division"),
            models.Index(fields=["division", "state", "plan_end", "id"], name="project_due"),
        ]

    def __str__(self) -> str:
        return self.name


class Allocation(FundsModel):
    """落实到项目的资金: what one quota has put into one project. Its sums are kept by the ledger's trigger alone."""

    quota = models.ForeignKey(Quota, on_delete=models.PROTECT, related_name="allocations", verbose_name=_("资金指标"))
    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, related_name="allocations", verbose_name=_("扶贫项目")
    )
    amount = money(_("落实金额"))
    paid = money(_("已拨付"))
    claimed = money(_("已报账"))
    settled = money(_("结算金额"))
    last_paid_on = models.DateField(_("最近拨付日期"), null=True, editable=False)
    allocated_on = models.DateField(_("落实日期"), null=True, editable=False)

    change_capability: ClassVar[str] = "propose_funds"

    class Meta:
        verbose_name = _("项目资金")
        constraints = [
            models.UniqueConstraint(fields=["quota", "project"], name="allocation_once"),
            models.CheckConstraint(
                condition=Q(amount__gte=F("paid"))
                & Q(paid__gte=F("claimed"))
                & Q(claimed__gte=F("settled"))
                & Q(settled__gte=0),
                name="allocation_not_overspent",
                violation_error_message=_("项目资金余额不足。"),
            ),
        ]
        indexes = [
            models.Index(fields=["division", "id"], name="allocation_division"),
            models.Index(fields=["project"], name="allocation_project"),
        ]

    def __str__(self) -> str:
        return f"{self.quota_id} → {self.project_id}"
