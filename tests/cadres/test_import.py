"""Pairings from a workbook: what is added, handed over, left alone and refused; nobody learns of others' households."""

from __future__ import annotations

import datetime
import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.access import scope as scopes
from apps.access.models import Pairing
from apps.accounts.services import system_account
from apps.cadres.models import Cadre
from apps.history.models import AccessLog
from apps.households.models import Household
from apps.pages.imports import tasks
from apps.pages.imports.models import ImportBatch, StagedUnit
from tests.access.world import EVERYTHING
from tests.factories.accounts import make_user, sign_in
from tests.factories.cadres import make_cadre, make_unit, pair
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import make_household, make_person
from tests.households.import_tools import csv_text, xlsx

OWN, SIBLING, NEIGHBOUR, OTHER_COUNTY, OTHER_LEAGUE = VILLAGES
COUNTY = 150422000000
START = datetime.date(2018, 3, 1)
HEADER = [
    "户编号",
    "户编码",
    "干部编码",
    "责任人姓名",
    "帮扶单位",
    "责任人电话",
    "责任人证件号码",
    "开始日期",
    "交接原因",
]
NOT_THERE = "没有这一户，或者它不在您的范围内。"
NOBODY = "没有这名干部，或者不在您的范围内。"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def county(db):
    plant(*VILLAGES)
    return make_user("county", "county_officer", COUNTY)


@pytest.fixture
def page(county) -> Client:
    return sign_in(Client(), county)


def house(number: str, village: int = OWN, **fields) -> Household:
    household = make_household(village, national_no=number, **fields)
    make_person(household)
    return household


def row(household: str = "", cadre: Cadre | None = None, on: str = "2018-03-01", **more: str) -> list[str]:
    """One row: the cadre by his code unless something else is said of him."""
    said = {"户编号": household, "开始日期": on, "干部编码": cadre.code if cadre else "", **more}
    return [said.get(name, "") for name in HEADER]


def read(page: Client, user, rows: list[list[str]], name: str = "结对.csv", content: bytes = b"") -> ImportBatch:
    """Upload a file and have it read."""
    file = SimpleUploadedFile(name, content or csv_text([HEADER, *rows]).encode())
    answer = page.post("/imports/new/pairings/", {"file": file})
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


def helping(household: Household) -> set[str]:
    with scopes.acting(system_account()):
        return set(Pairing.objects.filter(household=household, until_on=None).values_list("name", flat=True))


def why(user, batch: ImportBatch) -> dict[str, list[str]]:
    """Of each refused household the reasons."""
    with scopes.acting(user):
        rows = StagedUnit.objects.filter(batch=batch, outcome="r").order_by("seq")
        return {unit.key: [message for _row, _field, message in unit.faults] for unit in rows}


def test_a_file_is_read_shown_confirmed_and_changes_nothing_the_second_time(page, county):
    unit = make_unit(COUNTY)
    old, new = make_cadre(COUNTY, name="白音", unit=unit), make_cadre(COUNTY, name="包音", unit=unit)
    fresh, helped, same = house("1001"), house("1002"), house("1003", SIBLING)
    before = pair(helped, old, from_on=START)
    pair(same, new, from_on=START)
    rows = [
        row("1001", new),
        row("1002", new, "2018-06-01", 交接原因="轮换"),
        row("1003", new, "2018-05-01"),
    ]
    batch = read(page, county, rows)
    assert (batch.state, counts(batch), batch.rows, batch.year) == ("shown", (1, 1, 1, 0), 3, None)
    assert helping(fresh) == set()
    changed = page.get(f"/imports/{batch.pk}/?show=c").content.decode()
    assert "<del>白音（旗农牧局）</del> → <ins>包音（旗农牧局） 2018-06-01</ins>" in changed
    assert "王建国" in changed and "1002" in changed
    left = page.get(f"/imports/{batch.pk}/?show=u").content.decode()
    assert "包音的开始日期登记为2018-03-01，文件为2018-05-01，未作更改。" in left

    batch = confirmed(page, county, batch)
    assert (batch.state, counts(batch)) == ("applied", (1, 1, 1, 0))
    assert (helping(fresh), helping(helped), helping(same)) == ({"包音"}, {"包音"}, {"包音"})
    with scopes.acting(system_account()):
        before.refresh_from_db()
        assert (before.until_on, before.reason) == (datetime.date(2018, 6, 1), "轮换")
        taken = Pairing.objects.get(household=helped, until_on=None)
        assert (taken.from_on, taken.unit_name, taken.phone.clear()) == (
            datetime.date(2018, 6, 1),
            "旗农牧局",
            new.phone.clear(),
        )
        number = Pairing.objects.count()
    with scopes.acting(EVERYTHING):
        assert AccessLog.objects.filter(user=county, action="import", rows=2).exists()

    again = read(page, county, rows)
    assert counts(again) == (0, 0, 3, 0)
    page.post(f"/imports/{again.pk}/confirm/")
    assert work(county).state == "shown", "there is nothing to be written"
    with scopes.acting(system_account()):
        assert Pairing.objects.count() == number


def test_a_household_s_rows_together_name_its_helpers(page, county):
    one, two, three = (make_cadre(COUNTY, name=name) for name in ("白音", "包音", "色音"))
    both, more, swapped = house("1001"), house("1002"), house("1003")
    for household, cadre in ((more, one), (swapped, one), (swapped, two)):
        pair(household, cadre, from_on=START)
    rows = [
        row("1001", one),
        row("1002", one),
        row("1001", two),
        row("1002", two),
        row("1003", one),
        row("1003", three, "2018-04-01", 交接原因="调离"),
    ]
    batch = confirmed(page, county, read(page, county, rows))
    assert counts(batch) == (1, 2, 0, 0)
    assert helping(both) == helping(more) == {"白音", "包音"}
    assert helping(swapped) == {"白音", "色音"}
    partly = read(page, county, [row("1001", one)])
    assert counts(partly) == (0, 0, 1, 0)
    assert "该户还有责任人包音，表中没有列出，保持不变。" in page.get(f"/imports/{partly.pk}/?show=u").content.decode()


def test_cadres_are_named_in_several_ways(page, county):
    unit = make_unit(COUNTY)
    cadre = make_cadre(COUNTY, name="包音", unit=unit, phone="13800000001", id_no="159900196203150011")
    make_cadre(COUNTY, name="包音", unit=make_unit(COUNTY, name="旗林草局"))
    ours = house("1001")
    for number in range(1002, 1006):
        house(str(number))
    rows = [
        row(户编码=ours.code, 责任人电话="138 0000 0001"),
        row("1002", 责任人姓名="包音", 帮扶单位="旗农牧局"),
        row("1003", 责任人证件号码="159900196203150011"),
        row("1004", cadre, 责任人姓名="包音", 责任人电话="13800000001"),
        row("1005", cadre, 责任人姓名="色音"),  # what is said does not fit together
    ]
    batch = read(page, county, rows)
    assert counts(batch) == (4, 0, 0, 1)
    assert why(county, batch) == {"1005": [NOBODY]}
    shown = page.get(f"/imports/{batch.pk}/?show=a").content.decode()
    assert "13800000001" not in shown and "159900196203150011" not in shown
    assert helping(ours) == set()
    confirmed(page, county, batch)
    assert helping(ours) == {"包音"}


def test_what_is_not_ones_own_is_answered_like_what_is_not_there(page, county):
    """A household of another county, one that never was, a cadre of another league: nobody is told which."""
    mine, theirs = make_cadre(COUNTY), make_cadre(150500000000, name="外旗", phone="13900000077")
    house("1001")
    foreign, bordering = house("2001", OTHER_LEAGUE), house("2002", OTHER_COUNTY)
    rows = [
        row("2001", mine),
        row("2002", mine),
        row("2999", mine),
        row("1001", theirs),
        row(户编码=foreign.code, 干部编码=mine.code),
        row("1001", 责任人电话="13900000077"),
    ]
    batch = read(page, county, rows)
    assert counts(batch) == (0, 0, 0, 5)
    assert why(county, batch) == {
        "2001": [NOT_THERE],
        "2002": [NOT_THERE],
        "2999": [NOT_THERE],
        "1001": [NOBODY, NOBODY],
        foreign.code: [NOT_THERE],
    }
    with scopes.acting(county):
        assert set(StagedUnit.objects.values_list("division_id", flat=True)) <= {COUNTY, OWN}
        assert {unit.title for unit in StagedUnit.objects.exclude(key="1001")} == {""}
    assert helping(foreign) == helping(bordering) == set()


def test_the_boundary_of_a_township_and_what_is_only_seen(county):
    """A township's officer writes in its villages alone; what a helper's account sees he may not change."""
    officer = make_user("township", "township_officer", 150422100000)
    client = sign_in(Client(), officer)
    cadre = make_cadre(150422100000)
    inside, last, beyond = house("1001", OWN), house("1002", SIBLING), house("1003", NEIGHBOUR)
    own_help = house("1004", OTHER_LEAGUE)
    pair(own_help, make_cadre(150422100000, account=officer, name="色音"))
    scopes.forget(officer)
    rows = [row(number, cadre) for number in ("1001", "1002", "1003", "1004")]
    batch = confirmed(client, officer, read(client, officer, rows))
    assert counts(batch) == (2, 0, 0, 2)
    assert why(officer, batch) == {"1003": [NOT_THERE], "1004": ["您没有修改这条记录的权限。"]}
    assert (helping(inside), helping(last), helping(beyond), helping(own_help)) == (
        {"白音"},
        {"白音"},
        set(),
        {"色音"},
    )


def test_refusals_name_row_and_reason_and_come_back_as_the_same_workbook(page, county):
    cadre, left = make_cadre(COUNTY), make_cadre(COUNTY, name="色音", left_on=datetime.date(2018, 1, 1))
    twins = [make_cadre(COUNTY, name="包音", unit=unit) for unit in [make_unit(COUNTY)] for _n in range(2)]
    for number in range(1001, 1011):
        house(str(number), status="60" if number == 1003 else "20")
    with scopes.acting(system_account()):
        held = list(Household.objects.filter(national_no__in=("1008", "1009")))
    for household in held:
        pair(household, twins[0], from_on=START)
    future = (datetime.date.today() + datetime.timedelta(days=2)).isoformat()
    rows = [
        row("1001", cadre, future),
        row("1002", left),
        row("1003", cadre),
        row("1004", 责任人姓名="包音", 帮扶单位="旗农牧局"),
        row("1005", cadre, "三月"),
        row("1006", cadre),
        row("1006", cadre),
        row("", cadre),
        row("1007"),
        row("1008", cadre, "2018-06-01"),
        row("1009", cadre, "2018-01-01", 交接原因="轮换"),
        row("1010", cadre),
    ]
    batch = read(page, county, rows)
    assert counts(batch) == (1, 0, 0, 10)
    assert why(county, batch) == {
        "1001": ["日期不能晚于今天。"],
        "1002": ["这名干部已离岗，不能结对。"],
        "1003": ["该户不在册，不能结对。"],
        "1004": ["有多名干部符合，请补充干部编码、电话或证件号码。"],
        "1005": ["“三月”不是有效日期，应如2014-06-30。"],
        "1006": ["与第7行是同一名干部。"],
        "": ["必填项为空。"],
        "1007": ["请填写干部编码、电话、证件号码，或姓名和单位。"],
        "1008": ["该户原有责任人包音，交接须写明原因。"],
        "1009": ["早于原责任人包音的开始日期2018-03-01。"],
    }
    answer = page.get(f"/imports/{batch.pk}/refused.xlsx")
    sheet = list(openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active.values)
    assert list(sheet[1]) == [*HEADER, "拒绝原因"]
    by_key = {line[0]: line[-1] for line in sheet[2:]}
    assert len(sheet[2:]) == 11 and "1010" not in by_key
    assert by_key["1001"] == "开始日期：日期不能晚于今天。"
    assert [line[-1] for line in sheet[2:] if line[0] == "1006"] == [
        "同户第8行有误。",
        "责任人姓名：与第7行是同一名干部。",
    ]


def test_too_many_households_are_a_warning_and_no_hindrance(page, county):
    cadre = make_cadre(COUNTY, name="包音", unit=make_unit(COUNTY))
    pair(house("2001", OTHER_LEAGUE), cadre)  # counted, and not named
    for number in range(1001, 1006):
        house(str(number))
    rows = [row(str(number), cadre) for number in range(1001, 1006)]
    five = read(page, county, rows[:4])
    assert (counts(five), five.warnings) == ((4, 0, 0, 0), [])
    six = read(page, county, rows)
    assert six.warnings == ["1 名干部将结对超过 5 户，难以做到经常入户：包音（旗农牧局） 6 户。"]
    assert six.warnings[0] in page.get(f"/imports/{six.pk}/").content.decode()
    assert counts(confirmed(page, county, six)) == (5, 0, 0, 0)


def test_what_changed_since_it_was_shown_is_refused(page, county):
    old, new, third = (make_cadre(COUNTY, name=name) for name in ("白音", "包音", "色音"))
    given, taken = house("1001"), house("1002")
    pair(taken, old, from_on=START)
    batch = read(page, county, [row("1001", new), row("1002", new, "2018-06-01", 交接原因="轮换")])
    pair(given, third, from_on=START)
    with scopes.acting(system_account()):
        Pairing.objects.filter(household=taken).update(until_on=START)
    pair(taken, third, from_on=START)
    batch = confirmed(page, county, batch)
    assert (batch.state, counts(batch)) == ("applied", (0, 0, 0, 2))
    assert helping(given) == helping(taken) == {"色音"}


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (["户编号", "责任人姓名", "帮扶单位"], "缺少必需的列：开始日期。"),
        (["责任人姓名", "帮扶单位", "开始日期"], "缺少必需的列：户编号。"),
        (["户编号", "责任人姓名", "开始日期"], "缺少必需的列：责任人姓名、帮扶单位。"),
        (["户编号", "责任人电话", "联系电话", "开始日期"], "有重复的列：责任人电话。"),
        (HEADER, "表头下面没有数据行。"),
        (["甲", "乙", "丙"], "没有找到表头"),
    ],
)
def test_a_file_that_says_nothing_usable_is_refused_whole(page, county, header, reason):
    batch = read(page, county, [], content=csv_text([header]).encode())
    assert batch.state == "failed"
    assert reason in batch.error


def test_workbooks_are_read_with_titles_other_names_and_columns_nobody_knows(page, county, tmp_path):
    cadre, household = make_cadre(COUNTY), house("1001")
    path = xlsx(
        [
            ["2018年帮扶结对"],
            ["国家系统户编号", "备注", "干部编码", "结对日期"],
            [1001, "x", cadre.code, "2018年3月1日"],
        ],
        tmp_path / "f.xlsx",
    )
    batch = read(page, county, [], "结对.xlsx", path.read_bytes())
    assert (counts(batch), batch.warnings) == ((1, 0, 0, 0), ["不认识的列，未导入：备注。"])
    confirmed(page, county, batch)
    assert helping(household) == {"白音"}


def test_the_template_can_be_filled_in_and_is_for_those_who_import(page, county):
    answer = page.get("/pairings/import/template.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    assert [cell.value for cell in book.worksheets[0][2]] == HEADER
    assert "year" not in page.get("/imports/new/pairings/").context["form"].fields
    assert "/pairings/import/template.xlsx" in page.get("/imports/").content.decode()
    helper = sign_in(Client(), make_user("inspector", "inspector", COUNTY))
    assert helper.get("/pairings/import/template.xlsx").status_code == 403
    assert helper.get("/imports/new/pairings/").status_code == 403
    cadre, household = make_cadre(COUNTY), house("1001")
    for at, value in enumerate(row("1001", cadre), 1):
        book.worksheets[0].cell(3, at, value or None)
    content = io.BytesIO()
    book.save(content)
    batch = confirmed(page, county, read(page, county, [], "模板.xlsx", content.getvalue()))
    assert (counts(batch), helping(household)) == ((1, 0, 0, 0), {"白音"})


def test_programs_do_the_same(page, county):
    cadre, household = make_cadre(COUNTY), house("1001")
    file = SimpleUploadedFile("结对.csv", csv_text([HEADER, row("1001", cadre), row("1999", cadre)]).encode("gb18030"))
    made = page.post("/api/v1/imports/", {"kind": "pairings", "file": file})
    assert made.status_code == 201, made.content
    key = made.json()["id"]
    work(county)
    (added,) = page.get(f"/api/v1/imports/{key}/units/?outcome=added").json()["results"]
    assert (added["national_no"], added["division"]) == ("1001", str(OWN))
    assert added["differences"][0]["after"] == "白音 2018-03-01"
    (refused,) = page.get(f"/api/v1/imports/{key}/units/?outcome=refused").json()["results"]
    assert refused["refusals"] == [{"row": 3, "field": "户编号", "message": NOT_THERE}]
    assert page.post(f"/api/v1/imports/{key}/confirm/").status_code == 200
    work(county)
    assert helping(household) == {"白音"}


def test_statements_do_not_grow_with_the_rows(page, county):
    from django.db import connection

    def statements(first: int, number: int) -> int:
        rows = []
        for at in range(first, first + number):
            house(str(at))
            rows.append(row(str(at), make_cadre(COUNTY)))
        batch = read(page, county, rows)
        with CaptureQueriesContext(connection) as asked:
            batch = confirmed(page, county, batch)
        assert counts(batch) == (number, 0, 0, 0)
        return len(asked)

    assert statements(3001, 2) == statements(4001, 9)
