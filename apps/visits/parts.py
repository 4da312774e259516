"""What visits add to pages: the latest of them and open problems to a household's, its problem to a visit's own."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from apps.pages.columns import Column
from apps.pages.kinds import DATE
from apps.pages.parts import Table
from apps.pages.resources import Resource
from apps.visits.choices import TaskState
from apps.visits.models import LastVisit
from apps.visits.services import writing
from apps.visits.tables import VisitResource, VisitTaskResource


class LastVisitPart(Resource):
    """最近走访 of the household; only a part of a person's file."""

    name = "last-visit"
    model = LastVisit
    columns = (Column("visited_on", _lazy("最近走访日期"), kind=DATE),)


SHOWN = 10
"""How many visits a household's page shows before it points to their list."""

TASK_COLUMNS = ("raised_on", "problem", "light", "due_on", "owner", "owner_name")
COLUMNS = ("visited_at", "author_name", "summary", "photos", "marks")


def visits_of(user: Any, household: Any) -> Table | None:
    """The latest visits to a household, as far as the user may see them, and the way to write one. One query, for a
    helper two."""
    if not VisitResource.open_to(user):
        return None
    columns = [VisitResource.column(name) for name in COLUMNS]
    reader = VisitResource.reader(user, columns)
    found = VisitResource.rows(user).filter(household=household.pk)
    rows = list(found.order_by("-visited_on", "-pk").values_list(*reader.paths)[: SHOWN + 1])
    add = f"{reverse('visit-write')}?household={household.pk}" if writing.may_write_of(user, household) else ""
    more = f"{VisitResource.url('list')}?household={household.pk}" if rows else ""
    return Table(_("走访"), columns, list(reader.table_rows(rows[:SHOWN])), more=more, add=add, id="visits")


def problems_of(user: Any, household: Any) -> Table | None:
    """The problems of a household that are not done with, the most urgent first; nothing where there are none."""
    return _problems(user, _("未办结的走访问题"), household=household.pk, state__in=(TaskState.OPEN, TaskState.SOLVED))


def problem_of(user: Any, visit: Any) -> Table | None:
    """What became of the problem that a visit raised; nothing where it raised none."""
    return _problems(user, _("反映的问题"), visit=visit.pk)


def _problems(user: Any, title: str, **which: Any) -> Table | None:
    columns = [VisitTaskResource.column(name) for name in TASK_COLUMNS]
    reader = VisitTaskResource.reader(user, columns)
    found = VisitTaskResource.rows(user).filter(**which).order_by("due_on", "pk")
    rows = list(found.values_list(*reader.paths)[:SHOWN])
    return Table(title, columns, list(reader.table_rows(rows)), id="visit-tasks") if rows else None
