"""Deliveries by file: page, command, worker; what is no file of the set; a worker killed in the middle."""

from __future__ import annotations

import datetime
import io
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.datasets.models import Delivery, DeliveryChunk, DeliveryFault, Vehicle
from apps.datasets.services import files, intake
from tests.factories.accounts import make_user, sign_in
from tests.factories.datasets import deliver, sheet
from tests.factories.divisions import plant
from tests.factories.households import citizen_number

pytestmark = pytest.mark.django_db

COUNTY, SIBLING = 150422000000, 150423000000
HEADER = ["序号", "姓名", "身份证号", "号牌号码", "车辆类型", "登记日期", "车辆价值（元）"]


@pytest.fixture(autouse=True)
def _units(settings, tmp_path):
    settings.REFERENCE_DATE = datetime.date(2018, 12, 31)
    settings.MEDIA_ROOT = str(tmp_path)
    plant(150422100200, 150423100200)


@pytest.fixture
def officer():
    return make_user("county", "county_officer", COUNTY)


def line(number: int, **more: Any) -> list[Any]:
    values = {"id": citizen_number(), "kind": "货车", "on": "2018/3/1", "value": 35000, **more}
    return [number, "甲乙", values["id"], f"蒙D{number:05d}", values["kind"], values["on"], values["value"]]


def upload(user: Any, file: io.BytesIO, name: str = "vehicles.xlsx", **more: str) -> Any:
    file.name = name
    body = {"dataset": "PS-VH", "division": str(COUNTY), "period": "2018-12", "file": file, **more}
    return sign_in(Client(), user).post("/deliveries/new/", body)


def only() -> Delivery:
    with scopes.acting(system_account()):
        return Delivery.objects.get()


def test_a_workbook_is_taken_in_by_a_worker_and_its_page_tells_what_was_refused(officer):
    book = sheet(HEADER, line(1), line(2, kind="飞机"), line(3), title="2018年机动车登记")
    answer = upload(officer, book)
    delivery = only()
    assert (answer.status_code, answer["Location"]) == (302, f"/deliveries/{delivery.pk}/")
    assert delivery.state == "receiving" and delivery.stored
    files.process(delivery.pk, officer.pk)
    files.process(delivery.pk, officer.pk)  # a message that came twice
    delivery = only()
    assert (delivery.state, delivery.rows, delivery.accepted, delivery.refused) == ("accepted", 3, 2, 1)
    assert delivery.stored == ""
    page = sign_in(Client(), officer).get(f"/deliveries/{delivery.pk}/").content.decode()
    assert "车辆类型" in page and "飞机" in page and "撤回这一版" in page
    with scopes.acting(officer):
        assert list(DeliveryFault.objects.values_list("row_no", "field")) == [(4, "车辆类型")]
        assert set(Vehicle.objects.values_list("registered_on", "value")) == {(datetime.date(2018, 3, 1), 35000)}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_text_in_either_encoding_is_read(officer, encoding):
    text = "\r\n".join(",".join(map(str, one)) for one in (HEADER, line(1), line(2)))
    upload(officer, io.BytesIO(text.encode(encoding)), "vehicles.csv")
    files.process(only().pk, officer.pk)
    assert (only().state, only().accepted) == ("accepted", 2)


@pytest.mark.parametrize(
    ("file", "why"),
    [
        (sheet(["姓名", "号牌号码", "登记日期"], ["甲", "1", "2018-01-01"]), "缺少列：证件号码、车辆类型"),
        (sheet(["a", "b", "c"], [1, 2, 3]), "没有找到表头。表头应含：证件号码、姓名、号牌号码"),
        (sheet([*HEADER, "证件号码"], [*line(1), "1"]), "列重复：证件号码"),
        (sheet(HEADER, line(1, id="1599")), "没有一行可以接收"),
    ],
)
def test_a_file_that_is_none_of_the_set_is_refused_with_the_reason(officer, file, why):
    upload(officer, file)
    files.process(only().pk, officer.pk)
    assert only().state == "refused" and why in only().note
    assert only().stored == ""


@pytest.mark.parametrize(
    ("more", "field"),
    [({"period": "2018-13"}, "period"), ({"period": "2019-03"}, "period"), ({"dataset": "XX"}, "dataset")],
)
def test_the_form_says_what_is_wrong_and_nothing_is_kept(officer, more, field):
    answer = upload(officer, sheet(HEADER, line(1)), **more)
    assert answer.status_code == 422 and answer.context["form"].errors.keys() == {field}
    with scopes.acting(system_account()):
        assert not Delivery.objects.exists()


def test_an_empty_file_and_a_picture_are_refused_at_once(officer):
    for content in (b"", b"\x89PNG\r\n\x1a\n" + bytes(64)):
        answer = upload(officer, io.BytesIO(content))
        assert answer.status_code == 422 and "file" in answer.context["form"].errors


def test_a_place_that_is_not_ones_own_is_not_there(officer):
    assert upload(officer, sheet(HEADER, line(1)), division=str(SIBLING)).status_code == 404
    village = make_user("village", "village_officer", 150422100200)
    assert upload(village, sheet(HEADER, line(1))).status_code == 403


def test_a_second_upload_waits_for_the_first(officer):
    upload(officer, sheet(HEADER, line(1)))
    answer = upload(officer, sheet(HEADER, line(1)))
    assert answer.status_code == 422 and "正在报送中" in answer.content.decode()


def test_a_worker_killed_in_the_middle_is_followed_by_one_that_goes_on(officer, monkeypatch):
    monkeypatch.setattr(intake, "CHUNK", 2)
    upload(officer, sheet(HEADER, *(line(number) for number in range(1, 8))))
    delivery, taken = only(), intake.take_rows

    def dies(held: Any, number: int, *rest: Any) -> Any:
        if number == 3:
            raise KeyboardInterrupt
        return taken(held, number, *rest)

    monkeypatch.setattr(intake, "take_rows", dies)
    with pytest.raises(KeyboardInterrupt):
        files.process(delivery.pk, officer.pk)
    monkeypatch.setattr(intake, "take_rows", taken)
    with scopes.acting(officer):
        assert list(DeliveryChunk.objects.values_list("number", flat=True)) == [1, 2]
        assert only().state == "receiving"
        Delivery.objects.update(rung_at=timezone.now() - datetime.timedelta(minutes=2))
    assert files.resume() == [(delivery.pk, officer.pk)]
    assert files.resume() == []
    files.process(delivery.pk, officer.pk)
    assert (only().state, only().accepted, only().chunks) == ("accepted", 7, 4)
    with scopes.acting(officer):
        assert Vehicle.objects.count() == 7


def test_a_file_that_ends_its_worker_again_and_again_is_given_up(officer, monkeypatch):
    upload(officer, sheet(HEADER, line(1)))

    def dies(*rest: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(files, "_read", dies)
    for _attempt in range(files.ATTEMPTS):
        with pytest.raises(KeyboardInterrupt):
            files.process(only().pk, officer.pk)
    files.process(only().pk, officer.pk)
    assert only().state == "refused" and "多次中断" in only().note


def test_what_nobody_finished_within_a_day_is_given_up(officer):
    with scopes.acting(officer):
        begun = intake.open_delivery("PS-VH", COUNTY, "2018-12", by=officer, source="api")
        Delivery.objects.filter(pk=begun.pk).update(created_at=timezone.now() - datetime.timedelta(days=2))
    assert files.resume() == []
    assert only().state == "refused"


# --- the command ---


def command(
    tmp_path: Any, file: io.BytesIO, *more: str, code: str = "PS-VH", period: str = "2018-12"
) -> tuple[int, str, str]:
    path = tmp_path / "vehicles.xlsx"
    path.write_bytes(file.getvalue())
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command(
            "load_dataset", code, str(path), "--as", "county", "--period", period, *more, stdout=out, stderr=err
        )
    except SystemExit as end:
        return int(end.code or 0), out.getvalue().splitlines()[-1], err.getvalue()
    return 0, out.getvalue().splitlines()[-1], err.getvalue()


def test_the_command_takes_a_file_in_and_says_so_last(officer, tmp_path):
    assert command(tmp_path, sheet(HEADER, line(1), line(2))) == (0, "rows 2 accepted 2 refused 0 accepted", "")
    status, last, errors = command(tmp_path, sheet(HEADER, line(1), line(2), line(3, on="x")))
    assert (status, last) == (1, "rows 3 accepted 2 refused 1 accepted")
    assert errors.startswith("4 登记日期 ")


def test_the_command_fails_with_2_when_nothing_was_taken_in(officer, tmp_path):
    for file, more in (
        (sheet(["a", "b", "c"], [1, 2, 3]), {}),
        (sheet(HEADER, line(1)), {"period": "2019-03"}),
        (sheet(HEADER, line(1, id="")), {}),
    ):
        status, last, errors = command(tmp_path, file, **more)
        assert status == 2 and errors and last.startswith("rows ")
    with scopes.acting(system_account()):
        assert not Delivery.objects.filter(state__in=Delivery.OPEN).exists()


# --- pages ---


def test_the_pages_show_how_far_each_set_reaches(officer):
    league = make_user("league", "league_officer", 150400000000)
    deliver(
        "PS-VH",
        COUNTY,
        [{"id_no": citizen_number(), "name": "甲", "plate": "1", "kind": "car", "registered_on": "2018-01-01"}],
        by=officer,
    )
    county, above = sign_in(Client(), officer), sign_in(Client(), league)
    state = {one["code"]: one for one in county.get("/api/v1/datasets/").json()["results"]}["PS-VH"]
    assert (state["state"], state["counties_covered"], state["counties"], state["rows"]) == ("fresh", 1, 1, 1)
    assert (state["as_of"], state["fresh_until"]) == ("2018-12-31", "2019-04-30")
    state = {one["code"]: one for one in above.get("/api/v1/datasets/").json()["results"]}["PS-VH"]
    assert (state["state"], state["counties_covered"], state["counties"]) == ("partly", 1, 2)
    other = {one["code"]: one for one in above.get(f"/api/v1/datasets/?division={SIBLING}").json()["results"]}["PS-VH"]
    assert (other["state"], other["as_of"]) == ("missing", None)
    assert "PS-VH" in above.get("/datasets/?state=partly").content.decode()
    assert "PS-VH" not in above.get("/datasets/?state=fresh").content.decode()
    assert above.get("/datasets/?state=x").status_code == 400
    assert above.get("/datasets/PS-VH/").status_code == 200
    assert above.get("/datasets/ED-ZZ/").status_code == 404
    assert county.get(f"/datasets/?division={SIBLING}").status_code == 404


def test_a_held_version_is_confirmed_and_one_in_force_taken_back_on_the_page(officer):
    rows = [
        {"id_no": citizen_number(), "name": "甲", "plate": str(n), "kind": "car", "registered_on": "2018-01-01"}
        for n in range(3)
    ]
    deliver("PS-VH", COUNTY, rows, by=officer, period="2018-11")
    small = deliver("PS-VH", COUNTY, rows[:1], by=officer)
    browser = sign_in(Client(), officer)
    assert "确认生效" in browser.get(f"/deliveries/{small.pk}/").content.decode()
    browser.post(f"/deliveries/{small.pk}/confirm/")
    with scopes.acting(officer):
        assert Delivery.objects.get(pk=small.pk).state == "accepted"
    browser.post(f"/deliveries/{small.pk}/withdraw/", {"reason": ""})
    with scopes.acting(officer):
        assert Delivery.objects.get(pk=small.pk).state == "accepted"
    assert (
        browser.post(f"/api/v1/deliveries/{small.pk}/withdraw/", {}, content_type="application/json").status_code == 422
    )
    browser.post(f"/deliveries/{small.pk}/withdraw/", {"reason": "口径错误"})
    with scopes.acting(officer):
        assert (Delivery.objects.get(pk=small.pk).state, Vehicle.objects.count()) == ("abandoned", 3)
