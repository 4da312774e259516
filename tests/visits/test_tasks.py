"""A problem raised is a task with owner and day; somebody else than who solved it confirms; conflicts are settled."""

from __future__ import annotations

import datetime
import json
from typing import Any
from uuid import uuid4

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.utils import timezone

from apps.access import scope as scopes
from apps.visits.models import Visit, VisitConflict, VisitReceipt, VisitTask
from apps.visits.services import tasks
from tests.access.world import EVERYTHING
from tests.factories.accounts import make_user, sign_in
from tests.factories.visits import body, send
from tests.visits.conftest import OTHER_LEAGUE

pytestmark = pytest.mark.django_db

TASKS, CONFLICTS = "/api/v1/visit-tasks/", "/api/v1/visit-conflicts/"
TOWNSHIP = OTHER_LEAGUE // 1000 * 1000


def act(client: Client, address: str, **given: Any) -> Any:
    return client.post(address, json.dumps(given), "application/json")


def step(client: Client, task: dict[str, Any], step: str, **more: Any) -> Any:
    return act(client, f"{TASKS}{task['id']}/step/", step=step, version=task["version"], **more)


@pytest.fixture
def township(households) -> Client:
    return sign_in(Client(), make_user("township", "township_officer", TOWNSHIP))


@pytest.fixture
def task(phone, households) -> dict[str, Any]:
    assert send(phone, body(households[0], problem="住房漏水，雨季前要修")).status_code == 201
    (found,) = phone.get(TASKS).json()["results"]
    return found


def test_a_problem_raised_is_a_task_of_its_helper_and_due_in_thirty_days(task, households):
    # Of the day of the visit, some hours ago.
    today = timezone.localdate(datetime.datetime.fromisoformat(body(households[0])["visited_at"]))
    assert (task["state"], task["light"], task["owner"], task["owner_name"]) == ("open", "open", "helper", "helper")
    assert (task["raised_on"], task["due_on"]) == (str(today), str(today + datetime.timedelta(days=30)))
    assert (task["division"], task["household"]) == (str(OTHER_LEAGUE), households[0].pk)


def test_no_problem_is_no_task_and_one_solved_on_the_spot_waits_for_confirmation_only(phone, households):
    send(phone, body(households[0]))
    sent = body(households[0], problem="没有收到补贴", problem_solved=True, help_given="代办后已到账")
    assert send(phone, sent).status_code == 201
    assert send(phone, sent).status_code == 200
    (found,) = phone.get(TASKS).json()["results"]
    assert (found["state"], found["solution"], found["solved_by_name"]) == ("solved", "代办后已到账", "helper")


def test_solved_by_the_helper_confirmed_by_the_township_and_sent_back_with_a_reason(task, phone, township):
    assert step(phone, task, "close").status_code == 422, "nothing to confirm yet"
    assert step(phone, task, "solve").json()["errors"][0]["field"] == "text"
    solved = step(phone, task, "solve", text="已请施工队修好屋顶").json()
    assert (solved["state"], solved["solved_by_name"], solved["version"]) == ("solved", "helper", 2)
    assert step(township, task, "close").status_code == 409, "somebody else was faster"
    assert step(phone, solved, "close").status_code == 403
    back = step(township, solved, "reopen", text="还在漏").json()
    assert (back["state"], back["remark"], back["solved_on"]) == ("open", "还在漏", None)
    solved = step(phone, back, "solve", text="重做了防水").json()
    closed = step(township, solved, "close", text="现场看过").json()
    assert (closed["state"], closed["closed_by_name"], closed["remark"]) == ("closed", "township", "现场看过")
    with scopes.activate(EVERYTHING):
        assert VisitTask.objects.get().events.count() == 5


def test_nobody_confirms_his_own_solution(task, township):
    solved = step(township, task, "solve", text="乡里直接解决").json()
    assert step(township, solved, "close").status_code == 403
    other = sign_in(Client(), make_user("head", "township_head", TOWNSHIP))
    assert step(other, solved, "close").json()["state"] == "closed"


def test_a_task_is_given_to_another_owner_with_a_day(task, township, officer):
    day = timezone.localdate() + datetime.timedelta(days=7)
    half = step(township, task, "assign", owner="village")
    assert half.json()["errors"][0]["field"] == "owner_name"
    past = step(township, task, "assign", due_on=str(day - datetime.timedelta(days=9)))
    assert past.json()["errors"][0]["field"] == "due_on"
    given = step(township, task, "assign", owner="village", owner_name="嘎查主任", due_on=str(day)).json()
    assert (given["owner"], given["owner_name"], given["due_on"]) == ("village", "嘎查主任", str(day))
    assert step(officer, given, "solve", text="村里修好了").json()["state"] == "solved"


def test_overdue_problems_are_a_list_with_a_red_light(task, township):
    with scopes.acting(make_user("writer", "county_officer", OTHER_LEAGUE // 10**6 * 10**6)):
        VisitTask.objects.update(due_on=timezone.localdate() - datetime.timedelta(days=1))
    (late,) = township.get(f"{TASKS}?overdue=true").json()["results"]
    assert late["light"] == "overdue" and township.get(f"{TASKS}?overdue=false").json()["results"] == []
    page = township.get("/visit-tasks/?overdue=true").content.decode()
    assert "light-red" in page and "住房漏水" in page
    detail = township.get(f"/visit-tasks/{task['id']}/")
    assert detail.status_code == 200 and 'name="step"' in detail.content.decode()
    gone = township.post(f"/visit-tasks/{task['id']}/", {"step": "solve", "text": "", "version": 1})
    assert gone.status_code == 422
    done = township.post(f"/visit-tasks/{task['id']}/", {"step": "solve", "text": "修好了", "version": 1})
    assert done.status_code == 302, done.content.decode()
    household = township.get(f"/households/{task['household']}/").content.decode()
    assert "未办结的走访问题" in household


def test_visits_added_in_bulk_get_their_tasks_once(households, helper):
    then = timezone.now()
    with scopes.activate(EVERYTHING):
        here = {"household": households[0], "division_id": OTHER_LEAGUE, "author": helper, "received_at": then}
        receipts = [
            VisitReceipt.objects.create(**here, client_id=uuid4(), visited_on=then.date(), digest="0")
            for _n in range(3)
        ]
        Visit.objects.bulk_create(
            Visit(
                **here,
                id=one.pk,
                client_id=one.client_id,
                visited_on=then.date(),
                visited_at=then,
                text="x",
                problem=said,
            )
            for one, said in zip(receipts, ("井水浑浊", "", "路断了"), strict=True)
        )
        assert [tasks.raise_all(then.date()), tasks.raise_all(then.date()), VisitTask.objects.count()] == [2, 0, 2]


def test_a_conflict_is_settled_once_by_who_when_which_and_why(phone, officer, households):
    sent = body(households[0])
    send(phone, sent)
    assert send(phone, sent | {"text": "另写了一篇完全不同的内容。"}).status_code == 409
    (found,) = officer.get(f"{CONFLICTS}?settled=false").json()["results"]
    address = f"{CONFLICTS}{found['id']}/settle/"
    assert act(officer, address, kept="none", reason="x").status_code == 422
    assert act(officer, address, kept="both", reason="  ").status_code == 422
    stranger = sign_in(Client(), make_user("inspector", "inspector", OTHER_LEAGUE // 10**6 * 10**6))
    assert act(stranger, address, kept="both", reason="x").status_code == 403
    settled = act(officer, address, kept="stored", reason="第二份是误点的草稿").json()
    assert (settled["kept"], settled["settled_by_name"], settled["settled_reason"]) == (
        "stored",
        "officer",
        "第二份是误点的草稿",
    )
    assert settled["settled_at"] and act(phone, address, kept="this", reason="再改").status_code == 422
    assert officer.get(f"{CONFLICTS}?settled=false").json()["results"] == []
    page = officer.get(f"/visit-conflicts/{found['id']}/").content.decode()
    assert "以已有日记为准" in page and 'name="kept"' not in page


def test_of_somebody_elses_visit_only_ones_own_content_can_be_said_to_count(phone, officer, households):
    sent = body(households[0])
    send(phone, sent)
    send(officer, sent | {"text": "村里另一位干部的记录。"})
    (found,) = officer.get(CONFLICTS).json()["results"]
    page = officer.post(f"/visit-conflicts/{found['id']}/", {"kept": "stored", "reason": "x"})
    assert page.status_code == 422
    assert officer.post(f"/visit-conflicts/{found['id']}/", {"kept": "this", "reason": "确有其事"}).status_code == 302


def test_the_application_changes_no_more_of_a_conflict_than_its_settlement(phone, households):
    sent = body(households[0])
    send(phone, sent)
    send(phone, sent | {"text": "另写了一篇完全不同的内容。"})
    with scopes.activate(EVERYTHING):
        assert VisitConflict.objects.count() == 1
        for column in ("text = 'x'", "author_id = author_id", "digest = 'x'"):
            with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"UPDATE visits_visitconflict SET {column}")
