"""Pages and API of the problem ledger: what is shown, what is taken, what is refused."""

from __future__ import annotations

import io

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.common.days import today
from apps.crosschecks.models import Finding
from apps.dashboards.todo import problems_waiting
from apps.problems.models import Problem, SupervisionLetter
from tests.factories.accounts import make_user, planter, sign_in
from tests.factories.divisions import VILLAGES, plant
from tests.factories.problems import COUNTY, LEAGUE, VILLAGE, People, in_days

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> People:
    plant(*VILLAGES)
    return People.make()


def as_(user: object) -> Client:
    return sign_in(Client(), user)  # type: ignore[arg-type]


def test_an_inspector_records_a_problem_and_mends_it_until_it_is_listed(people: People) -> None:
    client = as_(people.inspector)
    assert "问题事实" in client.get("/problems/new/").content.decode()
    entered = {
        "division": VILLAGE, "source": "inspection", "area": "dwelling", "object": "危房", "level": "grave",
        "fact": "两户仍住危房", "evidence": "照片", "found_on": today().isoformat(),
    }  # fmt: skip
    made = client.post("/problems/new/", entered)
    assert made.status_code == 302
    with scopes.acting(people.inspector):
        found = Problem.objects.get()
    page = client.get(made.url).content.decode()
    for words in ("两户仍住危房", found.number, "问题清单", "责任清单", "措施清单", "登记问题"):
        assert words in page
    changed = client.post(f"/problems/{found.pk}/edit/", {**entered, "fact": "三户仍住危房", "version": found.version})
    assert changed.status_code == 302
    for wrong, field in (
        ({"found_on": in_days(1)}, "found_on"),
        ({"division": 150525000000}, "division"),
        ({"fact": ""}, "fact"),
    ):
        answer = client.post("/problems/new/", {**entered, **wrong})
        assert (answer.status_code, field in answer.context["form"].errors) == (422, True)
    people.take(found, "list")
    assert client.get(f"/problems/{found.pk}/edit/").status_code == 403
    assert as_(people.county).get("/problems/new/").status_code == 200
    assert as_(make_user("village", "village_officer", VILLAGE)).get("/problems/new/").status_code == 403


def test_the_page_offers_each_his_step_and_takes_it(people: People) -> None:
    found = people.at("assigned")
    address = f"/problems/{found.pk}/"
    county = as_(people.county)
    page = county.get(address).content.decode()
    assert "制定措施" in page
    assert "审定措施" not in page
    lines = {
        "measures-count": 2,
        "measures-0-text": "重新鉴定", "measures-0-by_on": in_days(20), "measures-0-checked_by": "看报告",
        "measures-1-text": "完成改造", "measures-1-by_on": in_days(50), "measures-1-checked_by": "入户看房",
    }  # fmt: skip
    sent = {"step": "plan", "version": found.version + 0, **lines}
    assert county.post(address, {**sent, "version": found.version}).status_code == 302
    assert county.post(address, {**sent, "version": found.version}).status_code in (403, 409)
    league = as_(people.league)
    page = league.get(address).content.decode()
    assert "完成改造" in page
    with scopes.acting(people.league):
        version = Problem.objects.get(pk=found.pk).version
    assert league.post(address, {"step": "close", "version": version}).status_code == 422
    assert league.post(address, {"step": "approve_plan", "version": version}).status_code == 302
    assert as_(make_user("far", "county_officer", 150423000000)).get(address).status_code == 404


def test_letters_are_printed_received_and_counted(people: People) -> None:
    found = people.take(people.at("in_progress"), "urge")
    with scopes.acting(people.league):
        letter = SupervisionLetter.objects.get()
    league, county = as_(people.league), as_(people.county)
    sheet = league.get(f"/supervision-letters/{letter.pk}/sheet/").content.decode()
    assert letter.number in sheet
    assert f"{letter.due_on}" in sheet
    assert "扶贫开发领导小组" in sheet
    address = f"/supervision-letters/{letter.pk}/"
    assert league.post(address, {"on": ""}).status_code == 403
    assert "签收日期" in county.get(address).content.decode()
    assert county.post(address, {"on": in_days(1).isoformat()}).status_code == 422
    assert county.post(address, {"on": ""}).status_code == 302
    assert county.post(address, {"on": ""}).status_code == 403
    assert found.number in county.get(f"/problems/{found.pk}/sheet/").content.decode()


def test_photos_are_drawn_anew_and_only_of_what_one_does(people: People) -> None:
    found = people.at("in_progress")
    data = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(data, "JPEG")

    def send(user: object, of: str) -> int:
        file = io.BytesIO(data.getvalue())
        file.name = "p.jpg"
        return as_(user).post(f"/problems/{found.pk}/photos/", {"of": of, "photo": file}).status_code

    assert send(people.county, "result") == 302
    assert send(people.county, "site") == 422
    assert send(people.league, "fact") == 302
    with scopes.acting(people.county):
        photo = found.photos.get(of="result")
    small = as_(people.county).get(f"/problem-photos/{photo.pk}/small/")
    assert b"".join(small.streaming_content)[:2] == b"\xff\xd8"  # type: ignore[arg-type]
    assert as_(make_user("far", "county_officer", 150423000000)).get(f"/problem-photos/{photo.pk}/").status_code == 404


def test_the_same_is_looked_into_elsewhere_once(people: People) -> None:
    found = people.raised()
    client = as_(people.inspector)
    assert "150423000000" in client.get(f"/problems/{found.pk}/").content.decode()
    address = f"/problems/{found.pk}/elsewhere/"
    assert client.post(address, {"places": ["150423000000"]}).status_code == 302
    assert client.post(address, {"places": ["150423000000"]}).status_code == 422
    assert client.post(address, {"places": ["150522000000"]}).status_code == 422
    with scopes.acting(people.inspector):
        copy = Problem.objects.get(alike=found)
        assert (copy.state, copy.division_id) == ("raised", 150423000000)
    page = client.get(f"/problems/{found.pk}/").content.decode()
    assert copy.number in page
    assert copy.number not in as_(people.county).get(f"/problems/{found.pk}/").content.decode()


def test_many_are_listed_at_once_and_none_is_closed_so(people: People) -> None:
    rows = [people.raised(fact=f"问题{number}") for number in range(3)]
    rows.append(people.at("assigned"))
    client = as_(people.league)
    keys = [row.pk for row in rows]
    first = client.post("/problems/at-once/", {"row": keys})
    assert "列入问题清单" in first.content.decode()
    seen = first.context["seen"]
    tried = client.post("/problems/at-once/", {"stage": "try", "rows": seen, "step": "list", "kind": "rules"})
    assert tried.status_code == 200
    token = tried.context["token"]
    sent = {"stage": "take", "rows": seen, "step": "list", "kind": "rules", "token": token}
    assert client.post("/problems/at-once/", sent).status_code == 302
    with scopes.acting(people.league):
        assert Problem.objects.filter(state="listed", kind="rules").count() == 3
    assert client.post("/problems/at-once/", {"stage": "try", "rows": seen, "step": "close"}).status_code == 422


def test_standing_says_what_is_closed_and_what_is_late(people: People) -> None:
    people.at("closed")
    people.at("in_progress")
    people.take(people.at("in_progress"), "urge")
    answer = as_(people.league).get("/api/v1/problems/standing/").json()
    unit = answer["units"][0]
    assert (unit["division"], unit["total"], unit["closed"], unit["rate"]) == (str(COUNTY), 3, 1, "0.333")
    assert (unit["letters"], unit["outstanding"]) == (1, 1)
    page = as_(people.league).get("/problems/standing/")
    assert "33.3%" in page.content.decode()
    assert as_(people.county).get(f"/problems/standing/?division={LEAGUE}").status_code == 404


def test_programs_read_and_move_problems(people: People) -> None:
    found = people.at("in_progress")
    county = as_(people.county)
    body = county.get(f"/api/v1/problems/{found.pk}/").json()
    assert {"state", "due_on", "source"} <= set(body)
    assert body["steps"] == ["report", "submit"]
    address = f"/api/v1/problems/{found.pk}/step/"
    sent = {"step": "submit", "version": found.version, "result": "已整改"}
    answer = county.post(address, sent, content_type="application/json")
    assert (answer.status_code, answer.json()["state"]) == (200, "submitted")
    again = county.post(address, {**sent, "step": "close"}, content_type="application/json")
    assert again.status_code == 409
    rows = county.get("/api/v1/problems/?state=submitted&source=inspection&light=green").json()["results"]
    assert [row["number"] for row in rows] == [found.number]
    assert county.get("/api/v1/problems/?search=危房").json()["results"][0]["number"] == found.number


def test_likes_are_found_by_their_words(people: People) -> None:
    found = people.raised(fact="三户危房改造后未通过验收即销号。")
    same = people.raised(150423000000, fact="五户危房改造后未通过验收即销号。")
    people.raised(150423000000, fact="帮扶责任人全年未入户走访。", object="走访")
    page = as_(people.league).get(f"/problems/{found.pk}/")
    assert [row[0] for row in page.context["alike"]] == [same]


def lines_of(user: object) -> dict[str, int]:
    """What the desk of an account says of the ledger."""
    with scopes.acting(user):  # type: ignore[arg-type]
        return {line["label"]: line["count"] for line in problems_waiting(user) if line["count"]}


def test_desks_count_what_waits_for_them_and_open_it(people: People) -> None:
    people.raised()
    people.at("in_progress")
    people.take(people.at("in_progress"), "urge")
    people.take(people.raised(VILLAGE), "list")
    league, county = lines_of(people.league), lines_of(people.county)
    assert (league.pop("督办函未签收"), league.pop("下级本月整改月报未报")) == (1, 2)
    assert sum(league.values()) == 1
    assert county.pop("本月整改月报待报") == 2
    assert sum(county.values()) == 4
    assert lines_of(people.region) == {}
    rows = as_(people.county).get("/api/v1/problems/?waiting=true").json()["results"]
    assert {row["state"] for row in rows} == {"in_progress", "urged", "listed"}
    assert len(as_(people.county).get("/api/v1/supervision-letters/?waiting=true").json()["results"]) == 1
    assert len(as_(people.league).get("/api/v1/supervision-letters/?issued=true").json()["results"]) == 1


def test_who_owes_the_report_of_this_month_is_told_and_so_is_the_office_above(people: People) -> None:
    owed, unplanned = people.at("in_progress"), people.at("assigned")
    come = people.take(people.at("in_progress"), "report")
    early = people.take(people.at("in_progress", found_on=in_days(-60)), "report", period=in_days(-40))

    def listed(user: object, whose: str) -> set[int]:
        rows = as_(user).get(f"/api/v1/problems/?report_owed={whose}").json()["results"]
        return {row["id"] for row in rows}

    assert listed(people.county, "mine") == listed(people.league, "below") == {owed.pk, early.pk}
    assert listed(people.county, "below") == listed(people.league, "mine") == set()
    assert not {unplanned.pk, come.pk} & listed(people.league, "below")
    assert lines_of(people.league)["下级本月整改月报未报"] == 2
    people.take(owed, "report")
    assert lines_of(people.county)["本月整改月报待报"] == 1


def test_a_problem_or_an_inspection_is_found_by_its_whole_number(people: People) -> None:
    from tests.factories.inspections import Bureau

    bureau = Bureau.at()
    secret, open_one = bureau.plan("unannounced"), bureau.take(bureau.plan(), "approve")
    found = people.raised()
    far = make_user("far", "county_officer", 150423000000)

    clients = {user: as_(user) for user in (people.county, far, bureau.planner)}

    def goes_to(user: User, text: str) -> str:
        answer = clients[user].post("/search/", {"q": text})
        return answer["Location"] if answer.status_code == 302 else ""

    for text in (found.number, found.number.replace("-", " ")):
        assert goes_to(people.county, text) == f"/problems/{found.pk}/"
        assert goes_to(far, text) == ""
    assert goes_to(people.county, found.number[:-1]) == ""
    assert goes_to(bureau.planner, secret.number.lower()) == f"/inspections/{secret.pk}/"
    assert goes_to(people.county, secret.number) == goes_to(far, open_one.number) == ""
    assert goes_to(people.county, open_one.number).startswith("/inspection-targets/")


def test_a_confirmed_finding_and_a_problem_of_a_visit_become_problems(people: People) -> None:
    now = timezone.now()
    with scopes.acting(planter()):
        found = Finding.objects.create(
            division_id=VILLAGE, rule="VL-01", object_kind="village", object_id=VILLAGE, severity="warning",
            acting_level=3, found_on=today(), due_on=today(), state_since=now,
        )  # fmt: skip
    client = as_(people.county)
    asked = f"/problems/new/?finding={found.pk}"
    assert asked not in client.get(f"/findings/{found.pk}/").content.decode()
    entered = {
        "division": VILLAGE, "source": "finding", "area": "data", "object": "嘎查村档案", "level": "general",
        "fact": "集体收入与台账不符", "found_on": today().isoformat(), "finding": found.pk,
    }  # fmt: skip
    assert client.post("/problems/new/", entered).status_code == 422
    with scopes.acting(planter()):
        Finding.objects.filter(pk=found.pk).update(state="closed", verdict="corrected", verdict_reason="收入有误")
    assert asked in client.get(f"/findings/{found.pk}/").content.decode()
    assert "收入有误" in client.get(asked).content.decode()
    made = client.post("/problems/new/", entered)
    assert made.status_code == 302
    with scopes.acting(people.county):
        assert Problem.objects.get().finding_id == found.pk
    assert client.post("/problems/new/", {**entered, "finding": found.pk + 1}).status_code == 422
    assert client.post("/problems/new/", {**entered, "finding": "", "visit_task": 1}).status_code == 422
