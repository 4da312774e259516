"""Bodies of acts: nothing that is not what the schema says is taken for something else."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from rest_framework import serializers

from apps.pages.bodies import valid_body


class Body(serializers.Serializer):
    """A text, a text that may be missing, a number."""

    reason = serializers.CharField(max_length=5)
    note = serializers.CharField(required=False, allow_null=True)
    count = serializers.IntegerField(required=False)


@pytest.mark.parametrize("value", [0, 1.5, True, ["x"], {"a": "b"}])
def test_what_is_no_text_is_not_taken_for_one(value: Any) -> None:
    with pytest.raises(ValidationError) as error:
        valid_body(Body, {"reason": value})
    assert set(error.value.error_dict) == {"reason"}


def test_texts_and_nothing_pass_and_unknown_fields_are_named() -> None:
    assert valid_body(Body, {"reason": "x", "note": None, "count": 3}) == {"reason": "x", "note": None, "count": 3}
    with pytest.raises(ValidationError) as error:
        valid_body(Body, {"reason": "x", "cheese": 1})
    assert error.value.error_dict["cheese"][0].code == "unknown"


@pytest.mark.django_db
def test_amounts_are_decimals_in_the_schema_and_not_whole_numbers() -> None:
    document = Client().get("/api/v1/schema/?format=json").json()
    parameters = {one["name"]: one["schema"] for one in document["paths"]["/api/v1/incomes/"]["get"]["parameters"]}
    assert (parameters["net_min"]["type"], parameters["net_min"]["format"]) == ("string", "decimal")
    assert parameters["year"]["type"] == "integer"
    refused = document["paths"]["/spdci/registry/search"]["post"]["responses"]["403"]["content"]
    assert list(refused) == ["application/json"]
