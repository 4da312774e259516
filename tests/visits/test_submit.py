"""A visit is stored once however often it is sent; other content is kept beside; who was paired may hand in."""

from __future__ import annotations

import datetime
import json
from uuid import uuid4

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.utils import timezone

from apps.access import scope as scopes
from apps.access.models import Pairing
from apps.accounts.models import User
from apps.accounts.services import SET_UP
from apps.visits.models import Visit, VisitConflict, VisitReceipt
from apps.visits.services import marks, writing
from tests.access.world import EVERYTHING
from tests.factories.accounts import make_user, sign_in
from tests.factories.visits import URL, body, pair, send
from tests.visits.conftest import LAT, LON, OWN

pytestmark = pytest.mark.django_db


def count(model: type) -> int:
    with scopes.activate(EVERYTHING):
        return model.objects.count()


def kinds(answer) -> set[str]:
    assert answer.status_code in (200, 201), answer.content
    return {mark["kind"] for mark in answer.json()["marks"]}


def test_a_visit_sent_twice_is_one_visit_and_the_answer_the_same(phone, households):
    sent = body(households[0], lon=LON, lat=LAT, accuracy=12.3, problem="住房漏水", problem_solved=False)
    first = send(phone, sent)
    assert first.status_code == 201 and first["Location"].endswith(f"{URL}{first.json()['id']}/")
    # The answer was lost on its way; by now the phone's clock says something else.
    again = send(phone, sent | {"sent_at": timezone.now().isoformat(), "offline": True})
    assert (again.status_code, again.json()) == (200, first.json())
    assert (count(Visit), count(VisitReceipt), count(VisitConflict)) == (1, 1, 0)
    told = first.json()
    assert (told["household"], told["division"], told["author_name"]) == (
        households[0].pk,
        str(households[0].division_id),
        "helper",
    )
    assert (told["distance"], told["marks"], told["problem_solved"]) == (0, [], False)


def test_the_contracts_four_fields_are_enough(phone, households):
    wanted = {name: value for name, value in body(households[0]).items() if name != "sent_at"}
    assert send(phone, wanted).status_code == 201


def test_other_content_under_the_same_id_is_refused_and_both_are_kept(phone, officer, households):
    sent = body(households[0])
    first = send(phone, sent)
    for _again in range(3):
        other = send(phone, sent | {"text": "另写了一篇完全不同的内容。", "problem": "道路不通"})
        assert (other.status_code, other.json()["current"]["id"]) == (409, first.json()["id"])
    assert send(phone, sent).status_code == 200
    assert (count(Visit), count(VisitConflict)) == (1, 1)
    seen = officer.get("/api/v1/visit-conflicts/").json()["results"]
    assert [(row["text"], row["visit"]) for row in seen] == [("另写了一篇完全不同的内容。", first.json()["id"])]
    assert seen[0]["content"]["problem"] == "道路不通"
    assert "反映的问题：道路不通" in officer.get(f"/visit-conflicts/{seen[0]['id']}/").content.decode()
    assert "另写了一篇" in officer.get(f"/visits/{first.json()['id']}/").content.decode()


def test_somebody_elses_id_tells_nothing_and_loses_nothing(phone, officer, households):
    sent = body(households[0], text="帮扶人写下的原文内容。")
    send(phone, sent)
    other = send(officer, sent | {"text": "村里另一位干部的记录。"})
    assert other.status_code == 409 and "current" not in other.json()
    assert "帮扶人" not in other.content.decode()
    kept = officer.get("/api/v1/visit-conflicts/").json()["results"]
    assert [(row["text"], row["visit"]) for row in kept] == [("村里另一位干部的记录。", None)]
    # The same words by somebody else are somebody else's all the same.
    assert send(officer, sent).status_code == 409


def test_nothing_is_left_of_a_visit_whose_worker_died_before_the_commit(phone, households, monkeypatch):
    sent = body(households[0])
    with monkeypatch.context() as broken:
        broken.setattr(marks, "save", lambda found: (_ for _ in ()).throw(SystemExit(9)))
        with pytest.raises(SystemExit):
            send(phone, sent)
    assert (count(Visit), count(VisitReceipt)) == (0, 0)
    assert send(phone, sent).status_code == 201
    assert (count(Visit), count(VisitReceipt)) == (1, 1)


@pytest.mark.parametrize(
    "text",
    [
        "民" * 20_000,
        "😀👨‍👩‍👧‍👦 到户 🏠",
        "ᠮᠣᠩᠭᠣᠯ ᠪᠢᠴᠢᠭ ᠦᠨ ᠡᠳᠦᠷ ᠦᠨ ᠲᠡᠮᠳᠡᠭᠯᠡᠯ",
        "  第一行\r\n第二行\t<script>alert(1)</script>  ",
    ],
    ids=["20,000 characters", "emoji", "Mongolian", "white space and markup"],
)
def test_words_come_back_as_they_were_written(phone, households, text):
    sent = body(households[0], text=text)
    made = send(phone, sent)
    assert made.status_code == 201, made.content
    assert send(phone, sent).status_code == 200
    key = made.json()["id"]
    assert phone.get(f"{URL}{key}/").json()["text"] == text
    page = phone.get(f"/visits/{key}/").content.decode()
    assert "<script>alert(1)" not in page


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"text": "有\x00空字符"}, "text"),
        ({"text": "  \n"}, "text"),
        ({"text": "长" * 20_001}, "text"),
        ({"client_id": "1"}, "client_id"),
        ({"visited_at": "9999-12-31T23:59:59Z"}, "visited_at"),
        ({"lon": 119.4}, "lat"),
        ({"lon": "nan", "lat": "nan"}, "lon"),
        ({"lon": 119.4, "lat": 91}, "lat"),
        ({"mood": "good"}, "mood"),
    ],
)
def test_what_is_no_visit_is_refused_with_the_field(phone, households, wrong, field):
    answer = send(phone, body(households[0], **wrong))
    assert answer.status_code == 422, answer.content
    assert field in {error["field"] for error in answer.json()["errors"]}
    assert count(VisitReceipt) == 0


@pytest.mark.parametrize(
    ("begun", "ended", "days_ago", "status", "marked"),
    [
        (30, None, 0, 201, set()),
        (30, 5, 10, 201, {"unpaired", "late"}),  # it was his on the day
        (1, None, 10, 201, {"late"}),  # it is his now
        (30, 20, 10, 404, None),  # it was his before
    ],
)
def test_who_was_paired_on_the_day_or_is_now_hands_in(households, begun, ended, days_ago, status, marked):
    helper = make_user("former", "helper", OWN)
    pair(households[1], helper, begun=begun, ended=ended)
    client = sign_in(Client(), helper)
    when = timezone.now() - datetime.timedelta(days=days_ago, hours=1)
    answer = send(client, body(households[1], visited_at=when.isoformat()))
    assert answer.status_code == status, answer.content
    if marked is not None:
        assert kinds(answer) == marked
        assert client.get(f"{URL}{answer.json()['id']}/").status_code == 200
        assert [row["id"] for row in client.get(URL).json()["results"]] == [answer.json()["id"]]


def test_a_stranger_does_not_learn_that_a_household_exists(phone, households):
    foreign, nobodys = (send(phone, body(key)) for key in (households[1], 999_999_999))
    assert foreign.status_code == nobodys.status_code == 404
    assert foreign.json() == nobodys.json()
    inspector = sign_in(Client(), make_user("inspector", "inspector", 150422000000))
    assert send(inspector, body(households[1])).status_code == 403
    assert send(sign_in(Client(), make_user("office", "village_officer", OWN)), body(households[1])).status_code == 201


def test_a_disabled_account_is_answered_401_and_the_phone_keeps_its_queue(phone, helper, households):
    with scopes.activate(SET_UP), transaction.atomic():
        User.objects.filter(pk=helper.pk).update(is_active=False)
    assert send(phone, body(households[0])).status_code == 401
    assert count(VisitReceipt) == 0


def test_a_household_that_left_the_register_is_visited_with_a_mark(phone, households):
    with scopes.activate(EVERYTHING):
        type(households[0]).objects.filter(pk=households[0].pk).update(status="60")
    assert kinds(send(phone, body(households[0]))) == {"left"}


def test_nothing_is_changed_or_removed_by_the_application(phone, households):
    send(phone, body(households[0]))
    for table in ("visit", "visitreceipt", "visitconflict", "visitcorrection", "visitmark"):
        for statement in (f"DELETE FROM visits_{table}", f"UPDATE visits_{table} SET division_id = division_id"):
            with scopes.activate(EVERYTHING), pytest.raises(ProgrammingError, match="denied"), transaction.atomic():
                connection.cursor().execute(statement)


def test_the_author_corrects_beside_and_nobody_else(phone, officer, households):
    key = send(phone, body(households[0])).json()["id"]
    words = {"text": "实际到户时间为上午。", "reason": "时间写错"}
    assert officer.post(f"{URL}{key}/correct/", json.dumps(words), "application/json").status_code == 403
    assert officer.post(f"/visits/{key}/correct/", words).status_code == 403
    told = phone.post(f"{URL}{key}/correct/", json.dumps(words), "application/json")
    assert told.status_code == 201 and told.json()["text"].startswith("入户了解")
    assert [(one["text"], one["by"]) for one in told.json()["corrections"]] == [("实际到户时间为上午。", "helper")]
    assert phone.post(f"/visits/{key}/correct/", {"text": "", "reason": ""}).status_code == 422
    assert phone.post(f"/visits/{key}/correct/", words).status_code == 302
    assert officer.get(f"/visits/{key}/").content.decode().count("实际到户时间为上午。") == 2


def test_a_recoded_village_takes_its_visits_along(phone, households):
    """The database moves everything below a household, in the divided table as well."""
    key = send(phone, body(households[0])).json()["id"]
    with scopes.activate(EVERYTHING):
        moved = households[0].division_id + 1
        assert Visit.objects.filter(pk=key, division_id=households[0].division_id).exists()
        type(households[0]).objects.filter(pk=households[0].pk).update(division_id=OWN)
        assert set(Visit.objects.values_list("division_id", flat=True)) == {OWN} != {moved}
        assert set(VisitReceipt.objects.values_list("division_id", flat=True)) == {OWN}
        assert set(Pairing.objects.values_list("division_id", flat=True)) == {OWN}


def test_the_service_asks_by_itself(helper, households):
    with scopes.acting(helper), pytest.raises(Exception, match="不在您的范围内"):
        writing.submit(
            writing.Draft(client_id=uuid4(), household=households[1].pk, visited_at=timezone.now(), text="字"),
            by=helper,
        )
