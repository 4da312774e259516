"""The pages and the API of inspections: one is planned, drawn for, filled and looked at as people do it."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.access import scope as scopes
from apps.common.days import today
from apps.dashboards.todo import inspections_waiting
from apps.divisions import codes
from apps.inspections.models import FormTemplate, Inspection, InspectionTarget, Sample, SampledUnit, SiteForm
from apps.inspections.services import steps, templates
from apps.problems.choices import Area
from tests.access.world import EVERYTHING
from tests.factories.accounts import make_user, sign_in
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import make_household
from tests.factories.inspections import COUNTY, LEAGUE, NEXT_COUNTY, OTHER_LEAGUE, QUESTIONS, Bureau, draft_of, units_of
from tests.factories.notices import picture

pytestmark = pytest.mark.django_db
MEMBERS = {"teams-count": "1", "teams-0-team": "1", "teams-0-name": "督查员", "teams-0-leader": "on"}


@pytest.fixture
def bureau() -> Bureau:
    plant(*VILLAGES)
    for _one in range(4):
        make_household(VILLAGES[0])
    return Bureau.at()


def only(model: type) -> object:
    with scopes.activate(EVERYTHING):
        return model.objects.get()


def test_an_inspection_by_its_pages(bureau):
    planner, head = sign_in(Client(), bureau.planner), sign_in(Client(), bureau.head)
    shown = planner.get("/inspections/new/").content.decode()
    assert "巴林左旗" in shown and str(OTHER_LEAGUE) not in shown
    plan = {
        "division": str(LEAGUE), "title": "暗访", "kind": "unannounced", "from_on": f"{today()}",
        "until_on": f"{today()}", "basis": "b", "subject": "", "places": [str(COUNTY)],
    }  # fmt: skip
    assert planner.post("/inspections/new/", {**plan, "places": [str(OTHER_LEAGUE)]}).status_code == 422
    assert planner.post("/inspections/new/", plan).status_code == 302
    found = only(Inspection)
    address = f"/inspections/{found.pk}/"
    for client, step, said in (
        (head, "approve", {}),
        (planner, "set_team", {**MEMBERS, "teams-0-account": bureau.member.username}),
        (planner, "start", {}),
    ):
        row = only(Inspection)
        told = client.post(address, {"step": step, "version": row.version, "note": "", **said})
        assert told.status_code == 302, told.content.decode()[-3000:]
    draw = {
        "inspection": found.pk, "unit": "household", "method": "size", "size": 2, "strata": "none", "seed": 5,
        "margin": "", "confidence": "", "template": "",
    }  # fmt: skip
    assert planner.post("/samples/new/", {**draw, "size": 9}).status_code == 422
    assert planner.post("/samples/new/", draw).status_code == 302
    sample = only(Sample)
    assert planner.get(f"/samples/{sample.pk}/").status_code == 200
    listed = planner.get(f"/sampled-units/print/?sample={sample.pk}").content.decode()
    units = units_of(sample)
    assert all(unit.household_code in listed for unit in units)
    assert planner.get(address).content.decode().count("督查员") >= 1
    assert sign_in(Client(), make_user("county", "county_officer", COUNTY)).get(address).status_code == 404

    member = sign_in(Client(), bureau.member)
    filled = {"client_id": str(uuid4()), "written_at": f"{timezone.localtime():%Y-%m-%dT%H:%M}", "remark": "在家"}
    assert member.post(f"/sampled-units/{units[0].pk}/fill/", filled).status_code == 302
    form = only(SiteForm)
    file = SimpleUploadedFile("a.jpg", picture(), "image/jpeg")
    assert member.post(f"/site-forms/{form.pk}/photos/", {"photo": file}).status_code == 302
    wrong = SimpleUploadedFile("a.jpg", b"<html>", "image/jpeg")
    assert member.post(f"/site-forms/{form.pk}/photos/", {"photo": wrong}).status_code == 422
    assert member.get(f"/site-forms/{form.pk}/").status_code == 200
    reason = {"reason": "常年在外"}
    assert planner.post(f"/sampled-units/{units[1].pk}/replace/", reason).status_code == 302
    assert planner.post(f"/sampled-units/{units[0].pk}/replace/", reason).status_code == 409
    assert member.post(f"/sampled-units/{units[1].pk}/replace/", reason).status_code == 403


def test_a_form_by_the_api_is_answered_201_200_409_and_refused_when_it_is_too_late(bureau):
    found = bureau.running()
    unit = units_of(bureau.draw(found, bureau.template(), unit="household", size=2))[0]
    member = sign_in(Client(), bureau.member)
    offered = member.get("/api/v1/phone/inspections/").json()
    assert next(one["id"] for one in offered["results"][0]["units"]) == unit.pk
    assert [one["value"] for one in offered["areas"]] == Area.values
    body = {
        "client_id": str(uuid4()), "unit": unit.pk, "written_at": timezone.now().isoformat(), "written_by": None,
        "answers": ["yes", "3", "", ""], "signature": [[[1, 2], [3, 4]]], "offline": True,
    }  # fmt: skip

    def send(**changed: object) -> object:
        return member.post("/api/v1/site-forms/", {**body, **changed}, content_type="application/json")

    first, second = send(), send(offline=False)
    assert (first.status_code, second.status_code) == (201, 200) and first.json()["id"] == second.json()["id"]
    other = send(remark="别的内容")
    assert other.status_code == 409 and other.json()["current"]["id"] == first.json()["id"]
    assert send(client_id=str(uuid4()), written_by=bureau.planner.pk).status_code == 403
    assert send(client_id=str(uuid4()), answers=["yes"]).status_code == 422
    assert send(client_id=str(uuid4()), signature=[[[1, 2000]]]).status_code == 422

    def photo(slot: object, data: bytes) -> int:
        address = f"/api/v1/site-forms/{first.json()['id']}/photos/?slot={slot}"
        return member.put(address, data, content_type="application/octet-stream").status_code

    assert [photo(0, picture()), photo(0, picture()), photo(0, picture("blue")), photo("x", b"x")] == [
        201,
        200,
        409,
        422,
    ]
    bureau.take(found, "report")
    late = send(client_id=str(uuid4()))
    assert late.status_code == 201 and late.json()["late"] is True
    refused = send(client_id=str(uuid4()), written_at=timezone.now().isoformat())
    assert refused.status_code == 409 and "已经结束" in refused.content.decode()


def test_coverage_counts_what_was_inspected(bureau):
    bureau.running(places=(COUNTY,))
    bureau.running(kind="random", places=(COUNTY, NEXT_COUNTY))
    bureau.plan(places=(NEXT_COUNTY,))
    page = sign_in(Client(), bureau.planner).get(f"/inspection-coverage/?division={LEAGUE}")
    rows = {unit.code: ([shown.value for shown in unit.figures[:2]], last) for unit, last in page.context["units"]}
    assert rows[COUNTY] == ([2, 1], today()) and rows[NEXT_COUNTY][0][0] == 1
    assert (page.context["leagues"].reached, page.context["leagues"].wanted) == (1, 1)
    above = sign_in(Client(), make_user("region", "region_officer", 150000000000)).get("/inspection-coverage/")
    leagues = {unit.code: ([shown.value for shown in unit.figures[:2]], last) for unit, last in above.context["units"]}
    assert leagues[LEAGUE] == ([3, 2], today())
    # Each unit once, the region itself with nothing.
    assert sorted(leagues) == sorted({unit.code for unit, _last in above.context["units"]})
    assert all(codes.level(code) == codes.LEAGUE or figures == [0, 0] for code, (figures, _last) in leagues.items())
    listed = sign_in(Client(), bureau.planner).get(f"/api/v1/inspection-targets/?division={COUNTY}&inspected=true")
    assert len(listed.json()["results"]) == 2, listed.json()


def test_the_desk_says_what_waits_for_whom(bureau):
    bureau.plan()
    bureau.take(bureau.plan(), "approve")
    bureau.take(bureau.running(), "report", "feed_back")

    def lines(user: object) -> dict[str, int]:
        with scopes.acting(user):
            return {line["label"]: line["count"] for line in inspections_waiting(user)}

    assert lines(bureau.head) == {"督查待批准": 1, "督查待通报": 1}
    assert lines(bureau.planner) == {"督查待组队或进驻": 1}
    assert lines(make_user("township", "township_officer", 150422100000)) == {}


def test_a_draw_and_a_page_take_as_many_queries_whatever_is_drawn(bureau):
    found = bureau.running()
    bureau.draw(found, unit="household", size=1)
    counts = []
    for size in (1, 4):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            bureau.draw(found, unit="household", size=size, weighted=True)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    client, pages = sign_in(Client(), bureau.planner), []
    address = f"/inspections/{found.pk}/"
    bureau.fill(draft_of(units_of(_latest(found))[0]))
    client.get(address)
    for _twice in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        pages.append(len(queries))
        for unit in units_of(_latest(found)):
            bureau.fill(draft_of(unit))
    assert pages[0] == pages[1] < 60


def _latest(found: Inspection) -> Sample:
    with scopes.activate(EVERYTHING):
        assert SampledUnit.objects.filter(inspection=found).exists()
        return Sample.objects.filter(inspection=found).latest("pk")


def test_a_post_at_the_level_itself_lists_what_its_place_was_told(bureau):
    """本级: the county office reads it, once it is opened, on the page, in the API and in search; below it nobody."""
    here = make_user("here", "county_officer", COUNTY, extent="here")
    below = make_user("below", "township_officer", 150422100000, extent="here")
    secret = bureau.take(bureau.plan("unannounced", title="暗访"), "approve", "set_team")
    told = bureau.take(bureau.plan(title="专项督查"), "approve")

    def listed(user: object) -> tuple[list[str], bool]:
        client = sign_in(Client(), user)
        rows = client.get("/api/v1/inspection-targets/").json()["results"]
        page = client.get("/inspection-targets/").content.decode()
        return [row["title"] for row in rows], all(row["title"] in page for row in rows)

    assert listed(here) == (["专项督查"], True) and listed(below) == ([], True)
    assert sign_in(Client(), here).get(f"/api/v1/inspection-targets/?division={COUNTY}").json()["results"]
    bureau.take(secret, "start")
    assert listed(here) == (["专项督查", "暗访"], True)
    assert sign_in(Client(), here).get(f"/inspections/{told.pk}/").status_code == 404


def test_a_post_at_the_office_itself_goes_on_listing_where_its_inspections_went(bureau):
    """本级 of the league: its targets lie at the counties by now. Both walls open them, and to no one else."""
    office = make_user("office", "inspector", LEAGUE, extent="here")
    beside = make_user("beside", "inspector", OTHER_LEAGUE, extent="here")
    found = bureau.take(bureau.plan(places=(COUNTY, NEXT_COUNTY)), "approve")
    for user, number in ((office, 2), (beside, 0)):
        with scopes.acting(user), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM inspections_inspectiontarget WHERE inspection_id = %s", [found.pk])
            assert cursor.fetchone() == (number,)
            assert InspectionTarget.objects.visible_to(user).count() == number
    rows = sign_in(Client(), office).get(f"/api/v1/inspection-targets/?inspection={found.pk}").json()["results"]
    assert {row["place"] for row in rows} == {str(COUNTY), str(NEXT_COUNTY)}


def test_templates_of_the_places_above_are_offered_below(bureau):
    """With their questions; those of the places beside, and what is not in use any more, are not."""
    planner, beside = (make_user(f"of-{place}", "inspector", place) for place in (COUNTY, NEXT_COUNTY))

    def template(place: int, by: object, **said: object) -> FormTemplate:
        with scopes.acting(by):
            made = FormTemplate(division_id=place, title=f"表{place}", unit="household", **said)
            return templates.save(made, QUESTIONS, by=by)

    league, own = bureau.template(), template(COUNTY, planner)
    others = [template(LEAGUE, bureau.planner, is_active=False), template(NEXT_COUNTY, beside)]
    head = make_user("county-head", "county_head", COUNTY)
    said = {"title": "县级督查", "kind": "special", "from_on": today(), "until_on": today(), "basis": "b"}
    with scopes.acting(planner):
        found = steps.plan(Inspection(division_id=COUNTY, **said), (150422100000,), by=planner)
    with scopes.acting(head):
        steps.take(found, "approve", by=head)
    client = sign_in(Client(), planner)
    field = client.get(f"/samples/new/?inspection={found.pk}").context["form"].fields["template"]
    assert [key for key, _label in field.choices if key] == [league.pk, own.pk]
    draw = {
        "inspection": found.pk, "unit": "household", "method": "size", "size": 2, "strata": "none", "seed": 5,
        "margin": "", "confidence": "",
    }  # fmt: skip
    assert client.post("/samples/new/", {**draw, "template": others[1].pk}).status_code == 422
    assert client.post("/samples/new/", {**draw, "template": league.pk}).status_code == 302
    assert [one["text"] for one in only(Sample).questions] == [one["text"] for one in QUESTIONS]
    assert client.get(f"/form-templates/{league.pk}/").status_code == 404
