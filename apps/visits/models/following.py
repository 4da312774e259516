"""What follows from visits: the latest one of each household and helper, and the problems that they raised."""

from __future__ import annotations

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.common.models import Versioned
from apps.households.models import Household
from apps.visits.choices import Owner, TaskState
from apps.visits.models.visit import OfOneVisit, OfVisit, note


class LastVisit(OfVisit):
    """最近走访: the latest day on which an author visited a household, so that nobody has to look for it in all months.

    A trigger on the visits keeps it, in the transaction that adds them and however they are added; a visit that
    arrives late never puts it back, and a phone whose clock is ahead never puts it past the day of receipt.
    """

    household = models.ForeignKey(
        Household,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="last_visits",
        verbose_name=_("贫困户"),
    )
    visited_on = models.DateField(_("最近走访日期"))

    class Meta:
        verbose_name = _("最近走访")
        verbose_name_plural = _("最近走访")
        constraints = [models.UniqueConstraint(fields=["household", "author"], name="last_visit_once")]
        indexes = [
            models.Index(fields=["division", "id"], name="last_visit_division"),
            models.Index(fields=["author", "visited_on"], name="last_visit_author"),
        ]

    def __str__(self) -> str:
        return f"{self.household_id} {self.visited_on:%Y-%m-%d}"


@pghistory.track(model_name="VisitTaskEvent")
class VisitTask(Versioned, OfOneVisit):
    """走访问题: a problem that a visit raised, with who sees to it and until when (workflows.md §12).

    `author` is who raised it; `owner` who sees to it, by name in `owner_name`. Somebody else than who solved it says
    that it is done with.
    """

    problem = note(_("反映的问题"))
    raised_on = models.DateField(_("提出日期"))
    owner = models.CharField(_("责任方"), max_length=8, choices=Owner, default=Owner.HELPER)
    owner_name = models.CharField(_("责任人"), max_length=60)
    due_on = models.DateField(_("办结期限"))
    state = models.CharField(_("状态"), max_length=6, choices=TaskState, default=TaskState.OPEN)
    solution = note(_("解决情况"))
    solved_on = models.DateField(_("解决日期"), null=True)
    solved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        db_index=False,
        related_name="+",
        verbose_name=_("解决人编号"),
    )
    solved_by_name = models.CharField(_("解决人"), max_length=60, blank=True, default="")
    closed_on = models.DateField(_("办结日期"), null=True)
    closed_by_name = models.CharField(_("确认人"), max_length=60, blank=True, default="")
    remark = note(_("办理意见"))

    class Meta:
        verbose_name = _("走访问题")
        verbose_name_plural = _("走访问题")
        constraints = [
            models.UniqueConstraint(fields=["visit"], name="visit_task_once"),
            models.CheckConstraint(
                condition=Q(state=TaskState.OPEN, solved_on=None, closed_on=None)
                | Q(state=TaskState.SOLVED, solved_on__isnull=False, closed_on=None)
                | Q(state=TaskState.CLOSED, solved_on__isnull=False, closed_on__isnull=False),
                name="visit_task_state",
            ),
        ]
        indexes = [
            models.Index(fields=["division", "id"], name="visit_task_division"),
            models.Index(fields=["due_on", "division"], name="visit_task_due", condition=Q(state=TaskState.OPEN)),
            models.Index(fields=["division", "raised_on"], name="visit_task_raised"),
            models.Index(fields=["author", "id"], name="visit_task_author"),
            models.Index(fields=["household", "id"], name="visit_task_household"),
        ]

    def __str__(self) -> str:
        return f"{self.visit_id} {self.state}"
