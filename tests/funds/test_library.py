"""The project library: the way in and out, who may take which step, and whom a project may help."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction

from apps.access import scope as scopes
from apps.common import days
from apps.common.days import today
from apps.common.errors import Refused, ServiceError, StaleVersion
from apps.funds.models import (
    ApprovalBand,
    Beneficiary,
    LibraryItem,
    LibraryLog,
    NegativeCheck,
    NegativeItem,
    Project,
)
from apps.funds.services import beneficiaries, library, negative
from apps.funds.services.library import Said
from apps.funds.services.negative import Answers
from tests.factories.accounts import make_user, planter
from tests.factories.divisions import VILLAGES, plant
from tests.factories.funds import COUNTY, LEAGUE, REGION, VILLAGE
from tests.factories.households import make_household, make_person
from tests.factories.projects import TO_LIBRARY, Way, noticed, selection

pytestmark = pytest.mark.django_db


@pytest.fixture
def way() -> Way:
    plant(*VILLAGES)
    return Way.make()


def test_an_item_goes_into_the_library_by_four_different_people(way: Way) -> None:
    item = way.take(way.item(), *TO_LIBRARY)
    assert (item.state, item.entered_on, item.due_on) == ("in_library", today(), None)
    with scopes.acting(planter()):
        log = list(LibraryLog.objects.filter(item=item).order_by("pk").values_list("step", "by_name", "apart"))
    assert log == [
        ("propose", "way-village", True),
        ("check_township", "way-township", True),
        ("check_department", "way-department", True),
        ("approve", "way-head", True),
        ("notice", "way-office", False),
        ("enter", "way-office", False),
    ]


@pytest.mark.parametrize("missing", ["target", "mechanism"])
def test_no_target_no_entry(way: Way, missing: str) -> None:
    item = way.item(**{missing: "  "})
    with pytest.raises(ServiceError) as refused:
        way.take(item, "propose")
    assert (refused.value.field, refused.value.code) == (missing, "required")


def test_nobody_helped_no_entry(way: Way) -> None:
    by = way.people["village"]
    item = way.item()
    with scopes.acting(by):
        library.save(item, [], by=by)
    with pytest.raises(ServiceError, match="受益户") as refused:
        way.take(item, "propose")
    assert refused.value.field == "households"


@pytest.mark.parametrize(
    ("status", "fits"),
    [("20", True), ("30", True), ("40", True), ("50", True), ("41", False), ("10", False), ("60", False)],
)
def test_a_beneficiary_is_one_that_is_helped(way: Way, status: str, fits: bool) -> None:
    household = make_household(division=VILLAGE, status=status)
    if fits:
        way.item(household)
        return
    with pytest.raises(ServiceError, match=household.code) as refused:
        way.item(household)
    assert (refused.value.field, refused.value.code) == ("households", "not_helped")
    with scopes.acting(planter()):
        assert not LibraryItem.objects.exists()


def test_a_household_that_one_does_not_see_is_answered_like_none(way: Way) -> None:
    foreign = make_household(division=VILLAGES[1])
    messages = []
    for code in (foreign.code, "0" * 17):
        by = way.people["village"]
        item = way.item()
        with scopes.acting(by), pytest.raises(ServiceError) as refused:
            library.save(item, [code], by=by)
        messages.append(str(refused.value).replace(code, ""))
    assert messages[0] == messages[1]


def test_a_beneficiary_lies_where_the_household_lies(way: Way) -> None:
    household = make_household(division=VILLAGE)
    make_person(household, name="包银山")
    item = way.item(household)
    with scopes.acting(planter()):
        row = Beneficiary.objects.get(item=item)
        assert (row.division_id, row.head, row.household_code) == (VILLAGE, "包银山", household.code)
        with pytest.raises(IntegrityError), transaction.atomic():
            Beneficiary.objects.filter(pk=row.pk).update(division_id=VILLAGES[1])
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_the_same_help_twice_in_a_year_is_said(way: Way) -> None:
    household = make_household(division=VILLAGE)
    first = way.item(household)
    other_kind = way.item(household, kind="water")
    second = way.item(household)
    with scopes.acting(way.people["village"]):
        assert beneficiaries.doubles(other_kind) == []
        assert len(beneficiaries.doubles(second)) == 1
        assert household.code in beneficiaries.doubles(second)[0]
    with scopes.acting(planter()):
        assert set(Beneficiary.objects.double().values_list("item", flat=True)) == {first.pk, second.pk}
    way.take(first, "withdraw", note="重复申报")
    with scopes.acting(way.people["village"]):
        assert beneficiaries.doubles(second) == []


def test_who_has_left_the_register_is_found(way: Way) -> None:
    household = make_household(division=VILLAGE)
    item = way.item(household)
    with scopes.acting(planter()):
        assert not Beneficiary.objects.unregistered().exists()
        type(household).objects.filter(pk=household.pk).update(status="60")
        assert Beneficiary.objects.unregistered().get().item_id == item.pk


def test_each_step_is_the_right_office_s(way: Way) -> None:
    item = way.item()
    for name in TO_LIBRARY:
        right = {
            "propose": "village",
            "check_township": "township",
            "check_department": "department",
            "approve": "head",
        }
        for who in way.people:
            allowed = {right.get(name, "office")} | (
                {"office", "second", "finance"} if name == "check_department" else set()
            )
            allowed |= {"finance"} if name in ("notice", "enter") else set()
            with scopes.acting(way.people[who]):
                offered = {
                    step.name for step in library.WAY.offered(LibraryItem.objects.get(pk=item.pk), way.people[who])
                }
            assert (name in offered) == (who in allowed), (name, who)
        item = way.take(item, name)


def test_a_level_above_does_not_approve_for_the_county(way: Way) -> None:
    item = way.take(way.item(), "propose", "check_township", "check_department")
    for place, role in ((LEAGUE, "league_head"), (REGION, "region_head")):
        above = make_user(role, role, place)
        with scopes.acting(above), pytest.raises(PermissionDenied):
            library.take(item, "approve", by=above)


def test_the_township_that_proposes_does_not_check(way: Way) -> None:
    by = way.people["township"]
    with scopes.acting(by):
        item = LibraryItem(
            division_id=VILLAGE, name="井", kind="water", year=2018, scale="打井", amount=1, need="缺水", target="供水",
            mechanism="共用", met_on=today(), present=3, decision="同意",
        )  # fmt: skip
        item = library.save(item, [make_household(division=VILLAGE).code], by=by)
        item = library.take(item, "propose", by=by)
        with pytest.raises(Refused, match="不同的人"):
            library.take(item, "check_township", by=by)
        with pytest.raises(IntegrityError), transaction.atomic():
            library.WAY.write(item, library.WAY.steps["check_township"], "proposed", by=by)


def test_the_county_does_not_propose(way: Way) -> None:
    by = way.people["office"]
    item = LibraryItem(division_id=VILLAGE, met_on=today(), year=2018)
    with scopes.acting(by), pytest.raises(PermissionDenied):
        library.save(item, [], by=by)
    with scopes.acting(by), pytest.raises(ServiceError, match="嘎查村"):
        library.save(LibraryItem(division_id=COUNTY, met_on=today(), year=2018), [], by=by)


def test_what_is_returned_is_changed_and_proposed_again(way: Way) -> None:
    item = way.take(way.item(), "propose", "check_township", "check_department")
    with pytest.raises(ServiceError, match="理由"):
        way.take(item, "return_county")
    item = way.take(item, "return_county", note="规模过大")
    by = way.people["village"]
    with scopes.acting(by):
        found = LibraryItem.objects.get(pk=item.pk)
        found.scale, codes = "养殖肉牛50头", [row.household_code for row in found.beneficiaries.all()]
        with pytest.raises(StaleVersion):
            library.save(found, codes, by=by, expected_version=1)
        found = LibraryItem.objects.get(pk=item.pk)
        found.scale = "养殖肉牛50头"
        library.save(found, codes, by=by, expected_version=found.version)
    done = way.take(item, *TO_LIBRARY)
    assert (done.round, done.scale, done.state) == (2, "养殖肉牛50头", "in_library")


def test_what_is_proposed_stays_as_it_is(way: Way) -> None:
    item = way.take(way.item(), "propose")
    for who, error in (("village", ServiceError), ("township", Refused)):
        by = way.people[who]
        with scopes.acting(by), pytest.raises(error):
            library.save(LibraryItem.objects.get(pk=item.pk), [], by=by)


def test_a_notice_stands_ten_days(way: Way) -> None:
    item = way.take(way.item(), "propose", "check_township", "check_department", "approve")
    by = way.people["office"]
    for on, field in ((None, "step"), (today(), "on")):
        with scopes.acting(by), pytest.raises(ServiceError) as refused:
            library.take(item, "notice", by=by, said=Said(on=on))
        assert (refused.value.field, refused.value.code) == (field, "notice")
    noticed(item, ago=10)
    with scopes.acting(by):
        item = library.take(item, "notice", by=by)
        assert item.noticed_on == today() - datetime.timedelta(days=10)
        with pytest.raises(ServiceError, match="公示不足10天"):
            library.take(item, "enter", by=by)


def test_above_a_band_two_people_approve(way: Way) -> None:
    with scopes.acting(planter()):
        ApprovalBand.objects.create(division_id=COUNTY, act="allocate", above=400000, signatures=2, days=3)
    item = way.take(way.item(), "propose", "check_township", "check_department", "approve")
    assert (item.state, item.signed, item.due_on) == ("department_checked", 1, today() + datetime.timedelta(days=3))
    with pytest.raises(Refused):
        way.take(item, "approve")
    second = make_user("second-head", "county_head", COUNTY)
    with scopes.acting(second):
        assert library.take(item, "approve", by=second).state == "county_approved"


def test_the_library_is_refreshed_in_the_fourth_quarter(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    item = way.in_library(year=2018)
    _on(monkeypatch, datetime.date(2018, 9, 30))
    with pytest.raises(ServiceError, match="第四季度"):
        way.take(item, "refresh")
    _on(monkeypatch, datetime.date(2018, 10, 1))
    assert way.take(item, "refresh").valid_for == 2019
    with pytest.raises(ServiceError, match="已经确认"):
        way.take(item, "refresh")
    _on(monkeypatch, datetime.date(2020, 1, 5))
    with pytest.raises(ServiceError, match="2019年以后"):
        way.take(item, "select", selection=selection(), answers=Answers({}, none_found=True))
    left_out = way.take(item, "leave_out", note="未确认")
    with scopes.acting(planter()):
        assert left_out.state == "withdrawn"
        assert not Beneficiary.objects.filter(item=item, is_active=True).exists()


def _on(monkeypatch: pytest.MonkeyPatch, day: datetime.date) -> None:
    for module in (days, library):
        monkeypatch.setattr(module, "today", lambda: day)


def test_a_project_is_made_in_one_step(way: Way) -> None:
    project = way.project()
    with scopes.acting(planter()):
        item = LibraryItem.objects.get(pk=project.item_id)
        assert (item.state, item.pk) == ("selected", project.item_id)
        assert (project.state, project.approved_level, project.approved_by_name) == ("approved", 3, "way-head")
        assert (project.budget, project.target) == (item.amount, item.target)
        assert project.code == f"P150422{today().year}{project.item_id:08d}"
        assert Beneficiary.objects.get(project=project).item_id == project.item_id
        check = NegativeCheck.objects.get(project=project)
        assert (check.item, check.by_name) == (None, "way-head")


def test_selecting_asks_the_negative_list(way: Way) -> None:
    with scopes.acting(planter()):
        assert (negative.ensure_list(), negative.ensure_list()) == (20, 0)
        assert len(set(NegativeItem.objects.values_list("aspect", flat=True))) == 4
    item = way.in_library(scale="修建景观牌楼一座，购置办公设备")
    words = {"selection": selection()}
    with pytest.raises(ServiceError, match="负面清单"):
        way.take(item, "select", **words, answers=Answers({}, none_found=True))
    with scopes.acting(way.people["head"]):
        found = negative.matches(item)
    assert [match.words for match in found] == [("办公设备",), ("景观", "牌楼")]
    first, second = (match.item.pk for match in found)
    with pytest.raises(ServiceError) as refused:
        way.take(item, "select", **words, answers=Answers({first: "村级活动室配套"}))
    assert refused.value.field == f"answer_{second}"
    with scopes.acting(planter()):
        assert not Project.objects.exists()
    way.take(item, "select", **words, answers=Answers({first: "村级活动室配套", second: "旅游扶贫点标识"}))
    with scopes.acting(planter()):
        kept = NegativeCheck.objects.order_by("pk").values_list("item_name", "words", "answer")
        assert list(kept)[1] == ("景观、亮化和形象工程", "景观、牌楼", "旅游扶贫点标识")


def test_nothing_found_is_said_too(way: Way) -> None:
    item = way.in_library()
    with pytest.raises(ServiceError) as refused:
        way.take(item, "select", selection=selection())
    assert refused.value.field == "none_found"
    with pytest.raises(ServiceError) as refused:
        way.take(item, "select", selection=selection(), answers=Answers({9: "说明"}, none_found=True))
    assert refused.value.field == "answers"


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"approval_no": " "}, "approval_no"),
        ({"unit": ""}, "unit"),
        ({"plan_end": datetime.date(2011, 1, 1)}, "plan_end"),
    ],
)
def test_what_a_selection_lacks(way: Way, said: dict, field: str) -> None:
    item = way.in_library()
    with pytest.raises(ServiceError) as refused:
        way.take(item, "select", selection=selection(**said), answers=Answers({}, none_found=True))
    assert refused.value.field == field


def test_the_database_holds_a_proposal_to_its_target(way: Way) -> None:
    item = way.take(way.item(), "propose")
    with scopes.acting(planter()), pytest.raises(IntegrityError), transaction.atomic():
        LibraryItem.objects.filter(pk=item.pk).update(target="")
    with scopes.acting(planter()), pytest.raises(IntegrityError), transaction.atomic():
        LibraryItem.objects.filter(pk=item.pk).update(amount=Decimal(0))


def test_unknown_steps_and_wrong_states(way: Way) -> None:
    item = way.item()
    by = way.people["village"]
    with scopes.acting(by), pytest.raises(ServiceError, match="没有这个操作"):
        library.take(item, "fly", by=by, said=Said())
    with pytest.raises(ServiceError) as refused:
        way.take(item, "approve")
    assert refused.value.status == 409


def test_what_waits_for_whom(way: Way) -> None:
    item = way.item()
    for name, waits in (
        ("propose", {"township"}),
        ("check_township", {"department", "second", "office", "finance"}),
        ("check_department", {"head"}),
        ("approve", {"office", "finance"}),
    ):
        item = way.take(item, name)
        for who, user in way.people.items():
            with scopes.acting(user):
                assert list(library.waiting(user)) == ([item] if who in waits else []), (name, who)
    noticed(item, ago=10)
    with scopes.acting(way.people["office"]):
        item = library.take(item, "notice", by=way.people["office"])
        assert not library.waiting(way.people["office"]).exists()
    item = way.take(item, "return_county", note="重新公示")
    with scopes.acting(way.people["village"]):
        assert library.waiting(way.people["village"]).get() == item
