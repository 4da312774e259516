"""A department's client delivers a data set: begun, in pieces, resumed, completed; and everybody who may not."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest
from django.test import Client as Browser

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.datasets.models import RuralAllowance
from apps.datasets.services.freshness import in_force
from tests.factories.accounts import make_user, sign_in
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import citizen_number
from tests.factories.partners import Department, make_department

pytestmark = pytest.mark.django_db

COUNTY, SIBLING = 150422000000, 150423000000
DAY = datetime.date(2018, 12, 31)
BEGIN = "/api/v1/datasets/CA-DB/deliveries/"


@pytest.fixture(autouse=True)
def _units(settings):
    settings.REFERENCE_DATE = DAY
    plant(*VILLAGES)


@pytest.fixture
def department() -> Department:
    return make_department(COUNTY, "datasets:write", datasets=["CA-DB"])


def call(department: Department, method: str, address: str, body: Any = None) -> Any:
    send = getattr(Browser(), method)
    content = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
    return send(address, **content, headers={"authorization": f"Bearer {department.token()}"})


def row(**more: Any) -> dict[str, Any]:
    return {"id_no": citizen_number(), "name": "甲乙", "from_on": "2018-01-01", **more}


def test_a_delivery_from_its_beginning_to_the_version_in_force(department):
    begun = call(department, "post", BEGIN, {"period": "2018-12"})
    assert begun.status_code == 201
    address = f"{BEGIN}{begun.json()['id']}/"
    second, first = [row(), row(from_on="gestern")], [row()] * 2
    assert call(department, "put", f"{address}chunks/2/", {"rows": second}).json() == {
        "number": 2, "rows": 2, "refused": 1,
    }  # fmt: skip
    # Broken off, begun again: the same delivery, and it says which pieces are here.
    again = call(department, "post", BEGIN, {"period": "2018-12"}).json()
    assert (again["id"], again["chunks"]) == (begun.json()["id"], [2])
    early = call(department, "post", f"{address}complete/", {"chunks": 2, "rows": 4})
    assert (early.status_code, early["Content-Type"]) == (409, "application/problem+json")
    for _twice in range(2):
        assert call(department, "put", f"{address}chunks/1/", {"rows": first}).status_code == 200
    assert call(department, "put", f"{address}chunks/1/", {"rows": [row()]}).status_code == 409
    done = call(department, "post", f"{address}complete/", {"chunks": 2, "rows": 4}).json()
    assert (done["state"], done["accepted"], done["refused"]) == ("accepted", 2, 2)
    assert [(one["row"], one["code"]) for one in done["faults"]] == [(2, "repeated"), (5002, "invalid")]
    assert call(department, "get", address).json() == done
    with scopes.acting(system_account()):
        assert [(one.division, one.rows) for one in in_force(DAY)["CA-DB"]] == [(COUNTY, 2)]
        assert sorted(RuralAllowance.objects.values_list("row_no", flat=True)) == [1, 5001]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "period"),
        ({"period": "2018"}, "period"),
        ({"period": "2019-02"}, "period"),
        ({"period": "2018-12", "x": 1}, "x"),
    ],
)
def test_what_is_wrong_is_named(department, body, field):
    answer = call(department, "post", BEGIN, body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


@pytest.mark.parametrize(
    ("rows", "code"),
    [([], "empty"), ([{"name": "甲"}], "missing"), ([row(cheese=1)], "unknown"), ("rows", "not_a_list")],
)
def test_pieces_with_wrong_columns_leave_nothing_behind(department, rows, code):
    address = f"{BEGIN}{call(department, 'post', BEGIN, {'period': '2018-12'}).json()['id']}/"
    answer = call(department, "put", f"{address}chunks/1/", {"rows": rows})
    assert answer.status_code == 422, answer.content
    assert answer.json()["errors"][0]["field"] == "rows"
    assert call(department, "get", address).json()["chunks"] == []


def test_sets_places_and_deliveries_that_are_not_ones_own_are_not_there(department):
    assert call(department, "post", "/api/v1/datasets/CA-TK/deliveries/", {"period": "2018-12"}).status_code == 404
    assert call(department, "post", "/api/v1/datasets/XX-XX/deliveries/", {"period": "2018-12"}).status_code == 404
    outside = {"period": "2018-12", "division": str(SIBLING)}
    assert call(department, "post", BEGIN, outside).status_code == 404
    other = make_department(COUNTY, "datasets:write", datasets=["CA-DB"])
    theirs = call(other, "post", BEGIN, {"period": "2018-12"}).json()["id"]
    for method, rest, body in (("get", "", None), ("put", "chunks/1/", {"rows": [row()]}), ("post", "complete/", {})):
        assert call(department, method, f"{BEGIN}{theirs}/{rest}", body).status_code == 404
    # One delivery of a set at a place at a time.
    assert call(department, "post", BEGIN, {"period": "2018-12"}).status_code == 409
    assert call(department, "post", BEGIN, {"period": "2018-12", "division": "150422100000"}).status_code == 201


def test_a_client_without_the_scope_an_official_and_a_stranger_are_turned_away(department):
    verifier = make_department(COUNTY)
    verifier.change(datasets=["CA-DB"])
    assert call(verifier, "post", BEGIN, {"period": "2018-12"}).status_code == 403
    official = sign_in(Browser(), make_user("county", "county_officer", COUNTY))
    assert official.post(BEGIN, "{}", content_type="application/json").status_code == 403
    assert Browser().post(BEGIN, "{}", content_type="application/json").status_code == 401


def test_a_client_reads_no_row_back(department):
    begun = call(department, "post", BEGIN, {"period": "2018-12"}).json()["id"]
    sent = row(name="张三丰")
    call(department, "put", f"{BEGIN}{begun}/chunks/1/", {"rows": [sent]})
    answer = call(department, "get", f"{BEGIN}{begun}/").content.decode()
    assert sent["id_no"] not in answer and "张三丰" not in answer


def test_the_scope_and_the_sets_are_given_together():
    officer = make_user("secadmin", "security_administrator", COUNTY)
    browser = sign_in(Browser(), officer)
    body = {
        "name": "民政局", "contact": "白音", "purpose": "报送", "division": str(COUNTY), "networks": ["10.0.0.0/8"],
        "valid_until": str(datetime.date.today() + datetime.timedelta(days=30)), "rate_limit": 60,
    }  # fmt: skip
    for scope, sets in (["datasets:write"], []), (["households:verify"], ["CA-DB"]):
        answer = browser.post(
            "/api/v1/clients/", json.dumps({**body, "scopes": scope, "datasets": sets}), content_type="application/json"
        )
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "datasets")
    whole = {**body, "scopes": ["datasets:write"], "datasets": ["CA-DB"]}
    assert browser.post("/api/v1/clients/", json.dumps(whole), content_type="application/json").status_code == 201
