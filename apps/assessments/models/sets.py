"""What a year is assessed by: indicators with weights, grades, deadlines; and the opening of a year at a place."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.access.models import PlacedModel
from apps.assessments.catalogue import INDICATORS
from apps.assessments.choices import EFFECTS, Grade, Kind, RoundState, Source
from apps.assessments.effect_choices import EffectGrade, Readers
from apps.common.models import Versioned

EARLIEST, LATEST = 2014, 2100
YEARS = (MinValueValidator(EARLIEST), MaxValueValidator(LATEST))
PERCENT = (MinValueValidator(0), MaxValueValidator(100))


class IndicatorSet(Versioned, PlacedModel):
    """考核方案: the indicators of a year for one kind of assessed, set by a place for itself and everything below.

    The set of the highest place holds: nobody below changes weights. `*_until` are the deadlines of the steps. Of
    leagues and counties alone: `fair` between good and basic, `relative` scores between the worst and the best of a
    group, `readers` of the ranking, and whether counties that are not poor are assessed too.
    """

    change_capability: ClassVar[str] = "manage_parameters"

    year = models.PositiveSmallIntegerField(_("考核年度"), validators=YEARS)
    kind = models.CharField(_("考核对象"), max_length=20, choices=Kind.choices)
    excellent = models.PositiveSmallIntegerField(_("优秀（分及以上）"), default=90, validators=PERCENT)
    good = models.PositiveSmallIntegerField(_("良好（分及以上）"), default=80, validators=PERCENT)
    basic = models.PositiveSmallIntegerField(_("基本合格（分及以上）"), default=60, validators=PERCENT)
    fair = models.PositiveSmallIntegerField(_("较好（分及以上）"), default=70, validators=PERCENT)
    relative = models.BooleanField(
        _("按组内最好和最差折算"), default=False, help_text=_("得分 = 权重 ×（得分率 − 最差）÷（最好 − 最差）。")
    )
    readers = models.CharField(_("排名公布范围"), max_length=10, choices=Readers.choices, default=Readers.OWN)
    all_counties = models.BooleanField(_("含非贫困旗县"), default=False)
    report_until = models.DateField(_("自评截止"))
    opinion_until = models.DateField(_("民意测评截止"))
    score_until = models.DateField(_("评分截止"))
    grade_until = models.DateField(_("评定截止"))
    appeal_days = models.PositiveSmallIntegerField(
        _("申诉期（天）"), default=7, validators=(MinValueValidator(1), MaxValueValidator(90))
    )

    class Meta:
        verbose_name = _("考核方案")
        verbose_name_plural = _("考核方案")
        constraints = [
            models.UniqueConstraint(
                fields=["division", "year", "kind"],
                name="indicator_set_once",
                violation_error_message=_("这个地方已有这一年度的考核方案。"),
            ),
            # Target of the composite key that keeps indicators where their set is; its order is for paging.
            models.UniqueConstraint(fields=["division", "id"], name="indicator_set_place"),
            models.CheckConstraint(
                condition=Q(excellent__gt=F("good"), good__gt=F("basic"), excellent__lte=100),
                name="indicator_set_grades_in_order",
                violation_error_message=_("等次分数线应由高到低：优秀、良好、基本合格。"),
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=EFFECTS) | Q(good__gt=F("fair"), fair__gt=F("basic")),
                name="indicator_set_fair_between",
                violation_error_message=_("“较好”的分数线应低于良好、高于一般。"),
            ),
            models.CheckConstraint(
                condition=Q(
                    report_until__lte=F("opinion_until"),
                    opinion_until__lte=F("score_until"),
                    score_until__lte=F("grade_until"),
                ),
                name="indicator_set_deadlines_in_order",
                violation_error_message=_("各步骤的截止日期应依次不早于前一步。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.get_kind_display()}"

    def grade_of(self, total: Decimal) -> Grade:
        """The grade of a total; a threshold belongs to the better grade."""
        for grade in (Grade.EXCELLENT, Grade.GOOD, Grade.BASIC):
            if total >= getattr(self, grade.value):
                return grade
        return Grade.POOR

    def effect_grade_of(self, total: Decimal) -> EffectGrade:
        """The grade of a place's total; a threshold belongs to the better grade. `basic` is where average begins."""
        for grade, least in (
            (EffectGrade.EXCELLENT, self.excellent),
            (EffectGrade.GOOD, self.good),
            (EffectGrade.FAIR, self.fair),
            (EffectGrade.AVERAGE, self.basic),
        ):
            if total >= least:
                return grade
        return EffectGrade.POOR


class Indicator(PlacedModel):
    """考核指标: one indicator of a set with its weight. `source` says whether it is computed or who enters it."""

    change_capability: ClassVar[str] = "manage_parameters"

    set = models.ForeignKey(
        IndicatorSet, on_delete=models.CASCADE, related_name="indicators", verbose_name=_("考核方案")
    )
    code = models.CharField(_("指标"), max_length=20, choices=[(one.code, one.label) for one in INDICATORS.values()])
    weight = models.PositiveSmallIntegerField(_("权重"), validators=(MinValueValidator(1), MaxValueValidator(100)))
    source = models.CharField(_("数据来源"), max_length=20, choices=Source.choices)
    position = models.PositiveSmallIntegerField(_("序号"))

    class Meta:
        verbose_name = _("考核指标")
        verbose_name_plural = _("考核指标")
        constraints = [models.UniqueConstraint(fields=["set", "code"], name="indicator_once_in_a_set")]
        indexes = [models.Index(fields=["division", "id"], name="indicator_division")]

    def __str__(self) -> str:
        return self.get_code_display()


class AssessmentRound(PlacedModel):
    """年度考核开展: the opening of a year for one kind at one place. `done` names the parts that are finished, so that
    an interrupted opening goes on where it stopped; opened again it takes in who has come since."""

    change_capability: ClassVar[str] = "manage_parameters"

    year = models.PositiveSmallIntegerField(_("考核年度"), validators=YEARS)
    kind = models.CharField(_("考核对象"), max_length=20, choices=Kind.choices)
    set = models.ForeignKey(
        IndicatorSet, on_delete=models.PROTECT, related_name="rounds", editable=False, verbose_name=_("考核方案")
    )
    data_on = models.DateField(_("数据截至"), editable=False)
    state = models.CharField(_("状态"), max_length=10, choices=RoundState.choices, editable=False)
    done = ArrayField(models.CharField(max_length=20), default=list, editable=False, verbose_name=_("已完成的部分"))
    assessed = models.PositiveIntegerField(_("考核对象数"), default=0, editable=False)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        editable=False,
        verbose_name=_("发起人"),
    )
    opened_by_name = models.CharField(_("发起人姓名"), max_length=60, editable=False)
    opened_at = models.DateTimeField(_("发起时间"), editable=False)
    touched_at = models.DateTimeField(_("最近进展"), editable=False)
    finished_at = models.DateTimeField(_("完成时间"), null=True, editable=False)

    class Meta:
        verbose_name = _("年度考核")
        verbose_name_plural = _("年度考核")
        constraints = [
            models.UniqueConstraint(fields=["division", "year", "kind"], name="assessment_round_once"),
        ]
        indexes = [models.Index(fields=["division", "id"], name="assessment_round_division")]

    def __str__(self) -> str:
        return f"{self.year} {self.get_kind_display()}"


def usual_deadlines(year: int) -> dict[str, datetime.date]:
    """The deadlines of a set unless others are given: in the first months of the year after."""
    return {
        "report_until": datetime.date(year + 1, 1, 15),
        "opinion_until": datetime.date(year + 1, 1, 31),
        "score_until": datetime.date(year + 1, 2, 15),
        "grade_until": datetime.date(year + 1, 2, 28),
    }
