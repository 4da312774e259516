"""Library and projects on pages and in the API: proposing, taking steps, what is said and what is refused."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from apps.access import scope as scopes
from apps.common.days import today
from apps.funds.models import LibraryItem, NegativeItem, Project
from apps.funds.services.negative import Answers
from tests.factories.accounts import planter, sign_in
from tests.factories.divisions import VILLAGES, plant
from tests.factories.funds import REGION, VILLAGE
from tests.factories.households import make_household
from tests.factories.notices import stand
from tests.factories.projects import Way, noticed, selection

pytestmark = pytest.mark.django_db

PROPOSAL = {
    "division": str(VILLAGE),
    "name": "肉羊养殖",
    "kind": "industry",
    "mode": "menu",
    "year": "2018",
    "scale": "购置母羊60只",
    "amount": "120000.50",
    "need": "草场不足",
    "target": "户均增收3000元",
    "mechanism": "户购户养",
    "met_on": "2018-03-01",
    "present": "40",
    "decision": "同意",
}
DECIDED = {
    "approval_no": "敖扶批1号",
    "unit": "旗农牧局",
    "person_in_charge": "包金山",
    "plan_start": "2018-04-01",
    "plan_end": "2018-10-01",
}


@pytest.fixture
def way() -> Way:
    plant(*VILLAGES)
    return Way.make()


@pytest.fixture
def as_(way: Way) -> Callable[[str], Client]:
    """A signed-in client of one of the people."""
    return lambda who: sign_in(Client(), way.people[who])


def only(model: Any) -> Any:
    with scopes.acting(planter()):
        return model.objects.get()


def test_a_village_proposes_on_a_page(way: Way, as_: Callable[[str], Client]) -> None:
    one, other = make_household(division=VILLAGE), make_household(division=VILLAGE)
    client = as_("village")
    assert client.get("/library-items/new/").status_code == 200
    sent = client.post("/library-items/new/", {**PROPOSAL, "households": f"{one.code}\r\n{other.code}\n"})
    item = only(LibraryItem)
    assert (sent.status_code, sent["Location"]) == (302, f"/library-items/{item.pk}/")
    page = client.get(sent["Location"]).content.decode()
    assert one.code in page and other.code in page and "120,000.50" in page
    sent = client.post(f"/library-items/{item.pk}/", {"step": "propose", "version": item.version})
    assert sent.status_code == 302
    assert only(LibraryItem).state == "proposed"
    assert client.get(f"/library-items/{item.pk}/edit/").status_code == 403
    assert as_("office").get("/library-items/new/").status_code == 403


def test_what_cannot_be_is_said_at_its_field(way: Way, as_: Callable[[str], Client]) -> None:
    gone = make_household(division=VILLAGE, status="60")
    sent = as_("village").post("/library-items/new/", {**PROPOSAL, "households": gone.code, "amount": "-1"})
    assert sent.status_code == 422
    assert "amount" in sent.context["form"].errors
    sent = as_("village").post("/library-items/new/", {**PROPOSAL, "households": gone.code})
    assert sent.status_code == 422
    assert gone.code in sent.context["form"].errors["households"][0]
    with scopes.acting(planter()):
        assert not LibraryItem.objects.exists()


def test_double_help_is_said_to_who_decides(way: Way, as_: Callable[[str], Client]) -> None:
    household = make_household(division=VILLAGE)
    way.item(household)
    second = way.take(way.item(household), "propose")
    page = as_("township").get(f"/library-items/{second.pk}/").content.decode()
    assert "重复受益" in page
    body = as_("township").get(f"/api/v1/library-items/{second.pk}/").json()
    assert household.code in body["warnings"][0]
    assert set(body["steps"]) == {"check_township", "return_township"}


def test_the_whole_way_by_the_api(way: Way, as_: Callable[[str], Client]) -> None:
    household = make_household(division=VILLAGE)

    def post(who: str, path: str, **body: Any) -> Any:
        return as_(who).post(f"/api/v1/{path}", body, content_type="application/json")

    made = post("village", "library-items/", **{**PROPOSAL, "year": today().year, "households": household.code})
    assert made.status_code == 201, made.json()
    found = made.json()
    assert (found["beneficiaries"], found["amount"], found["state"]) == ([household.code], "120000.50", "draft")
    path = f"library-items/{found['id']}/step/"
    for who, step, more in (
        ("village", "propose", {}),
        ("township", "check_township", {}),
        ("department", "check_department", {}),
        ("head", "approve", {}),
        ("office", "notice", {}),
        ("office", "enter", {}),
        ("head", "select", {**DECIDED, "none_found": True}),
    ):
        if step == "notice":
            assert post(who, path, step=step, version=found["version"]).json()["errors"][0]["code"] == "notice"
            noticed(only(LibraryItem))
        answer = post(who, path, step=step, version=found["version"], **more)
        assert answer.status_code == 200, answer.json()
        found = answer.json()
    assert found["state"] == "selected"
    project = only(Project)
    body = as_("office").get(f"/api/v1/projects/{project.pk}/").json()
    assert (body["code"], body["households"], body["item"]) == (project.code, 1, found["id"])
    assert body["negative_checks"][0]["by"] == "way-head"
    answer = post("office", f"projects/{project.pk}/step/", step="notice_before", version=body["version"])
    assert answer.json()["errors"][0]["code"] == "notice"
    stand(f"project:{project.pk}", VILLAGE)
    answer = post("office", f"projects/{project.pk}/step/", step="notice_before", version=body["version"])
    assert answer.json()["noticed_before_on"] == today().isoformat()
    assert [one["state"] for one in answer.json()["notices"]] == ["running"]
    stale = post("office", f"projects/{project.pk}/step/", step="start", version=body["version"])
    assert stale.status_code == 409


def test_a_patch_keeps_whom_it_does_not_name(way: Way, as_: Callable[[str], Client]) -> None:
    item = way.item()
    patched = as_("village").patch(
        f"/api/v1/library-items/{item.pk}/",
        {"version": item.version, "kind": "water", "name": "打井"},
        content_type="application/json",
    )
    assert patched.status_code == 200, patched.json()
    assert len(patched.json()["beneficiaries"]) == 1
    with scopes.acting(planter()):
        assert item.beneficiaries.get().kind == "water"


def test_the_county_answers_what_the_negative_list_finds(way: Way, as_: Callable[[str], Client]) -> None:
    with scopes.acting(planter()):
        entry = NegativeItem.objects.create(
            division_id=REGION, aspect="building", position=1, name="形象工程", words="牌楼、雕塑"
        )
    item = way.in_library(scale="修牌楼一座")
    client = as_("head")
    page = client.get(f"/library-items/{item.pk}/")
    assert f"answer_{entry.pk}" in page.context["form"].fields
    assert "none_found" not in page.context["form"].fields
    sent = {"step": "select", "version": item.version, **DECIDED}
    refused = client.post(f"/library-items/{item.pk}/", sent)
    assert refused.status_code == 422
    assert "牌楼" in refused.context["form"].errors[f"answer_{entry.pk}"][0]
    done = client.post(f"/library-items/{item.pk}/", {**sent, f"answer_{entry.pk}": "民俗旅游入口标识"})
    assert done.status_code == 302
    assert "民俗旅游入口标识" in client.get(f"/projects/{only(Project).pk}/").content.decode()


def test_a_change_is_looked_through_as_it_is_to_be(way: Way, as_: Callable[[str], Client]) -> None:
    with scopes.acting(planter()):
        entry = NegativeItem.objects.create(
            division_id=REGION, aspect="building", position=1, name="形象工程", words="牌楼"
        )
    project, client = way.project(), as_("head")
    assert "none_found" in client.get(f"/projects/{project.pk}/").context["form"].fields
    sent = {"step": "change", "version": project.version, "note": "增加内容", "scale": "养牛，修牌楼"}
    refused = client.post(f"/projects/{project.pk}/", {**sent, "none_found": "on"})
    assert f"answer_{entry.pk}" in refused.context["form"].errors
    done = client.post(f"/projects/{project.pk}/", {**sent, f"answer_{entry.pk}": "养殖小区门标"})
    assert done.status_code == 302
    changed = only(Project)
    assert (changed.scale, changed.name) == ("养牛，修牌楼", project.name)


def test_a_monthly_report_on_the_page(way: Way, as_: Callable[[str], Client]) -> None:
    project, client = way.project(), as_("village")
    sent = {"step": "report", "version": project.version, "month": today().isoformat(), "percent": "15"}
    assert client.post(f"/projects/{project.pk}/", sent).status_code == 422
    done = client.post(f"/projects/{project.pk}/", {**sent, "spent": "100.00", "supervisor_name": "赵监督"})
    assert done.status_code == 302
    assert "赵监督" in client.get(f"/projects/{project.pk}/").content.decode()
    listed = client.get("/api/v1/project-progress/?unsigned=true").json()
    assert listed["results"] == []


def test_lists_are_narrowed(way: Way, as_: Callable[[str], Client]) -> None:
    late = way.take(
        way.in_library(kind="beijing"),
        "select",
        selection=selection(plan_start=today() - datetime.timedelta(days=31)),
        answers=Answers({}, none_found=True),
    )
    way.project()
    client = as_("finance")
    for query, number in (("", 2), ("late=true", 1), ("outside=true", 0), ("kind=beijing&late=true", 1)):
        found = client.get(f"/api/v1/projects/?{query}").json()["results"]
        assert len(found) == number, query
    assert client.get("/api/v1/projects/?late=true").json()["results"][0]["item"] == late.pk
    way.take(way.item(), "propose")
    for who, number in (("township", 1), ("department", 0)):
        assert len(as_(who).get("/api/v1/library-items/?waiting=true").json()["results"]) == number
    items = client.get("/api/v1/library-items/?state=selected&amount_min=1").json()["results"]
    assert len(items) == 2


def test_a_page_of_projects_asks_no_more_for_more(
    way: Way, as_: Callable[[str], Client], django_assert_max_num_queries: Any
) -> None:
    client = as_("office")
    client.get("/projects/")
    for _number in range(4):
        way.project()
    with django_assert_max_num_queries(15) as asked:
        assert client.get("/projects/").status_code == 200
    before = len(asked)
    way.project()
    with django_assert_max_num_queries(before):
        client.get("/projects/")
