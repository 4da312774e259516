"""One problem in a real browser, from an unannounced inspection to 销号, by people of five offices.

The league plans the inspection and draws the villages; a member from elsewhere writes the problem down on the phone
without a network, with a photo; the county is late, gets its letter and is called in, hands in, is sent back, hands in
again; the league closes. Days pass by the reference date, with what the night does.
"""

from __future__ import annotations

import datetime
import re

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from playwright.sync_api import expect

from apps.access import scope as scopes
from apps.common.days import today
from apps.divisions.models import Division
from apps.inspections.models import Inspection, InspectionTarget, SampledUnit
from apps.problems.models import EscalationStep, Problem, ProblemLog, ProblemPhoto, SupervisionLetter
from apps.problems.tasks import climb_ladder
from tests.browser.journey import Journey
from tests.factories.accounts import make_user, planter, sign_in
from tests.factories.divisions import VILLAGES, plant
from tests.factories.inspections import COUNTY, LEAGUE, Bureau
from tests.visits.test_photos import picture as photo

PHONE = {"width": 360, "height": 740}
FACT = "三户危房改造后未通过验收即销号。"
UNPLUGGED = re.compile("ERR_INTERNET_DISCONNECTED|ERR_FAILED")
UNSETTLED = ".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added"


def last(model, **only):
    with scopes.acting(planter()):
        return model.objects.filter(**only).order_by("pk").last()


@pytest.fixture
def journey(committed_db, visit, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.REFERENCE_DATE = datetime.date(2018, 3, 1)
    cache.clear()
    return Journey(visit(), settings, climb_ladder)


def write_without_network(journey, phone, member, village: str) -> None:
    """The member's phone: the form of the village with its problem and a photo, written offline and sent later."""
    page = phone.page
    journey.enter(member, phone)
    page.goto("/phone/")
    page.wait_for_selector("#forms button.choice")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    phone.context.set_offline(True)
    page.click(f"#forms button:has-text('{village}')")
    page.fill("#remark", "已到村，走访三户。")
    page.set_input_files("#album", [{"name": "1.jpg", "mimeType": "image/jpeg", "buffer": photo(1, (800, 600))}])
    page.wait_for_selector("#photos li")
    page.fill("#problem_fact", FACT)
    page.select_option("#problem_level", "serious")
    page.select_option("#problem_area", "dwelling")
    page.click("#finish")
    page.wait_for_selector("#entries li[data-state=waiting]")
    assert last(Problem) is None
    phone.context.set_offline(False)
    page.wait_for_selector("#entries li[data-state=sent]")
    phone.complaints[:] = [one for one in phone.complaints if not UNPLUGGED.search(one)]


def test_a_problem_from_an_unannounced_inspection_to_its_closing(journey, visit):
    with transaction.atomic():
        plant(*VILLAGES)
        bureau = Bureau.at(LEAGUE)
        county = make_user("county", "county_officer", COUNTY)
        league, second = (make_user(name, "league_officer", LEAGUE) for name in ("league", "league-2"))

    # Planned and approved by two; the county knows nothing of it until it begins.
    page = journey.page
    journey.at(bureau.planner, "/inspections/new/")
    page.check(f"[name=places][value='{COUNTY}']")
    journey.send(
        "form.card",
        title="住房安全暗访",
        kind="unannounced",
        from_on=today().isoformat(),
        until_on=(today() + datetime.timedelta(days=5)).isoformat(),
        basis="内扶组发〔2018〕7号",
    )
    address = f"/inspections/{last(Inspection).pk}/"
    journey.step(bureau.head, address, "approve")
    journey.at(bureau.planner, address)
    lines = {"team": 1, "name": "督查员", "account": bureau.member.username, "leader": True}
    journey.send("#step form", step="set_team", **{f"teams-0-{name}": value for name, value in lines.items()})
    told = sign_in(Client(), county)
    assert told.get("/api/v1/inspection-targets/").json()["results"] == []
    journey.step(bureau.planner, address, "start")
    assert len(told.get("/api/v1/inspection-targets/").json()["results"]) == 1
    assert told.get(f"/api/v1{address}").status_code == 404
    assert last(InspectionTarget).division_id == COUNTY

    # Two villages are drawn; the problem of one is written down where there is no network.
    journey.at(bureau.planner, f"/samples/new/?inspection={last(Inspection).pk}")
    journey.send("form.card", unit="village", method="size", size=2, seed=7)
    unit = last(SampledUnit)
    with scopes.acting(planter()):
        village = Division.objects.get(pk=unit.place_id).short_name
    phone = visit(viewport=PHONE)
    write_without_network(journey, phone, bureau.member, village)
    problem = last(Problem)
    assert (problem.fact, problem.division_id, problem.source) == (FACT, unit.place_id, "inspection")
    assert problem.inspection_id == last(Inspection).pk
    journey.at(league, address)

    # The league lists and assigns it, the county plans measures, the league agrees.
    address = f"/problems/{problem.pk}/"
    journey.step(league, address, "list", kind="at_once")
    journey.at(league, address)
    page.wait_for_selector(".picker select >> nth=1")
    expect(page.locator(UNSETTLED)).to_have_count(0)
    page.select_option(".picker select >> nth=1", index=0)
    page.wait_for_selector(f"input[name=unit][value='{COUNTY}']", state="attached")
    due_on = journey.day + datetime.timedelta(days=20)
    journey.send("#step form", step="assign", department="住建局", leader="分管副旗长", due_on=due_on.isoformat())
    measure = {"text": "重新鉴定并完成改造", "by_on": due_on.isoformat(), "checked_by": "现场查看鉴定报告"}
    journey.step(county, address, "plan", **{f"measures-0-{name}": value for name, value in measure.items()})
    journey.step(league, address, "approve_plan")

    # It is late: a letter after five days, an interview after fifteen.
    journey.wait(20 + 6)
    assert last(EscalationStep, rung="letter") is not None
    new = journey.day + datetime.timedelta(days=10)
    journey.step(league, address, "urge", note="请抓紧整改", due_on=new.isoformat())
    letter = last(SupervisionLetter)
    journey.at(county, f"/supervision-letters/{letter.pk}/")
    journey.send("#step form")
    assert last(SupervisionLetter).received_on == journey.day
    journey.wait(10 + 16)
    journey.step(league, address, "interview", note="约谈分管副旗长")
    assert last(EscalationStep, rung="interview").done_on == journey.day

    # Handed in, sent back, handed in again, looked at by another, closed.
    journey.step(county, address, "submit", result="三户均已验收")
    again = journey.day + datetime.timedelta(days=15)
    journey.step(second, address, "rework", note="一户未达标，补课", due_on=again.isoformat())
    journey.step(county, address, "submit", result="三户均已重新验收")
    journey.step(second, address, "verify", opinion="现场查看，属实", site=village)
    journey.step(league, address, "close")
    problem = last(Problem)
    assert (problem.state, problem.closed_on) == ("closed", journey.day)
    assert last(ProblemPhoto) is None  # the photo of the fact stays with the form
    with scopes.acting(planter()):
        log = list(ProblemLog.objects.filter(problem=problem).order_by("pk").values_list("step", "by_name"))
    assert [step for step, _by in log if step != "escalate"] == [
        *("raise", "list", "assign", "plan", "approve_plan", "urge", "receive", "interview"),
        *("submit", "rework", "submit", "verify", "close"),
    ]

    # The sheet reads like the paper ledger, and is printed upright on A4.
    journey.at(league, f"{address}sheet/")
    shown = page.inner_text("article.sheet")
    heads = ("一、问题清单", "二、责任清单", "三、措施清单", "四、整改和销号", "五、办理记录")
    assert [head for head in heads if head not in shown] == []
    assert all(
        word in shown for word in (problem.number, FACT, "住建局", "分管副旗长", "三户均已重新验收", "现场查看，属实")
    )
    assert journey.visitor.accessibility() == []
    printed = page.pdf(prefer_css_page_size=True)
    sizes = {tuple(map(float, box)) for box in re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", printed)}
    assert {(round(width), round(height)) for width, height in sizes} == {(595, 842)}
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) <= 2
