"""Home checks from a workbook: what is new is shown and written, what is there is never changed."""

from __future__ import annotations

import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.cadres.models import HomeCheck
from apps.pages.imports import tasks
from apps.pages.imports.models import ImportBatch, StagedUnit
from tests.factories.accounts import make_user, sign_in
from tests.factories.cadres import pair
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import make_household, make_person
from tests.households.import_tools import csv_text

OWN, SIBLING, NEIGHBOUR, *_REST = VILLAGES
TOWNSHIP = OWN - OWN % 1000
HEADER = ["户编号", "核查日期", "知道帮扶责任人", "对帮扶是否满意", "核查人", "说明"]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _settings(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.REFERENCE_DATE = datetime.date(2018, 12, 31)
    plant(*VILLAGES)


@pytest.fixture
def township():
    return make_user("township", "township_officer", TOWNSHIP)


@pytest.fixture
def page(township) -> Client:
    return sign_in(Client(), township)


def house(number: str, village: int = OWN):
    household = make_household(village, national_no=number)
    make_person(household)
    return household


def read(page: Client, user, *rows: list[str], header: list[str] = HEADER) -> ImportBatch:
    file = SimpleUploadedFile("核查.csv", csv_text([header, *rows]).encode())
    answer = page.post("/imports/new/home-checks/", {"file": file})
    assert answer.status_code == 302, answer.content.decode()
    return work(user)


def work(user) -> ImportBatch:
    with scopes.acting(user):
        batch = ImportBatch.objects.visible_to(user).latest("pk")
    tasks.work(batch.pk, user.pk)
    with scopes.acting(user):
        return ImportBatch.objects.visible_to(user).get(pk=batch.pk)


def confirmed(page: Client, user, batch: ImportBatch) -> ImportBatch:
    assert page.post(f"/imports/{batch.pk}/confirm/").status_code == 302
    return work(user)


def counts(batch: ImportBatch) -> tuple[int, int, int, int]:
    return batch.added, batch.changed, batch.unchanged, batch.refused


def stored() -> list[tuple]:
    with scopes.acting(system_account()):
        rows = HomeCheck.objects.order_by("household__national_no", "checked_on")
        return list(rows.values_list("household__national_no", "checked_on", "knows_helper", "satisfaction", "checker"))


def why(user, batch: ImportBatch) -> dict[str, list[str]]:
    with scopes.acting(user):
        rows = StagedUnit.objects.filter(batch=batch, outcome="r").order_by("seq")
        return {unit.key: [message for _row, _field, message in unit.faults] for unit in rows}


def test_a_file_is_shown_confirmed_and_changes_nothing_the_second_time(page, township):
    house("1001"), house("1002", SIBLING)
    rows = [
        ["1001", "2018-06-01", "否", "不满意", "村监委", "外出"],
        ["1001", "2018-12-01", "是", "", "", ""],
        ["1002", "2018-12-01", "是", "基本满意", "", ""],
    ]
    batch = read(page, township, *rows)
    assert counts(batch) == (2, 0, 0, 0) and stored() == []
    assert counts(confirmed(page, township, batch)) == (2, 0, 0, 0)
    assert stored() == [
        ("1001", datetime.date(2018, 6, 1), False, "dissatisfied", "村监委"),
        ("1001", datetime.date(2018, 12, 1), True, "", "township"),
        ("1002", datetime.date(2018, 12, 1), True, "fairly", "township"),
    ]
    assert counts(read(page, township, *rows)) == (0, 0, 2, 0)
    other = read(page, township, [*rows[0][:2], "是", *rows[0][3:]], rows[2])
    assert counts(other) == (0, 0, 1, 1) and "请在页面上更正" in why(township, other)["1001"][0]


def test_each_row_that_cannot_be_says_why(page, township):
    for number in ("1001", "1002", "1003", "1004", "1005"):
        house(number)
    house("1009", NEIGHBOUR)
    pair(house("1006"), township)
    batch = read(
        page,
        township,
        ["1001", "2019-01-01", "是", "", "", ""],
        ["1002", "2018-12-01", "", "", "", ""],
        ["1003", "2018-12-01", "也许", "很好", "", ""],
        ["1004", "2018-12-01", "是", "", "", ""],
        ["1004", "2018-12-01", "否", "", "", ""],
        ["1005", "", "是", "", "", ""],
        ["1006", "2018-12-01", "是", "", "", ""],
        ["1009", "2018-12-01", "是", "", "", ""],
        ["1010", "2018-12-01", "是", "", "", ""],
    )
    assert counts(batch) == (0, 0, 0, 8)
    said = why(township, batch)
    assert "不能晚于今天" in said["1001"][0] and "必填" in said["1002"][0] and len(said["1003"]) == 2
    assert "同一天" in said["1004"][0] and "必填" in said["1005"][0] and "由他人" in said["1006"][0]
    assert said["1009"] == said["1010"] == ["没有这一户，或者它不在您的范围内。"]


def test_a_day_that_somebody_entered_meanwhile_stays_his(page, township):
    household = house("1001")
    batch = read(page, township, ["1001", "2018-12-01", "否", "", "", ""])
    with scopes.acting(system_account()):
        HomeCheck.objects.create(
            household=household, division_id=OWN, checked_on="2018-12-01", checker="x", knows_helper=True
        )
    confirmed(page, township, batch)
    assert [row[2] for row in stored()] == [True]


def test_a_file_without_the_answer_is_no_file_of_checks_and_the_template_can_be_had(page, township):
    house("1001")
    batch = read(page, township, ["1001", "2018-12-01", "x", "x"], header=["户编号", "核查日期", "核查人", "说明"])
    assert "知道帮扶责任人" in batch.error, batch.error
    assert page.get("/home-checks/import/template.xlsx").status_code == 200
    assert "/home-checks/import/template.xlsx" in page.get("/imports/").content.decode()
    looks = sign_in(Client(), make_user("looks", "inspector", OWN - OWN % 10**6))
    assert looks.get("/home-checks/import/template.xlsx").status_code == 403
