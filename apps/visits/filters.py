"""Filters of visits and their photos, for pages, API and export alike."""

from __future__ import annotations

import datetime
import re
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.common.days import month_end, today
from apps.pages.filters import ChoicesFilter, DateFilter, Filters, YesNoFilter, between
from apps.visits.choices import Kept, Mark, TaskState
from apps.visits.models import Visit, VisitConflict, VisitMark, VisitPhoto, VisitTask

_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


class MonthField(forms.CharField):
    """YYYY-MM, as the first day of the month."""

    def clean(self, value: Any) -> datetime.date | None:
        written = super().clean(value)
        if not written:
            return None
        found = _MONTH.fullmatch(written)
        if found is None or found[1] == "0000":
            raise ValidationError(_("月份应为 YYYY-MM。"), code="invalid")
        return datetime.date(int(found[1]), int(found[2]), 1)


class MonthFilter(django_filters.Filter):
    """The days of one month."""

    field_class = MonthField

    def filter(self, qs: QuerySet[Any], value: datetime.date | None) -> QuerySet[Any]:
        return qs if value is None else qs.filter(**{f"{self.field_name}__range": (value, month_end(value))})


class VisitFilters(Filters):
    """民情日记. Words are searched for within one month: no index knows Chinese words of two characters."""

    month = MonthFilter(
        label=_("月份"), field_name="visited_on", widget=forms.TextInput(attrs={"type": "month", "maxlength": 7})
    )
    visited_on_min, visited_on_max = between("visited_on", _("走访日期"), DateFilter)
    mark = ChoicesFilter(label=_("标记"), method="marked_as", choices=Mark.choices)
    marked = YesNoFilter(label=_("有标记"), method="with_any_mark")
    text = django_filters.CharFilter(label=_("内容包含（需同时选月份）"), field_name="text", lookup_expr="contains")

    author_name = django_filters.CharFilter(label=_("走访人"), field_name="author_name")

    class Meta:
        model = Visit
        fields = ["household", "author", "offline", "problem_solved"]

    def problems(self, *, blank_is_error: bool) -> dict[str, list[ValidationError]]:
        found = super().problems(blank_is_error=blank_is_error)
        if "text" in self.given and "month" not in self.given:
            found.setdefault("text", []).append(ValidationError(_("按内容查找时请同时给出月份。"), code="month"))
        return found

    def marked_with(self, kinds: list[str] | None = None) -> Exists:
        """That a visit carries one of these marks, or any."""
        marks = VisitMark.objects.visible_to(self.user).filter(visit_id=OuterRef("pk"))
        return Exists(marks.filter(kind__in=kinds) if kinds else marks)

    def marked_as(self, rows: QuerySet[Any], name: str, value: list[str]) -> QuerySet[Any]:
        return rows.filter(self.marked_with(value)) if value else rows

    def with_any_mark(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        return rows.filter(self.marked_with() if value else ~self.marked_with())


class VisitPhotoFilters(Filters):
    """走访照片."""

    class Meta:
        model = VisitPhoto
        fields = ["visit", "state"]


class VisitConflictFilters(Filters):
    """日记冲突."""

    settled = YesNoFilter(label=_("已核定"), field_name="settled_at", lookup_expr="isnull", exclude=True)
    kept = ChoicesFilter(label=_("核定结果"), choices=Kept.choices)

    class Meta:
        model = VisitConflict
        fields = ["household", "author"]


class VisitTaskFilters(Filters):
    """走访问题. `overdue`: not solved, and its day has passed."""

    state = ChoicesFilter(label=_("状态"), choices=TaskState.choices)
    overdue = YesNoFilter(label=_("超期"), method="late")
    raised_on_min, raised_on_max = between("raised_on", _("提出日期"), DateFilter)
    due_on_min, due_on_max = between("due_on", _("办结期限"), DateFilter)
    owner_name = django_filters.CharFilter(label=_("责任人"))

    class Meta:
        model = VisitTask
        fields = ["owner", "household", "author"]

    def late(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        overdue = {"state": TaskState.OPEN, "due_on__lt": today()}
        return rows.filter(**overdue) if value else rows.exclude(**overdue)
