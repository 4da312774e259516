"""The SPDCI adapter: what may be asked, what is answered, and that nothing else can be found out by asking."""

from __future__ import annotations

import copy
import json

import pytest
from django.db import transaction
from django.test import Client as Browser

from apps.access import scope as scopes
from apps.history.models import AccessLog
from apps.partners.models import ClientDay
from tests.factories.accounts import make_user, sign_in
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import citizen_number, make_household, make_person
from tests.factories.partners import make_department
from tests.factories.spdci import ASYNC, STATUS, SYNC, by_number, message, send

pytestmark = pytest.mark.django_db

OWN, SIBLING, NEIGHBOUR, OTHER_COUNTY, OTHER_LEAGUE = VILLAGES
COUNTY = 150422000000


@pytest.fixture
def numbers(db):
    plant(*VILLAGES)
    made = {village: citizen_number() for village in VILLAGES}
    for village, number in made.items():
        make_person(make_household(village), id_no=number)
    return made


@pytest.fixture
def department(numbers):
    return make_department(COUNTY)


def answers(department, *searches, token=None, **header):
    response = send(token or department.token(), SYNC, message(department, *searches, **header))
    assert response.status_code == 200, response.content
    return response.json()["message"]["search_response"]


def records(one):
    assert one["status"] == "succ", one
    return one["data"]["reg_records"]


def predicate(*pairs, operator="eq", condition="and"):
    return [
        {
            "expression1": {"attribute_name": name, "operator": operator, "attribute_value": value},
            "condition": condition,
        }
        for name, value in pairs
    ]


def expression(**parts):
    return {"type": "ns:org:QueryType:eq", "value": {"expression": parts}}


# --- what is answered ---


def test_a_person_of_one_s_own_place_is_answered_in_the_standard_s_words(numbers, department):
    sent = message(department, by_number(numbers[OWN]))
    response = send(department.token(), SYNC, sent)
    body = response.json()
    assert response.status_code == 200 and "no-store" in response["Cache-Control"]
    assert body["header"]["action"] == "on-search" and body["header"]["status"] == "succ"
    assert body["header"]["sender_id"] == "poverty-register"
    assert body["header"]["receiver_id"] == department.client.client_id
    assert body["message"]["transaction_id"] == sent["message"]["transaction_id"]
    [one] = body["message"]["search_response"]
    assert one["reference_id"] == "r1" and one["pagination"] == {"page_size": 100, "page_number": 1, "total_count": 1}
    [record] = records(one)
    kind = record["additional_attributes"][0]["attribute_value"]
    assert record == {
        "@context": "https://schema.spdci.org/extensions/social/v1",
        "@type": "Person",
        "household_status": "20",
        "registration_date": "2014-06-01",
        "address": {"@type": "Address", "region_code": str(OWN)},
        "additional_attributes": [
            {
                "attribute_name": "household_type",
                "attribute_value": kind,
            },
            {"attribute_name": "exit_year", "attribute_value": None},
        ],
    }
    assert numbers[OWN] not in response.content.decode()


def test_details_take_their_scope_and_a_token_for_less_answers_less(numbers):
    wider = make_department(COUNTY, "households:verify", "households:details")
    [one] = answers(wider, by_number(numbers[OWN]))
    [record] = records(one)
    told = {one["attribute_name"]: one["attribute_value"] for one in record["additional_attributes"]}
    assert len(record["household_identifier"]) == 17 and told["head_name"] == "王*" and told["member_count"] == 1
    [one] = answers(wider, by_number(numbers[OWN]), token=wider.token(scope="households:verify"))
    assert "household_identifier" not in records(one)[0]


@pytest.mark.parametrize("village", [OTHER_COUNTY, OTHER_LEAGUE])
def test_one_foreign_number_in_a_batch_is_answered_as_one_that_nobody_has(numbers, department, village):
    unknown = citizen_number(serial=49_999)
    found = answers(
        department,
        by_number(numbers[OWN], "own"),
        by_number(numbers[village], "foreign"),
        by_number(unknown, "unknown"),
        by_number(numbers[SIBLING], "sibling"),
    )
    assert [one["reference_id"] for one in found] == ["own", "foreign", "unknown", "sibling"]
    assert [len(records(one)) for one in found] == [1, 0, 0, 1]
    foreign, nobody = ({**one, "reference_id": "", "timestamp": ""} for one in found[1:3])
    assert foreign == nobody


@pytest.mark.parametrize(
    ("kind", "query", "hit"),
    [
        ("predicate", predicate(("UIN", "NUMBER")), 1),
        ("predicate", predicate(("NIN", "NUMBER"), ("household_status", "20")), 1),
        ("predicate", predicate(("UIN", "NUMBER"), ("household_status", "40")), 0),
        ("predicate", predicate(("UIN", "NUMBER"), ("village_code", str(OWN)), ("exit_year", 2018)), 0),
        ("expression", expression(UIN={"eq": "NUMBER"}, village_code={"eq": str(OWN)}), 1),
        ("expression", expression(UIN={"eq": "NUMBER"}, village_code={"eq": str(SIBLING)}), 0),
    ],
)
def test_conditions_are_equalities_that_must_all_hold(numbers, department, kind, query, hit):
    query = json.loads(json.dumps(query).replace("NUMBER", numbers[OWN]))
    [one] = answers(department, by_number("", query_type=kind, query=query))
    assert len(records(one)) == hit


# --- what cannot be asked ---

TWO = [
    {"expression1": {"attribute_name": "UIN", "operator": "eq", "attribute_value": "NUMBER"}, "condition": "and",
     "expression2": {"attribute_name": "household_status", "operator": "eq", "attribute_value": "20"}}
]  # fmt: skip

OPEN_QUESTIONS = [
    ("idtype-value", {"type": "MOBILE", "value": "13800000000"}),
    ("idtype-value", {"type": "UIN", "value": {"$ne": ""}}),
    ("idtype-value", {"type": "UIN", "value": ["NUMBER"]}),
    ("idtype-value", {"type": "UIN", "value": "159900%"}),
    ("idtype-value", {"type": "UIN", "value": "NUMBER", "also": 1}),
    ("idtype-value", "NUMBER"),
    ("idtype-value", {}),
    ("expression", expression(household_status={"eq": "20"})),
    ("expression", expression(village_code={"eq": str(OWN)}, household_status={"eq": "20"})),
    ("expression", expression(UIN={"eq": "NUMBER"}, NIN={"eq": "NUMBER"})),
    ("expression", expression(UIN={"gt": "0"})),
    ("expression", expression(UIN={"eq": "NUMBER", "ne": "1"})),
    ("expression", expression(UIN={"$regex": ".*"})),
    ("expression", expression(**{"$or": [{"UIN": {"eq": "NUMBER"}}, {"household_status": {"eq": "20"}}]})),
    ("expression", expression(**{"$and": [{"UIN": {"eq": "NUMBER"}}]})),
    ("expression", expression(UIN={"eq": "NUMBER"}, head_name={"eq": "王*"})),
    ("expression", expression(UIN={"eq": "NUMBER"}, household__phone={"eq": "1"})),
    ("expression", expression(UIN={"eq": "NUMBER"}, division_id={"eq": 1})),
    ("expression", {"type": "ns:org:QueryType:Sql", "value": {"expression": "SELECT * FROM households_person"}}),
    ("expression", {"type": "ns:org:QueryType:NoSql", "value": {"expression": {"collection": "Group", "query": {}}}}),
    ("predicate", []),
    ("predicate", predicate(("UIN", "NUMBER"), condition="or")),
    ("predicate", predicate(("UIN", "NUMBER"), condition="not")),
    *(("predicate", predicate(("UIN", "NUMBER"), operator=one)) for one in ("gt", "lt", "ge", "le", "in", "like")),
    ("predicate", predicate(("UIN", "NUMBER"), ("UIN", "NUMBER"))),
    ("predicate", predicate(("household_status", "20"))),
    ("predicate", predicate(*[("UIN", "NUMBER")] * 6)),
    ("predicate", [*TWO, *TWO, *TWO]),
    ("predicate", [{"expression1": {"expression1": {}}}]),
    ("graphql", {"type": "ns:org:QueryType:graphql", "value": {"query": "{ registry { id } }"}}),
    (None, {"type": "UIN", "value": "NUMBER"}),
    ({"$ne": ""}, {"type": "UIN", "value": "NUMBER"}),
]


@pytest.mark.parametrize(("kind", "query"), OPEN_QUESTIONS, ids=lambda value: json.dumps(value)[:50])
def test_nothing_but_equality_of_listed_attributes_can_be_asked(numbers, department, kind, query):
    query = json.loads(json.dumps(query).replace("NUMBER", numbers[OWN]))
    rejected, good = answers(department, by_number("", query_type=kind, query=query), by_number(numbers[OWN], "r2"))
    assert rejected["status"] == "rjct" and rejected["status_reason_code"] == "rjct.search_criteria.invalid"
    assert "data" not in rejected and len(records(good)) == 1


def test_two_expressions_joined_by_and_are_two_conditions(numbers, department):
    query = json.loads(json.dumps(TWO).replace("NUMBER", numbers[OWN]))
    assert len(records(answers(department, by_number("", query_type="predicate", query=query))[0])) == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"sort": [{"attribute_name": "exit_year", "sort_order": "asc"}]}, "rjct.sort.invalid"),
        ({"pagination": {"page_size": 101}}, "rjct.pagination.invalid"),
        ({"pagination": {"page_size": 0}}, "rjct.pagination.invalid"),
        ({"pagination": {"page_number": 1}}, "rjct.pagination.invalid"),
        ({"pagination": {"page_size": 10, "page_number": 10**12}}, "rjct.pagination.invalid"),
        ({"pagination": {"page_size": "10"}}, "rjct.pagination.invalid"),
        ({"pagination": {"page_size": True}}, "rjct.pagination.invalid"),
        ({"pagination": [1]}, "rjct.pagination.invalid"),
        ({"authorize": None}, "rjct.search_criteria.invalid"),
        ({"authorize": {"purpose": {"text": " "}}}, "rjct.search_criteria.invalid"),
        ({"authorize": {"purpose": {"text": "核" * 201}}}, "rjct.search_criteria.invalid"),
        ({"division": "150000000000"}, "rjct.search_criteria.invalid"),
        ({"version": "2.0.0"}, "rjct.search_criteria.invalid"),
    ],
    ids=str,
)
def test_criteria_that_cannot_be_are_rejected_one_by_one(numbers, department, changes, code):
    [one] = answers(department, by_number(numbers[OWN], **changes))
    assert (one["status"], one["status_reason_code"]) == ("rjct", code)


def test_the_second_page_of_one_record_is_empty(numbers, department):
    [one] = answers(department, by_number(numbers[OWN], pagination={"page_size": 10, "page_number": 2}))
    assert records(one) == [] and one["pagination"]["total_count"] == 1


def test_a_reference_serves_once_in_a_message(numbers, department):
    first, second = answers(department, by_number(numbers[OWN]), by_number(numbers[SIBLING]))
    assert first["status"] == "succ" and second["status_reason_code"] == "rjct.reference_id.duplicate"


# --- envelopes ---


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ({"version": "0.9"}, "err.version.not_supported"),
        ({"is_msg_encrypted": True}, "err.encryption.invalid"),
        ({"sender_id": "somebody-else"}, "err.sender_id.invalid"),
        ({"sender_id": None}, "err.sender_id.invalid"),
        ({"receiver_id": "another-register"}, "err.receiver_id.invalid"),
        ({"action": "subscribe"}, "err.request.bad"),
        ({"message_id": None}, "err.request.bad"),
        ({"message_id": "x" * 100}, "err.request.bad"),
        ({"message_id": {"$ne": 1}}, "err.request.bad"),
        ({"message_ts": "yesterday"}, "err.request.bad"),
        ({"message_ts": "2026-13-45T00:00:00Z"}, "err.request.bad"),
        ({"message_ts": "2026-11-22T08:00:00"}, "err.request.bad"),
        ({"total_count": 2}, "err.request.bad"),
        ({"total_count": "1"}, "err.request.bad"),
        ({"total_count": True}, "err.request.bad"),
    ],
    ids=str,
)
@pytest.mark.parametrize("path", [SYNC, ASYNC])
def test_a_wrong_envelope_is_refused_whole(numbers, department, header, code, path):
    response = send(department.token(), path, message(department, by_number(numbers[OWN]), **header))
    assert response.status_code == 400
    told = response.json()["message"]
    assert told["ack_status"] == "ERR" and told["error"]["code"] == code


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body: body.pop("header"),
        lambda body: body.pop("message"),
        lambda body: body.update(more=1),
        lambda body: body["message"].pop("transaction_id"),
        lambda body: body["message"].update(transaction_id={"a": 1}),
        lambda body: body["message"].update(search_request={}),
        lambda body: body["message"].update(search_request=[]),
        lambda body: body["message"].update(search_request=["x"]),
        lambda body: body["message"].update(more=1),
        lambda body: body["message"]["search_request"][0].pop("reference_id"),
        lambda body: body["message"]["search_request"][0].update(reference_id=7),
    ],
)
def test_a_body_of_another_shape_is_refused(numbers, department, spoil):
    body = copy.deepcopy(message(department, by_number(numbers[OWN])))
    spoil(body)
    assert send(department.token(), SYNC, body).status_code == 400


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"", 400), (b"{", 400), (b"[]", 400), (b"null", 400), (b"[" * 60_000, 400), (b" " * 70_000, 413)],
    ids=["empty", "half", "list", "null", "deep", "long"],
)
def test_bodies_that_are_no_message_are_refused(department, body, status):
    response = send(department.token(), SYNC, body)
    assert response.status_code == status and response.json()["message"]["ack_status"] == "ERR"


def test_more_than_a_hundred_searches_are_refused(numbers, department):
    many = [by_number(numbers[OWN], f"r{number}") for number in range(101)]
    assert send(department.token(), SYNC, message(department, *many)).status_code == 400


# --- who, how much, and what is written down ---


@pytest.mark.parametrize("path", [SYNC, ASYNC, STATUS])
def test_only_clients_with_the_scope_may_ask(numbers, path):
    assert send("A" * 30, path, {}).status_code == 401
    assert Browser().post(path, b"{}", content_type="application/json").status_code == 401
    narrow = make_department(COUNTY, "households:details")
    refused = send(narrow.token(), path, {})
    assert refused.status_code == 403 and refused.json()["errors"][0]["code"] == "err.request.forbidden"
    officer = sign_in(Browser(), make_user("officer", "county_officer", COUNTY))
    assert officer.post(path, b"{}", content_type="application/json").status_code == 403


def test_each_search_counts_against_the_limit(numbers):
    slow = make_department(COUNTY, rate_limit=3)
    token, body = slow.token(), message(slow, by_number(numbers[OWN]), by_number(numbers[SIBLING], "r2"))
    assert send(token, SYNC, body).status_code == 200
    refused = send(token, SYNC, body)
    assert refused.status_code == 429 and refused.json()["message"]["error"]["code"] == "err.request.too_many_requests"
    assert 1 <= int(refused["Retry-After"]) <= 61


def test_every_search_is_in_the_access_log_with_its_own_purpose_and_counted(numbers, department):
    told = {"consent": {"purpose": {"text": "教育资助"}}, "authorize": ""}
    answers(
        department,
        by_number(numbers[OWN], "a"),
        by_number(numbers[OTHER_LEAGUE], "b", **told),
        by_number(numbers[SIBLING], "c", authorize=None),
        by_number("x", "d"),
        meta={"purpose": "医疗救助"},
    )
    with scopes.activate(scopes.identity(department.client.user_id)), transaction.atomic():
        lines = list(AccessLog.objects.filter(action="search").order_by("id"))
        day = ClientDay.objects.get()
    assert [(line.reason.partition(" ")[0], line.rows) for line in lines] == [
        ("低保核对", 1),
        ("教育资助", 0),
        ("医疗救助", 1),
    ]
    assert not any(number in str(vars(line)) for line in lines for number in numbers.values())
    assert (day.questions, day.hits, day.refusals) == (3, 2, 0)
