"""Nobody but the handling unit learns who complained: not by a page, an answer of the API, a file, a number, an error,
the log, a search, the time of an answer, nor by SQL; and a post reaches no farther than its own desk.
"""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings as project
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.access import scope as scopes
from apps.accounts.models import Post
from apps.accounts.services import SET_UP, appoint, posts, system_account
from apps.complaints.models import Complainant, Complaint, ComplaintLog, ComplaintPhoto, Statement
from apps.complaints.services import reading
from apps.complaints.services.entering import HANDLES
from apps.complaints.tables import ComplaintResource
from apps.history.models import AccessLog
from tests.access.test_oracle import plain
from tests.access.world import EVERYTHING
from tests.complaints.conftest import OWN, make_desks
from tests.factories.accounts import make_user, sign_in
from tests.factories.complaints import COUNTY, LEAGUE, REGION, TOWNSHIP, complain, go

CONFIDENTIAL = (Complainant, Statement, ComplaintPhoto, ComplaintLog)
SECRETS = ("白龘音", "13948170000", "骗取低保", "龘知情", "他女儿来电", "已走访龘邻居", "答复龘内容")
ABOVE = ("league", "region", "head", "inspector")
BELOW = ("township", "village")
ADMINISTRATORS = ("system_administrator", "security_administrator", "audit_administrator")


@pytest.fixture
def planted(db: None, settings: Any, tmp_path: Path) -> SimpleNamespace:
    """A complaint with the county about a village, with all that tells who wrote it; and who must not read it."""
    settings.MEDIA_ROOT = tmp_path
    desks = make_desks()
    desks.others = {name: getattr(desks, name) for name in (*ABOVE, *BELOW)}
    desks.others |= {role: make_user(role.replace("_", "-"), role, COUNTY) for role in ADMINISTRATORS}
    desks.others["helper"] = make_user("helps", "helper", OWN)
    found = complain(desks.county, COUNTY, OWN)
    found = go(found, desks.county, "register", "accept", "investigate", note="他女儿来电")
    desks.found = go(found, desks.county, "answer", findings="已走访龘邻居", answer="答复龘内容")
    with scopes.acting(desks.county):
        ComplaintPhoto.objects.create(
            complaint=found, division_id=COUNTY, at=timezone.now(), width=1, height=1,
            image=ContentFile("白龘音".encode(), "a.jpg"),
        )  # fmt: skip
        reading.author_of(desks.found, by=desks.county, reason="联系反映人核实")
        desks.photo = ComplaintPhoto.objects.get()
    return desks


def told(answer: Any) -> str:
    """All that an answer says: head, body, and what is in a workbook."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            body = b"".join(book.read(name) for name in book.namelist())
    return f"{answer.headers} {body.decode('utf-8', 'replace')}"


def questions(desks: SimpleNamespace) -> list[tuple[str, str, dict[str, Any]]]:
    """Every way to ask about the complaint: method, address, what is sent."""
    key, names = desks.found.pk, ",".join(column.name for column in ComplaintResource.columns)
    row = (f"/complaints/{key}/", f"/api/v1/complaints/{key}/")
    return [
        *(("GET", address, {}) for address in (*row, *(f"{address}history/" for address in row))),
        *(("GET", address, {}) for address in ("/", "/complaints/", "/api/v1/complaints/", "/complaints/numbers/")),
        *(("GET", "/complaints/", {"columns": names, "order": order}) for order in ("", "text", "complainant__name")),
        *(("GET", "/api/v1/complaints/", {"count": "1", **one}) for one in (
            {}, {"named": "true"}, {"text": "龘"}, {"statement__text__contains": "龘"}, {"complainant__name": "x"},
        )),
        ("GET", "/complaints/print/", {"columns": names}),
        ("POST", f"/complaints/export/?columns={names}", {}),
        ("POST", "/api/v1/complaints/export/", {}),
        *(("POST", "/search/", {"q": word}) for word in ("白龘音", "13948170000", desks.found.number)),
        *(("POST", f"{address}author/", {"reason": "想知道"}) for address in row),
        ("GET", f"/complaints/{key}/answer/", {}),
        ("GET", f"/complaints/photos/{desks.photo.pk}/", {}),
        ("GET", f"/api/v1/complaints/photos/{desks.photo.pk}/image/", {}),
        *(("POST", f"/api/v1/complaints/{key}/step/", {"step": step, "version": 1}) for step in ("close", "none")),
        ("POST", f"/complaints/{key}/", {"step": "close", "version": "1", "note": ""}),
        *(("GET", address, {}) for address in ("/account/notices/", "/access-log/", "/exports/")),
    ]  # fmt: skip


def test_whoever_handles_it_reads_it_so_that_there_is_something_to_find(planted: SimpleNamespace) -> None:
    client = sign_in(Client(), planted.second)
    page, body = (
        told(client.get(f"/complaints/{planted.found.pk}/")),
        told(client.get(f"/api/v1/complaints/{planted.found.pk}/")),
    )
    assert all(word in page and word in body for word in SECRETS[2:])
    assert not any(word in page or word in body for word in SECRETS[:2]), "names are shown for a reason alone"
    assert "请写明查看理由" in told(client.post(f"/complaints/{planted.found.pk}/author/", {"reason": ""}))
    shown = told(client.post(f"/complaints/{planted.found.pk}/author/", {"reason": "核实情况"}))
    assert all(word in shown for word in SECRETS[:2])
    assert "白龘音" in told(client.get(f"/complaints/{planted.found.pk}/answer/"))
    with scopes.acting(EVERYTHING):
        lines = AccessLog.objects.filter(object_kind="complaints.complaint", object_id=planted.found.pk).order_by("pk")
        assert [(line.action, line.username, line.fields) for line in lines] == [
            (action, name, ["name", "contact"])
            for action, name in (("reveal", "county"), ("reveal", "county-2"), ("print", "county-2"))
        ]


@pytest.mark.parametrize("name", [*ABOVE, *BELOW, *ADMINISTRATORS, "helper"])
def test_no_answer_tells_anybody_else(planted: SimpleNamespace, name: str) -> None:
    client = sign_in(Client(raise_request_exception=False), planted.others[name])
    seen = 0
    for method, address, sent in questions(planted):
        json = {"content_type": "application/json"} if "/api/" in address and method == "POST" else {}
        answer = client.get(address, sent) if method == "GET" else client.post(address, sent, **json)
        text = told(answer)
        assert answer.status_code < 500, address
        # What somebody typed himself comes back to him.
        words = [word for word in SECRETS if word in text and word not in sent.values()]
        assert words == [], (address, answer.status_code)
        seen += planted.found.number in text and planted.found.number not in sent.values()
    assert bool(seen) == (name in ABOVE), "the case is for the levels above, and for nobody else"
    with scopes.acting(planted.others[name]):
        assert [model.objects.count() for model in CONFIDENTIAL] == [0] * 4
        assert Complaint.objects.count() == (name in ABOVE)


def test_two_complaints_that_differ_in_what_is_hidden_are_answered_alike(planted: SimpleNamespace) -> None:
    """To the byte, and with as many queries: by the levels above, who see both."""
    other = complain(planted.county, COUNTY, OWN, text="另" * 4000, name="阿拉坦其其格" * 5, contact="")
    third = complain(planted.county, COUNTY, OWN, text="短", name="何")
    client = sign_in(Client(), planted.league)
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


def test_a_desk_is_one_place_however_far_its_post_reaches(planted: SimpleNamespace) -> None:
    def points(user: Any) -> tuple[Any, ...]:
        return scopes.of(user).ranges_of(HANDLES)

    assert points(planted.region) == ((REGION, REGION),) and points(planted.league) == ((LEAGUE, LEAGUE),)
    assert points(planted.township) == ((TOWNSHIP, TOWNSHIP),)
    assert points(planted.village) == points(planted.head) == points(system_account()) == ()
    here = make_user("here", "county_officer", COUNTY, extent="here")
    assert points(here) == ((COUNTY, COUNTY),)
    # A league's post for one county is of neither desk.
    with scopes.activate(SET_UP):
        lent = make_user("lent", None, LEAGUE)
        appoint(lent, role="league_officer", division=LEAGUE, by=None, extent=Post.Extent.CUSTOM, chosen=[COUNTY])
    scopes.forget(lent)
    assert points(lent) == ()
    # Who is of a desk gives the desk's right at his place and below, and nobody gives it who has none.
    with scopes.acting(planted.league):
        posts.check_delegation(planted.league, "county_officer", COUNTY)
    # No other code of the platform takes the right for itself, but what makes the demonstration and changes keys.
    taking = re.compile(r"everywhere\([^)]*(?:HANDLES|handle_complaints)")
    sources = (Path(project.BASE_DIR) / "apps").rglob("*.py")
    assert [str(path) for path in sources if taking.search(path.read_text())] == []
