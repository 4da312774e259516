"""Notices about quotas, items of the library and projects: prepared out of them, and asked for by their steps."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.common.days import today
from apps.common.errors import ServiceError
from apps.divisions.models import Division
from apps.funds.models import Project, Quota
from apps.funds.services import projects, publicity
from apps.notices.models import PublicNotice
from tests.factories.accounts import make_user, planter, sign_in
from tests.factories.divisions import VILLAGES, plant
from tests.factories.funds import COUNTY, LEAGUE, TOWNSHIP, VILLAGE, Office, make_project
from tests.factories.households import make_household, make_person
from tests.factories.notices import stand, take
from tests.factories.projects import Way

pytestmark = pytest.mark.django_db


@pytest.fixture
def way() -> Way:
    plant(*VILLAGES)
    return Way.make()


@pytest.fixture
def post() -> Callable[..., Any]:
    """A request of somebody to have a notice prepared."""

    def send(by: User, path: str, place: int | str) -> Any:
        body = {"division": str(place)}
        return sign_in(Client(), by).post(f"/api/v1/{path}/notice/", body, content_type="application/json")

    return send


def prepare(row: Any, place: int, by: User) -> PublicNotice:
    scopes.forget(by)
    with scopes.acting(by):
        return publicity.prepare(type(row).objects.get(pk=row.pk), place, by=by)


def offered(row: Any, by: User) -> list[int]:
    scopes.forget(by)
    with scopes.acting(by):
        return [one.place for one in publicity.offers(type(row).objects.get(pk=row.pk), by)]


def test_the_distribution_of_a_quota_is_what_it_gave(way: Way, post: Callable[..., Any]) -> None:
    league, county = Office.at(LEAGUE), Office.at(COUNTY)
    quota = league.budget(1000)
    assert offered(quota, league.proposer) == []
    with pytest.raises(ServiceError, match="没有需要公示"):
        prepare(quota, LEAGUE, league.proposer)
    league.pass_on(quota, COUNTY, "600.50")
    own = county.budget(90)
    project = make_project(name="饮水井", unit="水利局")
    county.allocate(own, project, 40)
    assert (offered(quota, league.proposer), offered(own, county.proposer)) == ([LEAGUE], [COUNTY])
    answer = post(league.proposer, f"quotas/{quota.pk}", LEAGUE)
    assert answer.status_code == 201, answer.json()
    body = answer.json()
    assert (body["kind"], body["state"], body["subject"], body["days"]) == (
        *("distribution", "prepared"),
        *(f"quota:{quota.pk}", 10),
    )
    unit = Division.objects.get(pk=COUNTY).name
    assert body["lines"] == [{"unit": unit, "fund": "财政专项扶贫资金", "amount": "600.50"}]
    assert quota.document_no in body["text"]
    found = prepare(own, COUNTY, county.proposer)
    assert found.lines == [{"unit": "水利局", "project": "饮水井", "fund": "财政专项扶贫资金", "amount": "40.00"}]
    # A second click while the first is under way, another place, and people without the right to notices.
    assert post(league.proposer, f"quotas/{quota.pk}", LEAGUE).status_code == 409
    assert offered(quota, league.proposer) == []
    assert post(league.proposer, f"quotas/{quota.pk}", COUNTY).status_code == 422
    assert post(league.payer, f"quotas/{quota.pk}", LEAGUE).status_code == 403
    assert post(county.proposer, f"quotas/{quota.pk}", LEAGUE).status_code == 404


def test_a_project_s_notice_lists_whom_it_helps_and_nobody_s_number(way: Way) -> None:
    household = make_household(division=VILLAGE, phone="13804711234")
    make_person(household, name="包音吉日嘎拉")
    project = way.project(household)
    by = way.people["township"]
    assert offered(project, by) == [TOWNSHIP, VILLAGE]
    assert offered(project, way.people["village"]) == [VILLAGE]
    assert offered(project, way.people["finance"]) == []
    found = prepare(project, TOWNSHIP, by)
    assert (found.kind, found.level, found.subject) == ("project", 4, f"project:{project.pk}")
    first, second = found.lines
    assert (first["project"], first["amount"], first["households"]) == (project.name, "500000.00", 1)
    assert second["head"] == "包音吉日嘎拉"
    assert project.person_in_charge not in found.text
    assert offered(project, by) == [VILLAGE]
    for place, error in ((COUNTY, ServiceError), (VILLAGES[1], ServiceError)):
        with pytest.raises(error):
            prepare(project, place, by)
    with pytest.raises(PermissionDenied):
        prepare(project, VILLAGE, way.people["department"])


def test_the_step_takes_the_notice_that_was_posted(way: Way) -> None:
    """From the click to the step, by the services alone."""
    project = way.project()
    by, reviewer = way.people["township"], make_user("township-head", "township_head", TOWNSHIP)
    found = prepare(project, TOWNSHIP, by)
    for _state in ("prepared", "approved"):
        with pytest.raises(ServiceError) as refused:
            _step(way, project, "notice_before", by)
        assert (refused.value.field, refused.value.code) == ("step", "notice")
        if found.state == "prepared":
            found = take(found, "approve", reviewer)
    take(found, "post", by, place="公示栏", ways=["web"])
    with pytest.raises(ServiceError) as refused:
        _step(way, project, "notice_before", by, on=today() - datetime.timedelta(days=1))
    assert refused.value.field == "on"
    project = _step(way, project, "notice_before", by)
    assert project.noticed_before_on == today()
    assert offered(project, by) == [VILLAGE]


@pytest.mark.parametrize(
    ("ago", "changed", "starts"),
    [
        (11, {}, True),
        (10, {}, False),
        (30, {"state": "objection", "closed_on": None}, False),
        (30, {"state": "withdrawn"}, False),
        (30, {"kind": "announcement", "days": None}, False),
        (30, {"kind": "fund_use"}, True),
        (30, {"place": COUNTY}, False),
    ],
)
def test_it_starts_when_the_notice_has_run(way: Way, ago: int, changed: dict[str, Any], starts: bool) -> None:
    project = way.project()
    with scopes.acting(planter()):
        day = today() - datetime.timedelta(days=ago)
        Project.objects.filter(pk=project.pk).update(noticed_before_on=day, approved_on=day, state="noticed_before")
    stand(f"project:{project.pk}", changed.pop("place", VILLAGE), ago=ago, **changed)
    by = way.people["office"]
    if starts:
        assert _step(way, project, "start", by).state == "started"
        with pytest.raises(ServiceError):  # on a day on which it still hung
            _step(way, project, "start", by, on=day + datetime.timedelta(days=10))
        return
    with pytest.raises(ServiceError, match="公示不足10天"):
        _step(way, project, "start", by)


def test_who_sees_no_register_reads_what_everybody_reads(way: Way) -> None:
    """A finance bureau sees the notices about its money once they are public, with names made short."""
    county = Office.at(COUNTY)
    quota = county.budget(100)
    title = "关于张三丰一户的公告"
    shown = stand(f"quota:{quota.pk}", COUNTY, kind="distribution", title=title, lines=[{"unit": "张三丰"}])
    stand(
        f"quota:{quota.pk}",
        COUNTY,
        kind="distribution",
        state="prepared",
        approved_by=None,
        posted_on=None,
        ends_on=None,
    )
    people = stand(f"quota:{quota.pk}", COUNTY, kind="loans", title=title, lines=[{"head": "张三丰"}])
    for by, expected in (
        (county.payer, [(people.pk, "关于张*一户的公告", False), (shown.pk, title, False)]),
        (county.proposer, None),
    ):
        scopes.forget(by)
        with scopes.acting(by):
            found = [
                (one.notice.pk, one.title, one.visible)
                for one in publicity.notices_of(Quota.objects.get(pk=quota.pk), by)
            ]
        if expected is not None:
            assert found == expected
        else:
            assert len(found) == 3
            assert all(visible for _key, _title, visible in found)
    page = sign_in(Client(), county.proposer).get(f"/quotas/{quota.pk}/").content.decode()
    assert page.count(title) == 2
    assert f'href="/notices/{shown.pk}/"' in page


def _step(way: Way, project: Project, name: str, by: User, **said: Any) -> Project:
    scopes.forget(by)
    with scopes.acting(by):
        found = Project.objects.get(pk=project.pk)
        return projects.take(found, name, by=by, said=projects.Said(**said))
