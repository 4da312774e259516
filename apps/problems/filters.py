"""How the problem ledger is narrowed on pages, in the API and in exports."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.common.days import today
from apps.pages.filters import ChoicesFilter, DateFilter, Filters, WholeNumberFilter, YesNoFilter, between
from apps.problems.choices import AT_WORK, Light, Owed
from apps.problems.models import (
    EscalationStep,
    LadderRung,
    Problem,
    ProgressReport,
    RectificationMeasure,
    SupervisionLetter,
)
from apps.problems.services import reading
from apps.problems.services.offices import REVIEWS


class ProblemFilters(Filters):
    """问题台账."""

    search = django_filters.CharFilter(label=_("对象、事实或编号"), method="with_words")
    light = ChoicesFilter(label=_("期限"), choices=Light.choices)
    waiting = YesNoFilter(label=_("待我办理"), method="waiting_for_me")
    overdue = YesNoFilter(label=_("整改超期"), method="with_overdue")
    report_owed = ChoicesFilter(label=_("本月月报未报"), choices=Owed.choices, method="with_report_owed")
    letter = YesNoFilter(label=_("已发督办函"), method="with_a_letter")
    inspection = WholeNumberFilter(label=_("督查巡查"), field_name="inspection_id")
    finding = WholeNumberFilter(label=_("疑点"), field_name="finding_id")
    visit_task = WholeNumberFilter(label=_("走访问题"), field_name="visit_task_id")
    alike = WholeNumberFilter(label=_("举一反三来源"), field_name="alike_id")
    due_from, due_to = between("due_on", _("整改期限"), DateFilter)
    found_from, found_to = between("found_on", _("发现日期"), DateFilter)

    class Meta:
        model = Problem
        fields = ["state", "source", "area", "level", "kind", "year"]

    def with_words(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.filter(Q(object__icontains=value) | Q(fact__icontains=value) | Q(number__startswith=value))

    def waiting_for_me(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        mine = reading.waiting(self.user).order_by().values("pk")
        return rows.filter(pk__in=mine) if value else rows.exclude(pk__in=mine)

    def with_overdue(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        late = Q(state__in=AT_WORK, due_on__lt=today())
        return rows.filter(late) if value else rows.filter(~Q(state__in=AT_WORK) | Q(due_on__gte=today()))

    def with_report_owed(self, rows: QuerySet[Any], name: str, value: list[str]) -> QuerySet[Any]:
        owing = reading.owing(self.user).filter(mine__in=[one == Owed.MINE for one in value])
        return rows.filter(pk__in=owing.order_by().values("pk")) if value else rows

    def with_a_letter(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        return rows.with_letter().filter(has_letter=value)  # type: ignore[attr-defined]


class OfProblemFilters(Filters):
    """What hangs off a problem."""

    problem = WholeNumberFilter(label=_("问题"), field_name="problem_id")


class MeasureFilters(OfProblemFilters):
    """整改措施."""

    by_from, by_to = between("by_on", _("完成时限"), DateFilter)

    class Meta:
        model = RectificationMeasure
        fields: list[str] = []


class ReportFilters(OfProblemFilters):
    """整改进展报告."""

    class Meta:
        model = ProgressReport
        fields = ["kind", "period"]


class LetterFilters(OfProblemFilters):
    """督办函."""

    received = YesNoFilter(label=_("已签收"), method="with_receipt")
    waiting = YesNoFilter(label=_("待我签收"), method="waiting_for_me")
    issued = YesNoFilter(label=_("本级所发"), method="issued_by_me")
    issued_from, issued_to = between("issued_on", _("发函日期"), DateFilter)

    class Meta:
        model = SupervisionLetter
        fields = ["year"]

    def waiting_for_me(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        mine = reading.letters_to_receive(self.user).order_by().values("pk")
        return rows.filter(pk__in=mine) if value else rows.exclude(pk__in=mine)

    def issued_by_me(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        mine = Q(issuer__in=reading.offices(self.user, REVIEWS))
        return rows.filter(mine) if value else rows.exclude(mine)

    def with_receipt(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        return rows.filter(received_on__isnull=not value)


class EscalationFilters(OfProblemFilters):
    """升级督办."""

    done = YesNoFilter(label=_("已办理"), method="with_done")
    waiting = YesNoFilter(label=_("待我办理"), method="waiting_for_me")

    class Meta:
        model = EscalationStep
        fields = ["rung"]

    def waiting_for_me(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        mine = reading.to_escalate(self.user).order_by().values("pk")
        return rows.filter(pk__in=mine) if value else rows.exclude(pk__in=mine)

    def with_done(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        return rows.filter(done_on__isnull=not value)


class RungFilters(Filters):
    """督办阶梯."""

    class Meta:
        model = LadderRung
        fields = ["rung", "is_active"]
