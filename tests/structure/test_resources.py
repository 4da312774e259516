"""Every declared resource, found through the URL table: what it declares must exist, be indexed and be reachable."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db.models import UniqueConstraint
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from apps.access import scope as scopes
from apps.access.models import PlacedModel
from apps.divisions.models import Division
from apps.pages.filters import RESERVED
from apps.pages.forms import PageForm
from apps.pages.paging import resolve
from apps.pages.resources import Resource
from config.menu import MENU
from tests.factories.accounts import make_user
from tests.factories.divisions import plant


def patterns(resolver: URLResolver | None = None) -> Iterator[URLPattern]:
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry)
        else:
            yield entry


def declared(pattern: URLPattern) -> type[Resource] | None:
    """The resource that a page or an API operation is about."""
    page = getattr(pattern.callback, "view_initkwargs", {}).get("resource")
    return page or getattr(getattr(pattern.callback, "cls", None), "resource", None)


RESOURCES = sorted(
    {found for pattern in patterns() if (found := declared(pattern))}, key=lambda resource: resource.__qualname__
)
every_resource = pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.name)


def test_resources_are_found_and_named_once():
    names = [resource.name for resource in RESOURCES]
    assert len(names) == len(set(names))
    assert {"division", "household", "person"} <= set(names)


@every_resource
def test_names_of_columns_are_distinct_and_sections_use_them(resource):
    names = [column.name for column in resource.columns]
    assert len(names) == len(set(names))
    assert {name for section in resource.sections for name in section.columns} <= set(names)
    for related in resource.related:
        assert set(related.columns) <= {column.name for column in related.resource.columns}
        resolve(related.resource.model, related.field)


@every_resource
@pytest.mark.django_db
def test_every_column_can_be_read(resource):
    plant(150422100200)
    stranger = make_user("stranger", None, 150422100200)
    with scopes.acting(stranger):
        rows = resource.rows(stranger)
        read = list(rows.values_list(*resource.reader(stranger, resource.api_columns()).paths))
        assert len(read) == rows.count()


def indexed_first(model: type) -> set[str]:
    """The fields that some index begins with in the order that sorting needs."""
    meta = model._meta
    found = {field.name for field in meta.concrete_fields if field.db_index or field.unique}
    found |= {index.fields[0] for index in meta.indexes if index.fields and not index.opclasses and not index.condition}
    found |= {one.fields[0] for one in meta.constraints if isinstance(one, UniqueConstraint) and not one.condition}
    return found


@every_resource
def test_only_indexed_columns_can_be_sorted_by_and_the_last_key_is_unique(resource):
    meta = resource.model._meta
    for keys in resource.orderings().values():
        first, last = (meta.pk if path == "pk" else meta.get_field(path) for path in (keys.paths[0], keys.paths[-1]))
        assert first.name in indexed_first(resource.model), f"{resource.name}: {keys.paths}"
        assert last.unique, f"{resource.name}: {keys.paths}"


@every_resource
def test_a_form_is_a_page_form_and_the_model_placed(resource):
    assert resource.form is None or issubclass(resource.form, PageForm)
    assert issubclass(resource.model, PlacedModel | Division) or resource.rows.__func__ is not Resource.rows.__func__


@every_resource
def test_filters_and_columns_do_not_take_a_reserved_name(resource):
    assert not set(resource.filters.base_filters) & RESERVED


def test_every_entry_of_the_menu_leads_somewhere():
    for group in MENU:
        for entry in group.entries:
            assert reverse(entry.url)
