"""信贷覆盖: of those who want a loan how many have one, and what of the loans is outstanding and overdue (R-152)."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from apps.measures.models import LoanWish, SmallLoan
from apps.measures.querysets import overdue


@dataclass(frozen=True)
class Coverage:
    """The figures of one unit; money in yuan. `wishes` are open wishes, `lent` those of them with a loan."""

    wishes: int = 0
    lent: int = 0
    loans: int = 0
    amount: Decimal = Decimal(0)
    outstanding: Decimal = Decimal(0)
    late: int = 0
    late_amount: Decimal = Decimal(0)
    by_enterprise: int = 0

    @property
    def waiting(self) -> int:
        """Households that want a loan and have none."""
        return self.wishes - self.lent

    @property
    def share(self) -> Decimal | None:
        """Of those who want a loan the share that has one, 0 to 1; None where nobody wants one."""
        return Decimal(self.lent) / self.wishes if self.wishes else None

    def __add__(self, other: Coverage) -> Coverage:
        return Coverage(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))


NONE = Coverage()


def by_unit(
    wishes: QuerySet[LoanWish], loans: QuerySet[SmallLoan], unit: Any, on: datetime.date
) -> dict[int, Coverage]:
    """The figures of each unit, out of the wishes and loans in sight; `late` is overdue on a day. Two questions."""
    wanted: Any = wishes.open().with_lent().order_by().values(unit=unit)  # type: ignore[attr-defined]
    found: dict[int, dict[str, Any]] = {
        row.pop("unit"): row for row in wanted.annotate(wishes=Count("pk"), n_lent=Count("pk", filter=Q(lent=True)))
    }
    late, running = overdue(on), Q(outstanding__gt=0)
    lent: Any = loans.order_by().values(unit=unit).annotate(
        loans=Count("pk"), sum=Sum("amount"), left=Sum("outstanding"), late=Count("pk", filter=late),
        late_amount=Sum("outstanding", filter=late, default=Decimal(0)),
        by_enterprise=Count("pk", filter=running & Q(used_by_enterprise=True)),
    )  # fmt: skip
    for row in lent:
        found.setdefault(row.pop("unit"), {}).update(row)
    names = {"n_lent": "lent", "sum": "amount", "left": "outstanding"}
    return {unit: Coverage(**{names.get(name, name): one for name, one in row.items()}) for unit, row in found.items()}
