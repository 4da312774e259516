"""What is on record: whatever shows, takes out or changes what is personal, once, with when, who, where and what."""

from __future__ import annotations

import json
import logging
from decimal import Decimal
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from apps.access import scope as scopes
from apps.accounts import services
from apps.accounts.models import User
from apps.common.numbers import masked_text
from apps.crosschecks.services.parameters import set_threshold
from apps.history import origin
from apps.history.models import AccessLog
from apps.pages import exports
from config.logs import JSONFormatter, RequestFilter
from tests.factories.accounts import PASSWORD, make_user, sign_in
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import make_household, make_person

pytestmark = pytest.mark.django_db
OWN = VILLAGES[0]
COUNTY = 150422000000


@pytest.fixture
def county(db: None) -> User:
    plant(*VILLAGES)
    return make_user("county", "county_officer", COUNTY)


@pytest.fixture
def office(county: User) -> Client:
    return sign_in(Client(headers={"user-agent": "Firefox\x07 on a desk"}, REMOTE_ADDR="10.1.2.3"), county)


@pytest.fixture
def household(county: User) -> Any:
    made = make_household(OWN, phone="13800004444")
    make_person(made, name="斯琴高娃")
    return made


def records(*actions: str) -> list[AccessLog]:
    """The records of these actions, oldest first."""
    auditor = make_auditor()
    with scopes.acting(auditor):
        return list(AccessLog.objects.visible_to(auditor).filter(action__in=actions).order_by("pk"))


def make_auditor() -> User:
    with scopes.activate(services.SET_UP):
        found = User.objects.filter(username="auditor").first()
    return found or make_user("auditor", "audit_administrator", 150000000000)


def test_a_look_at_a_household_or_person_is_one_record_with_everything(office: Client, household: Any) -> None:
    answer = office.get(f"/households/{household.pk}/")
    (log,) = records("view")
    assert (log.username, log.post, log.level, log.division_id) == ("county", f"county_officer@{COUNTY}", 3, OWN)
    assert (log.object_kind, log.object_id, log.object_key) == (
        "households.household",
        household.pk,
        household.code,
    )
    assert (log.address, log.device, log.source, log.result) == ("10.1.2.3", "Firefox  on a desk", "page", "done")
    assert log.request_id == answer["X-Request-ID"]
    assert len(log.request_id) == 32


def test_pages_api_and_history_alike(office: Client, county: User, household: Any) -> None:
    office.get(f"/households/{household.pk}/history/")
    api = APIClient()
    api.post("/api/v1/session/", {"username": "county", "password": PASSWORD})
    api.get(f"/api/v1/households/{household.pk}/")
    api.get(f"/api/v1/households/{household.pk}/history/")
    seen = [(log.source, log.object_id, log.fields) for log in records("view")]
    assert seen == [
        ("page", household.pk, ["history"]),
        ("api", household.pk, []),
        ("api", household.pk, ["history"]),
    ]


def test_what_is_not_ones_own_or_not_personal_leaves_no_view(office: Client, household: Any) -> None:
    foreign = make_household(VILLAGES[4])
    assert office.get(f"/households/{foreign.pk}/").status_code == 404
    assert office.get(reverse("division-detail", args=[OWN])).status_code == 200
    assert office.get("/households/").status_code == 200
    assert records("view", "search") == []


def test_searches_are_on_record_and_no_number_is_in_the_clear(office: Client, household: Any) -> None:
    for text in ("斯琴", "138 0000 4444", "159900196203150015"):
        office.post("/search/", {"q": text})
    office.get("/persons/?name=斯琴")
    office.get("/households/?status=20")
    assert [log.reason for log in records("search")] == [
        "斯琴",
        "138****4444",
        "1599**********0015",
        "姓名：斯琴",
    ]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("林东镇", "林东镇"),
        (" 123456 ", "123456"),
        ("１３８１２３４１２３４", "138****1234"),
        ("6228-5729 9872-5389 349", "622************9349"),
        ("张三159900196203150015", "张三1*************0015"),
    ],
)
def test_what_may_be_a_number_is_masked(text: str, kept: str) -> None:
    assert masked_text(text) == kept


def test_a_number_asked_for_stands_with_whose_it_is(office: Client, household: Any) -> None:
    person = make_person(household, relation="02")
    office.post("/search/", {"q": person.id_no.clear()})
    (log,) = records("search")
    assert (log.object_id, log.object_key, log.fields) == (person.pk, person.code, ["id_no"])


def test_failures_lock_outs_sign_ins_and_sign_outs(county: User) -> None:
    client = Client(REMOTE_ADDR="10.9.9.9")
    for name in ("county", "Nobody", "150422196203150015"):
        client.post("/account/sign-in/", {"username": name, "password": "wrong"})
    for _again in range(5):
        client.post("/account/sign-in/", {"username": "county", "password": "wrong"})
    logs = records("sign_fail", "locked")
    assert [(log.action, log.username[:6], log.user_id == county.pk) for log in logs[:3]] == [
        ("sign_fail", "county", True),
        ("sign_fail", "nobody", False),
        ("sign_fail", logs[2].username[:6], False),
    ]
    assert logs[2].username.startswith("~")
    assert {log.division_id for log in logs} == {COUNTY, 150000000000}
    assert [log.action for log in logs[3:]] == ["sign_fail"] * 3 + ["locked", "locked"]
    assert {(log.address, log.result) for log in logs} == {("10.9.9.9", "failed")}
    other = make_user("other", "county_officer", COUNTY)
    client.post("/account/sign-in/", {"username": "other", "password": PASSWORD})
    client.post("/account/sign-out/")
    logs = records("sign_in", "sign_out")
    assert [(log.action, log.user_id) for log in logs] == [("sign_in", other.pk), ("sign_out", other.pk)]


def test_a_refusal_is_on_record_though_its_transaction_was_undone(client: Client, household: Any) -> None:
    inspector = sign_in(client, make_user("inspector", "inspector", COUNTY))
    assert inspector.get(f"/households/{household.pk}/edit/?phone=138").status_code == 403
    (log,) = records("refused")
    assert (log.username, log.result) == ("inspector", "refused")
    assert log.reason == f"GET /households/{household.pk}/edit/"


def test_posts_and_accounts(county: User) -> None:
    clerk = make_user("clerk", None, COUNTY)
    with scopes.acting(county):
        post = services.appoint(clerk, role="inspector", division=COUNTY, by=county, reason="轮岗")
    with scopes.acting(county):
        services.end_post(post, by=county)
        services.resets.ask(clerk, "password", reason="本人遗忘", by=county)
        services.close_account(clerk, by=county)
        clerk.name = "新名"
        services.change_account(clerk, by=county)
        made = User(username="fresh", name="新人", division_id=COUNTY)
        services.create_account(made, by=county)
    logs = [log for log in records("grant", "withdraw", "account") if log.username == "county"]
    assert [(log.action, log.object_key, log.fields, log.reason) for log in logs] == [
        ("grant", "clerk", ["inspector"], "轮岗"),
        ("withdraw", "clerk", ["inspector"], ""),
        ("account", "clerk", ["reset_password"], "本人遗忘"),
        ("account", "clerk", ["is_active"], "false"),
        ("account", "clerk", ["name"], ""),
        ("account", "fresh", ["created_at"], ""),
    ]
    assert next(log.object_key for log in records("grant") if log.username == "set-up") == "county"


def test_thresholds(county: User) -> None:
    from apps.crosschecks.rules.parameters import PARAMETERS

    name, declared = next(iter(PARAMETERS.items()))
    value = Decimal(str(declared.default))
    with scopes.acting(county):
        set_threshold(name, COUNTY, value, by=county, basis="内扶办〔2019〕1号")
        set_threshold(name, COUNTY, None, by=county)
    first, second = records("parameter")
    assert (first.object_key, first.reason) == (name, f"— → {value} 内扶办〔2019〕1号")
    assert second.reason.endswith("→ —")


def test_exports_in_the_background_are_on_record_when_asked_for_and_when_fetched(
    office: Client, county: User, household: Any, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(exports, "AT_ONCE", 0)
    answer = office.post("/households/export/?columns=code")
    (asked,) = records("export")
    assert (asked.result, asked.object_kind) == ("requested", "households.household")
    with scopes.acting(county):
        job = exports.latest(county)[0]
        exports.perform(job, county)
    fetched = office.get(f"{answer['Location']}file/")
    assert (fetched.status_code, len(fetched.getvalue()) > 100) == (200, True)
    assert [(log.action, log.result) for log in records("export", "download")] == [
        ("export", "requested"),
        ("export", "done"),
        ("download", "done"),
    ]
    assert QueryDict(job.query)["columns"] == "code"


def test_an_auditor_reads_who_looked_and_no_register(client: Client, office: Client, household: Any) -> None:
    office.get(f"/households/{household.pk}/")
    office.get(f"/persons/{make_person(household, relation='02').pk}/")
    auditor = sign_in(client, make_auditor())
    rows = auditor.get(f"/api/v1/access-logs/?object_key={household.code}").json()["results"]
    assert [(row["username"], row["action"], row["object_kind"]) for row in rows][-1:] == [
        ("county", "view", "households.household")
    ]
    assert auditor.get("/api/v1/access-logs/?username=county&action=view&address=10.1.2.3").json()["results"]
    assert auditor.get("/api/v1/access-logs/?address=10.1.2").json()["results"] == []
    day = records("view")[0].at.date().isoformat()
    assert auditor.get(f"/api/v1/access-logs/?at_from=2000-01-01&at_to={day}").status_code == 200
    assert auditor.get(f"/api/v1/access-logs/?at_from={day}").json()["results"]
    assert auditor.get("/api/v1/access-logs/?at_to=2000-01-01").json()["results"] == []
    assert auditor.get("/access-logs/").status_code == 200
    assert auditor.get(f"/households/{household.pk}/").status_code == 404
    assert "谁看过" not in office.get(f"/households/{household.pk}/").content.decode()


class TestRequestId:
    def test_a_strangers_id_is_not_taken(self, client: Client, settings: Any) -> None:
        assert client.get("/healthz/", headers={"x-request-id": "abcdefgh-1"})["X-Request-ID"] != "abcdefgh-1"
        settings.TRUSTED_PROXIES = 1
        assert client.get("/healthz/", headers={"x-request-id": "abcdefgh-1"})["X-Request-ID"] == "abcdefgh-1"
        assert len(client.get("/healthz/", headers={"x-request-id": "x y"})["X-Request-ID"]) == 32

    def test_log_lines_carry_it(self) -> None:
        record = logging.makeLogRecord({"msg": "hello", "name": "x"})
        with origin.begun(origin.Origin(request_id="r1")):
            assert RequestFilter().filter(record)
        assert json.loads(JSONFormatter().format(record))["request"] == "r1"
        assert RequestFilter().filter(other := logging.makeLogRecord({})) and other.request_id == "-"
