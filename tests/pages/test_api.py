"""REST over a declaration: lists, objects, writes, and one shape of error for everything that is wrong."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from apps.access import scope as scopes
from apps.households.models import Household
from apps.pages import export_views, exports
from apps.pages.models import StoredAnswer
from tests.factories.accounts import make_user, sign_in
from tests.factories.households import make_household
from tests.pages.conftest import COUNTY, VILLAGE

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.pages.urls")]

LIST = "/api/v1/samples/"
SIBLING = 150423100200


@pytest.fixture
def households(places):
    return [make_household(village) for village in (150422100200, 150422100201, 150422101200, SIBLING)]


def client_of(user) -> APIClient:
    client = APIClient()
    sign_in(client, user)
    return client


@pytest.fixture
def client(officer):
    return client_of(officer)


def refusal(answer) -> dict:
    assert answer["Content-Type"] == "application/problem+json"
    document = json.loads(answer.content)
    assert set(document) >= {"type", "title", "status", "detail", "errors"}
    assert document["status"] == answer.status_code
    return document


def fields(answer) -> list[tuple[str, str]]:
    return [(entry["field"], entry["code"]) for entry in refusal(answer)["errors"]]


def detail(household) -> str:
    return f"{LIST}{household.pk}/"


# --- reading ------------------------------------------------------------------------------------------------------


def test_a_list_shows_rows_by_the_names_and_forms_of_the_declaration(client, households):
    body = client.get(LIST).json()
    assert set(body) == {"next", "previous", "results"}
    assert [row["code"] for row in body["results"]] == [household.code for household in households[:3]]
    assert body["results"][0] == {
        "id": households[0].pk,
        "code": "15042210020000018",
        "division": "150422100200",
        "status": "20",
        "cause_main": "01",
        "address": "",
        "plan_exit_year": None,
        "identified_on": "2014-06-01",
        "is_relocated": None,
        "phone": str(households[0].phone),
        "updated_at": body["results"][0]["updated_at"],
        "version": 1,
    }
    assert body["results"][0]["phone"].startswith("138****")
    assert body["results"][0]["updated_at"].endswith("+08:00")


def test_next_and_previous_are_addresses_that_walk_the_list(client, households):
    seen, address = [], f"{LIST}?page_size=2&order=code"
    while address:
        assert address.startswith(("http://testserver/", "/"))
        body = client.get(address).json()
        seen += [row["id"] for row in body["results"]]
        before, address = body["previous"], body["next"]
    assert seen == [household.pk for household in households[:3]]
    first = client.get(before).json()
    assert [row["id"] for row in first["results"]] == seen[:2]
    assert first["previous"] is None
    assert "order=code" in urlsplit(first["next"]).query


def test_a_count_comes_when_asked_for_and_says_whether_it_is_exact(client, households):
    body = client.get(f"{LIST}?count=1&page_size=1").json()
    assert (body["count"], body["count_exact"], len(body["results"])) == (3, True, 1)


@pytest.mark.parametrize("query", ["vilage=1", "status=99", "page_size=500", "after=x", "order=name", "status="])
def test_what_a_list_does_not_know_is_400(client, households, query):
    answer = client.get(f"{LIST}?{query}")
    assert answer.status_code == 400
    assert [field for field, _code in fields(answer)] == [query.partition("=")[0]]


def test_an_object_is_read_like_its_row(client, households):
    assert client.get(detail(households[0])).json() == client.get(LIST).json()["results"][0]


@pytest.mark.parametrize("key", ["0", "999999999", "9" * 40])
def test_what_is_not_there_is_404(client, households, key):
    answer = client.get(f"{LIST}{key}/")
    assert answer.status_code == 404
    refusal(answer)


def test_what_is_not_ones_own_is_404_on_every_way(client, households):
    foreign = households[3]
    answers = [
        client.get(detail(foreign)),
        client.patch(detail(foreign), {"version": 1, "address": "x"}),
        client.get(f"{LIST}?division=150423000000"),
        client.post(LIST, {"division": str(SIBLING), "nonsense": 1}),
        client.patch(detail(households[0]), {"version": 1, "division": str(SIBLING)}),
    ]
    assert [answer.status_code for answer in answers] == [404] * 5
    assert len({answer.content for answer in answers if answer.request["REQUEST_METHOD"] != "GET"}) == 1


def test_without_sign_in_it_is_401_and_without_the_right_403(households, places):
    assert refusal(APIClient().get(LIST))["status"] == 401
    inspector = client_of(make_user("inspector", "inspector", COUNTY))
    assert inspector.get(LIST).status_code == 200
    assert inspector.get(detail(households[3])).status_code == 404
    assert inspector.post(LIST, {"division": str(SIBLING)}).status_code == 404
    assert inspector.post(LIST, {"division": str(VILLAGE)}).status_code == 403
    assert inspector.patch(detail(households[0]), {"nonsense": 1}).status_code == 403
    system = client_of(make_user("sysadmin", "system_administrator", 150000000000))
    assert system.get(LIST).status_code == 403
    assert system.get(detail(households[0])).status_code == 404


def test_methods_and_types_that_are_not_offered(client, households):
    assert refusal(client.delete(detail(households[0])))["status"] == 405
    assert refusal(client.put(detail(households[0]), {}))["status"] == 405
    assert refusal(client.post(LIST, "a=1", content_type="text/csv"))["status"] == 415
    assert refusal(client.post(LIST, "{", content_type="application/json"))["status"] == 400
    assert refusal(client.post(LIST, "[1]", content_type="application/json"))["status"] == 400


def test_messages_come_in_the_language_asked_for(client, households):
    chinese = refusal(client.get(f"{LIST}?nothing=1", headers={"accept-language": "zh-Hans"}))
    assert (chinese["title"], chinese["errors"][0]["message"]) == ("请求有误", "没有这个查询参数。")


def test_a_path_of_the_api_that_does_not_exist_is_a_problem_document_too(client):
    assert refusal(client.get("/api/v1/nothing/"))["status"] == 404


def test_a_list_takes_the_same_queries_for_one_row_and_for_three(client, households):
    client.get(LIST)
    taken = []
    for query in ("page_size=1", "page_size=3"):
        with CaptureQueriesContext(connection) as captured:
            client.get(f"{LIST}?{query}")
        taken.append([one["sql"].split("WHERE")[0] for one in captured if one["sql"].startswith('SELECT "')])
    assert taken[0] == taken[1]
    assert sum("households_household" in sql for sql in taken[0]) == 1


def test_the_history_of_a_row_is_there_for_programs_too(client, households):
    client.patch(detail(households[0]), {"cause_main": "02", "phone": "13911112222", "version": 1})
    changed, made = client.get(f"{detail(households[0])}history/").json()
    assert (changed["user"], changed["source"], changed["created"], made["created"]) == ("county", "api", False, True)
    masked = {"field": "phone", "old": str(households[0].phone), "new": "139****2222"}
    assert {"field": "cause_main", "old": "01", "new": "02"} in changed["changes"]
    assert masked in changed["changes"]
    assert "13911112222" not in json.dumps(changed)
    assert client.get(f"{detail(households[3])}history/").status_code == 404


def test_an_export_by_program_is_the_file_or_a_job_to_ask_for(client, households, monkeypatch, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    small = client.post(f"{LIST}export/?columns=code&status=20")
    assert (small.status_code, small["Content-Type"]) == (200, export_views.MEDIA_TYPE)
    assert client.post(f"{LIST}export/?division=150423000000").status_code == 404
    assert refusal(client.post(f"{LIST}export/?status=99"))["status"] == 400
    monkeypatch.setattr(exports, "AT_ONCE", 1)
    large = client.post(f"{LIST}export/?columns=code")
    assert (large.status_code, large.json()["ready"]) == (202, False)
    assert large["Location"] == f"http://testserver/api/v1/exports/{large.json()['id']}/"
    assert client.get(large["Location"]).json() == large.json()
    assert client.get("/api/v1/exports/").json()["results"] == [large.json()]
    assert client.get(f"{large['Location']}file/").status_code == 404
    stranger = client_of(make_user("village", "village_officer", VILLAGE))
    assert stranger.get(large["Location"]).status_code == 404


# --- writing ------------------------------------------------------------------------------------------------------


def test_a_change_needs_the_version_it_is_based_on(client, officer, households):
    answer = client.patch(detail(households[0]), {"address": "一组3号"})
    assert (answer.status_code, fields(answer)) == (400, [("version", "required")])
    answer = client.patch(detail(households[0]), {"address": "一组3号", "version": 1})
    assert answer.status_code == 200
    assert (answer.json()["address"], answer.json()["version"]) == ("一组3号", 2)
    with scopes.acting(officer):
        stored = Household.objects.get(pk=households[0].pk)
    assert (stored.address, stored.cause_main, str(stored.phone)) == ("一组3号", "01", str(households[0].phone))


def test_a_stale_version_is_409_with_the_object_as_it_is(client, officer, households):
    client.patch(detail(households[0]), {"address": "甲", "version": 1})
    answer = client.patch(detail(households[0]), {"address": "乙", "version": 1})
    assert answer.status_code == 409
    document = refusal(answer)
    assert (document["errors"][0]["field"], document["errors"][0]["code"]) == ("version", "stale")
    assert document["current"] == client.get(detail(households[0])).json()
    assert document["current"]["address"] == "甲"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"cause_main": "77"}, [("cause_main", "invalid_choice")]),
        ({"colour": "red"}, [("colour", "unknown")]),
        ({"status": "40"}, [("status", "unknown")]),
        ({"address": {"a": 1}}, [("address", "invalid")]),
        ({"address": ["a"]}, [("address", "invalid")]),
        ({"address": True}, [("address", "invalid")]),
        ({"address": "a\x00b"}, [("address", "null_characters_not_allowed")]),
        ({"address": "长" * 201}, [("address", "max_length")]),
        ({"division": "150422"}, [("division", "invalid_choice")]),
        ({"version": "one"}, [("version", "invalid")]),
    ],
)
def test_what_cannot_be_written_is_refused_by_field_and_nothing_is_changed(client, officer, households, body, expected):
    answer = client.patch(detail(households[0]), {"version": 1, **body})
    assert (answer.status_code, fields(answer)) == (422, expected)
    assert client.get(detail(households[0])).json()["version"] == 1


def test_adding_answers_201_with_the_object_and_its_address(client, officer, households, monkeypatch):
    monkeypatch.setattr(Household, "code", "15042210020099996")
    answer = client.post(LIST, {"division": str(VILLAGE), "cause_main": "02"})
    assert answer.status_code == 201
    assert answer["Location"] == f"http://testserver{LIST}{answer.json()['id']}/"
    assert client.get(answer["Location"]).json()["cause_main"] == "02"


# --- asked twice --------------------------------------------------------------------------------------------------


def test_a_repeated_key_repeats_the_answer_and_not_the_action(client, officer, households):
    first = client.patch(detail(households[0]), {"address": "甲", "version": 1}, headers={"idempotency-key": "k1"})
    again = client.patch(detail(households[0]), {"address": "甲", "version": 1}, headers={"idempotency-key": "k1"})
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json() == first.json()
    assert again["Idempotent-Replayed"] == "true"
    assert client.get(detail(households[0])).json()["version"] == 2


def test_a_key_used_for_another_request_is_refused(client, households):
    client.patch(detail(households[0]), {"address": "甲", "version": 1}, headers={"idempotency-key": "k1"})
    answer = client.patch(detail(households[0]), {"address": "乙", "version": 2}, headers={"idempotency-key": "k1"})
    assert (answer.status_code, fields(answer)) == (422, [("", "key_reused")])


def test_a_refused_request_leaves_no_key_behind(client, officer, households):
    bad, good = {"cause_main": "77", "version": 1}, {"cause_main": "02", "version": 1}
    assert client.patch(detail(households[0]), bad, headers={"idempotency-key": "k1"}).status_code == 422
    with scopes.acting(officer):
        assert StoredAnswer.objects.count() == 0
    assert client.patch(detail(households[0]), good, headers={"idempotency-key": "k1"}).status_code == 200


def test_a_key_belongs_to_its_user(client, officer, households):
    client.patch(detail(households[0]), {"address": "甲", "version": 1}, headers={"idempotency-key": "k1"})
    other = client_of(make_user("village", "village_officer", VILLAGE))
    answer = other.patch(detail(households[0]), {"address": "乙", "version": 2}, headers={"idempotency-key": "k1"})
    assert (answer.status_code, answer.json()["address"]) == (200, "乙")


@pytest.mark.parametrize("key", ["", "x" * 201, "密"])
def test_a_key_that_is_none_is_refused(client, households, key):
    headers = {"HTTP_IDEMPOTENCY_KEY": key}
    assert client.patch(detail(households[0]), {"version": 1}, format="json", **headers).status_code == 400
