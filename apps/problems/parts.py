"""What the problem ledger adds to pages of other apps: the problems that came of a finding, a visit, an inspection."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from apps.pages.parts import Table
from apps.problems.services.raising import confirmed, may_raise
from apps.problems.tables import ProblemResource

SHOWN = 20
COLUMNS = ("number", "object", "division", "state", "due_on", "light")


def of_finding(user: Any, finding: Any) -> Table | None:
    """The problems that a finding became; the way to raise one where it is confirmed."""
    may = confirmed(finding) and may_raise(user, "finding", finding.division_id)
    return _problems(user, "finding", finding.pk, may=may)


def of_visit_task(user: Any, task: Any) -> Table | None:
    """The problems that one of a visit became, and the way to raise one."""
    return _problems(user, "visit_task", task.pk, may=may_raise(user, "visit", task.division_id))


def of_inspection(user: Any, inspection: Any) -> Table | None:
    """The problems that an inspection found."""
    return _problems(user, "inspection", inspection.pk, may=False)


Part = Callable[[Any, Any], Table | None]
PARTS: dict[str, Part] = {"finding": of_finding, "visit-task": of_visit_task, "inspection": of_inspection}
"""By the name of the resource whose page shows them."""


def _problems(user: Any, name: str, key: int, *, may: bool) -> Table | None:
    if not ProblemResource.open_to(user):
        return None
    columns = [ProblemResource.column(one) for one in COLUMNS]
    reader = ProblemResource.reader(user, columns)
    found = ProblemResource.rows(user).filter(**{f"{name}_id": key}).order_by("-pk")
    rows = list(found.values_list(*reader.paths)[: SHOWN + 1])
    if not rows and not may:
        return None
    query = urlencode({name: key})
    return Table(
        _("问题台账"),
        columns,
        list(reader.table_rows(rows[:SHOWN])),
        more=f"{ProblemResource.list_url()}?{query}" if len(rows) > SHOWN else "",
        add=f"{ProblemResource.create_url()}?{query}" if may else "",
        id="problem-rows",
    )
