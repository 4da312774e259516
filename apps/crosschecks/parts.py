"""What cross-checking adds to pages of other apps: findings on a household's page, candidates on a person's."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, IntegerField, Q, Value, When
from django.utils.translation import gettext as _

from apps.crosschecks.choices import ENDED
from apps.crosschecks.tables import CandidateResource, FindingResource
from apps.pages.parts import Table

SHOWN = 20
"""How many findings a household's page shows before it points to their list."""

COLUMNS = ("text", "rule", "state", "due_on", "light")


def findings_of(user: Any, household: Any) -> Table | None:
    """The findings of a household and its members that the user may see: open ones first, by due date. One query."""
    if not FindingResource.open_to(user):
        return None
    columns = [FindingResource.column(name) for name in COLUMNS]
    reader = FindingResource.reader(user, columns)
    ended = Case(When(state__in=ENDED, then=Value(1)), default=Value(0), output_field=IntegerField())
    found = FindingResource.rows(user).filter(household=household).annotate(ended=ended)
    rows = list(found.order_by("ended", "due_on", "pk").values_list(*reader.paths)[: SHOWN + 1])
    more = f"{FindingResource.url('list')}?household={household.pk}" if rows else ""
    return Table(_("比对疑点"), columns, list(reader.table_rows(rows[:SHOWN])), more=more, id="findings")


def candidates_of(user: Any, person: Any) -> Table | None:
    """The records that may be this person's, if there are any. One query."""
    if not CandidateResource.open_to(user):
        return None
    columns = [CandidateResource.column(name) for name in ("name", "state", "score", "explanation", "found_on")]
    reader = CandidateResource.reader(user, columns)
    rows = list(CandidateResource.rows(user).filter(of_person(person)).order_by("pk").values_list(*reader.paths))
    return Table(_("身份匹配候选"), columns, list(reader.table_rows(rows)), id="candidates") if rows else None


def of_person(person: Any) -> Q:
    """What speaks of this person alone."""
    return Q(person=person.pk)


def of_person_or_household(person: Any) -> Q:
    """The findings of a person, and those of the household as a whole."""
    return Q(person=person.pk) | Q(household=person.household_id, person=None)
