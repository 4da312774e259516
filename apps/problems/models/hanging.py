"""What hangs off a problem and lies where it is: its log, the measures planned, the reports, the photos."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.common.attachments import Attachment
from apps.common.photos import Photo
from apps.inspections.models.base import SupervisionModel
from apps.pages.steplogs import StepLog, person
from apps.problems.choices import FileOf, PhotoOf, ReportKind
from apps.problems.models.problem import Problem, name_of

LONGEST_MEASURE = 500


class OfProblem(SupervisionModel):
    """A row of a problem; written by its services alone."""

    change_capability: ClassVar[str] = "rectify"

    class Meta:
        abstract = True


class ProblemLog(OfProblem, StepLog):
    """整改办理记录: every step with who, when, from where to where and why. Append-only.

    The database itself lets nobody hand in and verify in one round, or close what his own unit answers for.
    """

    problem = models.ForeignKey(Problem, on_delete=models.PROTECT, related_name="log", verbose_name=_("问题"))

    class Meta:
        verbose_name = _("整改办理记录")
        verbose_name_plural = _("整改办理记录")
        constraints = [
            models.UniqueConstraint(
                fields=["problem", "round", "by"], condition=Q(apart=True), name="problem_nobody_twice"
            )
        ]
        indexes = [
            models.Index(fields=["division", "id"], name="problem_log_division"),
            models.Index(fields=["problem", "id"], name="problem_log_problem"),
        ]


class RectificationMeasure(OfProblem):
    """整改措施: what is done, until when, and how that is checked (seed 003). A plan that comes back is written anew:
    those of `plan` equal to the problem's are in force. Append-only."""

    problem = models.ForeignKey(Problem, on_delete=models.PROTECT, related_name="measures", verbose_name=_("问题"))
    plan = models.PositiveSmallIntegerField(_("措施版本"))
    position = models.PositiveSmallIntegerField(_("序号"))
    text = models.CharField(_("整改措施"), max_length=LONGEST_MEASURE)
    by_on = models.DateField(_("完成时限"))
    checked_by = models.CharField(_("检查方式"), max_length=200)

    class Meta:
        verbose_name = _("整改措施")
        verbose_name_plural = _("整改措施")
        constraints = [models.UniqueConstraint(fields=["problem", "plan", "position"], name="measure_once_in_plan")]
        indexes = [models.Index(fields=["division", "id"], name="measure_division")]

    def __str__(self) -> str:
        return self.text


class ProgressReport(OfProblem):
    """整改进展报告: of a month, or of a half-year for what is put right in the long term. Append-only.

    `period` is the first day of the month or half-year.
    """

    problem = models.ForeignKey(Problem, on_delete=models.PROTECT, related_name="reports", verbose_name=_("问题"))
    kind = models.CharField(_("报告类型"), max_length=12, choices=ReportKind.choices)
    period = models.DateField(_("报告期"))
    percent = models.PositiveSmallIntegerField(_("整改进度（%）"), validators=[MaxValueValidator(100)])
    text = models.TextField(_("进展情况"), max_length=2000)
    at = models.DateTimeField(_("报送时间"), default=timezone.now)
    by = person(_("报送人"))
    by_name = name_of(_("报送人姓名"))

    class Meta:
        verbose_name = _("整改进展报告")
        verbose_name_plural = _("整改进展报告")
        constraints = [
            models.UniqueConstraint(
                fields=["problem", "kind", "period"],
                name="problem_report_once",
                violation_error_message=_("这一报告期已经报送。"),
            ),
            models.CheckConstraint(condition=Q(percent__lte=100), name="problem_report_of_a_hundred"),
        ]
        indexes = [models.Index(fields=["division", "id"], name="problem_report_division")]

    def __str__(self) -> str:
        return f"{self.problem_id} {self.period}"


class ProblemFile(Attachment, OfProblem):
    """问题附件: a paper that proves the fact, the result, or the verification. Append-only; `round` as of a photo."""

    problem = models.ForeignKey(Problem, on_delete=models.PROTECT, related_name="files", verbose_name=_("问题"))
    of = models.CharField(_("附件内容"), max_length=8, choices=FileOf.choices)
    round = models.PositiveSmallIntegerField(_("申请次数"))

    class Meta:
        verbose_name = _("问题附件")
        verbose_name_plural = _("问题附件")
        indexes = [models.Index(fields=["division", "id"], name="problem_file_division")]

    def __str__(self) -> str:
        return self.name


class ProblemPhoto(Photo, OfProblem):
    """问题照片: of the fact, of the result, or of the verification on site; drawn anew without metadata. Append-only.

    `round` is the round in which it was taken: one of an earlier round proves nothing of this one.
    """

    problem = models.ForeignKey(Problem, on_delete=models.PROTECT, related_name="photos", verbose_name=_("问题"))
    of = models.CharField(_("照片内容"), max_length=8, choices=PhotoOf.choices)
    round = models.PositiveSmallIntegerField(_("申请次数"))

    class Meta:
        verbose_name = _("问题照片")
        verbose_name_plural = _("问题照片")
        indexes = [models.Index(fields=["division", "id"], name="problem_photo_division")]

    def __str__(self) -> str:
        return f"{self.problem_id} {self.of}"

    @property
    def caption(self) -> str:
        return f"{self.get_of_display()} {self.by_name}"
