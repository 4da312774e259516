"""Relations offer what one sees: a foreign row's key is answered like one that nobody has, by either wall alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import django_filters
import pytest
from django import forms
from django.db import models
from django.urls import reverse
from django.utils import timezone

from apps.accounts.services import held
from apps.divisions.models import Division
from tests.access.test_lists import api_resources
from tests.access.world import INSIDE, Account, World

pytestmark = pytest.mark.usefixtures("undone")

NOBODYS = 999_999_999
ALONE = [("village", "application"), ("helper", "application"), ("village", "database"), ("county", "both")]


def foreign_key(world: World, account: Account, model: type[models.Model]) -> int | None:
    """The key of a row of this model that the account does not see, if there is one."""
    return next((row.key for row in world.rows_of(model) if not account.sees(row)), None)


def answered(account: Account, address: str) -> tuple[int, str]:
    response = account.client().get(address)
    return response.status_code, response.content.decode()


def filters(world: World, account: Account) -> Iterator[tuple[str, str, int]]:
    """List, filter, and a foreign key for it."""
    for resource in api_resources(world):
        if not account.opens(resource):
            continue
        for name, filter_ in resource.filters.base_filters.items():
            if isinstance(filter_, django_filters.ModelChoiceFilter):
                kind = resource.model._meta.get_field(filter_.field_name).related_model
                if (key := foreign_key(world, account, kind)) is not None:
                    yield reverse(f"api:{resource.name}-list"), name, key


@pytest.mark.parametrize(("name", "wall"), ALONE, indirect=["wall"])
def test_a_list_is_filtered_by_a_foreign_row_like_by_none(world, name, wall):
    account, asked = world.accounts[name], 0
    for address, filter_, key in filters(world, account):
        foreign = answered(account, f"{address}?{filter_}={key}")
        nobodys = answered(account, f"{address}?{filter_}={NOBODYS}")
        assert foreign[0] == 400, f"{address} {filter_}"
        assert foreign == nobodys, f"{address} {filter_}"
        asked += 1
    assert asked >= 3


def forms_of(world: World, account: Account) -> Iterator[tuple[str, str, int]]:
    """Address that takes new rows, relation of its form, and a foreign key for it."""
    for resource in api_resources(world):
        if resource.form is None or not account.opens(resource):
            continue
        if getattr(resource.model, "change_capability", "") not in account.kind.may:
            continue
        for name, field in resource.form_class().base_fields.items():
            if isinstance(field, forms.ModelChoiceField) and not isinstance(field, forms.ModelMultipleChoiceField):
                kind = field.queryset.model  # which divisions there are is no secret
                if kind is not Division and (key := foreign_key(world, account, kind)) is not None:
                    yield reverse(f"api:{resource.name}-list"), name, key


def errors_about(account: Account, address: str, field: str, key: int) -> list[dict[str, Any]]:
    """What is said about one field of a new row; the status tells of the whole."""
    response = account.client().post(address, json.dumps({field: key}), content_type="application/json")
    body = response.json()
    told = [one for one in body.get("errors", []) if one["field"] == field]
    return [{"status": response.status_code}, *told]


@pytest.mark.parametrize(("name", "wall"), [("village", "application"), ("county", "both")], indirect=["wall"])
def test_a_form_takes_a_foreign_row_no_more_than_none(world, name, wall):
    account, asked = world.accounts[name], 0
    for address, field, key in forms_of(world, account):
        foreign, nobodys = errors_about(account, address, field, key), errors_about(account, address, field, NOBODYS)
        assert foreign == nobodys, f"{address} {field}"
        assert len(foreign) == 2, f"{address} {field}: nothing is said of it"
        asked += 1
    assert asked >= 2


@pytest.mark.parametrize("wall", ["both", "application"], indirect=True)
def test_the_posts_of_an_account_are_its_own_alone(world, wall):
    for name in INSIDE:
        user = world.accounts[name].user
        assert {post.user_id for post in held(user, timezone.now())} <= {user.pk}
