"""One complaint with all that tells who wrote it, who asks for it, and what is asked through each of the 25 channels of
`tests/access/test_channels.py` (by its number)."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.complaints.models import ComplaintPhoto
from apps.complaints.services import reading
from apps.complaints.tables import ComplaintResource
from apps.pages import exports
from apps.pages.selection import Selection
from tests.complaints.conftest import OWN, make_desks
from tests.factories.accounts import make_user, sign_in
from tests.factories.complaints import COUNTY, REGION, TO_CLOSE, complain, go
from tests.factories.partners import make_department

NAME, PHONE, ADDRESS = "白龘音", "13948170000", "西营子龘号"
WORDS = ("骗取低保", "龘知情", "他女儿来电", "已走访龘邻居", "答复龘内容")
PICTURE = "照片龘里"
SEALED = (NAME, PHONE, ADDRESS, NAME.encode().hex(), PHONE.encode().hex())
SECRETS = (*SEALED, *WORDS, PICTURE)
NOTHING: tuple[str, ...] = ()

READERS = (
    *("system_administrator", "security_administrator", "audit_administrator", "platform"),
    *("village", "league", "neighbour", "helper", "department", "anonymous"),
)
"""Who must not learn it. There is no superuser; the platform's own account, which sees the whole region, stands for
one. The village is complained about, the league lies above the desk."""
SEES_THE_CASE = frozenset({"platform", "league", "department"})


@dataclass(frozen=True)
class Asked:
    """What is asked through one channel: method, address, what is sent, further headers."""

    channel: int
    method: str
    address: str
    sent: dict[str, Any]
    heads: dict[str, str]


@dataclass(frozen=True)
class Told:
    """What came of it: all of the answer as text, but what the asker typed himself."""

    asked: Asked
    status: int
    text: str
    kept: str

    def secrets(self) -> list[str]:
        """The words in it that only the handling unit may read."""
        return [word for word in SECRETS if word in self.text]


def make_world() -> SimpleNamespace:
    """A complaint with the county about a village, confirmed; another that is closed; an export of both."""
    world = make_desks()
    world.readers = {name: getattr(world, name) for name in ("village", "league")} | {
        "system_administrator": make_user("system-admin", "system_administrator", REGION),
        "security_administrator": make_user("security-admin", "security_administrator", REGION),
        "audit_administrator": make_user("audit-admin", "audit_administrator", REGION),
        "platform": system_account(),
        "neighbour": make_user("neighbour", "county_officer", 150423000000),
        "helper": make_user("helps", "helper", OWN),
        "department": make_user("department", "department_user", COUNTY),
        "anonymous": None,
    }
    told = {"name": NAME, "contact": f"{PHONE} {ADDRESS}"}
    world.closed = complain(world.county, COUNTY, OWN, **told)
    words = {"findings": "已走访龘邻居", "answer": "答复龘内容"}
    world.closed = go(world.closed, world.county, *TO_CLOSE, note="他女儿来电", **words)
    found = complain(world.county, COUNTY, OWN, **told)
    found = go(found, world.county, "register", "accept", "investigate", note="他女儿来电")
    world.found = go(found, world.county, "answer", confirmed=True, **words)
    with scopes.acting(world.county):
        world.photo = ComplaintPhoto.objects.create(
            complaint=found, division_id=COUNTY, at=timezone.now(), width=1, height=1,
            image=ContentFile(PICTURE.encode(), "a.jpg"),
        )  # fmt: skip
        reading.author_of(world.found, by=world.county, reason=f"联系{NAME}核实，电话{PHONE} {ADDRESS}")
    with scopes.acting(world.second):
        world.job = exports.submit(Selection(ComplaintResource, world.second, QueryDict("")), world.second)
        exports.perform(world.job, world.second)
    connection.finish()  # type: ignore[attr-defined]  # of apps.access.backend: the access log is written by now
    world.told = {}
    world.clients = {name: Client(raise_request_exception=False) for name in ("desk", *world.readers)}
    for name, by in {**world.readers, "desk": world.second}.items():
        if by is not None:
            sign_in(world.clients[name], by)
    world.partner = make_department(COUNTY)
    world.partner.bearer = world.partner.token()
    return world


def questions(world: SimpleNamespace) -> Iterator[Asked]:
    """Every way to ask, by channel; those of one channel may serve another as well."""
    key, closed, photo, names = (
        world.found.pk, world.closed.pk, world.photo.pk, ",".join(column.name for column in ComplaintResource.columns),
    )  # fmt: skip
    page, api = f"/complaints/{key}/", f"/api/v1/complaints/{key}/"
    listed, listing = "/complaints/", "/api/v1/complaints/"

    def ask(
        number: int, address: str, /, *, post: bool = False, htmx: bool = False, token: str = "", **sent: Any
    ) -> Asked:
        heads = {"hx-request": "true", "hx-target": "rows"} if htmx else {}
        heads |= {"authorization": f"Bearer {token}"} if token else {}
        return Asked(number, "POST" if post else "GET", address, sent, heads)

    yield from (ask(1, address) for address in (page, api, f"{page}answer/"))
    yield from (ask(1, f"{one}author/", post=True, reason="想知道") for one in (page, api))
    yield from (ask(2, address, columns=names) for address in (listed, listing))
    yield ask(2, listing, page_size=1, after="x")
    yield from (ask(3, f"{one}{world.found.problem}/") for one in ("/problems/", "/api/v1/problems/"))
    yield ask(3, "/api/v1/problems/", source="complaint")
    for name, value in (("named", "true"), ("text", "龘"), ("statement__text__contains", "龘"), ("complainant", "1")):
        yield ask(4, listing, count=1, **{name: value})
    yield from (ask(5, listing, order=name) for name in ("text", "complainant__name", "statement__text"))
    yield from (ask(6, "/search/", post=True, q=word) for word in (NAME, PHONE, "骗取低保", world.found.number))
    yield from (
        ask(7, address) for address in ("/", "/complaints/numbers/", "/api/v1/complaints/numbers/", "/api/v1/bulletin/")
    )
    yield ask(7, "/public/complaints/numbers/")
    yield from (ask(8, address) for address in ("/complaints/new/", "/problems/new/", "/place/picker/?name=division"))
    yield ask(9, f"{listed}print/", columns=names)
    yield from (ask(9, f"{one}export/?columns={names}", post=True) for one in (listed, listing))
    yield from (ask(10, f"{one}exports/{world.job.pk}/file/") for one in ("/", "/api/v1/"))
    yield from (ask(10, address) for address in ("/exports/", "/api/v1/exports/", "/exports/waiting/"))
    yield from (ask(11, one) for one in (f"/complaints/photos/{photo}/", f"/api/v1/complaints/photos/{photo}/image/"))
    yield from (ask(11, f"{one}{world.photo.image.name}") for one in ("/", "/media/", "/static/"))
    yield from (ask(12, f"{api}step/", post=True, step=step, version=1) for step in ("close", "none"))
    yield ask(12, page, post=True, step="answer", version="1", note="")
    yield ask(12, f"/api/v1/public/complaints/{world.found.number}/", secret="guessed")
    yield from (ask(15, listing, id=key), ask(15, listing, post=True, ids=[key, closed]))
    yield from (ask(17, f"{page}author/", post=True, htmx=True, reason="想知道"), ask(17, page, htmx=True))
    yield ask(17, listed, htmx=True, columns=names)
    yield from (ask(18, one) for one in ("/account/notices/", "/live/feed/?after=0", "/api/v1/live/?after=0"))
    yield from (ask(19, f"{one}history/") for one in (page, api))
    yield from (ask(19, one) for one in ("/access-logs/", f"/api/v1/access-logs/?object_id={key}"))
    yield from (ask(20, one) for one in (f"/complaints/{closed}/", f"/api/v1/complaints/{closed}/"))
    yield from (ask(21, one) for one in ("/admin/", f"{api}?format=api"))
    yield from (ask(22, one, token=world.partner.bearer) for one in (listing, api))
    verify = {"id_no": PHONE, "purpose": "低保核对"}
    yield ask(22, "/api/v1/households/verify/", post=True, token=world.partner.bearer, **verify)
    # Last what changes something for those who may.
    new = {"division": str(COUNTY), "concerned": str(OWN), "kind": "funds", "channel": "phone", "text": "x"}
    yield ask(14, listing, post=True, **new)
    step = {"step": "feedback", "satisfaction": "satisfied"}
    yield ask(14, page, post=True, version=world.found.version, note="", **step)
    yield from (ask(14, f"{one}photos/", post=True) for one in (page, api))
    yield ask(14, f"{api}step/", post=True, step="close", version=world.found.version + 1)


def through(world: SimpleNamespace, name: str, channel: int) -> list[Told]:
    """What somebody is told through a channel, asked once; undone, so that what he could change is there for the next
    one. `desk` is of the unit that handles it."""
    if (name, channel) not in world.told:
        with transaction.atomic():
            asked = [one for one in questions(world) if one.channel == channel]
            world.told[name, channel] = [_told(world.clients[name], one) for one in asked]
            transaction.set_rollback(True)
    found: list[Told] = world.told[name, channel]
    return found


def _told(client: Client, asked: Asked) -> Told:
    json = {"content_type": "application/json"} if "/api/" in asked.address and asked.method == "POST" else {}
    send = client.post if asked.method == "POST" else client.get
    answer = send(asked.address, asked.sent, headers=asked.heads, **json)
    text = f"{answer.headers} {body_of(answer)}"
    for typed in asked.sent.values():  # what somebody typed himself comes back to him
        text = text.replace(str(typed), "") if isinstance(typed, str) and len(typed) > 2 else text
    return Told(asked, answer.status_code, text, answer.get("Cache-Control", ""))


def body_of(answer: Any) -> str:
    """The body of an answer, and what is in it if it is a workbook."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            body = b"".join(book.read(name) for name in book.namelist())
    return body.decode("utf-8", "replace")


def stored_files(folder: str) -> list[Path]:
    """What lies in a folder."""
    return [path for path in Path(folder).rglob("*") if path.is_file()]
