"""What somebody asks of a resource: place, filters, order, columns and page. List page, API and export share it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from apps.access import sight as sights
from apps.common.numbers import masked_text
from apps.common.wording import listed
from apps.history.services import log_access
from apps.pages import paging
from apps.pages.columns import Column, Reader
from apps.pages.places import Place
from apps.pages.resources import Resource

Problems = dict[str, list[ValidationError]]


class Selection:
    """A question to a resource in the form of a query string. `problems` must be empty before rows are asked for.

    Reading the place comes first and raises Http404 for one that is not the user's.
    """

    def __init__(
        self,
        resource: type[Resource],
        user: Any,
        params: QueryDict,
        *,
        rows: QuerySet[Any] | None = None,
        strict: bool = False,
    ) -> None:
        """`rows`: fewer than all that the user may see. `strict`: blank parameters are errors too."""
        self.resource, self.params, self.strict = resource, params, strict
        self.place = Place.read(user, params)
        rows = resource.rows(user) if rows is None else rows
        self.whole = sights.of(user, resource.model).whole(self.place.chosen)
        closed = frozenset() if self.whole else resource.filters.sensitive_names(resource.model)
        self.filters = resource.filters(params, self.place.narrow(rows), user=user, closed=closed)

    @cached_property
    def orderings(self) -> dict[str, paging.KeySet]:
        """The orderings that this user may name: none by a value that is masked for him in some row."""
        known = self.resource.by_name()
        return {
            name: keys
            for name, keys in self.resource.orderings().items()
            if self.whole or not name or not known[name.removeprefix("-")].sensitive(self.resource.model)
        }

    @cached_property
    def problems(self) -> Problems:
        """What is wrong with the parameters, by parameter."""
        found = self.filters.problems(blank_is_error=self.strict)
        if self.order not in self.orderings:
            found["order"] = [ValidationError(_("不能按这一列排序。"), code="unknown")]
        if unknown := set(self._names) - set(self.resource.by_name()):
            names = listed(sorted(unknown))
            found["columns"] = [ValidationError(_("没有这些列：%(names)s"), code="unknown", params={"names": names})]
        if not 1 <= self.size <= paging.MAX_PAGE_SIZE:
            params = {"most": paging.MAX_PAGE_SIZE}
            found["page_size"] = [ValidationError(_("每页行数应为 1 至 %(most)d。"), code="invalid", params=params)]
        if self.params.get("count", "1") != "1":
            found["count"] = [ValidationError(_("这个参数只能是 1。"), code="invalid")]
        if self.params.get("after") and self.params.get("before"):
            found["before"] = [ValidationError(_("after 和 before 不能同时给出。"), code="invalid")]
        return found

    def log(self, user: Any) -> None:
        """Put a question for particular households or persons on record: one by free text (name, code), asked anew."""
        if not getattr(self.resource.model, "household_lookup", None) or self.problems:
            return
        typed = [
            f"{chip.label}：{masked_text(chip.text)}"
            for chip in self.filters.chips()
            if chip.typed and not (self.params.get("after") or self.params.get("before"))
        ]
        if typed:
            log_access(
                user,
                "search",
                division=self.place.code or user.division_id,
                kind=self.resource.model._meta.label_lower,
                reason="；".join(typed),
            )

    @property
    def order(self) -> str:
        """The name of the ordering; empty for the usual one."""
        return self.params.get("order", "")

    @property
    def size(self) -> int:
        """Rows per page; 0 when the parameter is no number."""
        written = self.params.get("page_size") or str(paging.PAGE_SIZE)
        return int(written) if written.isascii() and written.isdigit() and len(written) < 5 else 0

    @property
    def keys(self) -> paging.KeySet:
        """The ordering asked for."""
        return self.orderings[self.order]

    @property
    def _names(self) -> list[str]:
        return [name for given in self.params.getlist("columns") for name in given.split(",") if name]

    def columns(self, remembered: Sequence[str] = ()) -> list[Column]:
        """The columns to show, in the resource's order: those asked for, those remembered, or the usual ones."""
        wanted = set(self._names or remembered)
        chosen = [column for column in self.resource.columns if (column.name in wanted if wanted else column.default)]
        return chosen or [column for column in self.resource.columns if column.default]

    @property
    def rows(self) -> QuerySet[Any]:
        """All rows asked for, unordered."""
        return self.filters.narrow()

    @cached_property
    def count(self) -> tuple[int, bool]:
        """How many rows there are (counted to 10,000), and whether that is exact."""
        return paging.count(self.rows)

    def page(self, reader: Reader) -> paging.Page:
        """One page of the rows; a cursor that was not given out for this order is a problem and an empty page."""
        after, before = self.params.get("after", ""), self.params.get("before", "")
        try:
            return self.keys.page(self.rows, reader.paths, self.size, after=after, before=before)
        except paging.BadCursor:
            message = _("这个翻页位置无效，请从第一页开始。")
            self.problems["before" if before else "after"] = [ValidationError(message, code="invalid")]
            return paging.Page()

    @property
    def kept(self) -> list[tuple[str, str]]:
        """The parameters that stay when the filters change: place, order, size of pages."""
        return [(name, str(self.params[name])) for name in ("division", "order", "page_size") if self.params.get(name)]

    @property
    def given(self) -> list[tuple[str, str]]:
        """The parameters that stay when the columns change."""
        gone = {"columns", "after", "before"}
        return [(name, value) for name in self.params if name not in gone for value in self.params.getlist(name)]

    def query(self, **changes: str | None) -> str:
        """The query string with some parameters set or (None) removed, back on the first page."""
        params = self.params.copy()
        for name, value in {"after": None, "before": None, **changes}.items():
            if value is None:
                params.pop(name, None)
            else:
                params[name] = value
        return params.urlencode()
