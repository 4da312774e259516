"""POST /api/v1/households/verify/: own, foreign and unknown numbers, and everybody who may not ask."""

from __future__ import annotations

import datetime
import json

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client as Browser
from django.utils import timezone
from oauth2_provider.models import get_access_token_model
from redis.exceptions import ConnectionError as Gone

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.history.models import AccessLog
from apps.households.models import Household, Person
from tests.access.routes import ALONE, routes
from tests.factories.accounts import make_user, sign_in
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import citizen_number, make_household, make_person
from tests.factories.partners import caller_of, make_department

pytestmark = pytest.mark.django_db

OWN, SIBLING, NEIGHBOUR, OTHER_COUNTY, OTHER_LEAGUE = VILLAGES
COUNTY = 150422000000
HERE = "127.0.0.1"


@pytest.fixture
def numbers(db):
    plant(*VILLAGES)
    made = {}
    for village in VILLAGES:
        number = citizen_number()
        make_person(make_household(village), id_no=number)
        made[village] = number
    return made


@pytest.fixture
def department(numbers):
    return make_department(COUNTY)


def ask(token, body, **headers):
    content = body if isinstance(body, bytes) else json.dumps(body)
    found = {"authorization": f"Bearer {token}"} if token else {}
    return Browser().post(
        "/api/v1/households/verify/", content, content_type="application/json", headers={**found, **headers}
    )


def question(number, *fields, **more):
    return {"id_no": number, "purpose": "低保核对", "fields": list(fields), **more}


@pytest.mark.parametrize("village", [OWN, SIBLING, NEIGHBOUR])
def test_a_number_of_one_s_own_place_is_answered_with_the_fields_asked_for(numbers, department, village):
    answer = ask(department.token(), question(numbers[village], "status", "village", "identified_on", "exit_year"))
    assert answer.status_code == 200
    assert answer.json() == {
        "registered": True,
        "household": {"status": "20", "village": str(village), "identified_on": "2014-06-01", "exit_year": None},
    }


def test_without_fields_nothing_but_the_fact_is_told(numbers, department):
    answer = ask(department.token(), {"id_no": numbers[OWN], "purpose": "核对"})
    assert answer.json() == {"registered": True, "household": {}}


def test_foreign_and_unknown_numbers_are_answered_in_the_same_bytes(numbers, department):
    token = department.token()
    answers = [
        ask(token, question(number, "status", "village"))
        for number in (numbers[OTHER_COUNTY], numbers[OTHER_LEAGUE], citizen_number(serial=49_999))
    ]
    assert {answer.status_code for answer in answers} == {200}
    assert {answer.content for answer in answers} == {b'{"registered":false}'}
    heads = [{name: value for name, value in answer.headers.items() if name != "X-Request-ID"} for answer in answers]
    assert heads[0] == heads[1] == heads[2]


@pytest.mark.parametrize("status", ["10", "60", "70"])
def test_who_is_not_in_the_register_now_is_not_registered(numbers, department, status):
    with scopes.acting(system_account()):
        Household.objects.filter(division_id=OWN).update(status=status)
    assert ask(department.token(), question(numbers[OWN])).json() == {"registered": False}


def test_who_left_the_household_is_not_registered(numbers, department):
    with scopes.acting(system_account()):
        Person.objects.filter(division_id=OWN).update(is_active=False)
    assert ask(department.token(), question(numbers[OWN])).json() == {"registered": False}


def test_details_take_a_scope_of_their_own_and_names_stay_masked(numbers, department):
    fields = ("code", "head_name", "member_count", "village_name")
    refused = ask(department.token(), question(numbers[OWN], *fields))
    assert refused.status_code == 403 and refused["Content-Type"] == "application/problem+json"
    assert refused.json()["errors"][0]["field"] == "fields"
    wider = make_department(COUNTY, "households:verify", "households:details")
    household = ask(wider.token(), question(numbers[OWN], *fields)).json()["household"]
    assert household["head_name"] == "王*" and household["member_count"] == 1 and len(household["code"]) == 17
    assert household["village_name"].startswith("赤峰市")
    # A token taken for less reaches less.
    assert ask(wider.token(scope="households:verify"), question(numbers[OWN], "code")).status_code == 403


def test_several_numbers_are_answered_in_order(numbers, department):
    body = {"id_nos": [numbers[OTHER_LEAGUE], numbers[OWN]], "purpose": "核对", "fields": ["status"]}
    assert ask(department.token(), body).json() == {
        "results": [{"registered": False}, {"registered": True, "household": {"status": "20"}}]
    }
    body["id_nos"] = [numbers[OWN]] * 101
    assert ask(department.token(), body).status_code == 422


def test_every_question_is_in_the_access_log_with_purpose_client_and_address(numbers, department):
    ask(department.token(), question(numbers[OWN], "status"))
    ask(department.token(), question(numbers[OTHER_LEAGUE], "status"))
    with scopes.activate(scopes.identity(department.client.user_id)), transaction.atomic():
        own, foreign = AccessLog.objects.order_by("id")
    for line, rows, number in ((own, 1, numbers[OWN]), (foreign, 0, numbers[OTHER_LEAGUE])):
        assert (line.action, line.division_id, line.rows, line.address) == ("search", COUNTY, rows, HERE)
        assert line.username == department.client.user.username and line.source == "api"
        assert line.fields == ["id_no", "status"]
        assert line.reason.startswith("低保核对 1599***") and number not in line.reason
    assert own.object_id is not None and foreign.object_id is None


# --- who may not ---


def expire(department, token):
    with scopes.activate(scopes.identity(department.client.user_id)), transaction.atomic():
        get_access_token_model().objects.update(expires=timezone.now())


@pytest.mark.parametrize(
    "spoil",
    [
        expire,
        lambda department, token: department.change(enabled=False),
        lambda department, token: department.change(valid_until=timezone.localdate() - datetime.timedelta(days=1)),
        lambda department, token: department.change(networks=["10.0.0.0/8", "127.0.0.2"]),
    ],
    ids=["token expired", "client disabled", "client expired", "other address"],
)
def test_a_token_that_does_not_count_any_more_is_refused_without_a_hint(numbers, department, spoil):
    token = department.token()
    assert ask(token, question(numbers[OWN])).status_code == 200
    spoil(department, token)
    answer, nonsense = ask(token, question(numbers[OWN])), ask("A" * 30, question(numbers[OWN]))
    assert answer.status_code == nonsense.status_code == 401
    assert answer.json() == nonsense.json() and answer["WWW-Authenticate"] == nonsense["WWW-Authenticate"]
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer a\x00b", "Bearer é", "Basic YTpi", "Token x"])
def test_headers_that_are_no_token_are_refused(numbers, department, header):
    assert ask(None, question(numbers[OWN]), authorization=header).status_code == 401


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "trace"])
def test_other_methods_are_405_for_clients_and_officials_alike(numbers, department, method):
    address, token = "/api/v1/households/verify/", department.token()
    official = sign_in(Browser(), make_user("county", "county_officer", COUNTY))
    assert getattr(Browser(), method)(address, headers={"authorization": f"Bearer {token}"}).status_code == 405
    assert getattr(official, method)(address).status_code == 405
    assert getattr(Browser(), method)(address).status_code == 401


def test_the_wrong_scope_is_forbidden(numbers):
    department = make_department(COUNTY, "households:details")
    answer = ask(department.token(), question(numbers[OWN]))
    assert answer.status_code == 403 and answer["Content-Type"] == "application/problem+json"


def test_a_scope_that_was_taken_away_is_gone_from_living_tokens(numbers, department):
    token = department.token()
    department.change(scopes=["households:details"])
    assert ask(token, question(numbers[OWN])).status_code == 403


def test_an_official_s_session_may_not_use_it(numbers):
    officer = make_user("officer", "county_officer", COUNTY)
    browser = sign_in(Browser(), officer)
    answer = browser.post("/api/v1/households/verify/", question(numbers[OWN]), content_type="application/json")
    assert answer.status_code == 403


def test_a_client_sees_its_place_through_either_wall(numbers, department):
    caller = caller_of(department.token(), HERE)
    expected = {OWN, SIBLING, NEIGHBOUR}
    with scopes.acting(caller.user):
        assert set(Household.objects.values_list("division_id", flat=True)) == expected
        assert set(Household.objects.visible_to(caller.user).values_list("division_id", flat=True)) == expected
    with scopes.acting(system_account()):
        assert set(Household.objects.visible_to(caller.user).values_list("division_id", flat=True)) == expected
    scopes.forget(caller.user)
    assert scopes.of(caller.user).capabilities == {}, "the account itself holds nothing"


def test_the_rest_of_the_api_does_not_know_a_client_s_token(numbers, department):
    token = department.token()
    browser = Browser(raise_request_exception=False)
    wrong = []
    for route in routes():
        if not route.api or (route.name in ALONE and ALONE[route.name].client is not None):
            continue
        address = "/" + route.pattern
        for method in route.kinds:
            path = reverse_any(route)
            plain = browser.generic(method, path, b"{}", "application/json")
            shown = browser.generic(
                method, path, b"{}", "application/json", headers={"authorization": f"Bearer {token}"}
            )
            public = route.name in ALONE and ALONE[route.name].anonymous is not None
            if public and (route.name in ("api:schema", "api:docs") or getattr(route.view, "public_site", False)):
                continue  # open to everybody, and dear; the public site knows no token
            if shown.status_code != plain.status_code or (not public and shown.status_code not in (401, 403)):
                wrong.append(f"{method} {address}: {shown.status_code}, without token {plain.status_code}")
    assert wrong == []


def reverse_any(route):
    from django.urls import reverse

    keys = ALONE[route.name].keys if route.name in ALONE else {}
    return reverse(route.name, kwargs=keys or dict.fromkeys(route.keys, 1))


# --- limits ---


def test_the_rate_limit_is_the_client_s_own_and_is_told_with_retry_after(numbers):
    slow, other = make_department(COUNTY, rate_limit=3), make_department(COUNTY)
    token = slow.token()
    for _time in range(3):
        assert ask(token, question(numbers[OWN])).status_code == 200
    answer = ask(token, question(numbers[OWN]))
    assert answer.status_code == 429 and answer["Content-Type"] == "application/problem+json"
    assert 1 <= int(answer["Retry-After"]) <= 61
    assert ask(slow.token(), question(numbers[OWN])).status_code == 429, "a new token buys nothing"
    assert ask(other.token(), question(numbers[OWN])).status_code == 200


def test_each_number_of_a_batch_counts(numbers):
    department = make_department(COUNTY, rate_limit=5)
    token = department.token()
    body = {"id_nos": [numbers[OWN]] * 4, "purpose": "核对"}
    assert ask(token, body).status_code == 200
    assert ask(token, body).status_code == 429


def test_without_the_counter_nobody_is_served(numbers, department, monkeypatch):
    token = department.token()

    def gone(*args, **kwargs):
        raise Gone

    monkeypatch.setattr(cache, "incr", gone)
    assert ask(token, question(numbers[OWN])).status_code == 503
    assert department.ask_token().status_code == 503


# --- bodies ---


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 400),
        (b"[]", 400),
        (b'"x"', 400),
        (b"\xff\xfe", 400),
        (b"[" * 60_000, 400),
        (b'{"purpose": ' * 5_000, 400),
        (b" " * 70_000, 413),
        ({"id_no": "159900196203150015"}, 422),
        ({"purpose": "核对"}, 422),
        ({"id_no": "159900196203150015", "purpose": " "}, 422),
        ({"id_no": "159900196203150015", "purpose": "核" * 201}, 422),
        ({"id_no": "12345", "purpose": "核对"}, 422),
        ({"id_no": "", "purpose": "核对"}, 422),
        ({"id_no": ["159900196203150015"], "purpose": "核对"}, 422),
        ({"id_no": {"$ne": ""}, "purpose": "核对"}, 422),
        ({"id_no": "159900196203150015", "id_nos": ["159900196203150015"], "purpose": "核对"}, 422),
        ({"id_nos": [], "purpose": "核对"}, 422),
        ({"id_no": "159900196203150015", "purpose": "核对", "fields": ["id_no_index"]}, 422),
        ({"id_no": "159900196203150015", "purpose": "核对", "fields": "status"}, 422),
        ({"id_no": "159900196203150015", "purpose": "核对", "fields": [{"a": 1}]}, 422),
        ({"id_no": "159900196203150015", "purpose": "核对", "division": "150000000000"}, 422),
    ],
    ids=lambda value: str(value)[:30],
)
def test_bodies_that_cannot_be_meant_are_refused_as_problems(numbers, department, body, status):
    answer = ask(department.token(), body)
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json" and answer.json()["status"] == status


def test_the_number_is_found_however_it_is_written(numbers, department):
    number = numbers[OWN]
    for written in (number.lower(), f" {number[:6]} {number[6:14]} {number[14:]} "):
        assert ask(department.token(), question(written)).json()["registered"] is True
