"""What the phone page needs of the server: a key of one's own, households to choose; nobody sends another's."""

from __future__ import annotations

import base64
import datetime
import json
from html.parser import HTMLParser

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.access import scope as scopes
from apps.history.models import AccessLog
from apps.visits import phone_views
from apps.visits.models import PhoneKey, Visit, VisitConflict, VisitReceipt
from tests.access.world import EVERYTHING
from tests.factories.accounts import make_user, sign_in
from tests.factories.households import make_household
from tests.factories.visits import URL, body, make_visit, pair, send
from tests.visits.conftest import LAT, LON, OTHER_LEAGUE, OWN
from tests.visits.test_photos import developed, picture

pytestmark = pytest.mark.django_db

KEY, HOUSEHOLDS, WRITE = "/api/v1/phone/key/", "/api/v1/phone/households/", "/visits/write/"


def count(model: type) -> int:
    with scopes.activate(EVERYTHING):
        return model.objects.count()


# --- the key ----------------------------------------------------------------------------------------------------------


def test_a_key_is_the_accounts_own_and_the_same_every_time(phone, officer):
    first = phone.post(KEY)
    assert first.status_code == 200 and "no-store" in first["Cache-Control"]
    assert len(base64.b64decode(first.json()["key"], validate=True)) == 32
    assert phone.post(KEY).json() == first.json()
    other = officer.post(KEY).json()
    assert other["account"] != first.json()["account"] and other["key"] != first.json()["key"]
    assert Client().post(KEY).status_code == 401
    assert phone.get(KEY).status_code == 405


def test_a_key_is_asked_for_with_the_token_of_the_session(helper):
    careful = sign_in(Client(enforce_csrf_checks=True), helper)
    assert careful.post(KEY).status_code == 403
    token = careful.get("/api/v1/session/").json()
    assert token["account"] == helper.pk
    assert careful.post(KEY, headers={"x-csrftoken": token["csrf"]}).status_code == 200


def test_a_key_lies_sealed_and_only_its_account_sees_the_row(phone, helper):
    key = base64.b64decode(phone.post(KEY).json()["key"])
    stranger = make_user("region", "region_officer", 150000000000)
    for scope in (scopes.of(stranger), scopes.ANONYMOUS, EVERYTHING):
        with scopes.activate(scope), transaction.atomic():
            assert PhoneKey.objects.count() == 0
    with scopes.acting(helper), connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(t::text, '') FROM visits_phonekey t")
        dump = cursor.fetchone()[0]
    assert dump and key.hex() not in dump.lower() and key.hex().encode().hex() not in dump.lower()
    with scopes.acting(stranger), pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        PhoneKey.objects.create(user=helper, secret="00" * 32)


# --- households -------------------------------------------------------------------------------------------------------


def test_households_for_the_phone_are_those_one_may_write_of(phone, helper, officer, households):
    first, second = households
    make_visit(first, helper, help_given="下月送化肥", problem="屋顶漏水", problem_solved=False)
    found = phone.get(HOUSEHOLDS)
    assert found.status_code == 200 and "no-store" in found["Cache-Control"]
    (row,) = found.json()["results"]
    assert (row["id"], row["code"], row["paired"], row["of_village"]) == (first.pk, first.code, True, False)
    assert (row["lon"], row["lat"]) == (LON, LAT)
    assert (row["promise"], row["problem"]) == ("下月送化肥", "屋顶漏水")
    make_visit(first, helper, text="第二次走访记录。", problem="屋顶漏水", problem_solved=True)
    assert phone.get(HOUSEHOLDS).json()["results"][0]["problem"] == ""
    assert [one["id"] for one in officer.get(HOUSEHOLDS).json()["results"]] == [first.pk]
    assert [one["id"] for one in phone.get(HOUSEHOLDS, {"words": first.code[-5:]}).json()["results"]] == [first.pk]
    assert phone.get(HOUSEHOLDS, {"words": "没有这个人"}).json()["results"] == []
    inspector = sign_in(Client(), make_user("inspector", "inspector", OTHER_LEAGUE // 10**6 * 10**6))
    assert inspector.get(HOUSEHOLDS).json()["results"] == []
    head = sign_in(Client(), make_user("head", "village_officer", OTHER_LEAGUE))
    with pytest.MonkeyPatch.context() as closed:
        closed.setattr("apps.access.sight.Sight.opens", lambda self, division, household: False)
        (masked,) = head.get(HOUSEHOLDS).json()["results"]
    assert masked["of_village"] is True and masked["lon"] != LON
    assert second.pk not in {one["id"] for one in officer.get(HOUSEHOLDS).json()["results"]}


def test_the_copy_for_the_phone_is_written_to_the_log_and_costs_the_same_for_more(phone, helper, households):
    phone.get(HOUSEHOLDS)
    with scopes.activate(EVERYTHING):
        kept = AccessLog.objects.filter(user_id=helper.pk, fields=["offline"]).values_list("rows", flat=True)
        assert list(kept) == [1]
    with CaptureQueriesContext(connection) as few:
        phone.get(HOUSEHOLDS)
    for _number in range(3):
        pair(make_household(OWN), helper)
    with CaptureQueriesContext(connection) as many:
        assert len(phone.get(HOUSEHOLDS).json()["results"]) == 4
    # A helper whose rights have changed goes on under a new session key: those questions are not of the list.
    of_the_list = [
        [
            one["sql"]
            for one in asked
            if "households_" in one["sql"] or "visits_" in one["sql"] or "pairing" in one["sql"]
        ]
        for asked in (few, many)
    ]
    assert len(of_the_list[0]) == len(of_the_list[1]) <= 8


# --- whose it is ------------------------------------------------------------------------------------------------------


def test_what_one_account_wrote_is_not_handed_in_by_another(phone, helper, officer, households):
    sent = body(households[0], written_by=helper.pk)
    refused = send(officer, sent)
    assert refused.status_code == 403 and refused.json()["errors"][0]["code"] == "other_account"
    assert (count(Visit), count(VisitReceipt), count(VisitConflict)) == (0, 0, 0)
    assert send(phone, sent).status_code == 201
    assert send(phone, sent).status_code == 200
    # It says who wrote it and is no part of what was written.
    assert send(phone, {name: value for name, value in sent.items() if name != "written_by"}).status_code == 200
    assert send(phone, sent | {"written_by": "x"}).status_code == 403
    assert count(Visit) == 1


@pytest.mark.parametrize(
    ("age", "passed", "marked"),
    [(None, 0, False), (7200, 7200, False), (60, 7200, False), (7200, 60, True)],
    ids=["unknown", "as it was", "asleep meanwhile", "set back"],
)
def test_a_clock_that_was_set_back_before_sending_is_seen(phone, households, age, passed, marked):
    now = timezone.now()
    told = send(
        phone,
        body(
            households[0],
            visited_at=(now - datetime.timedelta(seconds=passed)).isoformat(),
            sent_at=now.isoformat(),
            age=age,
        ),
    )
    assert told.status_code == 201
    assert ("clock" in {mark["kind"] for mark in told.json()["marks"]}) is marked


# --- the page ---------------------------------------------------------------------------------------------------------


class Asked(HTMLParser):
    """What a browser loads at once with a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if (tag == "script" and given.get("src")) or tag == "link":
            self.found.append(given.get("src") or given.get("href") or "")


def test_the_page_is_the_same_for_everybody_and_light(phone):
    page = phone.get("/phone/")
    assert page.content == Client().get("/phone/").content
    assert "geolocation=(self)" in page["Permissions-Policy"] and "microphone=()" in page["Permissions-Policy"]
    asked = Asked()
    asked.feed(page.content.decode())
    assert set(asked.found) <= {*phone_views.assets(), "/phone/manifest.webmanifest"}
    sizes = {address: len(phone_views._file(address.removeprefix("/static/"))) for address in phone_views.assets()}
    assert len(page.content) + sum(sizes.values()) < 200_000, sizes
    # Nothing is missing that a script imports, and nothing is kept that nobody asks for.
    for name in (phone_views.ENTRY, *phone_views.MODULES):
        for line in phone_views._file(name).decode().splitlines():
            if line.startswith("import ") and ' from "./' in line:
                wanted = line.rpartition('"./')[2].rstrip('";')
                assert f"js/phone/{wanted}" in phone_views.MODULES, (name, wanted)


def test_the_worker_and_the_manifest_hold_the_page_alone():
    worker = Client().get("/phone/worker.js")
    assert worker["Content-Type"].startswith("text/javascript")
    policy = worker["Content-Security-Policy"]
    assert "worker-src 'self'" in policy and "manifest-src 'self'" in policy
    kept = json.loads(worker.content.decode().partition("\n")[0].removeprefix("const KEPT = ").rstrip(";"))
    assert kept == {"version": phone_views.version(), "page": "/phone/", "assets": list(phone_views.assets())}
    manifest = Client().get("/phone/manifest.webmanifest").json()
    assert (manifest["start_url"], manifest["scope"], manifest["display"]) == ("/phone/", "/phone/", "standalone")


# --- the plain form ---------------------------------------------------------------------------------------------------


def hidden(page: str) -> str:
    return page.partition('name="client_id" value="')[2][:36]


def written(client: Client, household: object, **fields: object) -> dict[str, object]:
    return {
        "client_id": hidden(client.get(WRITE).content.decode()),
        "household": getattr(household, "pk", household),
        "visited_at": timezone.localtime().strftime("%Y-%m-%dT%H:%M"),
        "text": "入户走访，核对了补贴到账情况。",
        **fields,
    }


def test_the_plain_form_writes_a_diary_with_photos_once(phone, households):
    form = written(phone, households[0], problem="院墙开裂", problem_solved="false")
    wrong = phone.post(WRITE, {**form, "photos": [SimpleUploadedFile("b.jpg", b"<script>no picture</script>")]})
    assert wrong.status_code == 422 and "核对了补贴到账情况" in wrong.content.decode() and count(Visit) == 0
    files = [SimpleUploadedFile("a.jpg", picture(3)), SimpleUploadedFile("c.png", picture(4, format="PNG"))]
    made = phone.post(WRITE, {**form, "photos": files})
    assert made.status_code == 302, made.content.decode()
    shown = phone.get(made["Location"]).content.decode()
    assert "核对了补贴到账情况" in shown and "院墙开裂" in shown
    key = int(made["Location"].strip("/").rpartition("/")[2])
    told = phone.get(f"{URL}{key}/").json()
    assert [photo["state"] for photo in told["photos"]] == ["whole", "whole"]
    assert [developed(phone, photo["id"])["state"] for photo in told["photos"]] == ["done", "done"]
    assert (told["problem_solved"], told["problem"], told["offline"]) == (False, "院墙开裂", False)
    # Pressed twice: the same visit. With other words: beside it.
    assert phone.post(WRITE, form)["Location"] == made["Location"]
    other = phone.post(WRITE, form | {"text": "同一张表单，另一篇内容。"})
    assert other.status_code == 409 and (count(Visit), count(VisitConflict)) == (1, 1)


def test_the_plain_form_is_for_those_who_write_and_for_their_households(phone, officer, households):
    assert phone.get(f"{WRITE}?household={households[0].pk}").status_code == 200
    for unknown in (households[1].pk, 999_999_999, "x", "9" * 30):
        assert phone.get(f"{WRITE}?household={unknown}").status_code == 404
    assert officer.get(f"{WRITE}?household={households[0].pk}").status_code == 200
    inspector = sign_in(Client(), make_user("inspector", "inspector", OTHER_LEAGUE // 10**6 * 10**6))
    assert inspector.get(WRITE).status_code == 403
    assert inspector.get(f"{WRITE}?household={households[0].pk}").status_code == 403
    assert phone.post(WRITE, written(phone, households[1])).status_code == 422
    assert phone.post(WRITE, written(phone, households[0], text=" ")).status_code == 422
    assert officer.post(WRITE, written(officer, households[0].code)).status_code == 302
    link = f"{WRITE}?household={households[0].pk}"
    assert link in officer.get(f"/households/{households[0].pk}/").content.decode()
    assert link in phone.get(f"/households/{households[0].pk}/").content.decode()
    assert link not in inspector.get(f"/households/{households[0].pk}/").content.decode()


def test_the_plain_form_takes_no_more_photos_than_a_diary_holds(phone, households):
    files = [SimpleUploadedFile(f"{number}.jpg", b"x") for number in range(10)]
    assert phone.post(WRITE, {**written(phone, households[0]), "photos": files}).status_code == 422
    assert count(Visit) == 0
