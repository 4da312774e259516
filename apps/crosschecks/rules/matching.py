"""What a department's row proves, and whether it means the person whose number it carries (rule-semantics.md a.8-a.12).

A row is met by its key alone. A name that differs is no reason to leave it out, but whoever looks into the finding has
to know (a.9).
"""

from __future__ import annotations

from typing import Any

from django.db.models import BooleanField, Case, CharField, F, Func, OuterRef, Q, QuerySet, Subquery, Value, When

from apps.common.numbers import MIDDLE_DOTS, ZERO_WIDTH
from apps.crosschecks.rules.context import Context

# Signs that do not count when names are compared; white space ends below the Han characters.
UNCOUNTED = "".join(filter(str.isspace, map(chr, range(0x3001)))) + ZERO_WIDTH + MIDDLE_DOTS


def folded(name: Any) -> Func:
    """A name as compared, in SQL what `numbers.name_key` is in Python."""
    return _counted(Func(_counted(name), template="normalize(%(expressions)s, NFKC)", output_field=CharField()))


def _counted(name: Any) -> Func:
    return Func(name, Value(UNCOUNTED), Value(""), function="translate", output_field=CharField())


def of_that_name(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Those rows whose name is that of the outer person; where one of the two has no name, none differs."""
    return _named(rows).filter(Q(name=OuterRef("name")) | Q(own=F("others")) | Q(own="") | Q(others=""))


def met(context: Context, code: str, rows: QuerySet[Any], **columns: str) -> dict[str, Any]:
    """Evidence of the row of a data set that is chosen among some of the outer person's: its columns under the names
    given, and `name_differs`, true where that row has another name and null elsewhere."""
    one = context.chosen(code, rows)
    return {
        **{name: Subquery(one.values(column)) for name, column in columns.items()},
        "name_differs": Subquery(context.chosen(code, _differing(rows)).values("differs")),
    }


def _differing(rows: QuerySet[Any]) -> QuerySet[Any]:
    other = Q(own__gt="") & Q(others__gt="") & ~Q(own=F("others"))
    return _named(rows).annotate(differs=Case(When(other, then=True), output_field=BooleanField()))


def _named(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.alias(own=folded(F("name")), others=folded(OuterRef("name")))
