"""The risk that samples of inspections are weighed by out of this ledger: problems that are not put right in time."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, F, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.common.days import today
from apps.inspections.choices import SampleUnit
from apps.inspections.weighing import Risk
from apps.problems.models import Problem

MOST = 4
"""So many overdue problems of a village count, one each."""


def overdue_of_villages(user: Any) -> QuerySet[Any, Any]:
    """Overdue problems by village. Those of a township or county are no reason to go to one village rather than to
    another."""
    rows = Problem.objects.visible_to(user).overdue(today()).order_by()
    return rows.values(key=F("division_id")).annotate(risk=Count("pk"))


OVERDUE = Risk("problems", _("整改超期问题"), {SampleUnit.VILLAGE.value: overdue_of_villages}, most=MOST)
