"""On-site forms: once however often they are sent, beside each other when they differ, marked when they come late."""

from __future__ import annotations

import datetime
from dataclasses import replace
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone

from apps.access import scope as scopes
from apps.common.errors import Refused, ServiceError
from apps.inspections import raising
from apps.inspections.models import SiteForm, SiteFormConflict
from apps.inspections.services import photos, reading
from tests.factories.accounts import make_user, planter
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import make_household
from tests.factories.inspections import COUNTY, Bureau, draft_of, units_of
from tests.factories.notices import picture

pytestmark = pytest.mark.django_db
ANSWERS = ("yes", "4", "B", "满意")
HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def bureau() -> Bureau:
    plant(*VILLAGES)
    for _one in range(3):
        make_household(VILLAGES[0])
    return Bureau.at()


@pytest.fixture
def unit(bureau):
    found = bureau.running()
    return units_of(bureau.draw(found, bureau.template(), unit="household", size=2))[0]


@pytest.fixture
def ledger(monkeypatch):
    """A ledger of problems, and what was raised in it."""
    raised: list[tuple[int, str, str]] = []

    def raise_of(form, by):
        raised.append((form.pk, form.problem_fact, str(by)))
        return 4711

    known = raising.Ledger(raise_of, (("dwelling", "住房安全"),), lambda key: f"/problems/{key}/")
    monkeypatch.setattr(raising, "_ledgers", [known])
    return raised


def stored() -> int:
    with scopes.acting(planter()):
        return SiteForm.objects.count()


def test_a_form_sent_again_is_the_same_one(bureau, unit):
    draft = draft_of(unit, answers=ANSWERS, signature=[[[0, 0], [1000, 1000]]], lon=119.1, lat=43.9, accuracy=12.4)
    first, second = bureau.fill(draft), bureau.fill(replace(draft, offline=True))
    assert first.created and not second.created and first.form.pk == second.form.pk and stored() == 1
    assert first.form.answers == list(ANSWERS) and first.form.accuracy == 12
    assert not first.form.late and first.form.problem is None


def test_other_content_under_the_id_is_kept_beside(bureau, unit):
    draft = draft_of(unit, answers=ANSWERS)
    bureau.fill(draft)
    for _twice in range(2):
        outcome = bureau.fill(replace(draft, remark="另一份"))
        assert outcome.conflict and outcome.form is not None
    foreign = bureau.fill(draft, by=bureau.second)  # the office, with the id of somebody else's form
    assert foreign.conflict and foreign.form is None and stored() == 1
    with scopes.acting(planter()):
        assert SiteFormConflict.objects.filter(content__remark="另一份").count() == 1
        assert SiteFormConflict.objects.count() == 2


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        (("yes", "4", "B"), "4 个问题"),
        (("", "4", "B", ""), "第 1 题"),
        (("maybe", "", "", ""), "第 1 题"),
        (("yes", "vier", "", ""), "第 2 题"),
        (("yes", "NaN", "", ""), "第 2 题"),
        (("yes", "", "E", ""), "第 3 题"),
        (("yes", "", "", "长" * 501), "第 4 题"),
    ],
)
def test_answers_that_do_not_fit_are_refused(bureau, unit, answers, message):
    with pytest.raises(ServiceError, match=message):
        bureau.fill(draft_of(unit, answers=answers))
    assert stored() == 0


def test_a_form_that_comes_after_the_end_is_kept_and_marked(bureau, unit, ledger):
    problem = {"problem_fact": "房屋漏雨", "problem_level": "serious", "problem_area": "dwelling"}
    before = draft_of(unit, answers=ANSWERS, **problem)
    bureau.take(unit.inspection, "report", "feed_back", "notify", "close")
    outcome = bureau.fill(before)
    assert outcome.created and outcome.form.late and outcome.form.problem is None and ledger == []
    assert not bureau.fill(before).created
    with pytest.raises(ServiceError, match="已经结束"):
        bureau.fill(draft_of(unit, answers=ANSWERS, written_at=timezone.now() + HOUR))
    assert stored() == 1


def test_a_problem_in_time_is_raised_once(bureau, unit, ledger):
    said = {"problem_fact": "房屋漏雨", "problem_level": "serious"}
    with pytest.raises(ServiceError, match="问题领域"):
        bureau.fill(draft_of(unit, answers=ANSWERS, **said))
    draft = draft_of(unit, answers=ANSWERS, **said, problem_area="dwelling")
    outcome = bureau.fill(draft)
    bureau.fill(draft)
    assert ledger == [(outcome.form.pk, "房屋漏雨", str(bureau.member))]
    with scopes.acting(planter()):
        assert SiteForm.objects.get().problem == 4711
    assert raising.url_of(4711) == "/problems/4711/"


def test_a_problem_has_fact_and_level(bureau, unit):
    for said, message in (({"problem_level": "general"}, "问题事实"), ({"problem_fact": "漏雨"}, "问题程度")):
        with pytest.raises(ServiceError, match=message):
            bureau.fill(draft_of(unit, answers=ANSWERS, **said))


def test_who_fills(bureau, unit):
    county = make_user("county", "county_officer", COUNTY)
    with pytest.raises(Http404):
        bureau.fill(draft_of(unit, answers=ANSWERS), by=county)
    with pytest.raises(PermissionDenied):
        bureau.fill(draft_of(unit, answers=ANSWERS), by=bureau.head)
    assert bureau.fill(draft_of(unit, answers=ANSWERS), by=bureau.second).created
    planned = bureau.take(bureau.plan(), "approve")
    early = units_of(bureau.draw(planned, size=1))[0]
    with pytest.raises(ServiceError, match="没有进驻"):
        bureau.fill(draft_of(early), by=bureau.second)


def test_the_phone_is_given_what_its_account_fills(bureau, unit):
    with scopes.acting(bureau.member):
        offered = reading.offered(bureau.member)
    assert [(len(one["units"]), len(one["questions"]), one["title"]) for one in offered] == [(2, 4, "扶贫领域专项督查")]
    assert [one["done"] for one in offered[0]["units"]] == [False, False]
    bureau.fill(draft_of(unit, answers=ANSWERS))
    with scopes.acting(bureau.member):
        assert [one["done"] for one in reading.offered(bureau.member)[0]["units"]] == [True, False]
    with scopes.acting(bureau.second):
        assert reading.offered(bureau.second) == []


def test_photos_are_kept_once(bureau, unit):
    form = bureau.fill(draft_of(unit, answers=ANSWERS)).form
    one, other = picture(), picture("blue")
    with scopes.acting(bureau.member):
        first, new = photos.add(form, 0, one, by=bureau.member)
        again, not_new = photos.add(form, 0, one, by=bureau.member)
        assert new and not not_new and first.pk == again.pk
        with pytest.raises(ServiceError, match="另一张") as taken:
            photos.add(form, 0, other, by=bureau.member)
        assert taken.value.status == 409
        with pytest.raises(ServiceError):
            photos.add(form, 1, b"no picture", by=bureau.member)
    with scopes.acting(bureau.second), pytest.raises(Refused):
        photos.add(form, 2, other, by=bureau.second)


def test_the_id_of_a_form_tells_nothing_to_others(bureau, unit):
    """Another office's unit with a known id: neither stored nor told."""
    draft = draft_of(unit, answers=ANSWERS)
    bureau.fill(draft)
    with pytest.raises(Http404):
        bureau.fill(replace(draft, client_id=uuid4(), unit=unit.pk + 1000))
