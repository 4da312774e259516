"""The night's ladder, two closings at once, forms from the phone, and files of problems."""

from __future__ import annotations

import datetime
import threading
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from apps.access import scope as scopes
from apps.common.days import today
from apps.common.errors import ServiceError
from apps.pages.imports import tasks as imports
from apps.pages.imports.models import ImportBatch
from apps.problems.models import EscalationStep, LadderRung, Problem, ProblemLog
from apps.problems.services import ladder, steps
from apps.problems.tasks import climb_ladder
from tests.factories.accounts import make_user, planter, sign_in
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import make_household
from tests.factories.inspections import Bureau, draft_of, units_of
from tests.factories.notices import picture
from tests.factories.problems import COUNTY, LEAGUE, VILLAGE, People, in_days
from tests.households.import_tools import csv_text


@pytest.fixture
def people(db: None) -> People:
    plant(*VILLAGES)
    return People.make()


def climb(on: datetime.date) -> list[tuple[str, int]]:
    """The rungs that are noted after a night of that day."""
    ladder.climb(on)
    with scopes.acting(planter()):
        return list(EscalationStep.objects.order_by("days", "pk").values_list("rung", "days"))


def test_every_rung_is_noted_once_and_carried_out_by_a_step(people: People) -> None:
    found = people.at("in_progress")
    due = found.due_on
    assert climb(due) == []
    assert climb(due + datetime.timedelta(days=1)) == [("reminder", 0)]
    for _twice in range(2):
        assert [rung for rung, _days in climb(due + datetime.timedelta(days=31))] == [
            *("reminder", "letter", "interview", "criticism")
        ]
    with scopes.acting(planter()):
        assert ProblemLog.objects.filter(problem=found, step="escalate", by=None).count() == 4
    people.take(found, "urge", "interview", "criticise")
    with scopes.acting(planter()):
        assert not EscalationStep.objects.filter(done_on=None).exists()
        assert EscalationStep.objects.get(rung="letter").letter is not None
    with pytest.raises(ServiceError):
        people.take(found, "interview")
    climb_ladder()


def test_a_place_sets_its_own_ladder_and_the_nearest_counts(people: People) -> None:
    found = people.at("in_progress")
    with scopes.acting(planter()):
        LadderRung.objects.create(division_id=LEAGUE, rung="letter", days=1)
        LadderRung.objects.create(division_id=COUNTY, rung="letter", days=10)
        LadderRung.objects.create(division_id=LEAGUE, rung="criticism", days=30, is_active=False)
    assert climb(found.due_on + datetime.timedelta(days=9)) == [("reminder", 0)]
    assert climb(found.due_on + datetime.timedelta(days=40)) == [("reminder", 0), ("letter", 10), ("interview", 15)]


@pytest.mark.django_db
def test_an_offline_form_becomes_a_problem_that_the_county_sees_with_its_photos(settings: Any, tmp_path: Path) -> None:
    from apps.inspections.services import photos

    settings.MEDIA_ROOT = tmp_path
    plant(*VILLAGES)
    for _one in range(2):
        make_household(VILLAGES[0])
    bureau = Bureau.at()
    unit = units_of(bureau.draw(bureau.running(), bureau.template(), unit="household", size=1))[0]
    draft = draft_of(
        unit, answers=("yes", "4", "B", "满意"), problem_fact="房屋漏雨", problem_level="grave", problem_area="dwelling"
    )
    form = bureau.fill(draft).form
    bureau.fill(draft)
    with scopes.acting(bureau.member):
        photos.add(form, 0, picture(), by=bureau.member)
    county = make_user("county", "county_officer", COUNTY)
    far = make_user("far", "county_officer", 150423000000)
    with scopes.acting(county):
        found = Problem.objects.get()
        assert (found.state, found.level, found.area, found.division_id) == ("raised", "grave", "dwelling", VILLAGES[0])
        assert found.pk == form.problem
    client = sign_in(Client(), county)
    with scopes.acting(bureau.member):
        address = f"/problem-site-photos/{form.photos.get().pk}/"
    assert address in client.get(f"/problems/{found.pk}/").content.decode()
    shown = client.get(address)
    assert b"".join(shown.streaming_content)[:2] == b"\xff\xd8"  # type: ignore[arg-type]
    assert sign_in(Client(), far).get(address).status_code == 404


@pytest.mark.django_db
def test_problems_of_a_workbook_are_entered_once_and_wrong_rows_say_why(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    plant(*VILLAGES)
    user = make_user("county", "county_officer", COUNTY)
    head = ["行政区划代码", "问题类别", "问题对象", "问题事实", "严重程度", "发现日期", "督查名称"]
    day = in_days(-9).isoformat()
    good = [str(VILLAGE), "住房安全", "危房改造", "两户未达标", "严重", day, "第三方评估"]
    rows = [
        good,
        good,
        [*good[:3], "另一个", "很重", day, ""],
        [*good[:3], "又一个", "", in_days(2).isoformat(), ""],
        ["150522100200", *good[1:]],
    ]
    client = sign_in(Client(), user)
    for added, unchanged in ((1, 0), (0, 1)):
        file = SimpleUploadedFile("问题.csv", csv_text([head, *rows]).encode())
        assert client.post("/imports/new/problems/", {"file": file}).status_code == 302
        batch = worked(user)
        assert (batch.added, batch.unchanged, batch.refused) == (added, unchanged, 4)
        client.post(f"/imports/{batch.pk}/confirm/")
        worked(user)
    with scopes.acting(user):
        found = Problem.objects.get()
        assert (found.level, found.inspection_name, found.state) == ("grave", "第三方评估", "raised")


def worked(user: Any) -> ImportBatch:
    """The newest import after its task."""
    with scopes.acting(user):
        batch = ImportBatch.objects.visible_to(user).latest("pk")
    imports.work(batch.pk, user.pk)
    with scopes.acting(user):
        return ImportBatch.objects.visible_to(user).get(pk=batch.pk)


def test_of_two_closings_at_once_one_is_refused(committed_db: None) -> None:
    plant(*VILLAGES)
    people = People.make()
    found = people.at("verified")
    answers: list[str] = []

    def close(by: Any) -> None:
        try:
            with scopes.acting(by):
                steps.take(Problem.objects.get(pk=found.pk), "close", by=by, expected_version=found.version)
            answers.append("closed")
        except ServiceError as error:
            answers.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=close, args=(by,)) for by in (people.league, people.second)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(answers) == ["closed", "stale"]
    with scopes.acting(planter()):
        assert Problem.objects.get(pk=found.pk).closed_on == today()
        assert ProblemLog.objects.filter(problem=found, step="close").count() == 1
