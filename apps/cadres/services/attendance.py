"""Writing what a township says of a resident cadre's month."""

from __future__ import annotations

from calendar import monthrange

from django.db import transaction
from django.utils.translation import gettext as _

from apps.access import policy
from apps.accounts.models import User
from apps.cadres.choices import RESIDENT
from apps.cadres.models import Attendance
from apps.common.days import today
from apps.common.errors import ServiceError
from apps.divisions import codes


@transaction.atomic
def save_attendance(attendance: Attendance, *, by: User, expected_version: int | None = None) -> Attendance:
    """Enter or change one month of a resident duty, where the duty is held.

    Raises PermissionDenied without `change_register` there, ServiceError for a duty that is not a resident one of a
    village, a month to come or outside the term, and more days than the month has.
    """
    duty = attendance.duty
    policy.require(by, Attendance.change_capability, duty.division_id)
    if duty.kind not in RESIDENT or codes.level(duty.division_id) != codes.VILLAGE:
        raise ServiceError(_("考勤只登记在村的第一书记和工作队队长、队员。"), field="duty", code="not_resident")
    attendance.month = attendance.month.replace(day=1)
    length = monthrange(attendance.month.year, attendance.month.month)[1]
    if attendance.month > today():
        raise ServiceError(_("不能登记未到的月份。"), field="month", code="to_come")
    begun, ended = duty.from_on.replace(day=1), duty.until_on
    if attendance.month < begun or (ended is not None and attendance.month > ended):
        raise ServiceError(_("这个月不在任期内。"), field="month", code="not_in_term")
    if attendance.days_present + attendance.leave_days > length:
        raise ServiceError(_("驻村天数与请假天数之和超过当月天数。"), field="days_present", code="too_many_days")
    attendance.division_id, attendance.name = duty.division_id, duty.name
    attendance.full_clean(exclude=("division",))
    attendance.save(expected_version=expected_version)
    return attendance
