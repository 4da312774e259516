"""The way of a notice: who takes which step when, its days, objections, and that state moves in no other way."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from apps.access import scope as scopes
from apps.common import workdays
from apps.common.errors import ServiceError, StaleVersion
from apps.notices import tasks
from apps.notices.choices import State
from apps.notices.models import NoticeLog, NoticeObjection, Publication, PublicNotice
from apps.notices.querysets import subject
from apps.notices.services import clock, steps
from apps.notices.services.steps import STEPS
from tests.access.world import EVERYTHING
from tests.factories.accounts import make_user, sign_in
from tests.factories.notices import add_photo, post, prepare, read, take
from tests.notices.conftest import COUNTY, MONDAY, OTHER_LEAGUE, OWN

pytestmark = pytest.mark.django_db

POSTING = {"place": "嘎查村委会公示栏", "ways": ["web"]}
SAID: dict[str, dict[str, Any]] = {
    "return": {"note": "名单不全"},
    "post": POSTING,
    "object": {"text": "该户有小轿车"},
    "answer": {"text": "经核查，车辆已于去年过户"},
    "withdraw": {"note": "名单有误"},
    "repost": {"note": "更正后重新公示"},
}


def refused(code: str, *args: Any, **said: Any) -> ServiceError:
    with pytest.raises(ServiceError) as told, transaction.atomic():
        take(*args, **said)
    assert told.value.code == code
    return told.value


def days_later(settings: Any, days: int) -> None:
    """The clock of the platform, so many days after the Monday."""
    settings.REFERENCE_DATE = MONDAY + datetime.timedelta(days=days)


def rows(model: Any) -> list[Any]:
    with scopes.activate(EVERYTHING):
        return list(model.objects.order_by("pk"))


def test_the_whole_way_with_who_when_from_where_to_where_and_why(county, settings):
    found = take(prepare(OWN, county.village), "approve", county.head)
    add_photo(found, county.village)
    found = take(found, "post", county.village, place="村委会", ways=["board", "web"])
    assert (found.posted_on, found.ends_on, found.days) == (MONDAY, MONDAY + datetime.timedelta(days=7), 7)
    days_later(settings, 1)
    assert clock.advance() == (1, 0)
    found = take(read(found.pk), "object", county.village, text="该户有小轿车")
    found = take(found, "answer", county.village, text="车辆已过户")
    assert found.state == State.RUNNING
    days_later(settings, 8)
    assert clock.advance() == (0, 1)
    found = read(found.pk)
    assert (found.state, found.closed_on) == (State.ENDED, MONDAY + datetime.timedelta(days=8))
    take(found, "archive", county.village)
    assert [(one.step, one.by_name, one.by_level, one.from_state, one.to_state) for one in rows(NoticeLog)] == [
        ("prepare", "village", 5, "", "prepared"),
        ("approve", "head", 4, "prepared", "approved"),
        ("post", "village", 5, "approved", "posted"),
        ("begin", "", None, "posted", "running"),
        ("object", "village", 5, "running", "objection"),
        ("answer", "village", 5, "objection", "running"),
        ("end", "", None, "running", "ended"),
        ("archive", "village", 5, "ended", "archived"),
    ]


@pytest.mark.parametrize(
    ("kind", "days", "last"),
    [
        ("identification", None, "2018-06-18"),
        ("exit", 9, "2018-06-20"),
        ("fund_use", None, "2018-06-21"),
        ("project", 15, "2018-06-26"),
        # Tuesday to Friday are four; the weekend and the holiday on Monday do not count.
        ("county_removal", None, "2018-06-21"),
        ("announcement", None, None),
    ],
)
def test_how_long_a_kind_hangs(county, kind, days, last):
    found = post(OWN, county.village, county.head, kind, days=days)
    assert (found.ends_on.isoformat() if found.ends_on else None) == last


@pytest.mark.parametrize(("kind", "days"), [("exit", 6), ("fund_use", 9), ("county_removal", 366), ("announcement", 7)])
def test_no_kind_hangs_shorter_than_it_must(county, kind, days):
    with pytest.raises(ServiceError) as told, transaction.atomic():
        prepare(OWN, county.village, kind, days=days)
    assert told.value.field == "days"


def test_a_notice_does_not_end_early(county, settings):
    found = post(OWN, county.village, county.head)
    for day in (0, 1, 7):
        days_later(settings, day)
        clock.advance()
        assert "2018-06-18" in str(refused("early", read(found.pk), "end", county.village))
    days_later(settings, 8)
    assert take(read(found.pk), "end", county.village).state == State.ENDED
    forever = post(OWN, county.village, county.head, "announcement")
    days_later(settings, 4000)
    clock.advance()
    refused("early", read(forever.pk), "end", county.village)
    assert read(forever.pk).state == State.RUNNING


def test_an_open_objection_keeps_a_notice_from_ending(county, settings):
    found = post(OWN, county.village, county.head)
    days_later(settings, 2)
    clock.advance()
    found = take(read(found.pk), "object", county.village, text="异议一")
    found = take(found, "object", county.village, text="异议二", received_on=MONDAY)
    # Wednesday and Monday, five working days on; the holiday on Monday the 18th does not count.
    due = {one.text: one.due_on.isoformat() for one in rows(NoticeObjection)}
    assert due == {"异议一": "2018-06-21", "异议二": "2018-06-19"}
    days_later(settings, 30)
    assert clock.advance() == (0, 0)
    refused("objection", found, "end", county.village)
    refused("required", found, "answer", county.village, text="答复")
    first, second = rows(NoticeObjection)
    refused("unknown", found, "answer", county.village, text="答复", objection=second.pk + 1)
    found = take(found, "answer", county.village, text="答复一", objection=first.pk)
    assert found.state == State.OBJECTION
    refused("unknown", found, "answer", county.village, text="答复", objection=first.pk)
    found = take(found, "answer", county.village, text="答复二")
    assert found.state == State.RUNNING
    assert clock.advance() == (0, 1)
    answered = [(one.answer, one.answered_on, one.answered_by_name) for one in rows(NoticeObjection)]
    day = MONDAY + datetime.timedelta(days=30)
    assert answered == [("答复一", day, "village"), ("答复二", day, "village")]


def test_working_days():
    day = datetime.date
    assert workdays.after(day(2018, 9, 28), 1) == day(2018, 10, 8)  # the national holiday lies between
    assert workdays.after(day(2018, 6, 15), 5) == day(2018, 6, 25)
    assert workdays.after(day(2018, 6, 11), 0) == day(2018, 6, 11)
    assert not workdays.is_working(day(2018, 12, 31))
    assert not workdays.is_working(day(2018, 12, 29))  # a Saturday that was worked counts as none
    assert all(first.year >= 2016 for first in workdays.holidays())


def test_the_clock_done_twice_changes_nothing(county, settings):
    made = [post(OWN, county.village, county.head).pk for _number in range(3)]
    days_later(settings, 30)
    assert clock.advance() == (3, 3)
    before = [(read(key).version, read(key).state) for key in made]
    tasks.advance()
    assert clock.advance() == (0, 0)
    assert [(read(key).version, read(key).state) for key in made] == before == [(5, State.ENDED)] * 3
    assert [one.step for one in rows(NoticeLog)].count("end") == 3


def test_nobody_approves_his_own_notice(county):
    found = prepare(OWN, county.officer)
    with pytest.raises(PermissionDenied), transaction.atomic():
        take(found, "approve", county.officer)
    assert take(found, "approve", county.second).state == State.APPROVED
    other = prepare(OWN, county.village)
    for who in (county.village, county.reader):
        with pytest.raises(PermissionDenied), transaction.atomic():
            take(other, "approve", who)


def test_what_was_changed_is_approved_by_another_than_who_changed_it(county):
    from apps.notices.services import writing

    found = prepare(OWN, county.village)
    said = {"title": "更正后的公示", "text": "正文", "lines": [], "days": None}
    with scopes.acting(county.officer):
        writing.change(found, county.officer, **said, expected_version=found.version)
    with pytest.raises(PermissionDenied), transaction.atomic():
        take(found, "approve", county.officer)
    found = take(found, "approve", county.head)
    with scopes.acting(county.officer), pytest.raises(ServiceError) as told:
        writing.change(found, county.officer, **said)
    assert told.value.code == "state"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"place": "", "ways": ["web"]}, "required"),
        ({"place": "村委会", "ways": []}, "required"),
        ({"place": "村委会", "ways": ["radio"]}, "invalid_choice"),
        ({"place": "村委会", "ways": ["board"]}, "photo"),
        ({"place": "村委会", "ways": ["stele", "web"]}, "photo"),
        ({"place": "联系人13800138000", "ways": ["web"]}, "number"),
        ({**POSTING, "posted_on": MONDAY + datetime.timedelta(days=1)}, "future"),
        ({**POSTING, "posted_on": MONDAY - datetime.timedelta(days=4)}, "past"),
    ],
)
def test_what_posting_asks_for(county, said, code):
    found = take(prepare(OWN, county.village), "approve", county.head)
    refused(code, found, "post", county.village, **said)
    assert rows(Publication) == []


def test_what_was_taken_back_is_posted_anew_with_its_reason_photo_and_days(county, settings):
    found = take(prepare(OWN, county.village), "approve", county.head)
    add_photo(found, county.village)
    found = take(found, "post", county.village, place="村委会", ways=["board"])
    refused("required", found, "withdraw", county.village)
    days_later(settings, 3)
    found = take(found, "withdraw", county.village, note="名单有误")
    assert rows(Publication) == []
    refused("required", found, "repost", county.village)
    found = take(found, "repost", county.village, note="更正后重新公示")
    assert (found.state, found.approved_by, found.posted_on) == (State.PREPARED, None, None)
    refused("state", found, "post", county.village, **POSTING)
    found = take(found, "approve", county.head)
    refused("photo", found, "post", county.village, place="村委会", ways=["board"])  # the photo is of the first posting
    add_photo(found, county.village)
    found = take(found, "post", county.village, place="村委会", ways=["board"])
    assert (found.postings, found.ends_on) == (2, MONDAY + datetime.timedelta(days=10))
    assert len(rows(Publication)) == 1
    assert [one.note for one in rows(NoticeLog) if one.note] == ["名单有误", "更正后重新公示"]


def test_a_stale_version_is_refused(county):
    found = prepare(OWN, county.village)
    with scopes.acting(county.head), pytest.raises(StaleVersion):
        steps.take(found, "approve", by=county.head, expected_version=found.version + 1)


def test_what_other_apps_ask(county, settings):
    key = subject("quota", 12)
    found = post(COUNTY, county.officer, county.second, "distribution", subject=key)
    prepare(COUNTY, county.officer, "distribution", subject=subject("quota", 13))
    with scopes.activate(EVERYTHING):
        ask = PublicNotice.objects.about(key)
        assert (ask.on_show().count(), ask.was_posted().count(), ask.has_run().count()) == (1, 1, 0)
        assert not PublicNotice.objects.about(subject("quota", 13)).was_posted().exists()
        assert not PublicNotice.objects.about(subject("quota", 1)).exists()
    days_later(settings, 11)
    clock.advance()
    with scopes.activate(EVERYTHING):
        assert PublicNotice.objects.about(key).has_run().get().pk == found.pk
        assert not PublicNotice.objects.too_short().exists()
        PublicNotice.objects.filter(pk=found.pk).update(closed_on=found.ends_on)
        assert PublicNotice.objects.too_short().get().pk == found.pk


def test_the_database_keeps_what_the_way_rests_on(county):
    found = post(OWN, county.village, county.head)
    wrong = (
        "UPDATE notices_publicnotice SET state = 'elsewhere' WHERE id = %s",
        "UPDATE notices_publicnotice SET posted_on = NULL WHERE id = %s",
        "UPDATE notices_publicnotice SET state = 'ended' WHERE id = %s",
        "UPDATE notices_publicnotice SET approved_by_id = prepared_by_id WHERE id = %s",
        "UPDATE notices_publicnotice SET ends_on = posted_on WHERE id = %s",
        "UPDATE notices_noticelog SET note = 'x' WHERE notice_id = %s",
        "DELETE FROM notices_noticelog WHERE notice_id = %s",
        f"UPDATE notices_publication SET division_id = {OTHER_LEAGUE} WHERE notice_id = %s",
    )
    for statement in wrong:
        with (
            scopes.activate(EVERYTHING),
            pytest.raises((IntegrityError, DatabaseError)),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(statement, [found.pk])


# --- state moves in no other way --------------------------------------------------------------------------------------


def by_service(found: PublicNotice, name: str, who: Any, said: dict[str, Any]) -> bool:
    try:
        take(found, name, who, **said)
    except (ServiceError, PermissionDenied, PublicNotice.DoesNotExist):
        return False
    return True


def by_api(found: PublicNotice, name: str, who: Any, said: dict[str, Any]) -> bool:
    scopes.forget(who)
    body = {**said, "step": name, "version": found.version}
    answer = sign_in(Client(), who).post(f"/api/v1/notices/{found.pk}/step/", json.dumps(body), "application/json")
    assert answer.status_code in (200, 403, 404, 409, 422), answer.content
    return answer.status_code == 200


def by_page(found: PublicNotice, name: str, who: Any, said: dict[str, Any]) -> bool:
    scopes.forget(who)
    body = {**said, "step": name, "version": found.version}
    if name == "answer":
        with scopes.activate(EVERYTHING):
            body["objection"] = NoticeObjection.objects.open().values_list("pk", flat=True).first() or 0
    answer = sign_in(Client(), who).post(f"/notices/{found.pk}/", body)
    assert answer.status_code in (302, 403, 404, 409, 422), answer.content
    return answer.status_code == 302


WAYS = {"service": by_service, "api": by_api, "page": by_page}


@settings(
    max_examples=20,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    tried=st.lists(
        st.tuples(
            st.sampled_from(sorted(STEPS)),
            st.sampled_from(["village", "head", "county", "reader", "far"]),
            st.sampled_from(sorted(WAYS)),
        ),
        min_size=4,
        max_size=14,
    )
)
def test_state_moves_by_the_steps_of_the_way_alone(county, tried):
    """Whatever is tried by whomever in whichever way: a step that was taken leads from its states to its own, was that
    person's to take, and is in the log; the web copy stands exactly while the notice is on show."""
    with transaction.atomic():
        far = make_user("far", "county_officer", 150522000000)
        known = {"village": county.village, "head": county.head, "county": county.officer, "reader": county.reader}
        found = prepare(OWN, county.village)
        for name, who, way in tried:
            before, step, by = read(found.pk), STEPS[name], {**known, "far": far}[who]
            scopes.forget(by)
            with scopes.acting(by):
                allowed = steps.may(step, before, by)
            if name == "answer":
                with scopes.activate(EVERYTHING):
                    if NoticeObjection.objects.open().count() > 1:
                        continue  # of several the page names one, the others none: not told apart here
            taken = WAYS[way](before, name, by, SAID.get(name, {}))
            after = read(found.pk)
            assert taken == allowed, (name, who, way)
            assert before.state in step.from_states if taken else after.version == before.version
            if taken and step.to_state:
                assert after.state == step.to_state
            with scopes.activate(EVERYTHING):
                on_show = Publication.objects.filter(pk=found.pk).exists()
                assert on_show == (after.state in ("posted", "running", "objection", "ended"))
                line = NoticeLog.objects.filter(notice=found).latest("pk")
            if taken:
                assert (line.step, line.by_id, line.to_state) == (name, by.pk, after.state)
        transaction.set_rollback(True)


def test_every_state_is_reached_and_left_by_some_step():
    reached = {step.to_state for step in STEPS.values() if step.to_state} | {State.RUNNING}
    left = {state for step in STEPS.values() for state in step.from_states} | {State.ARCHIVED}
    assert reached == left == set(State)
    assert set(steps.ACTS) == set(STEPS)
