"""One way of money in a real browser, from its source to a household: every sum the same to the cent, wherever it is.

Ten million yuan are budgeted at the region and handed down; a village's project is approved by four people, built,
accepted, paid; what it leaves behind is registered and earns, and what it earns goes to the household. Days pass by
the reference date. What other tests do in the browser (posting a notice, orders of every kind) goes by its services.
"""

from __future__ import annotations

import datetime
import io
import re
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from openpyxl import load_workbook
from playwright.sync_api import expect

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.funds.models import Allocation, Asset, AssetDistribution, FundOrder, LibraryItem, Project, Quota
from apps.funds.services.lines import Line
from apps.notices.models import PublicNotice
from apps.notices.tasks import advance
from tests.browser.journey import Journey
from tests.factories.accounts import make_user, planter, sign_in
from tests.factories.divisions import VILLAGES, plant
from tests.factories.funds import COUNTY, LEAGUE, REGION, TOWNSHIP, VILLAGE, Office
from tests.factories.households import make_household, make_person
from tests.factories.notices import take as take_notice
from tests.factories.projects import Way

BUDGET, LEAGUES, COUNTYS = "10000000.00", "8765432.10", "7654321.09"
WHOLE, TO_UNIT, TO_HOUSEHOLD = "400000.55", "379999.50", "20001.05"
YIELD, SHARE, KEPT = "12345.67", "12000.01", "345.66"
YEAR, HEAD = 2018, "乌仁图雅"


def all_of(model, **only):
    with scopes.acting(planter()):
        return list(model.objects.filter(**only).order_by("pk"))


def last(model, **only):
    return all_of(model, **only)[-1]


class MoneyJourney(Journey):
    """Orders of money and notices, as their people make them."""

    def order(self, office: Office, act: str, lines: list[dict[str, object]]) -> FundOrder:
        """An order, drafted and decided by four people."""
        self.at(office.proposer, f"/fund-orders/new/?act={act}")
        rows = {f"lines-{at}-{name}": value for at, line in enumerate(lines) for name, value in line.items()}
        said = {"title": "资金安排", "reason": "年度资金计划", "document_no": f"内扶发〔2018〕{act}号", "year": YEAR}
        self.send("form.card", **said, **rows)
        made = last(FundOrder)
        for person, step in (
            (office.proposer, "propose"),
            (office.reviewer, "review"),
            (office.head, "approve"),
            (office.payer, "execute"),
        ):
            self.step(person, f"/fund-orders/{made.pk}/", step)
        return made

    def notice(self, preparer: User, approver: User, address: str) -> PublicNotice:
        """A notice is prepared with a click on the page that it is about, approved by another and posted."""
        self.at(preparer, address)
        self.page.click("#notices form button")
        expect(self.page).to_have_url(re.compile("/notices/"))
        made = last(PublicNotice)
        return self.hang(made, preparer, approver)

    def hang(self, made: PublicNotice, preparer: User, approver: User) -> PublicNotice:
        take_notice(made, "approve", approver)
        return take_notice(made, "post", preparer, place="公示栏", ways=["web"])


@pytest.fixture
def journey(committed_db, visit, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.REFERENCE_DATE = datetime.date(YEAR, 3, 1)
    cache.clear()
    return MoneyJourney(visit(), settings, advance)


def test_every_yuan_from_its_source_to_the_household(journey, client):
    with transaction.atomic():
        plant(*VILLAGES)
        region, league, county = Office.at(REGION), Office.at(LEAGUE), Office.at(COUNTY)
        people = Way.make().people
        mayor = make_user("mayor", "township_head", TOWNSHIP)
        household = make_household(VILLAGE, bank_account="6222020400009876543")
        make_person(household, name=HEAD)

    # Ten million at the region, handed down, each hand-over made public.
    journey.order(region, "budget", [{"kind": "special", "origin": "central", "amount": BUDGET}])
    given = region.pass_on(last(Quota), LEAGUE, LEAGUES)
    journey.at(league.payer, f"/quotas/{given.pk}/")
    journey.send("form:has(button:has-text('签收'))")
    given = league.pass_on(last(Quota, pk=given.pk), COUNTY, COUNTYS)
    quota = county.receive(given)
    made_public = [journey.notice(region.proposer, region.head, f"/quotas/{all_of(Quota)[0].pk}/")]

    # A project of the village, decided by four people.
    journey.at(people["village"], "/library-items/new/")
    journey.send(
        "form.card",
        name="肉牛养殖",
        kind="industry",
        year=YEAR,
        scale="养殖肉牛100头",
        amount="500000",
        need="草场不足",
        target="户均增收3000元",
        mechanism="按股分红",
        households=household.code,
        met_on="2018-02-20",
        present=45,
        decision="一致同意",
    )
    item = f"/library-items/{last(LibraryItem).pk}/"
    journey.step(people["village"], item, "propose")
    journey.step(people["township"], item, "check_township")
    journey.step(people["department"], item, "check_department")
    journey.step(people["head"], item, "approve")
    journey.notice(people["office"], people["head"], item)
    journey.step(people["office"], item, "notice")
    journey.wait(11)
    journey.step(people["office"], item, "enter")
    days = {"plan_start": "2018-04-01", "plan_end": "2018-10-01", "approval_no": "敖扶批〔2018〕1号"}
    journey.step(people["head"], item, "select", unit="旗农牧局", person_in_charge="包金山", none_found="on", **days)
    project = last(Project)
    address = f"/projects/{project.pk}/"
    journey.order(county, "allocate", [{"quota": quota.pk, "project": project.pk, "amount": WHOLE}])
    made_public.append(journey.notice(county.proposer, county.head, f"/quotas/{quota.pk}/"))
    journey.notice(people["township"], mayor, address)
    journey.step(people["township"], address, "notice_before")
    journey.wait(11)
    journey.step(people["township"], address, "start")

    # Paid by four people: a unit, and the household to the account that the register has.
    allocation = last(Allocation)
    line = {"allocation": allocation.pk, "voucher_no": "付1"}
    unit = {"payee_name": "旗扶贫开发公司", "payee_account": "6222020400001234567", "amount": TO_UNIT}
    family = {"household_code": household.code, "payee_name": HEAD, "amount": TO_HOUSEHOLD}
    journey.order(county, "pay", [{**line, **unit}, {**line, **family}])
    for act in ("claim", "settle"):
        county.carry_out(act, Line(amount=Decimal(WHOLE), allocation=allocation.pk, voucher_no=act))

    # Built, accepted, made public again, settled; what it leaves is registered in one step.
    report = {"month": "2018-03-20", "percent": 100, "spent": WHOLE, "supervisor_name": "包义务"}
    journey.step(people["village"], address, "report", **report)
    journey.step(people["township"], address, "finish")
    signed = {"township": "镇长", "department": "局长", "supervisor": "包义务"}
    journey.step(people["department"], address, "accept", **signed)
    made_public.append(journey.notice(people["township"], mayor, address))
    journey.step(people["township"], address, "notice_after")
    journey.wait(11)
    journey.step(people["finance"], address, "settle")
    journey.step(people["head"], address, "register_asset", asset_kind="operating", asset_owner_kind="collective")
    asset = last(Asset)
    assert asset.value == Decimal(WHOLE)

    # It earns, and the household gets its share.
    page = f"/assets/{asset.pk}/"
    journey.step(people["village"], page, "use", manager="嘎查村委会")
    earned = {"year": YEAR, "amount": YIELD, "received_on": journey.day.isoformat(), "voucher_no": "收1"}
    journey.step(people["village"], page, "receive", **earned)
    journey.at(people["village"], f"/asset-distributions/new/?asset={asset.pk}")
    meeting = {"met_on": journey.day.isoformat(), "present": 40, "minutes": "一致同意"}
    share = {"shares-0-household": household.code, "shares-0-amount": SHARE}
    sums = {"year": YEAR, "amount": YIELD, "collective": KEPT}
    journey.send("form.card", **sums, **meeting, **share)
    shared = f"/asset-distributions/{last(AssetDistribution).pk}/"
    journey.step(people["township"], shared, "check")
    journey.step(people["village"], shared, "publish")
    made_public.append(journey.hang(last(PublicNotice), people["village"], mayor))
    journey.wait(11)
    journey.step(people["village"], shared, "pay_out")

    # Everywhere the same, to the cent.
    assert (Decimal(TO_UNIT) + Decimal(TO_HOUSEHOLD), Decimal(SHARE) + Decimal(KEPT)) == (
        Decimal(WHOLE),
        Decimal(YIELD),
    )
    for place, amounts in ((REGION, (BUDGET, LEAGUES, WHOLE)), (LEAGUE, (COUNTYS, WHOLE)), (COUNTY, (WHOLE,))):
        journey.at(region.payer, f"/funds/?year={YEAR}&division={place}")
        picture = journey.page.locator("svg.flow").inner_html()
        assert [amount for amount in amounts if f"{Decimal(amount):,.2f} 元" not in picture] == [], place
    assert journey.visitor.accessibility() == []
    answer = sign_in(Client(), region.payer).get(f"/api/v1/funds/balance/?year={YEAR}").json()
    assert (answer["total"], answer["allocated"], answer["paid"]) == (BUDGET, WHOLE, WHOLE)
    told = [client.get(f"/public/notices/{notice.pk}/").content.decode() for notice in made_public]
    for page, amounts in zip(told, ((LEAGUES,), (WHOLE,), (WHOLE,), (SHARE,)), strict=True):
        assert all(f"{Decimal(amount):,.2f}" in page or amount in page for amount in amounts), amounts
        assert HEAD not in page
    exported = sign_in(Client(), region.payer).post("/entries/export/")
    rows = list(load_workbook(io.BytesIO(b"".join(exported.streaming_content))).active.values)
    act, amount = (list(rows[0]).index(name) for name in ("事项", "金额"))
    found: dict[str, Decimal] = {}
    for row in rows[1:]:
        found[row[act]] = found.get(row[act], Decimal(0)) + Decimal(str(row[amount]))
    assert found == {
        "预算安排": Decimal(BUDGET),
        "指标下达": Decimal(LEAGUES) + Decimal(COUNTYS),
        "落实到项目": Decimal(WHOLE),
        "拨付": Decimal(WHOLE),
        "报账": Decimal(WHOLE),
        "结算": Decimal(WHOLE),
    }
    journey.at(people["village"], "/distribution-lines/")
    expect(journey.page.get_by_text(f"{Decimal(SHARE):,.2f}").first).to_be_visible()
