"""One assessment, the scores it is made of, and every step that was taken."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.access.models import PlacedModel
from apps.access.querysets import ScopedManager
from apps.assessments.catalogue import INDICATORS
from apps.assessments.choices import OF_CADRES, Grade, Kind, Missing, Source, State
from apps.assessments.models.sets import YEARS, IndicatorSet
from apps.assessments.querysets import AssessmentQuerySet
from apps.cadres.models import Cadre, Duty, TaskForce
from apps.common.models import Versioned
from apps.pages.steplogs import person

LONGEST = 2000
LONGEST_NOTE = 500


class CadreAssessment(Versioned, PlacedModel):
    """帮扶干部考核: one year of one helper, first secretary, task force or county corps.

    Placed at the township where the work is, of a corps at its county: who assesses begins there, and village officers,
    who may be assessed themselves, do not see it. `cadre` answers for it (of a team its leader); `account` is the
    cadre's, kept equal by the database, and reads the assessment as his own. Name and unit stand beside the keys, as on
    a pairing: who assesses mostly does not see the cadre's own file. `data_on` is the day up to which values were
    computed.
    """

    own_lookup = "account_id"

    kind = models.CharField(_("考核对象"), max_length=20, choices=OF_CADRES, editable=False)
    year = models.PositiveSmallIntegerField(_("考核年度"), validators=YEARS, editable=False)
    set = models.ForeignKey(
        IndicatorSet, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("考核方案")
    )
    cadre = models.ForeignKey(
        Cadre, on_delete=models.PROTECT, related_name="+", null=True, editable=False, verbose_name=_("干部")
    )
    duty = models.ForeignKey(
        Duty, on_delete=models.PROTECT, related_name="+", null=True, editable=False, verbose_name=_("职责")
    )
    team = models.ForeignKey(
        TaskForce, on_delete=models.PROTECT, related_name="+", null=True, editable=False, verbose_name=_("工作队")
    )
    account = person(_("登录账户"))
    name = models.CharField(_("姓名或队名"), max_length=60, editable=False)
    unit_name = models.CharField(_("所在单位"), max_length=100, blank=True, default="", editable=False)
    data_on = models.DateField(_("数据截至"), editable=False)
    zero_months = ArrayField(
        models.PositiveSmallIntegerField(), null=True, editable=False, verbose_name=_("零签到月份")
    )
    state = models.CharField(_("状态"), max_length=20, choices=State.choices, default=State.SELF_REPORT, editable=False)
    state_since = models.DateTimeField(_("状态时间"), editable=False)
    due_on = models.DateField(_("办理期限"), null=True, editable=False)
    self_report = models.TextField(_("自评报告"), blank=True, default="", max_length=LONGEST, editable=False)
    scored_by = person(_("评分人"))
    graded_by = person(_("评定人"))
    total = models.DecimalField(_("总分"), max_digits=5, decimal_places=2, null=True, editable=False)
    weight_counted = models.PositiveSmallIntegerField(_("计分权重"), null=True, editable=False)
    first_grade = models.CharField(
        _("申诉前等次"), max_length=10, choices=Grade.choices, blank=True, default="", editable=False
    )
    grade = models.CharField(_("等次"), max_length=10, choices=Grade.choices, blank=True, default="", editable=False)
    grade_reason = models.CharField(_("等次说明"), max_length=LONGEST_NOTE, blank=True, default="", editable=False)
    appeal_until = models.DateField(_("申诉截止"), null=True, editable=False)
    appeal_text = models.TextField(_("申诉理由"), blank=True, default="", max_length=LONGEST, editable=False)

    objects: ClassVar = ScopedManager.from_queryset(AssessmentQuerySet)()

    class Meta:
        verbose_name = _("帮扶考核")
        verbose_name_plural = _("帮扶考核")
        constraints = [
            # Target of the composite key that keeps scores and steps placed where their assessment is.
            models.UniqueConstraint(fields=["division", "id"], name="assessment_place"),
            models.UniqueConstraint(
                fields=["year", "cadre"], condition=Q(kind=Kind.HELPER), name="assessment_of_a_helper"
            ),
            models.UniqueConstraint(fields=["year", "duty"], name="assessment_of_a_duty"),
            models.UniqueConstraint(fields=["year", "team"], name="assessment_of_a_team"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="assessment_state_known"),
            models.CheckConstraint(
                condition=Q(kind=Kind.HELPER, cadre__isnull=False, duty=None, team=None)
                | Q(kind=Kind.FIRST_SECRETARY, cadre__isnull=False, duty__isnull=False, team=None)
                | Q(kind__in=[Kind.TEAM, Kind.CORPS], duty=None, team__isnull=False),
                name="assessment_names_its_object",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[State.SELF_REPORT, State.OPINION, State.TOWNSHIP, State.COUNTY], grade="", total=None
                )
                | (Q(state__in=[State.GRADED, State.APPEAL, State.FINAL]) & ~Q(grade="")),
                name="assessment_graded_when_known",
            ),
        ]
        indexes = [
            models.Index(fields=["account"], name="assessment_account"),
            models.Index(fields=["division", "due_on", "id"], name="assessment_due"),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.name}"


class OfAssessment(PlacedModel):
    """What hangs off an assessment: placed where it is, and read by the assessed person too."""

    own_lookup: ClassVar[str | None] = "assessment__account_id"

    class Meta:
        abstract = True


class Score(OfAssessment):
    """考核得分: the value of one indicator, 0 to 100, with what it was made of; or why there is none.

    `counted` are the keys of the rows that a computed value was counted from, as they were on that day.
    """

    assessment = models.ForeignKey(
        CadreAssessment, on_delete=models.CASCADE, related_name="scores", verbose_name=_("帮扶考核")
    )
    code = models.CharField(_("指标"), max_length=20, choices=[(one.code, one.label) for one in INDICATORS.values()])
    weight = models.PositiveSmallIntegerField(_("权重"))
    source = models.CharField(_("数据来源"), max_length=20, choices=Source.choices)
    position = models.PositiveSmallIntegerField(_("序号"))
    value = models.DecimalField(
        _("得分率"),
        max_digits=5,
        decimal_places=2,
        null=True,
        validators=(MinValueValidator(0), MaxValueValidator(100)),
    )
    numerator = models.PositiveIntegerField(_("分子"), null=True)
    denominator = models.PositiveIntegerField(_("分母"), null=True)
    counted = ArrayField(models.BigIntegerField(), default=list, verbose_name=_("计入的记录"))
    missing = models.CharField(_("缺数原因"), max_length=20, choices=Missing.choices, blank=True, default="")
    note = models.CharField(_("说明"), max_length=LONGEST_NOTE, blank=True, default="")
    entered_by = person(_("填报人"))
    entered_by_name = models.CharField(_("填报人姓名"), max_length=60, blank=True, default="")
    settled_at = models.DateTimeField(_("计算或填报时间"), null=True)

    class Meta:
        verbose_name = _("考核得分")
        verbose_name_plural = _("考核得分")
        constraints = [
            models.UniqueConstraint(fields=["assessment", "code"], name="score_once"),
            models.CheckConstraint(
                condition=Q(value=None) & ~Q(missing="") | Q(value__isnull=False, value__range=(0, 100), missing=""),
                name="score_of_a_hundred_or_why_none",
            ),
        ]
        indexes = [models.Index(fields=["division", "id"], name="score_division")]

    def __str__(self) -> str:
        return self.get_code_display()

    @property
    def points(self) -> Decimal | None:
        """Of the weight, what was reached; None without a value."""
        return None if self.value is None else (self.value * self.weight / 100).quantize(Decimal("0.01"))


class AssessmentLog(OfAssessment):
    """考核办理记录: every step with who, when, from where to where and why. Append-only."""

    assessment = models.ForeignKey(
        CadreAssessment, on_delete=models.PROTECT, related_name="log", verbose_name=_("帮扶考核")
    )
    at = models.DateTimeField(_("时间"))
    by = person(_("经办人"))
    by_name = models.CharField(_("经办人姓名"), max_length=60)
    by_level = models.PositiveSmallIntegerField(_("经办层级"), null=True)
    step = models.CharField(_("步骤"), max_length=20)
    from_state = models.CharField(_("原状态"), max_length=20, blank=True, default="", choices=State.choices)
    to_state = models.CharField(_("新状态"), max_length=20, choices=State.choices)
    note = models.CharField(_("说明"), max_length=LONGEST_NOTE, blank=True, default="")

    class Meta:
        verbose_name = _("考核办理记录")
        verbose_name_plural = _("考核办理记录")
        indexes = [
            models.Index(fields=["division", "id"], name="assessment_log_division"),
        ]

    def __str__(self) -> str:
        return f"{self.assessment_id} {self.from_state} → {self.to_state}"
