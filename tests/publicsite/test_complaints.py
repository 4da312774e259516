"""Complaints by strangers: what is taken and what is not, what they are told, and what nobody learns by guessing."""

from __future__ import annotations

import datetime
import io
import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings as project
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connections, transaction
from django.test import Client, RequestFactory
from PIL import Image

from apps.access import scope as scopes
from apps.complaints.models import Complainant, Complaint, ComplaintPhoto, Statement
from apps.complaints.models.confidential import words_of
from apps.complaints.services import doors, receipts
from apps.publicsite import gates, uploads
from tests.access.world import EVERYTHING
from tests.complaints.conftest import MONDAY, OWN, make_desks
from tests.factories.accounts import sign_in
from tests.factories.complaints import COUNTY, LEAGUE, TO_CLOSE, TOWNSHIP, complain, go

API = "/api/v1/public/complaints/"
PAGE = f"/public/complaints/places/{OWN}/"
SCRIPT = '<script>alert("龘")</script>'


@pytest.fixture
def desks(committed_db: object, settings: Any, tmp_path: Any) -> SimpleNamespace:
    settings.REFERENCE_DATE, settings.MEDIA_ROOT = MONDAY, tmp_path
    cache.clear()
    return make_desks()


@pytest.fixture
def anybody() -> Client:
    return Client()


def send(client: Client, key: str = "", **body: Any) -> Any:
    """What the API answers to a complaint about the village."""
    words = {"division": str(OWN), "kind": "misuse", "text": "村会计冒领补贴", "contact": "13948170000", **body}
    heads = {"Idempotency-Key": key} if key else {}
    return client.post(API, json.dumps(words), content_type="application/json", headers=heads)


def rows(model: Any) -> list[Any]:
    with scopes.acting(EVERYTHING):
        return list(model.objects.order_by("pk"))


def picture(size: tuple[int, int] = (40, 30)) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, "red").save(made, "JPEG", exif=b"Exif\x00\x00secret place")
    return made.getvalue()


def test_it_lies_with_a_desk_above_the_place_and_is_followed_by_its_secret(desks, anybody):
    answer = send(anybody)
    assert answer.status_code == 201 and not answer.cookies and "no-store" in answer["Cache-Control"]
    told = answer.json()
    (found,) = rows(Complaint)
    assert (found.number, found.division_id, found.concerned_id) == (told["receipt"], COUNTY, OWN)
    assert (found.state, found.due_on, found.named) == ("received", datetime.date(2018, 6, 12), False)
    (statement,), (author,) = rows(Statement), rows(Complainant)
    assert (statement.division_id, statement.text) == (COUNTY, "村会计冒领补贴")
    assert words_of(author.contact) == "13948170000" and author.name is None
    # The secret is stored nowhere, neither as it is nor in part.
    assert bytes(statement.secret_hash) == receipts.digest(told["secret"]) != told["secret"].encode()
    go(found, desks.county, *TO_CLOSE)
    state = anybody.get(f"{API}{told['receipt']}/", {"secret": told["secret"].lower().replace("-", " ")})
    assert state.json() == {
        "state": "closed",
        **dict.fromkeys(("received_on", "accepted_on", "answered_on", "closed_on"), "2018-06-11"),
        "due_on": None,
    }
    assert "no-store" in state["Cache-Control"] and not state.cookies


@pytest.mark.parametrize(("concerned", "handled"), [(TOWNSHIP, COUNTY), (COUNTY, LEAGUE), (LEAGUE, 150000000000)])
def test_a_unit_never_gets_what_is_said_about_itself(desks, anybody, concerned, handled):
    assert send(anybody, division=str(concerned)).status_code == 201
    assert [one.division_id for one in rows(Complaint)] == [handled]


def test_what_cannot_be_is_refused_with_its_field(desks, anybody):
    for body, field in (
        ({"division": "150000000000"}, "division"),
        ({"division": "150422100999"}, "division"),
        ({"division": "x"}, "division"),
        ({"kind": "none"}, "kind"),
        ({"text": " "}, "text"),
        ({"text": "长" * 5001}, "text"),
        ({"text": "a\x00b"}, "text"),
        ({"state": "closed"}, "state"),
    ):
        answer = send(anybody, **body)
        assert answer.status_code == 422 and [one["field"] for one in answer.json()["errors"]] == [field], body
    assert anybody.post(API, "{", content_type="application/json").status_code == 400
    assert rows(Complaint) == []


def test_a_telephone_complaint_is_followed_here_by_its_slip(desks, anybody):
    told = {"division": str(COUNTY), "concerned": str(OWN), "kind": "funds", "channel": "phone", "text": "龘来电"}
    desk = sign_in(Client(), desks.county)
    entered = desk.post("/api/v1/complaints/", json.dumps(told), content_type="application/json").json()
    answer = anybody.get(f"{API}{entered['number']}/", {"secret": entered["secret"]})
    assert answer.status_code == 200 and answer.json()["state"] == "received"
    assert anybody.get(f"{API}{entered['number']}/", {"secret": "A" * 24}).status_code == 404


def test_sent_twice_it_is_one_complaint_with_one_receipt(desks, anybody):
    first, second = (send(anybody, key="k-1").json() for _time in range(2))
    assert first == second and len(rows(Complaint)) == 1
    assert send(anybody, key="k-1", text="另一件").json() != first
    assert send(anybody, key="k-2").json() != first and len(rows(Complaint)) == 3


def test_a_secret_that_is_guessed_is_answered_like_an_unknown_receipt(desks, anybody, monkeypatch):
    told = send(anybody).json()
    number, wrong = told["receipt"], "A" * 24
    answers, queries = set(), set()
    for receipt in (number, "XF999999999999"):
        with connections["public"].execute_wrapper(
            lambda execute, sql, *rest: (queries.add(sql), execute(sql, *rest))[1]
        ):
            answer = anybody.get(f"{API}{receipt}/", {"secret": wrong})
        answers.add((answer.status_code, answer.content.replace(receipt.encode(), b"")))
    assert len(answers) == 1 and {status for status, _body in answers} == {404} and len(queries) == 1
    pages = set()
    for receipt in (number, "XF999999999999"):
        page = anybody.post("/public/complaints/follow/", {"receipt": receipt, "secret": wrong})
        pages.add((page.status_code, page.content.replace(receipt.encode(), b"")))
    assert len(pages) == 1 and {status for status, _body in pages} == {422}
    assert anybody.get(f"{API}{number}/").status_code == 404
    # After so many guesses also the right one is told nothing for a while, wherever they come from.
    for at in range(gates.ASKED_OF_ONE):
        answer = anybody.get(f"{API}{number}/", {"secret": wrong}, REMOTE_ADDR=f"10.0.0.{at}")
    assert answer.status_code == 429 and int(answer["Retry-After"]) > 0
    assert anybody.get(f"{API}{number}/", {"secret": told["secret"]}, REMOTE_ADDR="10.9.9.9").status_code == 429


def test_a_thousand_in_a_minute_from_one_address_are_not_taken(desks, anybody, monkeypatch):
    monkeypatch.setattr(gates, "SENT_A_MINUTE", 3)
    answers = [send(anybody).status_code for _time in range(6)]
    assert answers == [201] * 3 + [429] * 3 and len(rows(Complaint)) == 3
    asked: list[str] = []
    with connections["public"].execute_wrapper(lambda go, sql, *rest: (asked.append(sql), go(sql, *rest))[1]):
        pages = [anybody.post(PAGE, {"kind": "funds", "text": text}) for text in ("x", "y" * 900)]
        refused = [send(anybody, text=text, division=place) for text, place in (("x", str(OWN)), ("y", "none"))]
    assert not [sql for sql in asked if "complaints_" in sql] and len(rows(Complaint)) == 3
    assert {page.status_code for page in (*pages, *refused)} == {429} and len({one.content for one in refused}) == 1
    assert len({page.content for page in pages}) == 1 and "一分钟" in pages[0].content.decode() and not pages[0].cookies
    assert send(Client(REMOTE_ADDR="10.1.2.3")).status_code == 201


def test_a_thousand_at_once_are_counted_by_address_and_ipv6_by_network(anybody):
    cache.clear()
    asking = RequestFactory()
    waits = [gates.sending(asking.post(PAGE, REMOTE_ADDR=f"2001:db8::{at:x}")) for at in range(1000)]
    assert waits[: gates.SENT_A_MINUTE] == [0] * gates.SENT_A_MINUTE and min(waits[gates.SENT_A_MINUTE :]) > 0
    assert gates.sending(asking.post(PAGE, REMOTE_ADDR="2001:db8:0:1::1")) == 0


def test_the_page_takes_words_and_pictures_and_runs_nothing(desks, anybody):
    form = anybody.get(PAGE)
    assert form.status_code == 200 and "no-store" in form["Cache-Control"] and not form.cookies
    assert "最多 3 张，每张不超过 10 MB" in form.content.decode()
    file = SimpleUploadedFile("<b>.html", picture(), "text/html")
    body = {"kind": "funds", "text": SCRIPT, "name": "白龘音", "token": "t", "pictures": file}
    answer = anybody.post(PAGE, body)
    assert answer.status_code == 201 and not answer.cookies and "no-store" in answer["Cache-Control"]
    (found,), (photo,) = rows(Complaint), rows(ComplaintPhoto)
    assert found.number in answer.content.decode() and found.named
    with photo.image.open("rb") as kept:
        assert b"secret place" not in (drawn := kept.read()) and Image.open(io.BytesIO(drawn)).format == "JPEG"
    assert photo.image.name.endswith(".jpg") and "html" not in photo.image.name
    # Inside it is text, and the policy of content lets no script in.
    page = sign_in(Client(), desks.county).get(f"/complaints/{found.pk}/")
    text = page.content.decode()
    assert SCRIPT not in text and "&lt;script&gt;" in text and "script-src 'self'" in page["Content-Security-Policy"]
    # The same page sent again is the same complaint.
    file.seek(0)
    assert anybody.post(PAGE, body).status_code == 201 and len(rows(Complaint)) == 1
    number, secret = found.number, answer.content.decode().split("<code>")[2].split("<")[0]
    followed = anybody.post("/public/complaints/follow/", {"receipt": number, "secret": secret})
    assert followed.status_code == 200 and "待登记" in followed.content.decode()
    wrong = anybody.post("/public/complaints/follow/", {"receipt": number, "secret": "x"})
    assert wrong.status_code == 422 and "待登记" not in wrong.content.decode()


def test_a_file_that_is_no_picture_is_refused_and_nothing_of_it_kept(desks, anybody, settings):
    for name, content in (("a.jpg", b"<script>1</script>"), ("a.svg", b"<svg onload='x'/>"), ("a.jpg", picture()[:90])):
        file = SimpleUploadedFile(name, content, "image/jpeg")
        answer = anybody.post(PAGE, {"kind": "funds", "text": "x", "pictures": [file]})
        assert answer.status_code == 422, name
    many = [SimpleUploadedFile(f"{at}.jpg", b"x", "image/jpeg") for at in range(4)]
    assert anybody.post(PAGE, {"kind": "funds", "text": "x", "pictures": many}).status_code == 422
    assert rows(Complaint) == [] and not list(settings.MEDIA_ROOT.rglob("*.*"))


class Endless(io.RawIOBase):
    """A body that goes on for ever, and knows how much of it was read."""

    def __init__(self, head: bytes) -> None:
        self.head, self.given = head, 0

    def read(self, size: int = -1) -> bytes:
        size = 65536 if size is None or size < 0 else size
        start, self.given = self.given, self.given + size
        return self.head[start : start + size].ljust(size, b"x")


@pytest.mark.parametrize(
    ("said", "read"), [(2 << 30, 0), (uploads.MOST_OF_ALL, uploads.MOST_BYTES + (1 << 20))], ids=["2 GB", "one file"]
)
def test_what_is_too_large_is_refused_without_being_read_to_its_end(desks, anybody, said, read):
    head = b'--b\r\nContent-Disposition: form-data; name="pictures"; filename="a.jpg"\r\n\r\n'
    body = Endless(head)
    sent = {"CONTENT_LENGTH": str(said), "wsgi.input": body, "CONTENT_TYPE": "multipart/form-data; boundary=b"}
    answer = anybody.generic("POST", PAGE, **sent)
    assert answer.status_code == 413 and "10 MB" in answer.content.decode()
    assert body.given <= read and rows(Complaint) == []
    sent |= {"wsgi.input": Endless(b"{"), "CONTENT_TYPE": "application/json"}
    assert anybody.generic("POST", API, **sent).status_code == 413
    # Without pictures there are words alone, and those are few.
    for address in (PAGE, "/public/complaints/follow/"):
        words = Endless(b"text=")
        sent |= {"wsgi.input": words, "CONTENT_TYPE": "application/x-www-form-urlencoded"}
        assert anybody.generic("POST", address, **sent).status_code == 413 and words.given == 0


def test_a_form_that_is_none_is_refused_as_the_public_site_speaks(desks, anybody):
    words = b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\n' + b"x" * (6 << 20) + b"\r\n--b--\r\n"
    for head, body, status in (
        ("multipart/form-data", b"x", 400),
        ("multipart/form-data; boundary=b", words, 413),
        ("application/x-www-form-urlencoded", b"&".join(b"a%d=" % at for at in range(5001)), 400),
    ):
        answer = anybody.generic("POST", PAGE, body, content_type=head)
        assert answer.status_code == status and "no-store" in answer["Cache-Control"] and not answer.cookies
        assert "网上举报" in answer.content.decode() and "csrf" not in answer.content.decode().lower()


def test_the_front_server_holds_the_same_limit_and_writes_nobody_down():
    told = (Path(project.BASE_DIR) / "deploy/nginx.conf").read_text(encoding="utf-8")
    place, rules = re.search(r"location ~ (\S*complaints\S*) \{(.*?)\n    \}", told, re.DOTALL).groups()
    for address in (PAGE, "/public/en/complaints/follow/", API, f"{API}XF000000000000/"):
        assert re.match(place, address)
    (most,) = re.findall(r"client_max_body_size (\d+)m;", rules)
    assert uploads.MOST_OF_ALL < int(most) << 20 < 2 * uploads.MOST_OF_ALL
    assert "access_log off;" in rules and "error_log /dev/null crit;" in rules and "limit_req zone=public" in rules


def test_the_role_gets_no_further_than_its_three_functions(desks):
    """Not with a scope of its own either: the functions take what they need, and give back what was before."""
    complain(desks.county, COUNTY, OWN)
    alias = connections[doors.ALIAS]
    with alias.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = off")
    for statement in (
        *(f"SELECT * FROM complaints_{name}" for name in ("complaint", "complainant", "statement", "complaintlog")),
        "UPDATE complaints_complaint SET state = 'closed'",
        "SELECT complaints_desk(150422100200)",
    ):
        with pytest.raises(DatabaseError, match="permission denied"), alias.cursor() as cursor:
            cursor.execute(statement)
    with transaction.atomic(using=doors.ALIAS), alias.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM complaints_follow('XF000000000000', '')")
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT current_setting('app.complaints_lo', true), current_setting('app.complaints_hi', true)")
        assert cursor.fetchone() in ((None, None), ("", ""))
    alias.close()


def test_numbers_are_those_of_a_quarter_and_small_ones_are_not_told(desks, anybody, settings):
    for kind, count in (("identification", 7), ("funds", 6), ("misuse", 2)):
        for _time in range(count):
            complain(desks.county, COUNTY, OWN, kind=kind)
    settings.REFERENCE_DATE = datetime.date(2018, 6, 29)
    assert doors.numbers().received is None  # the quarter is not over
    settings.REFERENCE_DATE = datetime.date(2018, 6, 30)
    found = doors.numbers()
    assert (found.received, found.closed) == (15, None)
    # All of the small ones are left out, also those that are none: nobody knows which is which.
    assert {kind: told[0] for kind, told in found.kinds.items()} == {
        "identification": 7, "funds": 6, **dict.fromkeys(("projects", "misuse", "policy", "other")),
    }  # fmt: skip
    page = anybody.get("/public/complaints/numbers/")
    assert page.status_code == 200 and "2018年第2季度" in page.content.decode()
