"""What visits add to a household's page: the latest of them with their photos."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from apps.pages.parts import Table
from apps.visits.services import writing
from apps.visits.tables import VisitResource

SHOWN = 10
"""How many visits a household's page shows before it points to their list."""

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
