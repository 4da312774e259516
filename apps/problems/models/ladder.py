"""The ladder of escalation: after how many days what happens, and what is to happen to which problem."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.common.models import Versioned
from apps.inspections.models.base import SupervisionModel
from apps.pages.steplogs import person
from apps.problems.choices import Rung
from apps.problems.models.letter import SupervisionLetter
from apps.problems.models.problem import Problem, name_of


class LadderRung(Versioned, SupervisionModel):
    """督办阶梯: after how many days overdue a rung is reached, for the place and what lies below. The nearest place
    that says so counts; without any the usual ladder does."""

    change_capability: ClassVar[str] = "review_rectification"

    rung = models.CharField(_("督办措施"), max_length=10, choices=Rung.choices)
    days = models.PositiveSmallIntegerField(_("超期天数"))
    is_active = models.BooleanField(_("采用"), default=True)

    class Meta:
        verbose_name = _("督办阶梯")
        verbose_name_plural = _("督办阶梯")
        constraints = [
            models.UniqueConstraint(
                fields=["division", "rung"],
                name="ladder_rung_once",
                violation_error_message=_("这个地区已经设定了这项督办措施。"),
            )
        ]
        indexes = [models.Index(fields=["division", "id"], name="ladder_rung_division")]

    def __str__(self) -> str:
        return self.get_rung_display()


class EscalationStep(SupervisionModel):
    """升级督办: a rung that a problem has reached with a due date; the night notes it, an office carries it out.

    Nothing is sent in anybody's name by itself: the letter is written by who signs it, the interview held by who holds
    it. One row for each problem, due date and rung, so that the night may run as often as it likes.
    """

    change_capability: ClassVar[str] = "review_rectification"

    problem = models.ForeignKey(Problem, on_delete=models.PROTECT, related_name="escalations", verbose_name=_("问题"))
    rung = models.CharField(_("督办措施"), max_length=10, choices=Rung.choices)
    due_on = models.DateField(_("整改期限"))
    days = models.PositiveSmallIntegerField(_("超期天数"))
    reached_on = models.DateField(_("达到日期"))
    letter = models.ForeignKey(
        SupervisionLetter, on_delete=models.PROTECT, related_name="+", null=True, verbose_name=_("督办函")
    )
    done_on = models.DateField(_("办理日期"), null=True)
    done_by = person(_("办理人"))
    done_by_name = name_of(_("办理人姓名"))

    class Meta:
        verbose_name = _("升级督办")
        verbose_name_plural = _("升级督办")
        constraints = [models.UniqueConstraint(fields=["problem", "due_on", "rung"], name="escalation_once_a_due_date")]
        indexes = [models.Index(fields=["division", "id"], name="escalation_division")]

    def __str__(self) -> str:
        return f"{self.problem_id} {self.rung}"
