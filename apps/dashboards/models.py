"""Counts of the register kept by village, and marks that say which of them no longer hold.

Triggers on the register mark a village whenever one of its rows is written, in the transaction that writes it. Whoever
asks for figures first counts the marked villages of his place anew. So the stored counts equal the register whenever
they are read, without a clock and without a job that might not run.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.access.models import PlacedModel


def _count(label: Any) -> models.PositiveIntegerField:
    return models.PositiveIntegerField(label, default=0)


class Tally(PlacedModel):
    """村级统计: what the desks count of one village, as the register stood for `year` when it was last asked."""

    keeps_division = True  # re-coding marks both places; they are counted anew, not moved

    year = models.PositiveSmallIntegerField(_("年度"))
    poor_households = _count(_("贫困户"))
    poor_households_before = _count(_("上年末贫困户"))
    exited_households = _count(_("本年脱贫户"))
    exited_households_before = _count(_("上年脱贫户"))
    planned_households = _count(_("计划本年脱贫户"))
    registered_households = _count(_("在册户"))
    unhelped_households = _count(_("无帮扶责任人的贫困户"))
    poor_persons = _count(_("贫困人口"))
    poor_persons_before = _count(_("上年末贫困人口"))
    poor_villages = _count(_("未退出贫困村"))
    poor_villages_before = _count(_("上年末未退出贫困村"))
    population = _count(_("总人口"))

    class Meta:
        verbose_name = _("村级统计")
        verbose_name_plural = _("村级统计")
        constraints = [models.UniqueConstraint(fields=["division"], name="tally_once")]
        indexes = [models.Index(fields=["year", "division"], name="tally_year")]

    def __str__(self) -> str:
        return f"{self.division_id} {self.year}"


class Mark(PlacedModel):
    """待重新统计的村. Rows are only added, never joined into one: a mark set meanwhile outlives the counting."""

    keeps_division = True

    class Meta:
        verbose_name = _("待统计")
        verbose_name_plural = _("待统计")
        indexes = [models.Index(fields=["division", "id"], name="mark_division")]

    def __str__(self) -> str:
        return str(self.division_id)
