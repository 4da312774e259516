"""成效考核: the year of one league or county, its scores, every step that was taken, and the problems fed back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.access.models import PlacedModel
from apps.access.querysets import ScopedManager
from apps.assessments.choices import EFFECTS, Source
from apps.assessments.effect_catalogue import DEDUCTIONS, MOST_DEDUCTED, OF_EFFECTS
from apps.assessments.effect_choices import NOT_MERGED, EffectGrade, EffectMissing, EffectState, Group, Readers
from apps.assessments.effect_querysets import EffectQuerySet
from apps.assessments.models.assessment import LONGEST, LONGEST_NOTE
from apps.assessments.models.sets import YEARS, IndicatorSet
from apps.common.models import Versioned
from apps.divisions.models import Division
from apps.pages.steplogs import StepLog


class EffectAssessment(Versioned, PlacedModel):
    """One year of one league or county (workflows.md §14), placed at it.

    `frozen` are the figures of 31 December. `checker` is the league or county that crosses over to check it. Who reads
    total, grade and rank besides those who assess is the scheme's to say: `readers` stands here, because the scheme
    lies further up; lists read them through `EffectQuerySet.with_shown` alone.
    """

    kind = models.CharField(
        _("考核对象"), max_length=20, choices=[(kind.value, kind.label) for kind in EFFECTS], editable=False
    )
    year = models.PositiveSmallIntegerField(_("考核年度"), validators=YEARS, editable=False)
    set = models.ForeignKey(
        IndicatorSet,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        editable=False,
        verbose_name=_("考核方案"),
    )
    name = models.CharField(_("名称"), max_length=100, editable=False)
    group = models.CharField(_("比较组"), max_length=10, choices=Group.choices, editable=False)
    readers = models.CharField(_("排名公布范围"), max_length=10, choices=Readers.choices, editable=False)
    checker = models.ForeignKey(
        Division,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        db_index=False,
        editable=False,
        verbose_name=_("交叉考核单位"),
    )
    data_on = models.DateField(_("数据截至"), editable=False)
    frozen = models.JSONField(_("冻结数据"), default=dict, editable=False)
    state = models.CharField(
        _("状态"), max_length=20, choices=EffectState.choices, default=EffectState.SCHEME, editable=False
    )
    state_since = models.DateTimeField(_("状态时间"), editable=False)
    due_on = models.DateField(_("办理期限"), null=True, editable=False)
    round = models.PositiveSmallIntegerField(_("办理次数"), default=1, editable=False)
    self_report = models.TextField(_("自评报告"), blank=True, default="", max_length=LONGEST, editable=False)
    total = models.DecimalField(_("总分"), max_digits=5, decimal_places=2, null=True, editable=False)
    weight_counted = models.PositiveSmallIntegerField(_("计分权重"), null=True, editable=False)
    deducted = models.DecimalField(
        _("扣分"),
        max_digits=4,
        decimal_places=2,
        null=True,
        editable=False,
        validators=[MinValueValidator(0), MaxValueValidator(MOST_DEDUCTED)],
    )
    grade = models.CharField(
        _("等次"), max_length=10, choices=EffectGrade.choices, blank=True, default="", editable=False
    )
    grade_reason = models.CharField(_("等次说明"), max_length=LONGEST_NOTE, blank=True, default="", editable=False)
    rank = models.PositiveSmallIntegerField(_("组内排名"), null=True, editable=False)
    published_on = models.DateField(_("公布日期"), null=True, editable=False)

    objects: ClassVar = ScopedManager.from_queryset(EffectQuerySet)()

    class Meta:
        verbose_name = _("成效考核")
        verbose_name_plural = _("成效考核")
        constraints = [
            models.UniqueConstraint(fields=["division", "year"], name="effect_once_a_year"),
            # Target of the composite key that keeps scores, steps and problems placed where their assessment is.
            models.UniqueConstraint(fields=["division", "id"], name="effect_place"),
            models.CheckConstraint(condition=Q(state__in=EffectState.values), name="effect_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=NOT_MERGED, total=None, grade="", rank=None)
                | ~Q(state__in=NOT_MERGED) & Q(total__isnull=False),
                name="effect_total_once_merged",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[*NOT_MERGED, EffectState.MERGED], grade="") | ~Q(grade=""),
                name="effect_grade_once_decided",
            ),
        ]
        indexes = [models.Index(fields=["year", "kind", "group"], name="effect_group")]

    def __str__(self) -> str:
        return f"{self.year} {self.name}"


class OfEffect(PlacedModel):
    """What hangs off a place's assessment: placed where it is."""

    class Meta:
        abstract = True


def _number(label: Any) -> models.DecimalField:
    return models.DecimalField(label, max_digits=18, decimal_places=2, null=True, editable=False)


class EffectScore(OfEffect):
    """成效考核得分: the value of one indicator, 0 to 100, with what it was made of, or why there is none; or what a
    deduction takes off (`deducts`).

    `counted` are the keys of the rows of that day. `points`, `worst` and `best` are of the summing up: of the group
    where the scheme compares, and so not for everybody.
    """

    assessment = models.ForeignKey(
        EffectAssessment, on_delete=models.CASCADE, related_name="scores", verbose_name=_("成效考核")
    )
    code = models.CharField(
        _("指标"),
        max_length=20,
        choices=[
            *((entry.code, entry.label) for entry in OF_EFFECTS.values()),
            *((entry.code, entry.label) for entry in DEDUCTIONS.values()),
        ],
    )
    deducts = models.BooleanField(_("扣分事项"), default=False)
    weight = models.PositiveSmallIntegerField(_("权重"))
    source = models.CharField(_("数据来源"), max_length=20, choices=Source.choices)
    position = models.PositiveSmallIntegerField(_("序号"))
    value = models.DecimalField(
        _("得分率"),
        max_digits=5,
        decimal_places=2,
        null=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    numerator = _number(_("分子"))
    denominator = _number(_("分母"))
    counted = ArrayField(models.BigIntegerField(), default=list, verbose_name=_("计入的记录"))
    missing = models.CharField(_("缺数原因"), max_length=20, choices=EffectMissing.choices, blank=True, default="")
    worst = models.DecimalField(_("组内最差"), max_digits=5, decimal_places=2, null=True)
    best = models.DecimalField(_("组内最好"), max_digits=5, decimal_places=2, null=True)
    points = models.DecimalField(_("得分"), max_digits=5, decimal_places=2, null=True)
    note = models.CharField(_("说明"), max_length=LONGEST_NOTE, blank=True, default="")
    settled_at = models.DateTimeField(_("计算时间"), null=True)

    class Meta:
        verbose_name = _("成效考核得分")
        verbose_name_plural = _("成效考核得分")
        constraints = [
            models.UniqueConstraint(fields=["assessment", "code"], name="effect_score_once"),
            models.CheckConstraint(
                condition=Q(deducts=True, value=None)
                | Q(deducts=False, value=None) & ~Q(missing="")
                | Q(deducts=False, value__isnull=False, value__range=(0, 100), missing=""),
                name="effect_score_of_a_hundred",
            ),
        ]
        indexes = [models.Index(fields=["division", "id"], name="effect_score_division")]

    def __str__(self) -> str:
        return str(self.get_code_display())

    @property
    def as_points(self) -> Decimal | None:
        """Of the weight, what was reached without comparison; None without a value."""
        return None if self.value is None else self.value * self.weight / 100


class EffectLog(OfEffect, StepLog):
    """成效考核办理记录. Append-only."""

    assessment = models.ForeignKey(
        EffectAssessment, on_delete=models.PROTECT, related_name="log", verbose_name=_("成效考核")
    )

    class Meta:
        verbose_name = _("成效考核办理记录")
        verbose_name_plural = _("成效考核办理记录")
        indexes = [models.Index(fields=["division", "id"], name="effect_log_division")]


class EffectProblem(OfEffect):
    """反馈问题: what the assessment found and by when it is to be put right. `problem` is its key in the ledger of
    problems, where there is one."""

    assessment = models.ForeignKey(
        EffectAssessment, on_delete=models.CASCADE, related_name="problems", verbose_name=_("成效考核")
    )
    text = models.CharField(_("问题"), max_length=LONGEST_NOTE)
    due_on = models.DateField(_("整改期限"))
    answer = models.CharField(_("整改情况"), max_length=LONGEST_NOTE, blank=True, default="")
    answered_on = models.DateField(_("整改日期"), null=True)
    problem = models.BigIntegerField(_("问题台账编号"), null=True, editable=False)

    class Meta:
        verbose_name = _("成效考核反馈问题")
        verbose_name_plural = _("成效考核反馈问题")
        indexes = [models.Index(fields=["division", "id"], name="effect_problem_division")]

    def __str__(self) -> str:
        return self.text[:40]
