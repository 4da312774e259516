"""An order's lines out of a workbook: many households paid at once, every wrong row named, nothing half written."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.access import scope as scopes
from apps.funds.models import FundOrder
from apps.households.models import Household
from tests.factories.accounts import planter, sign_in
from tests.factories.datasets import sheet
from tests.factories.divisions import VILLAGES, plant
from tests.factories.funds import COUNTY, VILLAGE, Office, make_project
from tests.factories.households import make_household, make_person

pytestmark = pytest.mark.django_db
HEADER = ("序号", "户编码", "收款人", "收款账号", "凭证号", "金额（元）")
ACCOUNT = "622202040000765%04d"


@pytest.fixture
def county() -> Office:
    plant(*VILLAGES)
    return Office.at(COUNTY)


def homes(number: int) -> list[Household]:
    """Households with an account, each with one member of the same name."""
    with scopes.acting(planter()):
        found = [make_household(division=VILLAGE, bank_account=ACCOUNT % at) for at in range(number)]
        for household in found:
            make_person(household, name="包金山")
        return found


def send(county: Office, file: io.BytesIO, allocation: int | str = "") -> Any:
    said = {
        "division": COUNTY,
        "act": "pay",
        "title": "补助发放",
        "reason": "到户补助",
        "year": 2018,
        "document_no": "1",
    }
    data = {**said, "lines-count": "3", "lines-0-payee_name": "不用", "paid_from": allocation}
    data["lines-file"] = SimpleUploadedFile("补助.xlsx", file.getvalue())
    return sign_in(Client(), county.proposer).post("/fund-orders/new/", data)


def orders() -> list[FundOrder]:
    with scopes.acting(planter()):
        return list(FundOrder.objects.filter(act="pay").prefetch_related("lines"))


def test_many_households_are_paid_out_of_a_workbook(county: Office) -> None:
    found = homes(12)
    allocation = county.allocate(county.budget(5000), make_project(), 5000)
    rows = [
        (at, one.code, "包金山", "" if at % 2 else ACCOUNT % at, f"付{at}", 10.5 if at else 7)
        for at, one in enumerate(found)
    ]
    answer = send(county, sheet(HEADER, *rows, title="补助发放表"), allocation.pk)
    assert answer.status_code == 302, answer.content.decode()
    (order,) = orders()
    assert (order.total, len(order.lines.all())) == (Decimal("122.50"), 12)
    with scopes.acting(planter()):
        line = order.lines.get(position=2)
        assert (line.household_id, line.payee_name, line.voucher_no) == (found[1].pk, "包金山", "付1")
        assert line.payee_account_index == found[1].bank_account_index
    county.take(order, "propose", "review", "approve", "execute")


def test_every_wrong_row_is_named_and_nothing_is_written(county: Office) -> None:
    found = homes(6)
    with scopes.acting(planter()):
        elsewhere = make_household(division=VILLAGES[-1], bank_account=ACCOUNT % 99)
    allocation = county.allocate(county.budget(5000), make_project(), 5000)
    right = [(1, one.code, "包金山", "", "付", 10) for one in found]
    rows = [
        right[0],
        (2, found[1].code, "外人", "", "付", 10),
        (3, elsewhere.code, "包金山", "", "付", 10),
        (4, found[3].code, "包金山", ACCOUNT % 77, "付", 10),
        (5, found[4].code, "包金山", "", "付", -1),
        right[5],
    ]
    answer = send(county, sheet(HEADER, *rows), allocation.pk)
    page = answer.content.decode()
    assert answer.status_code == 422
    for said in (
        "第3行 收款人：收款人不是该户成员。",
        "第4行 户编码：没有这一户，或者它不在您的范围内。",
        "第5行 收款账号：收款账号与该户登记的银行卡号不符。",
        "第6行 金额（元）：金额必须大于0。",
    ):
        assert said in page, said
    assert orders() == []
    # What is no amount at all, and a file that holds something else.
    rows[4] = (5, found[4].code, "包金山", "", "付", "十元")
    assert "第6行 金额（元）" in send(county, sheet(HEADER, *rows), allocation.pk).content.decode()
    assert "没有找到表头" in send(county, sheet(("甲", "乙"), (1, 2))).content.decode()
    assert send(county, io.BytesIO(b"\x00\x01"), allocation.pk).status_code == 422
    assert "没有这条记录" in send(county, sheet(HEADER, right[0])).content.decode()  # paid from nothing
    assert orders() == []
