"""Filters: one FilterSet per model, used by list page, API and export.

Nothing is ignored: an unknown parameter, an unknown value and a value given twice are errors. Relations offer only rows
that the requester may see. `division` is not among the filters: the place comes first, for every model alike.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from apps.divisions import codes
from apps.divisions.models import Division
from apps.pages.columns import sensitive_path
from apps.pages.forms import DivisionField, DivisionPicker

# Parameters of every list that are no filters of its model.
RESERVED = frozenset({"division", "order", "columns", "after", "before", "page_size", "count"})


class CheckList(forms.CheckboxSelectMultiple):
    """Boxes to tick, drawn without a template for each: a list of filters has a hundred of them."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        ticked = {str(one) for one in value or ()}
        boxes = (
            (name, code, SafeString(" checked" if str(code) in ticked else ""), label) for code, label in self.choices
        )
        box = '<div><label><input type="checkbox" name="{}" value="{}"{}> {}</label></div>'
        return format_html("<div>{}</div>", format_html_join("", box, boxes))


class ChoicesFilter(django_filters.MultipleChoiceFilter):
    """One or several of a set of values: `?status=20&status=50`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("widget", CheckList)
        super().__init__(*args, distinct=False, **kwargs)

    def filter(self, qs: QuerySet[Any], value: list[str]) -> QuerySet[Any]:
        return qs.filter(**{f"{self.field_name}__in": value}) if value else qs


class YesNoFilter(django_filters.TypedChoiceFilter):
    """`true` or `false`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        choices = [("true", _("是")), ("false", _("否"))]
        super().__init__(
            *args,
            choices=[("", _("不限")), *choices],
            coerce={"true": True, "false": False}.get,
            empty_value=None,
            **kwargs,
        )


class WholeNumberFilter(django_filters.NumberFilter):
    field_class = forms.IntegerField


class DateFilter(django_filters.DateFilter):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(attrs={"type": "date"}))
        super().__init__(*args, input_formats=["%Y-%m-%d"], **kwargs)


class PlaceFilter(django_filters.Filter):
    """A place that rows name beside the one where they lie: there and below."""

    field_class = DivisionField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, widget=DivisionPicker(everywhere=True), **kwargs)

    def filter(self, qs: QuerySet[Any], value: Division | None) -> QuerySet[Any]:
        if not value:
            return qs
        low, high = codes.subtree(value.code)
        return qs.filter(**{f"{self.field_name}__gte": low, f"{self.field_name}__lte": high})


def between(
    field_name: str, label: Any, filter_class: type[django_filters.Filter] = django_filters.NumberFilter
) -> tuple[django_filters.Filter, django_filters.Filter]:
    """Two filters, from and to (both inclusive): `age_min, age_max = between("age", _("年龄"))`."""
    low = filter_class(field_name=field_name, lookup_expr="gte", label=format_lazy(_("{} 从"), label))
    high = filter_class(field_name=field_name, lookup_expr="lte", label=format_lazy(_("{} 至"), label))
    low.group = high.group = label
    return low, high


def _for_relation(field: models.ForeignKey[Any, Any]) -> dict[str, Any]:
    return {"queryset": field.related_model._default_manager.none(), "widget": forms.HiddenInput}


@dataclass(frozen=True)
class Chip:
    """One filter value in force: what it says, and the query string without it."""

    label: str
    text: str
    without: str
    typed: bool = False  # free text, not one of some choices


@dataclass(frozen=True)
class FilterGroup:
    """One menu of the filter line: a single filter, or a pair from and to."""

    label: str
    fields: list[forms.BoundField]
    given: bool

    @property
    def pair(self) -> bool:
        return len(self.fields) == 2

    @property
    def hidden(self) -> bool:
        return self.fields[0].is_hidden

    @property
    def many(self) -> bool:
        """Whether the choices are so many that they need two columns."""
        return len(list(getattr(self.fields[0].field, "choices", ()))) > 12


class Filters(django_filters.FilterSet):
    """The base of every model's filters. Without a subclass a model has none.

    `sensitive_methods` names filters that a method answers from sensitive fields; of the others their field says it.
    """

    sensitive_methods: ClassVar[frozenset[str]] = frozenset()

    FILTER_DEFAULTS = {
        **django_filters.FilterSet.FILTER_DEFAULTS,
        models.BooleanField: {"filter_class": YesNoFilter},
        models.DateField: {"filter_class": DateFilter},
        models.ForeignKey: {"filter_class": django_filters.ModelChoiceFilter, "extra": _for_relation},
        **{
            whole: {"filter_class": WholeNumberFilter}
            for whole in (
                models.IntegerField,
                models.BigIntegerField,
                models.PositiveIntegerField,
                models.PositiveSmallIntegerField,
            )
        },
    }

    def __init__(
        self, data: QueryDict, queryset: QuerySet[Any], *, user: Any, closed: frozenset[str] = frozenset()
    ) -> None:
        """`closed`: filters that this user does not have, because they would tell what is masked for him."""
        self.closed = closed
        # In place of the parent's, which copies all filters for a request that may use none.
        self.data, self.queryset, self.user = data, queryset, user
        self.is_bound, self.request, self.form_prefix = True, None, None

    @cached_property
    def filters(self) -> dict[str, django_filters.Filter]:
        """This request's filters; relations offer what its user sees."""
        found = copy.deepcopy({name: one for name, one in self.base_filters.items() if name not in self.closed})
        for name, filter_ in found.items():
            filter_.model, filter_.parent = self.queryset.model, self
            if name not in self.declared_filters:
                filter_._label = None  # made from the field's name at first use, in the language of that moment
            if isinstance(filter_, django_filters.ModelChoiceFilter):
                filter_.queryset = filter_.queryset.model._default_manager.visible_to(self.user)
        return found

    @classmethod
    def filter_for_lookup(cls, field: models.Field[Any, Any], lookup_type: str) -> tuple[Any, dict[str, Any]]:
        if lookup_type == "exact" and getattr(field, "choices", None) and not field.is_relation:
            return ChoicesFilter, {"choices": field.choices}
        return super().filter_for_lookup(field, lookup_type)

    @property
    def given(self) -> list[str]:
        """The names of the filters that the request uses."""
        return [name for name in self.base_filters if name not in self.closed and any(self.data.getlist(name))]

    @classmethod
    def sensitive_names(cls, model: type[models.Model]) -> frozenset[str]:
        """The filters that ask for a sensitive field of a model: closed to those for whom it is masked."""
        return frozenset(
            name
            for name, one in cls.base_filters.items()
            if name in cls.sensitive_methods or (one.field_name and sensitive_path(model, one.field_name))
        )

    def problems(self, *, blank_is_error: bool) -> dict[str, list[ValidationError]]:
        """What is wrong with the request's parameters, by parameter; empty when it can be answered.

        A page form sends its empty inputs along, so blank values are errors only where a program asks.
        """
        found: dict[str, list[ValidationError]] = {}
        for name in self.data:
            values = self.data.getlist(name)
            if name not in RESERVED and (name not in self.base_filters or name in self.closed):
                found[name] = [ValidationError(_("没有这个查询参数。"), code="unknown")]
            elif blank_is_error and "" in values:
                found[name] = [ValidationError(_("没有给出值。"), code="blank")]
            elif len(values) > 1 and name != "columns" and not isinstance(self.base_filters.get(name), ChoicesFilter):
                found[name] = [ValidationError(_("这个参数只能给出一次。"), code="repeated")]
        if self.given:
            found.update({name: found.get(name, []) + errors for name, errors in self.form.errors.as_data().items()})
        return found

    def narrow(self) -> QuerySet[Any]:
        """The rows that pass; call after `problems` found none. A request without filters builds no form at all."""
        return self.qs if self.given else self.queryset

    def groups(self) -> list[FilterGroup]:
        """The menus of the filter line: choices first, the two ends of a range together."""
        given = set(self.given)
        by_label: dict[str, list[str]] = {}
        for name, filter_ in sorted(self.filters.items(), key=lambda item: not isinstance(item[1], ChoicesFilter)):
            by_label.setdefault(str(getattr(filter_, "group", "") or filter_.label), []).append(name)
        return [
            FilterGroup(label, [self.form[name] for name in names], bool(given & set(names)))
            for label, names in by_label.items()
        ]

    def chips(self) -> Iterator[Chip]:
        """The filters in force, for people."""
        for name in self.given:
            field = self.form.fields[name]
            for value in filter(None, self.data.getlist(name)):
                rest = self.data.copy()
                rest.setlist(name, [other for other in self.data.getlist(name) if other != value])
                for cursor in ("after", "before"):
                    rest.pop(cursor, None)
                text = self._text(name, field, value)
                yield Chip(str(field.label), text, rest.urlencode(), typed=type(field) is forms.CharField)

    def _text(self, name: str, field: forms.Field, value: str) -> str:
        if isinstance(field, forms.ModelChoiceField):
            return str(self.form.cleaned_data.get(name, value)) if self.form.is_valid() else value
        choices: Iterable[tuple[Any, Any]] = getattr(field, "choices", ())
        return next((str(label) for code, label in choices if str(code) == value), value)
