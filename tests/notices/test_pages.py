"""Notices on pages and in the API: preparing with a list, steps, photos, the poster, objections, lists and the desk."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.access import scope as scopes
from apps.notices.models import NoticePhoto, PublicNotice
from tests.access.world import EVERYTHING
from tests.factories.accounts import sign_in
from tests.factories.notices import PEOPLE, add_photo, picture, post, prepare, read, take
from tests.notices.conftest import COUNTY, OTHER_LEAGUE, OWN, TOWNSHIP

pytestmark = pytest.mark.django_db

API = "/api/v1/notices/"
PASTED = "张三丰\t3\t乌兰套海嘎查\t因病\n包音吉日嘎拉，5，乌兰套海嘎查，缺劳力\n"


def client(user: Any) -> Client:
    scopes.forget(user)
    return sign_in(Client(), user)


def send(user: Any, address: str, body: dict[str, Any], method: str = "post") -> Any:
    return getattr(client(user), method)(address, json.dumps(body), "application/json")


def only(model: Any) -> Any:
    """The one row there is."""
    with scopes.activate(EVERYTHING):
        return model.objects.get()


def form(**fields: Any) -> dict[str, Any]:
    usual = {"division": OWN, "kind": "identification", "title": "识别公示", "text": "", "days": "", "lines": ""}
    return usual | fields


def test_a_list_is_pasted_on_a_page_and_read_in_the_api(county):
    answer = client(county.village).post("/notices/new/", form(lines=PASTED))
    assert answer.status_code == 302
    found = only(PublicNotice)
    body = client(county.village).get(f"{API}{found.pk}/").json()
    assert body["lines"] == PEOPLE
    assert (body["state"], body["days"], body["level"], body["prepared_by"]) == ("prepared", 7, 5, "village")
    assert body["steps"] == ["withdraw"]
    page = client(county.village).get(f"/notices/{found.pk}/edit/").content.decode()
    assert "张三丰\t3\t乌兰套海嘎查\t因病" in page
    changed = client(county.village).post(
        f"/notices/{found.pk}/edit/", form(title="更正", lines="张三丰,3", version=found.version)
    )
    assert changed.status_code == 302
    assert read(found.pk).lines == [{"head": "张三丰", "members": 3}]
    stale = client(county.village).post(f"/notices/{found.pk}/edit/", form(title="再改", version=found.version))
    assert stale.status_code == 409


def test_amounts_keep_their_commas_when_pasted(county):
    client(county.village).post("/notices/new/", form(kind="fund_use", lines="危房改造，专项资金，1,234,567.50"))
    assert only(PublicNotice).lines == [{"project": "危房改造", "fund": "专项资金", "amount": "1234567.50"}]


def test_what_is_wrong_with_a_list_is_said_on_the_form_and_in_the_api(county):
    for lines, said in (
        ("张三,三", "应为不小于0的整数"),
        ("张三,3,a,b,c", "第 1 行的栏数不对"),
        ("张三,3,电话13812345678", "手机号码"),
    ):
        answer = client(county.village).post("/notices/new/", form(lines=lines))
        assert answer.status_code == 422 and said in answer.content.decode(), lines
    body = {"division": str(OWN), "kind": "identification", "title": "公示", "lines": [{"head": "159900198001010015"}]}
    for lines, code in (
        (body["lines"], "number"),
        ([{"x": 1}], "unknown"),
        ([1], "columns"),
        ({"head": "张"}, "invalid"),
    ):
        answer = send(county.village, API, {**body, "lines": lines})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "lines"), (lines, answer.content)
        assert answer.json()["errors"][0]["code"] == code
    with scopes.activate(EVERYTHING):
        assert not PublicNotice.objects.exists()


def test_the_api_writes_what_it_reads(county):
    body = {"division": str(OWN), "kind": "identification", "title": "公示", "lines": PEOPLE}
    made = send(county.village, API, body)
    assert made.status_code == 201 and made.json()["lines"] == PEOPLE
    key, version = made.json()["id"], made.json()["version"]
    changed = send(county.village, f"{API}{key}/", {"title": "改", "version": version}, "patch")
    assert changed.status_code == 200 and changed.json()["lines"] == PEOPLE
    # What a notice is about is said by the app that prepares it, never by hand.
    assert send(county.village, API, {**body, "subject": "quota:12"}).status_code == 422
    assert send(county.village, API, {**body, "division": str(OTHER_LEAGUE)}).status_code == 404
    assert send(county.reader, API, body).status_code == 403


def test_the_way_in_the_browser(county):
    found = prepare(OWN, county.village)
    address = f"/notices/{found.pk}/"
    assert client(county.head).post(address, {"step": "approve", "version": found.version}).status_code == 302
    step = {"step": "post", "version": read(found.pk).version, "place": "村委会", "ways": ["board", "web"]}
    refused = client(county.village).post(address, step)
    assert refused.status_code == 422 and "请先上传张贴照片" in refused.content.decode()
    wrong = SimpleUploadedFile("a.jpg", b"<html>", "image/jpeg")
    refused = client(county.village).post(f"{address}photos/", {"photo": wrong})
    assert refused.status_code == 422 and "不是照片" in refused.content.decode()
    file = SimpleUploadedFile("a.jpg", picture(), "image/jpeg")
    assert client(county.village).post(f"{address}photos/", {"photo": file}).status_code == 302
    assert client(county.village).post(address, step).status_code == 302
    assert client(county.village).post(address, step).status_code == 422  # no longer offered
    objected = {"step": "object", "version": read(found.pk).version, "text": "不符合条件"}
    assert client(county.village).post(address, objected).status_code == 302
    page = client(county.village).get(address).content.decode()
    assert "不符合条件" in page and f"/public/notices/{found.pk}/" in page and "第 1 次张贴" in page
    listed = client(county.officer).get("/notice-objections/").content.decode()
    assert "不符合条件" in listed and "2018-06-19" in listed
    assert client(county.reader).post(address, objected).status_code == 403


def test_photos_by_the_api_are_seen_by_those_who_see_the_notice(county):
    found = take(prepare(OWN, county.village), "approve", county.head)
    file = SimpleUploadedFile("a.jpg", picture(), "image/jpeg")
    made = client(county.village).post(f"{API}{found.pk}/photos/", {"photo": file})
    assert made.status_code == 201, made.content
    image = client(county.officer).get(made.json()["image"])
    assert image["Content-Type"] == "image/jpeg" and b"".join(image.streaming_content)[:2] == b"\xff\xd8"
    photo = only(NoticePhoto)
    for address in (f"/notices/photos/{photo.pk}/", f"/notices/photos/{photo.pk}/small/"):
        assert b"".join(client(county.reader).get(address).streaming_content)[:2] == b"\xff\xd8"
    assert client(county.reader).post(f"{API}{found.pk}/photos/", {"photo": file}).status_code == 403
    assert client(county.village).post(f"{API}{found.pk}/photos/", {}).status_code == 422


def test_a_kind_that_is_no_text_is_refused_like_an_unknown_one(county):
    for kind in ({}, [], "gossip"):
        said = {"division": str(OWN), "kind": kind, "title": "公示", "text": "公示"}
        assert client(county.village).post(API, said, content_type="application/json").status_code == 422


def test_the_poster_hangs_with_short_names_and_leads_to_the_web_copy(county):
    found = prepare(OWN, county.village, text="户主张三丰等两户")
    page = client(county.village).get(f"/notices/{found.pk}/poster/").content.decode()
    assert "张*" in page and "张三丰" not in page and "12317" in page
    assert 'class="qr"' in page
    detail = client(county.village).get(f"/notices/{found.pk}/").content.decode()
    assert "张三丰" in detail  # officials read it whole


def test_lists_are_narrowed_and_read_by_few_queries(county):
    for number in range(4):
        found = post(OWN, county.village, county.head, title=f"公示{number}")
    take(found, "withdraw", county.village, note="有误")
    prepare(TOWNSHIP, county.officer, "fund_use", title="乡镇公示", subject="project:7")
    officer = client(county.officer)
    for query, number in (
        ("", 5), ("state=posted", 3), ("kind=fund_use", 1), ("way=web", 4), ("way=stele", 0), ("overdue=true", 0),
        ("subject=project:7", 1), ("level=4", 1), ("too_short=true", 0), ("too_short=false", 5),
        ("posted_min=2018-06-12", 0), ("posted_max=2018-06-11", 4),
    ):  # fmt: skip
        answer = officer.get(f"{API}?{query}")
        assert (answer.status_code, len(answer.json()["results"])) == (200, number), query
    officer.get("/notices/")
    counts = []
    for _time in range(2):
        with CaptureQueriesContext(connection) as asked:
            assert officer.get("/notices/").status_code == 200
        counts.append(len(asked))
        for number in range(3):
            post(OWN, county.village, county.head, title=f"更多{number}")
    assert counts[0] == counts[1]
    assert officer.get("/notices/print/").status_code == 200


def test_a_page_of_one_notice_takes_as_many_queries_however_much_hangs_off_it(county):
    found = take(prepare(OWN, county.village), "approve", county.head)
    village, counts = client(county.village), []
    for number in range(3):
        village.get(f"/notices/{found.pk}/")
        with CaptureQueriesContext(connection) as asked:
            village.get(f"/notices/{found.pk}/")
        counts.append(len(asked))
        add_photo(read(found.pk), county.village)
        if number == 0:
            take(read(found.pk), "post", county.village, place="村委会", ways=["web"])
        take(read(found.pk), "object", county.village, text=f"异议{number}")
    assert counts[1] == counts[2] <= counts[0] + 1  # the form offers the open objections


def test_the_desk_says_what_waits_for_whom(county, settings):
    prepare(OWN, county.village)
    take(prepare(OWN, county.village), "approve", county.head)
    objected = post(OWN, county.village, county.head)
    take(objected, "object", county.village, text="异议")
    prepare(COUNTY, county.officer, "distribution")

    def lines(user: Any) -> dict[str, int]:
        shown = client(user).get("/").context["todo"]["lines"]
        return {str(line["label"]): line["count"] for line in shown if "公示" in str(line["label"])}

    assert lines(county.village) == {"公示待张贴": 1, "公示异议待答复": 1}
    assert lines(county.second) == {"公示待审核": 2}
    assert lines(county.officer) == {"公示待审核": 1}  # not his own
    assert lines(county.reader) == {}
