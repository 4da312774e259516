"""Problems that come after their inspection: adopted into the ledger or dismissed, once, by the office."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from apps.access import scope as scopes
from apps.common.errors import ServiceError
from apps.dashboards.todo import inspections_waiting
from apps.inspections.models import InspectionLog, SiteForm
from apps.inspections.services import late, photos
from apps.problems.models import Problem
from tests.factories.accounts import make_user, planter, sign_in
from tests.factories.divisions import VILLAGES, plant
from tests.factories.inspections import COUNTY, Bureau, draft_of, units_of
from tests.factories.notices import picture

pytestmark = pytest.mark.django_db
PROBLEM = {"problem_fact": "房屋漏雨", "problem_level": "serious", "problem_area": "dwelling"}


@pytest.fixture
def bureau() -> Bureau:
    plant(*VILLAGES)
    return Bureau.at()


@pytest.fixture
def forms(bureau: Bureau, settings: Any, tmp_path: Path) -> list[SiteForm]:
    """Two forms with a problem and a photo, and one without, that came after the inspection was closed."""
    settings.MEDIA_ROOT = tmp_path
    inspection = bureau.running()
    units = units_of(bureau.draw(inspection, size=3))
    drafts = [draft_of(unit, **(PROBLEM if number < 2 else {})) for number, unit in enumerate(units)]
    bureau.take(inspection, "report", "feed_back", "notify", "close")
    found = [form for draft in drafts if (form := bureau.fill(draft).form)]
    with scopes.acting(bureau.member):
        photos.add(found[0], 0, picture(), by=bureau.member)
    return found


def waiting(user: Any) -> int:
    with scopes.acting(user):
        return sum(line["count"] for line in inspections_waiting(user) if "waiting=true" in line["url"])


def test_a_late_problem_is_adopted_with_its_photos_and_once(bureau: Bureau, forms: list[SiteForm]) -> None:
    form, address = forms[0], f"/site-forms/{forms[0].pk}/settle/"
    county = sign_in(Client(), make_user("county", "county_officer", COUNTY))
    assert county.post(address, {"verdict": "adopt"}).status_code == 404
    for reader in (bureau.head, bureau.member):  # no right; its author
        assert sign_in(Client(), reader).post(address, {"verdict": "adopt"}).status_code == 403
    assert (waiting(bureau.second), waiting(bureau.member)) == (2, 0)
    second = sign_in(Client(), bureau.second)
    listed = second.get("/api/v1/site-forms/?waiting=true").json()["results"]
    assert {row["id"] for row in listed} == {one.pk for one in forms[:2]}
    assert 'name="verdict"' in second.get(f"/site-forms/{form.pk}/").content.decode()

    assert second.post(address, {"verdict": "adopt", "reason": ""}).status_code == 302
    with scopes.acting(planter()):
        raised = Problem.objects.get()
        assert (raised.state, raised.fact, raised.division_id) == ("raised", "房屋漏雨", form.place_id)
        assert (raised.client_id, raised.inspection_id) == (form.client_id, form.inspection_id)
        assert raised.raised_by_id == bureau.second.pk and SiteForm.objects.get(pk=form.pk).problem == raised.pk
        address = f"/problem-site-photos/{form.photos.get().pk}/"
        assert InspectionLog.objects.filter(step="adopt", by=bureau.second, to_state="closed").count() == 1
    assert address in county.get(f"/problems/{raised.pk}/").content.decode()
    assert "决定列为问题" in second.get(f"/site-forms/{form.pk}/").content.decode()
    with scopes.acting(bureau.planner), pytest.raises(ServiceError) as again:  # who read it before that
        late.settle(form, "dismiss", "重复", by=bureau.planner)
    assert (again.value.field, again.value.code, again.value.status) == ("verdict", "state", 409)
    with scopes.acting(planter()):
        assert Problem.objects.count() == 1


def test_a_late_problem_is_dismissed_with_a_reason(bureau: Bureau, forms: list[SiteForm]) -> None:
    second = sign_in(Client(), bureau.second)

    def send(form: SiteForm, **said: str) -> Any:
        return second.post(f"/api/v1/site-forms/{form.pk}/settle/", said, content_type="application/json")

    for said, field in (({"verdict": "dismiss"}, "reason"), ({"verdict": "keep"}, "verdict"), ({}, "verdict")):
        answer = send(forms[0], **said)
        assert answer.status_code == 422 and answer.json()["errors"][0]["field"] == field
    told = send(forms[0], verdict="dismiss", reason="已在现场改正").json()
    assert (told["dismissed_reason"], told["settled_by"], told["problem"]) == ("已在现场改正", str(bureau.second), None)
    assert send(forms[0], verdict="adopt").status_code == 409
    assert send(forms[2], verdict="adopt").status_code == 409  # carries no problem
    assert "已在现场改正" in second.get(f"/site-forms/{forms[0].pk}/").content.decode()
    assert waiting(bureau.second) == 1
    with scopes.acting(planter()):
        assert not Problem.objects.exists()


def test_the_database_holds_what_was_decided(bureau: Bureau, forms: list[SiteForm]) -> None:
    """Nothing half-decided is written past the service, and nothing decided is changed."""
    changes = (
        "problem = 7",
        "settled_at = now()",
        "settled_at = now(), problem = 7, dismissed_reason = 'x'",
        "dismissed_reason = 'x'",
        "late = false",
    )
    with scopes.acting(bureau.second):
        late.settle(forms[0], "dismiss", "已在现场改正", by=bureau.second)
        for change in changes:
            for form in forms[:2]:
                with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute(f"UPDATE inspections_siteform SET {change} WHERE id = %s", [form.pk])
