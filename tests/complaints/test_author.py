"""Nobody but the handling unit learns who complained or reads his words: through none of the 25 channels by which
something can leak (`tests/access/test_channels.py`), told here by their numbers; and a post reaches no farther than its
own desk.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings as project
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from apps.access import scope as scopes
from apps.accounts.models import Post, User
from apps.accounts.services import SET_UP, appoint, posts, system_account
from apps.complaints.models import Complainant, Complaint, ComplaintLog, ComplaintPhoto, Statement
from apps.complaints.services.entering import HANDLES
from apps.history.models import AccessLog
from apps.pages.models import StoredAnswer
from tests.access.test_oracle import plain
from tests.access.world import EVERYTHING
from tests.complaints import channels
from tests.complaints.channels import (
    NAME,
    NOTHING,
    PHONE,
    PICTURE,
    READERS,
    SEALED,
    SECRETS,
    SEES_THE_CASE,
    WORDS,
    through,
)
from tests.complaints.conftest import OWN
from tests.factories.accounts import make_user, sign_in
from tests.factories.complaints import COUNTY, LEAGUE, REGION, TOWNSHIP, complain, go

CONFIDENTIAL = (Complainant, Statement, ComplaintPhoto, ComplaintLog)
CONTROL = {
    # What the handling unit is told through each channel, so that there is something to find.
    1: (*WORDS, NAME, PHONE),
    2: ("XF",),
    3: ("信访举报查实",),
    4: ("XF",),
    5: NOTHING,
    6: NOTHING,
    7: ("信访举报",),
    8: ("反映人姓名",),
    9: ("XF",),
    10: ("XF",),
    11: (PICTURE,),
    12: WORDS,
    14: WORDS,
    15: NOTHING,
    17: (*WORDS, NAME, PHONE),
    18: NOTHING,
    19: NOTHING,
    20: WORDS,
    21: NOTHING,
    22: NOTHING,
}
"""Channels 13, 16, 23, 24 and 25 are asked by tests of their own."""
ABSENT = {11, 12, 19, 21}
"""What there is none of: stored files, a state for a guessed secret, a history, tools for developers."""


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[SimpleNamespace]:
    """The complaint, those who ask for it, and what is logged meanwhile; undone at the end."""
    folder = str(tmp_path_factory.mktemp("media"))
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=folder), transaction.atomic():
        found = channels.make_world()
        found.records = _Records()
        logging.getLogger().addHandler(found.records)
        yield found
        logging.getLogger().removeHandler(found.records)
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def undone(world: SimpleNamespace) -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


class _Records(logging.Handler):
    """All that is logged meanwhile."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(self.format(record))


@pytest.mark.parametrize("channel", CONTROL)
def test_nobody_else_is_told_through_channel(world: SimpleNamespace, channel: int) -> None:
    desk = through(world, "desk", channel)
    control = " ".join(told.text for told in desk)
    assert control and [word for word in CONTROL[channel] if word not in control] == []
    assert channel in ABSENT or 404 not in [told.status for told in desk], "each address is one that there is"
    for name in READERS:
        for told in through(world, name, channel):
            assert told.status < 500 and told.secrets() == [], (name, told.asked, told.status)
            assert name in SEES_THE_CASE or world.found.number not in told.text, (name, told.asked)


@pytest.mark.parametrize("name", READERS)
def test_what_is_not_his_is_not_there_and_what_has_no_name_is_refused(world: SimpleNamespace, name: str) -> None:
    """Who sees the case is told that the rest is not his; to the others there is none. Nothing hidden is asked by."""
    asked = [told for channel in (1, 4, 5, 10, 11, 15, 20) for told in through(world, name, channel)]
    status = {(told.asked.channel, told.asked.address, told.asked.method): told.status for told in asked}
    inside = name != "anonymous"
    case = name in SEES_THE_CASE
    row = f"/complaints/{world.found.pk}/"
    assert status[1, row, "GET"] == ((200 if case else 404) if inside else 302)
    assert (
        status[1, f"{row}answer/", "GET"]
        == status[1, f"{row}author/", "POST"]
        == ((403 if case else 404) if inside else 302)
    )
    assert status[11, f"/complaints/photos/{world.photo.pk}/", "GET"] == (404 if inside else 302)
    assert status[10, f"/exports/{world.job.pk}/file/", "GET"] == (404 if inside else 302)
    assert status[20, f"/complaints/{world.closed.pk}/", "GET"] == ((200 if case else 404) if inside else 302)
    for told in asked:
        hidden = [one for one in told.asked.sent if one in ("text", "statement__text__contains", "complainant", "id")]
        if told.asked.channel == 5 or (hidden and told.asked.method == "GET"):
            assert told.status in ((400,) if case else (400, 401, 403)), told.asked
    if inside:
        with scopes.acting(world.readers[name]):
            assert [model.objects.count() for model in CONFIDENTIAL] == [0] * 4
            assert Complaint.objects.count() == (2 if case else 0)


def test_13_two_complaints_that_differ_in_what_is_hidden_are_answered_alike(world: SimpleNamespace) -> None:
    """To the byte, and with as many queries: by the levels above, who see both."""
    other = complain(world.county, COUNTY, OWN, text="另" * 4000, name="阿拉坦其其格" * 5, contact="")
    third = complain(world.county, COUNTY, OWN, text="短", name="何")
    client = sign_in(Client(), world.league)
    for address in ("/complaints/{}/", "/api/v1/complaints/{}/"):
        bodies, queries = set(), set()
        client.get(address.format(other.pk))  # what is asked once in a while is asked now
        for found in (other, third):
            with CaptureQueriesContext(connection) as asked:
                body = plain(client.get(address.format(found.pk)).content).decode()
                body = re.sub(r"\d\d\d\d-\d\d-\d\dT[\d:.+]+", "", body)  # the moment it came
                bodies.add(re.sub(rf'{found.number}|/{found.pk}/|"id":{found.pk},', "", body))
            queries.add(len(asked))
        assert len(bodies) == 1 and len(queries) == 1, address


def test_14_nobody_else_changed_anything(world: SimpleNamespace) -> None:
    """The handling unit could; what it did was undone."""
    done = {told.status for told in through(world, "desk", 14) if "photos" not in told.asked.address}
    assert done == {200, 201, 302}, "there is no photo in what is sent"
    for name in READERS:
        assert {told.status for told in through(world, name, 14)} <= {302, 401, 403, 404, 422}, name
    for name in ("league", "platform", "department"):
        with pytest.raises(Exception, match="row-level security"), scopes.acting(world.readers[name]):
            Complaint.objects.filter(pk=world.found.pk).update(leader="x")


def test_16_and_23_nothing_is_kept_on_the_way_or_in_a_browser(world: SimpleNamespace) -> None:
    for told in [told for channel in CONTROL for told in through(world, "desk", channel)]:
        if told.secrets():
            assert "no-store" in told.kept or "no-cache" in told.kept, told.asked
            assert "Set-Cookie" not in told.text or not [word for word in SECRETS if word in told.text.split(" ")[0]]
    kept = str(getattr(cache, "_cache", {}))  # of the suite: in memory
    assert [word for word in SECRETS if word in kept] == []


def test_19_reading_is_on_record_and_the_record_does_not_tell(world: SimpleNamespace) -> None:
    """Words, author and printing, each with who and when; a name that stood in the reason is taken out of it."""
    client = sign_in(Client(), world.second)
    address = f"/complaints/{world.found.pk}/"
    page = channels.body_of(client.get(address))
    assert [word for word in WORDS if word not in page] == []
    client.get(f"/api/v1{address}")
    assert "请写明查看理由" in channels.body_of(client.post(f"{address}author/", {"reason": ""}))
    client.post(f"{address}author/", {"reason": "核实情况"})
    client.get(f"{address}answer/")
    connection.finish()  # type: ignore[attr-defined]  # of apps.access.backend
    with scopes.acting(EVERYTHING):
        rows = AccessLog.objects.filter(object_kind="complaints.complaint", object_id=world.found.pk).order_by("pk")
        lines = [(row.action, row.username, *row.fields) for row in rows]
        reason = rows[0].reason
    words, author = ("text", "findings", "answer", "note"), ("name", "contact")
    assert lines == [
        ("reveal", "county", *author),
        *[("view", "county-2", *words)] * 2,
        ("reveal", "county-2", *author),
        ("print", "county-2", *author),
    ]
    assert reason == "联系＊＊核实，电话＊＊"
    auditor = sign_in(Client(), world.readers["audit_administrator"])
    seen = channels.body_of(auditor.get("/access-logs/"))
    assert "＊＊核实" in seen and [word for word in SECRETS if word in seen] == []


def test_24_work_leaves_nothing_behind(world: SimpleNamespace, capsys: Any) -> None:
    """No log, no stored answer, no copy of the tables in the clear, no file but the photos themselves."""
    for name, channel in ((name, channel) for name in ("village", "desk") for channel in (1, 5, 6, 12, 14)):
        through(world, name, channel)
    assert [text for text in world.records.texts if any(word in text for word in SECRETS)] == []
    call_command("dumpdata", "complaints")  # as the role of the application, which has no scope by itself
    assert capsys.readouterr().out.strip() == "[]"
    with scopes.acting(EVERYTHING), connection.cursor() as cursor:
        for model in CONFIDENTIAL:  # what a backup holds: the author is under seal
            cursor.execute(f"SELECT string_agg(t::text, ' ') FROM {model._meta.db_table} t")
            (text,) = cursor.fetchone()
            assert text and [word for word in SEALED if word in text] == [], model
    for alias in connections:
        with connections[alias].cursor() as cursor:  # nor does the server's own log quote what was written
            for name, value in (("log_min_error_statement", "panic"), ("log_error_verbosity", "terse")):
                cursor.execute(f"SHOW {name}")
                assert cursor.fetchone() == (value,), alias
    kept = [path for path in channels.stored_files(project.MEDIA_ROOT) if PICTURE.encode() in path.read_bytes()]
    assert [str(path).endswith(".jpg") for path in kept] == [True]


def test_24_a_log_quotes_no_row_that_the_database_refused() -> None:
    from config.logs import JSONFormatter, PlainFormatter

    texts = []
    for statement in (
        "DO $$ BEGIN RAISE EXCEPTION 'refused' USING DETAIL = '骗取低保' || chr(10) || '龘知情'; END $$",
        "SELECT '龘知情', no_such_column",
    ):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
        except Exception as error:
            assert "龘知情" in str(error)
            trace = (type(error), error, error.__traceback__)
            record = logging.LogRecord("x", logging.ERROR, "", 1, "broken: %s", (error,), trace)
            texts += [JSONFormatter().format(record), PlainFormatter().format(record)]
    assert len(texts) == 4 and all("broken" in text and "psycopg" in text for text in texts)
    assert [word for word in SECRETS for text in texts if word in text.replace("SELECT '龘知情', no_such", "")] == []


def test_25_what_was_handed_over_or_taken_away_is_gone_at_once(world: SimpleNamespace) -> None:
    """Also out of the answers that are kept for whoever asks the same again."""
    county, second = (sign_in(Client(), by) for by in (world.county, world.second))
    found = complain(world.county, COUNTY, OWN, name=NAME)
    address, sent = f"/api/v1/complaints/{found.pk}/", {"step": "register", "version": found.version}
    heads = {"Idempotency-Key": "once"}

    def step() -> Any:
        return county.post(f"{address}step/", sent, content_type="application/json", headers=heads)

    first, again = step(), step()
    assert "骗取低保" in first.content.decode() and again.json() == first.json() and again["Idempotent-Replayed"]
    with scopes.acting(world.county):
        assert {str(row.body) for row in StoredAnswer.objects.all()} == {str({"id": found.pk, "number": found.number})}
    go(found, world.county, "hand_over", to=LEAGUE)
    assert step().json() == {"id": found.pk, "number": found.number}
    assert county.get(address).status_code == second.get(address).status_code == 404
    assert second.get(f"/complaints/{world.found.pk}/").status_code == 200
    with scopes.activate(SET_UP):
        Post.objects.filter(user=world.second).update(valid_until=world.found.created_at)
    assert second.get(f"/complaints/{world.found.pk}/").status_code in (403, 404)


def test_a_desk_is_one_place_however_far_its_post_reaches(world: SimpleNamespace) -> None:
    def points(user: Any) -> tuple[Any, ...]:
        return scopes.of(user).ranges_of(HANDLES)

    assert points(world.region) == ((REGION, REGION),) and points(world.league) == ((LEAGUE, LEAGUE),)
    assert points(world.township) == ((TOWNSHIP, TOWNSHIP),)
    assert points(world.village) == points(world.head) == points(world.inspector) == points(system_account()) == ()
    here = make_user("here", "county_officer", COUNTY, extent="here")
    assert points(here) == ((COUNTY, COUNTY),)
    # A league's post for one county is of neither desk.
    with scopes.activate(SET_UP):
        lent = make_user("lent", None, LEAGUE)
        appoint(lent, role="league_officer", division=LEAGUE, by=None, extent=Post.Extent.CUSTOM, chosen=[COUNTY])
    scopes.forget(lent)
    assert points(lent) == ()
    # Who is of a desk gives the desk's right at his place and below, and nobody gives it who has none.
    with scopes.acting(world.league):
        posts.check_delegation(world.league, "county_officer", COUNTY)
    # No other code of the platform takes the right for itself, but what makes the demonstration and changes keys; and
    # there is no account that everything is open to.
    taking = re.compile(r"everywhere\([^)]*(?:HANDLES|handle_complaints)")
    sources = (Path(project.BASE_DIR) / "apps").rglob("*.py")
    assert [str(path) for path in sources if taking.search(path.read_text())] == []
    assert not hasattr(User, "is_superuser")
