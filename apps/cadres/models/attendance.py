"""驻村考勤: how many days of a month a resident cadre was in the village, as the township says."""

from __future__ import annotations

import pghistory
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.access.models import PlacedModel
from apps.cadres.models.duty import Duty
from apps.common.models import Versioned

LONGEST_MONTH = 31


@pghistory.track(model_name="AttendanceEvent")
class Attendance(Versioned, PlacedModel):
    """One month of one resident duty. Written by an office from what it knows: nobody clocks in here.

    `month` is its first day; days of approved leave are not counted as present.
    """

    duty = models.ForeignKey(
        Duty, on_delete=models.PROTECT, db_index=False, related_name="attendance", verbose_name=_("驻村职责")
    )
    name = models.CharField(_("姓名"), max_length=50, editable=False)
    month = models.DateField(_("月份"), help_text=_("填写当月任意一天。"))
    days_present = models.PositiveSmallIntegerField(_("驻村天数"), validators=[MaxValueValidator(LONGEST_MONTH)])
    leave_days = models.PositiveSmallIntegerField(
        _("批准请假天数"), default=0, validators=[MaxValueValidator(LONGEST_MONTH)]
    )
    note = models.CharField(_("说明"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("驻村考勤")
        verbose_name_plural = _("驻村考勤")
        constraints = [
            models.UniqueConstraint(
                fields=["duty", "month"],
                name="attendance_once",
                violation_error_message=_("这名干部当月的考勤已经登记。"),
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="attendance_of_a_month"),
            models.CheckConstraint(
                condition=Q(days_present__lte=LONGEST_MONTH - F("leave_days")),
                name="attendance_days",
                violation_error_message=_("驻村天数与请假天数之和超过当月天数。"),
            ),
        ]
        indexes = [models.Index(fields=["division", "id"], name="attendance_division")]

    def __str__(self) -> str:
        return f"{self.name} {self.month:%Y-%m}"
