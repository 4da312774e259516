"""The class of every field of the desks' counts: figures of places, none of a person."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.common.fieldclasses import Basis, declare, general
from apps.dashboards.models import Mark, Tally

COUNT = _("统计各地工作进度")


def declare_all() -> None:
    """Declare the fields of counts; once, when the app is ready."""
    declare(Mark)
    declare(
        Tally,
        general(
            COUNT,
            "year poor_households poor_households_before exited_households exited_households_before"
            " planned_households registered_households unhelped_households poor_persons poor_persons_before"
            " poor_villages"
            " poor_villages_before population",
            Basis.PUBLIC,
        ),
    )
