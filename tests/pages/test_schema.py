"""The schema says what the API does: objects by their columns, bodies by their forms, parameters by their filters."""

from __future__ import annotations

import pytest
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema
from rest_framework.test import APIClient

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.pages.urls")]


@pytest.fixture(scope="module")
def schema():
    return SchemaGenerator(urlconf="tests.pages.urls").get_schema(request=None, public=True)


def test_the_schema_is_valid_and_every_operation_has_its_own_name(schema):
    validate_schema(schema)
    names = [one["operationId"] for path in schema["paths"].values() for one in path.values() if "operationId" in one]
    assert len(names) == len(set(names))


def test_a_list_is_described_with_all_its_parameters(schema):
    operation = schema["paths"]["/api/v1/samples/"]["get"]
    assert [one["name"] for one in operation["parameters"]] == [
        "division",
        "order",
        "page_size",
        "count",
        "columns",
        "after",
        "before",
        "status",
        "cause_main",
        "is_relocated",
        "identified_on",
        "filled_by",
        "plan_exit_year_min",
        "plan_exit_year_max",
    ]
    order = operation["parameters"][1]["schema"]["enum"]
    assert order == ["code", "-code", "plan_exit_year", "-plan_exit_year"]
    assert sorted(operation["responses"]) == ["200", "400", "401", "403", "404"]


def test_a_change_is_described_by_the_form_and_asks_for_the_version(schema):
    body = schema["paths"]["/api/v1/samples/{key}/"]["patch"]["requestBody"]["content"]["application/json"]["schema"]
    assert sorted(body["properties"]) == ["address", "cause_main", "division", "is_relocated", "phone", "version"]
    assert body["required"] == ["version"]
    assert body["properties"]["is_relocated"]["type"] == "boolean"


def test_lists_of_codes_empty_choices_and_the_history_are_described_as_they_are_answered():
    schema = SchemaGenerator(urlconf="config.urls").get_schema(request=None, public=True)
    households, findings = (schema["components"]["schemas"][name]["properties"] for name in ("Household", "Finding"))
    assert households["cause_other"]["type"] == "array" and "enum" in households["cause_other"]["items"]
    assert schema["components"]["schemas"]["AccessLog"]["properties"]["fields"]["items"] == {"type": "string"}
    assert "" in findings["verdict"]["enum"]
    history = schema["paths"]["/api/v1/households/{key}/history/"]["get"]["responses"]["200"]
    assert history["content"]["application/json"]["schema"]["type"] == "array"


def test_every_operation_names_the_refusals_it_may_answer():
    schema = SchemaGenerator(urlconf="config.urls").get_schema(request=None, public=True)
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            if method in ("get", "post", "put", "patch", "delete"):
                answers = {status for status in operation["responses"] if status >= "4"}
                assert answers >= {"401", "404"}, f"{method} {path}"
    assert "429" in schema["paths"]["/api/v1/session/"]["post"]["responses"]
    assert {"413", "429"} <= set(schema["paths"]["/api/v1/households/verify/"]["post"]["responses"])


def test_the_platforms_own_schema_and_its_page_are_there_for_everybody():
    client = APIClient()
    assert client.get("/api/v1/schema/", headers={"accept": "application/vnd.oai.openapi+json"}).status_code == 200
    page = client.get("/api/v1/docs/")
    assert page.status_code == 200
    assert "/api/v1/divisions/" in page.content.decode()
