"""抽样: what was drawn of a population, how, and so that anybody can draw it again."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.access.querysets import ScopedManager
from apps.divisions.models import Division
from apps.households.models import Household
from apps.inspections.choices import CONFIDENCES, QuestionKind, SampleMethod, SampleUnit, Strata
from apps.inspections.models.base import SupervisionModel
from apps.inspections.models.inspection import Inspection
from apps.inspections.querysets import OfInspectionQuerySet
from apps.pages.steplogs import person

LARGEST_SEED = 2**31 - 1
LARGEST_SAMPLE = 5000


class FormTemplate(SupervisionModel):
    """现场表模板: the questions of an on-site form about a village or a household. A sample takes them as they are."""

    title = models.CharField(_("模板名称"), max_length=100)
    unit = models.CharField(_("抽样单位"), max_length=10, choices=SampleUnit.choices)
    is_active = models.BooleanField(_("启用"), default=True)

    class Meta:
        verbose_name = _("现场表模板")
        constraints = [models.UniqueConstraint(fields=["id", "division"], name="form_template_place")]
        indexes = [models.Index(fields=["division", "id"], name="form_template_division")]

    def __str__(self) -> str:
        return self.title


class FormQuestion(SupervisionModel):
    """现场表问题: one question of a template; `choices` are separated by ；."""

    template = models.ForeignKey(
        FormTemplate, on_delete=models.CASCADE, related_name="questions", verbose_name=_("现场表模板")
    )
    position = models.PositiveSmallIntegerField(_("序号"))
    text = models.CharField(_("问题"), max_length=200)
    kind = models.CharField(_("答案类型"), max_length=10, choices=QuestionKind.choices)
    choices = models.CharField(_("选项"), max_length=500, blank=True, default="")
    required = models.BooleanField(_("必填"), default=False)

    class Meta:
        verbose_name = _("现场表问题")
        constraints = [models.UniqueConstraint(fields=["template", "position"], name="form_question_once")]
        indexes = [models.Index(fields=["division", "id"], name="form_question_division")]

    def __str__(self) -> str:
        return self.text


class Sample(SupervisionModel):
    """抽样: a draw from the places of an inspection. With the same seed and population it comes out the same.

    `population` is how many there were on `drawn_on`, `digest` a hash over their keys and weights: whether a later
    draw is of the same population can be told. `questions` are those of the template when it was drawn.
    """

    inspection = models.ForeignKey(
        Inspection, on_delete=models.PROTECT, related_name="samples", verbose_name=_("督查巡查")
    )
    unit = models.CharField(_("抽样单位"), max_length=10, choices=SampleUnit.choices)
    method = models.CharField(_("样本量"), max_length=12, choices=SampleMethod.choices)
    confidence = models.PositiveSmallIntegerField(_("置信水平"), choices=CONFIDENCES, null=True, blank=True)
    margin = models.DecimalField(
        _("误差（%）"),
        max_digits=4,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0.5), MaxValueValidator(50)],
    )
    strata = models.CharField(_("分层"), max_length=10, choices=Strata.choices, default=Strata.NONE)
    weighted = models.BooleanField(_("按风险加权"), default=False)
    seed = models.PositiveIntegerField(_("随机种子"), validators=[MaxValueValidator(LARGEST_SEED)])
    population = models.PositiveIntegerField(_("总体数量"))
    digest = models.CharField(_("总体校验值"), max_length=32)
    size = models.PositiveIntegerField(_("抽中数量"))
    drawn_on = models.DateField(_("抽样日期"))
    drawn_by = person(_("抽样人"))
    drawn_by_name = models.CharField(_("抽样人姓名"), max_length=60)
    template_title = models.CharField(_("现场表"), max_length=100, blank=True, default="")
    questions = models.JSONField(_("现场表问题"), default=list)

    objects: ClassVar = ScopedManager.from_queryset(OfInspectionQuerySet)()

    class Meta:
        verbose_name = _("抽样")
        constraints = [
            models.UniqueConstraint(fields=["id", "division"], name="sample_place"),
            models.CheckConstraint(
                condition=Q(size__lte=models.F("population")), name="sample_not_larger_than_population"
            ),
        ]
        indexes = [models.Index(fields=["division", "id"], name="sample_division")]

    def __str__(self) -> str:
        return f"{self.inspection_id} {self.drawn_on:%Y-%m-%d}"


class SampledUnit(SupervisionModel):
    """抽中单位: a village or household of a sample, in the order of the draw. What was replaced stays, with the reason.

    The household's code and its head stand beside the key: who inspects another place does not see its register.
    """

    inspection = models.ForeignKey(
        Inspection, on_delete=models.PROTECT, related_name="units", verbose_name=_("督查巡查")
    )
    sample = models.ForeignKey(Sample, on_delete=models.PROTECT, related_name="units", verbose_name=_("抽样"))
    position = models.PositiveIntegerField(_("序号"))
    place = models.ForeignKey(
        Division, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("嘎查村")
    )
    household = models.ForeignKey(
        Household,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("贫困户"),
    )
    household_code = models.CharField(_("户编码"), max_length=17, blank=True, default="")
    head = models.CharField(_("户主"), max_length=50, blank=True, default="")
    stratum = models.CharField(_("层"), max_length=20, blank=True, default="")
    weight = models.FloatField(_("权重"), default=1)
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, related_name="replaced_by", null=True, blank=True, verbose_name=_("替换")
    )
    dropped_on = models.DateField(_("替换日期"), null=True, blank=True)
    dropped_reason = models.CharField(_("替换原因"), max_length=200, blank=True, default="")
    dropped_by_name = models.CharField(_("替换人"), max_length=60, blank=True, default="")

    objects: ClassVar = ScopedManager.from_queryset(OfInspectionQuerySet)()

    class Meta:
        verbose_name = _("抽中单位")
        constraints = [
            models.UniqueConstraint(fields=["sample", "position"], name="sampled_unit_position"),
            models.UniqueConstraint(
                fields=["sample", "household"], condition=Q(household__isnull=False), name="sampled_household_once"
            ),
            models.UniqueConstraint(
                fields=["sample", "place"], condition=Q(household=None), name="sampled_village_once"
            ),
            models.UniqueConstraint(fields=["id", "division"], name="sampled_unit_place"),
            models.CheckConstraint(
                condition=Q(dropped_on=None) | ~Q(dropped_reason=""), name="sampled_unit_dropped_for_a_reason"
            ),
        ]
        indexes = [models.Index(fields=["division", "id"], name="sampled_unit_division")]

    def __str__(self) -> str:
        return self.head or str(self.place_id)
