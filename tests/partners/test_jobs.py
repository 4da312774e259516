"""Searches answered later: registered addresses only, signed, tried again with pauses, set aside for people to see."""

from __future__ import annotations

import datetime
import json

import pytest
from django.db import transaction
from django.test import Client as Browser
from django.utils import timezone

from apps.access import scope as scopes
from apps.accounts.services import SET_UP
from apps.history.models import AccessLog
from apps.partners import tasks
from apps.partners.models import SearchJob
from apps.partners.services import jobs, outbound, signing
from apps.partners.services.clients import give_signing_key, withdraw_keys
from tests.factories.accounts import make_user, sign_in
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import citizen_number, make_household, make_person
from tests.factories.partners import make_department
from tests.factories.receiver import receiving
from tests.factories.spdci import ASYNC, STATUS, by_number, message, send, status_message

pytestmark = pytest.mark.django_db

OWN, OTHER_LEAGUE = VILLAGES[0], VILLAGES[4]
COUNTY = 150422000000
CALLBACK = "https://127.0.0.1:9/on-search"


@pytest.fixture
def numbers(db):
    plant(*VILLAGES)
    made = {village: citizen_number() for village in (OWN, OTHER_LEAGUE)}
    for village, number in made.items():
        make_person(make_household(village), id_no=number)
    return made


@pytest.fixture
def officer(numbers):
    return make_user("officer", "county_officer", COUNTY)


class Signing:
    """A department that signs, and what it heard."""

    def __init__(self, officer, callback=CALLBACK, **fields):
        self.department = make_department(COUNTY, callbacks=[callback], **fields)
        self.callback, self.officer = callback, officer
        with scopes.acting(officer):
            self.key = give_signing_key(self.department.client, by=officer)
        self.nonces = iter(range(100))

    def send(self, path, body):
        content = json.dumps(body).encode()
        headers = signing.headers(self.key, "POST", path, "", content)
        return send(self.department.token(), path, content, **{name.lower(): one for name, one in headers.items()})

    def search(self, *searches, **header):
        return self.send(ASYNC, message(self.department, *searches, **{"sender_uri": self.callback, **header}))

    def status(self, kind, value):
        return self.send(STATUS, status_message(self.department, kind, value))

    @property
    def job(self):
        with scopes.activate(SET_UP), transaction.atomic():
            return SearchJob.objects.select_related("client").get(client=self.department.client)

    def hurry(self):
        """Let the next attempt be due now."""
        with scopes.activate(SET_UP), transaction.atomic():
            SearchJob.objects.filter(state="waiting").update(next_at=timezone.now())

    def deliver(self):
        for job_id, user_id in jobs.due():
            tasks.deliver(job_id, user_id)


@pytest.fixture
def asking(officer):
    return Signing(officer)


@pytest.fixture
def heard(monkeypatch):
    """Everything sent out; set `heard.problem` to have it fail."""

    class Heard(list):
        problem = ""

    found = Heard()

    def post(url, body, headers):
        found.append((url, json.loads(body), body, headers))
        if found.problem:
            raise outbound.Undeliverable(found.problem)

    monkeypatch.setattr(outbound, "post", post)
    return found


def test_a_search_is_acknowledged_and_answered_to_the_registered_address_signed(numbers, asking, heard):
    answer = asking.search(by_number(numbers[OWN], "own"), by_number(numbers[OTHER_LEAGUE], "foreign"))
    assert answer.status_code == 202
    told = answer.json()["message"]
    assert told["ack_status"] == "ACK" and heard == []
    asking.deliver()
    [(url, body, raw, headers)] = heard
    assert url == CALLBACK and body["message"]["correlation_id"] == told["correlation_id"]
    assert [len(one["data"]["reg_records"]) for one in body["message"]["search_response"]] == [1, 0]
    expected = signing.signature(asking.key, "POST", "/on-search", "", raw, headers["X-Timestamp"], headers["X-Nonce"])
    assert headers["X-Signature"] == expected
    job = asking.job
    assert (job.state, job.questions, job.next_at, job.attempts) == ("delivered", None, None, 1)
    asking.deliver()
    assert len(heard) == 1


def test_it_really_arrives(numbers, officer, tmp_path, settings):
    with receiving(tmp_path) as receiver:
        settings.CALLBACK_CA_FILE, settings.CALLBACK_NETWORKS = receiver.authority, ["127.0.0.0/8"]
        asking = Signing(officer, receiver.url("127.0.0.1"))
        assert asking.search(by_number(numbers[OWN])).status_code == 202
        asking.deliver()
        [(path, headers, body)] = receiver.got
    assert path == "/on-search" and json.loads(body)["message"]["search_response"][0]["status"] == "succ"
    right = signing.signature(asking.key, "POST", path, "", body, headers["X-Timestamp"], headers["X-Nonce"])
    assert headers["X-Signature"] == right and asking.job.state == "delivered"


def test_what_was_asked_is_stored_sealed(numbers, asking):
    asking.search(by_number(numbers[OWN]))
    assert numbers[OWN].encode() not in asking.job.questions.blob
    assert numbers[OWN] not in str(vars(asking.job))


@pytest.mark.parametrize(
    "uri", [None, "", "https://127.0.0.1:9/other", "https://attacker.test/on-search", f"{CALLBACK}#", [CALLBACK]]
)
def test_an_address_that_is_not_registered_is_refused_without_a_word_of_those_that_are(numbers, asking, uri):
    answer = asking.search(by_number(numbers[OWN]), sender_uri=uri)
    assert answer.status_code == 400 and answer.json()["message"]["error"]["code"] == "err.sender_uri.invalid"
    assert "on-search" not in answer.content.decode()


def test_without_a_key_to_sign_with_there_is_no_answer_later(numbers):
    department = make_department(COUNTY, callbacks=[CALLBACK])
    body = message(department, by_number(numbers[OWN]), sender_uri=CALLBACK)
    answer = send(department.token(), ASYNC, body)
    assert answer.status_code == 400 and answer.json()["message"]["error"]["code"] == "err.signature.missing"


def test_a_transaction_serves_once(numbers, asking):
    body = message(asking.department, by_number(numbers[OWN]), sender_uri=CALLBACK)
    assert asking.send(ASYNC, body).status_code == 202
    assert asking.send(ASYNC, body).status_code == 409


def test_too_many_waiting_jobs_are_refused(numbers, asking, monkeypatch):
    monkeypatch.setattr(jobs, "MOST_WAITING", 1)
    assert asking.search(by_number(numbers[OWN])).status_code == 202
    assert asking.search(by_number(numbers[OWN])).status_code == 429


def test_a_failed_delivery_is_tried_again_after_growing_pauses_and_then_set_aside(numbers, asking, heard):
    heard.problem = "status 500"
    asking.search(by_number(numbers[OWN]))
    for attempt in range(1, jobs.ATTEMPTS + 1):
        before = timezone.now()
        asking.deliver()
        asking.deliver()
        job = asking.job
        assert job.attempts == attempt == len(heard) and job.problem == "status 500"
        if attempt < jobs.ATTEMPTS:
            pause = job.next_at - before
            assert job.state == "waiting" and pause >= jobs.PAUSES[attempt - 1]
        asking.hurry()
    assert (job.state, job.questions, job.next_at) == ("failed", None, None)
    asking.deliver()
    assert len(heard) == jobs.ATTEMPTS


def test_a_dead_worker_s_job_comes_again_and_ends_after_the_last_attempt(numbers, asking, heard):
    asking.search(by_number(numbers[OWN]))
    with scopes.acting(scopes.identity(asking.department.client.user_id)):
        assert jobs._claim(asking.job.pk) is not None
    asking.deliver()
    assert heard == [] and asking.job.attempts == 1
    with scopes.activate(SET_UP), transaction.atomic():
        SearchJob.objects.update(attempts=jobs.ATTEMPTS, next_at=timezone.now())
    asking.deliver()
    assert heard == [] and asking.job.state == "failed" and asking.job.problem == "interrupted"


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (lambda asking: asking.department.change(enabled=False), "client closed"),
        (lambda asking: asking.department.change(valid_until=datetime.date(2020, 1, 1)), "client closed"),
        (lambda asking: asking.department.change(callbacks=["https://127.0.0.1:9/new"]), "address withdrawn"),
        (lambda asking: asking.department.change(scopes=["households:details"]), "scope withdrawn"),
        (lambda asking: take_keys(asking), "no signing key"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_was_taken_away_meanwhile_is_not_delivered(numbers, asking, heard, spoil, problem):
    asking.search(by_number(numbers[OWN]))
    spoil(asking)
    asking.deliver()
    assert heard == [] and (asking.job.state, asking.job.problem) == ("failed", problem)


def take_keys(asking):
    with scopes.acting(asking.officer):
        withdraw_keys(asking.job.client, by=asking.officer)


def test_an_unforeseen_error_is_written_down_and_tried_again(numbers, asking, monkeypatch):
    def broken(*args):
        raise ZeroDivisionError

    monkeypatch.setattr(jobs.spdci, "answer", broken)
    asking.search(by_number(numbers[OWN]))
    asking.deliver()
    assert (asking.job.state, asking.job.problem) == ("waiting", "ZeroDivisionError")


def test_every_search_is_in_the_access_log_when_it_leaves(numbers, asking, heard):
    asking.search(by_number(numbers[OWN], "a"), by_number(numbers[OTHER_LEAGUE], "b"))
    with scopes.activate(scopes.identity(asking.department.client.user_id)), transaction.atomic():
        assert AccessLog.objects.filter(action="search").count() == 0
    asking.deliver()
    with scopes.activate(scopes.identity(asking.department.client.user_id)), transaction.atomic():
        lines = list(AccessLog.objects.filter(action="search").order_by("id"))
    assert [(line.rows, line.source, line.address) for line in lines] == [
        (1, "task", "127.0.0.1"),
        (0, "task", "127.0.0.1"),
    ]


# --- how it stands ---


def test_one_s_own_transaction_is_told_and_another_s_is_unknown(numbers, asking, officer, heard):
    sent = message(asking.department, by_number(numbers[OWN]), sender_uri=CALLBACK)
    correlation = asking.send(ASYNC, sent).json()["message"]["correlation_id"]
    transaction_id = sent["message"]["transaction_id"]

    def state(kind, value):
        return asking.status(kind, value).json()["message"]["txnstatus_response"]["txn_status"]["status"]

    assert state("transaction_id", transaction_id) == state("correlation_id", correlation) == "pdng"
    asking.deliver()
    assert state("transaction_id", transaction_id) == "succ"
    other = Signing(officer)
    wrong = [
        ("transaction_id", transaction_id),
        ("correlation_id", correlation),
        ("transaction_id", "none"),
        ("correlation_id", "none"),
        ("reference_id_list", ["r1"]),
        ("client_id", 1),
        ("transaction_id", {"$ne": ""}),
        ("transaction_id", "a\x00b"),
    ]
    answers = [other.status(kind, value) for kind, value in wrong]
    assert {answer.status_code for answer in answers} == {404}
    assert {answer.json()["message"]["error"]["message"] for answer in answers} == {"没有这笔交易。"}


def test_jobs_are_listed_to_those_who_run_the_client_without_what_was_asked(numbers, asking, heard):
    heard.problem = "status 500"
    asking.search(by_number(numbers[OWN]))
    asking.deliver()
    browser = sign_in(Browser(), asking.officer)
    [row] = browser.get("/api/v1/search-jobs/?state=waiting").json()["results"]
    assert row["problem"] == "status 500" and row["attempts"] == 1
    assert not {"questions", "scopes"} & set(row)
    page = browser.get(f"/clients/{asking.department.client.pk}/").content.decode()
    assert "status 500" in page and numbers[OWN] not in page
    elsewhere = sign_in(Browser(), make_user("elsewhere", "county_officer", 150423000000))
    assert elsewhere.get("/api/v1/search-jobs/").json()["results"] == []
    assert elsewhere.get(f"/search-jobs/{asking.job.pk}/").status_code == 404


def test_ended_jobs_are_thrown_away_after_a_while(numbers, asking, heard):
    asking.search(by_number(numbers[OWN]))
    asking.deliver()
    assert jobs.purge() == 0
    with scopes.activate(SET_UP), transaction.atomic():
        SearchJob.objects.update(finished_at=timezone.now() - jobs.KEPT - datetime.timedelta(hours=1))
    assert jobs.purge() == 1
