"""Questions asked of loans and wishes more than once."""

from __future__ import annotations

import datetime
from typing import Any, Self

from django.apps import apps
from django.db.models import (
    BooleanField,
    DecimalField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Coalesce

from apps.access.querysets import ScopedQuerySet
from apps.common.money import YUAN


def _rows(model: str) -> QuerySet[Any]:
    """The rows of a model of this app, which is made after this module."""
    return apps.get_model("measures", model)._default_manager.all()


def overdue(day: datetime.date, left: str = "outstanding") -> Q:
    """The condition that a loan should have been repaid before a day and is not."""
    return Q(due_on__lt=day, **{f"{left}__gt": 0})


class SmallLoanQuerySet(ScopedQuerySet):
    """Small loans."""

    def running(self) -> Self:
        """Those that are not wholly repaid."""
        return self.filter(outstanding__gt=0)

    def with_left(self, day: datetime.date) -> Self:
        """Add `left`: yuan that was outstanding at the end of a day, of loans lent by then."""
        paid = _rows("LoanRepayment").filter(loan=OuterRef("pk"), on__lte=day).order_by().values("loan")
        yuan: DecimalField = DecimalField(**YUAN)  # type: ignore[arg-type]
        repaid = Coalesce(Subquery(paid.annotate(sum=Sum("principal")).values("sum")), Value(0), output_field=yuan)
        return self.filter(lent_on__lte=day).annotate(left=ExpressionWrapper(F("amount") - repaid, output_field=yuan))

    def with_overdue(self, day: datetime.date) -> Self:
        """Add `left` and `overdue`: whether a loan should have been repaid before a day and was not wholly by then."""
        condition = ExpressionWrapper(overdue(day, "left"), output_field=BooleanField())
        return self.with_left(day).annotate(overdue=condition)


class LoanWishQuerySet(ScopedQuerySet):
    """Wishes for loans."""

    def open(self) -> Self:
        """Those that nobody has taken back."""
        return self.filter(withdrawn_on=None)

    def with_lent(self) -> Self:
        """Add `lent`: whether the household has, or had, a loan."""
        return self.annotate(lent=Exists(_rows("SmallLoan").filter(household=OuterRef("household_id"))))
