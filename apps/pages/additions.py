"""Columns and filters that an app adds to the list of an app below it, which must not know of it.

Page, API, export and print read them like the resource's own: there is one declaration, made in two places.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import django_filters
from django.db.models import QuerySet

from apps.pages.columns import Column
from apps.pages.resources import Resource

Annotate = Callable[[QuerySet[Any], Any], QuerySet[Any]]


def add(
    resource: type[Resource],
    *,
    columns: Sequence[Column] = (),
    filters: Mapping[str, django_filters.Filter] | None = None,
    rows: Annotate | None = None,
) -> None:
    """Add columns and filters to a resource; from an app's `ready()`. Once added they are not added again.

    `rows(queryset, user)` annotates what the columns are read from, of rows that the user sees, with what he may see.
    A filter finds the user in `self.parent.user`.
    """
    known = resource.by_name()
    if any(column.name in known for column in columns):
        return
    resource.columns = (*resource.columns, *columns)
    for name, one in (filters or {}).items():
        one.field_name = one.field_name or name
        resource.filters.base_filters[name] = resource.filters.declared_filters[name] = one
    if rows is not None:
        resource.rows = classmethod(_annotated(resource.rows.__func__, rows))  # type: ignore[method-assign,attr-defined,assignment]


def _annotated(before: Callable[..., QuerySet[Any]], annotate: Annotate) -> Callable[..., QuerySet[Any]]:
    def rows(cls: type[Resource], user: Any) -> QuerySet[Any]:
        """The resource's own rows, with what was added to them."""
        return annotate(before(cls, user), user)

    return rows
