"""Filters of findings and runs, for pages, API and export alike."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.common.days import today
from apps.crosschecks.catalogue import catalogue
from apps.crosschecks.choices import ENDED, Group, Level, Light, ObjectKind, RunKind, Severity, State, Verdict
from apps.crosschecks.models import CandidateState, Finding, LinkCandidate, Run
from apps.pages.filters import ChoicesFilter, DateFilter, Filters, between

OPEN = "open"


def rule_choices() -> list[tuple[str, str]]:
    """Every rule with its name."""
    return [(entry.id, f"{entry.id} {entry.title}") for entry in catalogue().values()]


class FindingFilters(Filters):
    """疑点. `state=open` is every state but closed and cleared by data."""

    state = ChoicesFilter(label=_("状态"), choices=[(OPEN, _("未办结")), *State.choices], method="in_state")
    severity = ChoicesFilter(label=_("严重程度"), choices=Severity.choices)
    light = ChoicesFilter(label=_("期限"), choices=Light.choices)
    acting_level = ChoicesFilter(label=_("处理层级"), choices=Level.choices)
    group = ChoicesFilter(label=_("规则类别"), choices=Group.choices, method="in_group")
    rule = ChoicesFilter(label=_("规则"), choices=rule_choices)
    object_kind = ChoicesFilter(label=_("对象"), choices=ObjectKind.choices)
    verdict = ChoicesFilter(label=_("核查结论"), choices=Verdict.choices)
    found_on_min, found_on_max = between("found_on", _("发现日期"), DateFilter)
    due_on_min, due_on_max = between("due_on", _("办理期限"), DateFilter)
    escalated = django_filters.ChoiceFilter(
        label=_("超期上报"), choices=[("true", _("超期五天以上"))], method="only_escalated", widget=forms.Select
    )

    class Meta:
        model = Finding
        fields = ["household", "person", "run", "review_needed"]

    def in_state(self, rows: QuerySet[Any], name: str, values: list[str]) -> QuerySet[Any]:
        if not values:
            return rows
        where = Q(state__in=[value for value in values if value != OPEN])
        return rows.filter(where | ~Q(state__in=ENDED) if OPEN in values else where)

    def in_group(self, rows: QuerySet[Any], name: str, values: list[str]) -> QuerySet[Any]:
        rules = [entry.id for entry in catalogue().values() if entry.group in values]
        return rows.filter(rule__in=rules) if values else rows

    def only_escalated(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.escalated(today()) if value else rows  # type: ignore[attr-defined]


class CandidateFilters(Filters):
    """身份匹配候选."""

    state = ChoicesFilter(label=_("状态"), choices=CandidateState.choices)
    found_on_min, found_on_max = between("found_on", _("发现日期"), DateFilter)

    class Meta:
        model = LinkCandidate
        fields = ["household", "person"]


class RunFilters(Filters):
    """比对批次."""

    kind = ChoicesFilter(label=_("方式"), choices=RunKind.choices)
    date_min, date_max = between("date", _("比对日期"), DateFilter)

    class Meta:
        model = Run
        fields = ["state"]
