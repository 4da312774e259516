"""Many findings at once on the page and in the API."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.accounts.services import system_account
from apps.crosschecks.models import Finding, FindingLog
from apps.crosschecks.services import bulk, working
from tests.access.conftest import wall as wall  # the fixture: each wall must hold alone
from tests.crosschecks.families import REFERENCE, SIBLING, VILLAGE, family
from tests.crosschecks.many import many, states
from tests.factories.accounts import make_user, sign_in

pytestmark = pytest.mark.django_db

PAGE, API = "/findings/steps/", "/api/v1/findings/steps/"
COUNTY = 150422000000


@pytest.fixture(autouse=True)
def setting(settings, monkeypatch):
    settings.REFERENCE_DATE = REFERENCE
    monkeypatch.setattr(working.secrets, "randbelow", lambda most: 1)


@pytest.fixture
def officer() -> User:
    many(1, first=900_000, division_id=SIBLING)
    return make_user("village", "village_officer", VILLAGE)


@pytest.fixture
def village(officer) -> Client:
    return sign_in(Client(), officer)


def text(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, page
    return found[1]


def neighbours() -> int:
    with scopes.acting(system_account()):
        return Finding.objects.get(division_id=SIBLING).pk


# --- the list ---


def test_the_list_has_a_named_box_for_each_row_and_a_form_that_needs_no_script(village):
    keys = many(2)
    page = text(village.get("/findings/"))
    boxes = re.findall(
        r'<input class="tick no-print" type="checkbox" form="bulk" name="row" value="(\d+)"'
        r' aria-labelledby="row-(\d+)">'
        r'<span class="named" id="row-(\d+)"><a href="/findings/(\d+)/">([^<]+)</a></span>',
        page,
    )
    assert [{int(key) for key in box[:4]} for box in boxes] == [{key} for key in keys]
    assert all("登记性别" in box[4] for box in boxes)
    assert 'id="bulk" method="post"' in page and f'formaction="{PAGE}?"' in page
    assert 'aria-label="选择本页全部"' in page and "js/ticks.js" in page


def test_who_takes_no_steps_has_no_boxes(officer):
    many(2)
    inspector = sign_in(Client(), make_user("inspector", "inspector", COUNTY))
    page = text(inspector.get("/findings/"))
    assert 'name="row"' not in page and 'id="bulk"' not in page
    assert text(inspector.post(PAGE, {"row": "1"}), 403)
    assert text(inspector.get(PAGE), 403)
    assert 'name="row"' not in text(sign_in(Client(), officer).get("/households/"))


def test_all_that_match_are_offered_only_for_one_rule(village):
    many(3)
    many(2, first=20, rule="ID-08")
    assert 'name="all"' not in text(village.get("/findings/"))
    assert "只筛选一条规则后" in text(village.get("/findings/?state=open"))
    assert 'name="all"' not in text(village.get("/findings/?rule=ID-04&rule=ID-08"))
    page = text(village.get("/findings/?rule=ID-04&state=new"))
    assert "符合条件的全部 3 条" in page and f'formaction="{PAGE}?rule=ID-04&amp;state=new" name="all"' in page


def test_beyond_the_limit_the_list_says_so_and_so_does_the_step(village):
    many(bulk.MOST + 1)
    page = text(village.get("/findings/?rule=ID-04"))
    assert 'name="all"' not in page, page[page.index('id="bulk"') :][:1500]
    assert "符合条件的超过 5,000 条" in page
    answer = village.post(f"{PAGE}?rule=ID-04", {"all": "1"}, follow=True)
    assert "一次最多办理 5,000 条疑点" in text(answer) and answer.redirect_chain[0][0] == "/findings/?rule=ID-04"


# --- the page ---


def test_from_the_list_to_the_result(village):
    keys, closed = many(3), many(1, first=20, state="closed")
    chosen = text(village.post(f"{PAGE}?state=open", {"row": [*keys, *closed, neighbours()]}))
    assert "已选 5 条" in chosen and "开始核查（3 条可办）" in chosen and "复核通过" not in chosen
    seen = field(chosen, "rows")
    tried = text(village.post(f"{PAGE}?state=open", {"rows": seen, "stage": "try", "step": "check", "note": "入户"}))
    for piece in (
        "确认开始核查 3 条",
        "疑点现为“已办结”，不能“开始核查”。",
        "没有这条记录，或者它不在您的范围内。",
        "入户",
    ):
        assert piece in tried
    assert set(states(keys).values()) == {"new"}
    body = {name: field(tried, name) for name in ("rows", "step", "note", "token")}
    done = village.post(f"{PAGE}?state=open", {**body, "stage": "take"})
    assert (done.status_code, done["Location"]) == (302, f"{PAGE}?state=open")
    result = text(village.get(done["Location"]))
    assert '<dt>已办理</dt><dd><b class="num">3</b></dd>' in result
    assert '<dt>未办理</dt><dd><b class="num">2</b></dd>' in result
    assert "/findings/?rule=ID-04&amp;state=checking" in result and "/findings/?state=open" in result
    assert set(states(keys).values()) == {"checking"} and states([neighbours()]) == {neighbours(): "new"}
    # A second click is shown what came of the first.
    again = village.post(f"{PAGE}?state=open", {**body, "stage": "take"}, follow=True)
    assert '<dt>已办理</dt><dd><b class="num">3</b></dd>' in text(again)
    with scopes.acting(system_account()):
        assert FindingLog.objects.count() == 3


def test_what_changed_between_looking_and_confirming_is_left_as_it_is(village, officer):
    keys = many(3)
    seen = field(text(village.post(PAGE, {"row": keys})), "rows")
    with scopes.acting(officer):
        working.take(Finding.objects.get(pk=keys[0]), "check", by=officer)
    answer = village.post(PAGE, {"rows": seen, "stage": "take", "step": "check"}, follow=True)
    assert '<dt>已办理</dt><dd><b class="num">2</b></dd>' in text(answer) and "记录已被他人修改" in text(answer)


def test_all_that_match_the_filters_are_taken(village):
    keys, other = many(4), many(2, first=20, rule="ID-08")
    chosen = text(village.post(f"{PAGE}?rule=ID-04&state=open", {"all": "1"}))
    assert "已选 4 条" in chosen
    village.post(PAGE, {"rows": field(chosen, "rows"), "stage": "take", "step": "check"})
    assert set(states(keys).values()) == {"checking"} and set(states(other).values()) == {"new"}
    refused = village.post(PAGE, {"all": "1"}, follow=True)
    assert "只筛选一条规则后" in text(refused)
    assert village.post(f"{PAGE}?rule=XX-99", {"all": "1"}).status_code == 400
    assert village.post(f"{PAGE}?rule=ID-04&division={SIBLING}", {"all": "1"}).status_code == 404


def test_nothing_chosen_and_nonsense(village):
    answer = village.post(PAGE, {}, follow=True)
    assert "请先选择要办理的疑点" in text(answer) and answer.redirect_chain[0][0] == "/findings/?"
    assert village.get(PAGE)["Location"] == "/findings/?"
    for body in (
        {"row": "x"},
        {"row": "9" * 19},
        {"rows": "1", "stage": "try"},
        {"rows": "1:1;2:1", "stage": "try"},
    ):
        assert village.post(PAGE, body).status_code == 400, body
    page = text(village.post(PAGE, {"row": neighbours()}))
    assert "所选记录现在没有您可以办理的操作" in page


def test_a_step_that_nothing_is_open_to_is_tried_all_the_same_and_says_why(village):
    seen = f"{many(1)[0]}:1 {many(1, first=20, state='closed')[0]}:1"
    body = {"rows": seen, "stage": "try", "step": "to_workflow", "workflow": "removal"}
    page = text(village.post(PAGE, body))
    assert "疑点现为“新发现”，不能“转业务办理”。" in page and "疑点现为“已办结”，不能“转业务办理”。" in page
    assert "清退" in page and 'value="take"' not in page
    assert text(village.post(PAGE, {**body, "step": "reopen"}), 422)


def test_a_reason_that_is_missing_is_asked_for(village):
    keys = many(2, state="checking")
    seen = field(text(village.post(PAGE, {"row": keys})), "rows")
    body = {"rows": seen, "stage": "try", "step": "no_fault"}
    page = text(village.post(PAGE, body), 422)
    assert "请说明理由" in page and re.search(r'value="no_fault"[^>]* checked', page)
    back = text(village.post(PAGE, {**body, "stage": "choose", "note": "原件如此"}))
    assert "原件如此</textarea>" in back


def test_every_field_of_the_form_has_its_label(village):
    keys = [*many(1), *many(1, first=20, state="checking")]
    page = text(village.post(PAGE, {"row": keys}))
    labelled = set(re.findall(r'<label for="([^"]+)"', page))
    for name in ("note", "level", "department", "due_on", "workflow"):
        assert f"id_{name}" in labelled
    assert 'role="group" aria-labelledby="id_step_label"' in page


@pytest.mark.parametrize("wall", ["both", "application", "database"], indirect=True)
def test_a_neighbours_finding_is_named_like_one_that_does_not_exist(village, wall):
    foreign = neighbours()
    for key in (foreign, 999_999):
        page = text(village.post(PAGE, {"rows": f"{key}:1", "stage": "take", "step": "check"}, follow=True))
        assert "没有这条记录，或者它不在您的范围内。" in page and f'<span class="mono">{key}</span>' in page
    assert states([foreign]) == {foreign: "new"}


def test_who_reads_no_personal_data_sees_none_of_it_while_he_reviews(officer):
    made = family({"name": "乌兰"})
    person, evidence = made.persons[0], {"name": "乌兰", "birth_date": "1907-01-01", "birth_ok": True, "age": 111}
    about = {"object_kind": "person", "household": made.household, "person": person, "evidence": evidence}
    verdict = {"rule": "ID-05", "state": "corrected", "verdict": "corrected", "verdict_by": officer}
    (key,) = many(1, first=person.pk, **verdict, **about)
    head = sign_in(Client(), make_user("head", "township_head", 150422100000))
    pages = [text(head.get("/findings/"))]
    body = {"rows": f"{key}:1 {many(1, first=50)[0]}:1", "step": "review"}
    pages += [
        text(head.post(PAGE, {"row": [key]})),
        text(head.post(PAGE, {**body, "stage": "try"})),
        # Seen as it was before: refused, and named.
        text(head.post(PAGE, {**body, "rows": f"{key}:7", "stage": "try"})),
        text(head.post(PAGE, {**body, "stage": "take"}, follow=True)),
        text(head.post(PAGE, {**body, "stage": "take"}, follow=True)),
    ]
    assert "乌兰" in pages[0] and "乌兰" in pages[3] and "确认复核通过 1 条" in pages[2]
    assert not [page for page in pages if "1907-01-01" in page]
    village = sign_in(Client(), officer)
    assert "1907-01-01" in text(village.post(PAGE, {"rows": f"{key}:7", "stage": "try", "step": "close"}))


# --- the API ---


@pytest.fixture
def api(officer) -> APIClient:
    one: APIClient = sign_in(APIClient(), officer)
    return one


def post(api: APIClient, body: Any, query: str = "", **headers: str) -> Any:
    return api.post(API + query, body, format="json", headers=headers)


def test_the_api_takes_named_findings_and_says_the_others(api):
    keys, closed, foreign = many(3), many(1, first=20, state="closed"), neighbours()
    named = [
        {"id": keys[0], "version": 1},
        {"id": keys[1], "version": 7},
        *({"id": key} for key in (keys[2], *closed, foreign)),
    ]
    body = {"step": "check", "findings": named, "note": "入户"}
    tried = post(api, {**body, "dry_run": True}).json()
    assert set(states(keys).values()) == {"new"}
    done = post(api, body).json()
    assert tried == {**done, "dry_run": True}
    assert {name: done[name] for name in ("step", "dry_run", "found", "done", "refused")} == {
        "step": "check", "dry_run": False, "found": 5, "done": 2, "refused": 3,
    }  # fmt: skip
    assert {(one["code"], one["count"], tuple(one["findings"])) for one in done["refusals"]} == {
        ("stale", 1, (keys[1],)), ("state", 1, tuple(closed)), ("not_found", 1, (foreign,)),
    }  # fmt: skip


def test_the_api_takes_all_that_match_one_rule(api):
    keys, other = many(3), many(1, first=20, rule="ID-08")
    assert post(api, {"step": "check"}, "?rule=ID-04&state=new").json()["done"] == 3
    assert set(states(keys).values()) == {"checking"} and set(states(other).values()) == {"new"}
    for query in ("", "?state=open", "?rule=ID-04&rule=ID-08"):
        assert post(api, {"step": "check"}, query).json()["errors"][0]["field"] == "findings"
    assert post(api, {"step": "check"}, "?rule=XX-99").status_code == 400
    assert post(api, {"step": "check"}, f"?rule=ID-04&division={SIBLING}").status_code == 404
    many(bulk.MOST + 1, first=1000, rule="ID-08")
    assert post(api, {"step": "check"}, "?rule=ID-08").json()["errors"][0]["code"] == "too_many"


def test_bodies_that_make_no_sense(api):
    (key,) = many(1)
    one = [{"id": key}]
    for body, name in [
        ({"findings": one}, "step"),
        ({"step": "reopen", "findings": one}, "step"),
        ({"step": "check", "findings": []}, "findings"),
        ({"step": "check", "findings": [{"version": 1}]}, "findings"),
        ({"step": "check", "findings": "all"}, "findings"),
        ({"step": "check", "findings": one, "mood": "good"}, "mood"),
        ({"step": "no_fault", "findings": one}, "note"),
    ]:
        answer = post(api, body)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, name), body


def test_a_request_that_is_sent_again_is_answered_from_memory(api):
    keys = many(2)
    body = {"step": "check", "findings": [{"id": key, "version": 1} for key in keys]}
    first, second = (post(api, body, **{"Idempotency-Key": "k"}) for _time in range(2))
    assert first.json() == second.json() and first.json()["done"] == 2
    assert post(api, body).json()["refusals"][0]["code"] == "stale"


def test_a_reader_is_refused_before_the_body_is_looked_at(officer):
    one = sign_in(APIClient(), make_user("inspector", "inspector", COUNTY))
    assert post(one, {"nonsense": True}).status_code == 403
    assert APIClient().post(API, {}).status_code == 401
