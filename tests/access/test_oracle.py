"""No question tells what lies outside: the answers are the same whatever the foreign rows are.

Every filter with several values (those of foreign rows among them), every ordering, all columns, counts and the
search are asked twice: as things are, and after the foreign rows were changed and more of them made.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import django_filters
import pytest
from django.db import DataError, IntegrityError, models, transaction
from django.urls import reverse

from apps.access import scope as scopes
from apps.common.fields import SealedField
from apps.households.models import Person
from apps.pages.resources import Resource
from tests.access.planting import PLANTED, Canaries, more_household, texts_of
from tests.access.test_lists import api_resources
from tests.access.world import EVERYTHING, VILLAGES, Account, World
from tests.factories.households import citizen_number

pytestmark = pytest.mark.usefixtures("undone")

CHANGING = (
    re.compile(rb'(csrfmiddlewaretoken" value="|X-CSRFToken": ")\w+'),
    re.compile(rb"\b\d{2}:\d{2}(:\d{2})?\b"),  # the time of counting or printing
)


def values_for(name: str, filter_: django_filters.Filter, resource: type[Resource], world: World, account: Account):
    """Values to ask a filter for: some choices, and what own and foreign rows hold; the most telling ones last."""
    rows = world.rows[resource.name]
    own = [row for row in rows if account.sees(row)][:1]
    foreign = [row for row in rows if not account.sees(row)][-1:]
    if isinstance(filter_, django_filters.ModelChoiceFilter):
        kind = resource.model._meta.get_field(filter_.field_name).related_model
        planted = [row for rows in world.rows.values() for row in rows if world.models.get(row.resource) is kind]
        of_kind = [row.key for row in planted if account.sees(row)][:1]
        return [999_999_999, *of_kind, *[row.key for row in planted if not account.sees(row)][-1:]]
    if choices := filter_.extra.get("choices"):
        listed = [value for value, _label in (choices() if callable(choices) else choices) if value != ""]
        return [*listed[:1], *listed[-1:]]
    if isinstance(filter_, django_filters.DateFilter):
        return ["2000-01-01", "2030-01-01", "2018-06-01"]
    if isinstance(filter_, django_filters.NumberFilter):
        return [0, 2018, 2019, *(row.key for row in foreign)]
    words = [word for word, where in world.canaries.items() if {*own, *foreign} & set(where)]
    return ["x", "village", *words]


def questions(world: World, account: Account) -> Iterator[str]:
    """The addresses to ask: API for everything, the page with all columns and once per filter by relation."""
    for resource in api_resources(world):
        if not account.opens(resource):
            continue
        api, page = reverse(f"api:{resource.name}-list"), resource.list_url()
        names = ",".join(column.name for column in resource.columns)
        yield f"{api}?{urlencode({'columns': names, 'count': 1})}"
        yield f"{page}?{urlencode({'columns': names})}"
        for order in filter(None, resource.orderings()):
            yield f"{api}?{urlencode({'order': order, 'page_size': 1})}"
        for number, (name, filter_) in enumerate(resource.filters.base_filters.items()):
            # The others see other rows through the same filters, and take turns at them.
            if account.name != "village" and number % 2:
                continue
            values = values_for(name, filter_, resource, world, account)
            for value in values[-1:]:
                yield f"{api}?{urlencode({name: value, 'count': 1})}"
            # Page and API ask the same selection; what a page adds is the name of the row that it is filtered by.
            for value in values[-1:] if isinstance(filter_, django_filters.ModelChoiceFilter) else ():
                yield f"{page}?{urlencode({name: value})}"
    yield from ("/", "/search/", "/api/v1/indicators/", "/api/v1/rules/", "/rules/", "/exports/")


def searches(world: World, account: Account) -> list[str]:
    """What to type into the search box: words, codes and numbers of foreign rows, and some that nobody has."""
    return [
        *[word for word in account.forbidden if not word.isascii()][:6],
        *account.forbidden[-4:],
        *world.numbers[-3:],
    ]


def answers(world: World, account: Account, asked: list[str], typed: list[str]) -> dict[str, bytes]:
    found = {}
    client = account.client()
    for address in asked:
        response = client.get(address)
        assert response.status_code < 500, address
        found[address] = b"%d %s" % (response.status_code, plain(response.content))
    for text in typed:
        response = client.post("/search/", {"q": text})
        found[f"search {text}"] = b"%d %s" % (response.status_code, plain(response.content))
    return found


def plain(content: bytes) -> bytes:
    for pattern in CHANGING:
        content = pattern.sub(b"", content)
    return content


def difference(question: str, before: bytes, after: bytes) -> str:
    """The question, and where its two answers part."""
    start = next((at for at, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]), 0)
    near = slice(max(start - 60, 0), start + 60)
    return f"{question}: …{before[near].decode(errors='replace')}… became …{after[near].decode(errors='replace')}…"


def change_foreign_rows(world: World, account: Account) -> int:
    """Give the rows that the account does not see other texts, states, dates and numbers, and make more of them."""
    words = Canaries(start=900)
    changed = 0
    with scopes.activate(EVERYTHING):
        for model in PLANTED:
            rows = [row for row in world.rows_of(model) if not account.sees(row)]
            foreign = model._base_manager.filter(pk__in=[row.key for row in rows])
            for field, value in other_values(model, words):
                try:
                    with transaction.atomic():
                        changed += foreign.update(**{field: value})
                except (IntegrityError, DataError, models.ProtectedError):
                    continue  # the database holds the field to others; the remaining ones do
                except Exception as error:  # append-only tables refuse by right
                    if "permission denied" not in str(error):
                        raise
        for place in VILLAGES:
            if not account.reaches("register", place):
                more_household(place, words.word(), world.accounts)
    return changed


def other_values(model: type[models.Model], words: Canaries) -> Iterator[tuple[str, Any]]:
    for name in texts_of(model):
        yield name, words.word()
    for field in model._meta.concrete_fields:
        if field.primary_key or field.is_relation or isinstance(field, models.GeneratedField | SealedField):
            continue
        if field.choices:
            yield from ((field.name, value) for value, _label in list(field.flatchoices)[-2:])
        elif isinstance(field, models.BooleanField):
            yield field.name, True
        elif isinstance(field, models.DateField) and not isinstance(field, models.DateTimeField):
            yield field.name, datetime.date(2017, 1, 31)


@pytest.mark.parametrize(("name", "wall"), [("village", "application"), ("helper", "both")], indirect=["wall"])
def test_answers_do_not_depend_on_what_the_account_does_not_see(world, name, wall):
    """Where row-level security is opened, counts, filters and searches must be kept apart by the querysets alone."""
    account = world.accounts[name]
    asked, typed = list(questions(world, account)), searches(world, account)
    before = answers(world, account, asked, typed)
    assert change_foreign_rows(world, account) > 100
    after = answers(world, account, asked, typed)
    assert [
        difference(question, before[question], after[question])
        for question in before
        if before[question] != after[question]
    ] == []


@pytest.mark.parametrize("name", ["village", "helper"])
def test_a_number_registered_elsewhere_is_searched_like_one_that_nobody_has(world, name):
    """The numbers of foreign rows stay the same above; here the question differs, and the answer may not."""
    account = world.accounts[name]
    foreign = [row.key for row in world.rows_of(Person) if not account.sees(row)]
    with scopes.activate(EVERYTHING):
        known = [person.id_no.clear() for person in Person.objects.filter(pk__in=foreign[-3:])]
    unknown = citizen_number(datetime.date(1971, 4, 5), "2", serial=777)
    assert unknown not in world.numbers
    bodies = set()
    for number in (*known, unknown):
        response = account.client().post("/search/", {"q": number})
        bodies.add((response.status_code, plain(response.content).replace(number.encode(), b"")))
    assert len(bodies) == 1


@pytest.mark.parametrize("name", ["village", "county"])
def test_ones_own_number_is_found_by_the_search(world, name):
    """So that the test above compares something."""
    account = world.accounts[name]
    own = next(row for row in world.rows_of(Person) if account.sees(row))
    with scopes.activate(EVERYTHING):
        number = Person.objects.get(pk=own.key).id_no.clear()
    response = account.client().post("/search/", {"q": number})
    assert (response.status_code, response["Location"]) == (302, f"/households/{own.household}/")
