"""Offices that handle money, and money itself."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.funds.models import Allocation, Entry, FundOrder, Project, Quota
from apps.funds.services import steps
from apps.funds.services.ledger import book
from apps.funds.services.lines import Line
from apps.funds.services.quotas import receive
from apps.funds.services.steps import Draft
from tests.factories.accounts import make_user, planter

REGION, LEAGUE, COUNTY, TOWNSHIP, VILLAGE = 150000000000, 150400000000, 150422000000, 150422100000, 150422100200
HEADS = {REGION: "region_head", LEAGUE: "league_head", COUNTY: "county_head"}
OFFICERS = {REGION: "region_officer", LEAGUE: "league_officer", COUNTY: "county_officer"}
_number = iter(range(1, 10**9))


@dataclass
class Office:
    """Four people of one level: who proposes, reviews, approves and pays."""

    division: int
    proposer: User
    reviewer: User
    head: User
    payer: User

    @classmethod
    def at(cls, division: int) -> Office:
        """The office of region, league or county."""
        made = [
            make_user(f"{name}-{division}", role, division)
            for name, role in (
                ("proposer", OFFICERS[division]),
                ("reviewer", "finance_user"),
                ("head", HEADS[division]),
                ("payer", "finance_user"),
            )
        ]
        return cls(division, *made)

    def draft(self, act: str, *lines: Line, year: int = 2018, **said: Any) -> FundOrder:
        """An order of this office, as a draft."""
        words = {
            "title": "资金安排",
            "reason": "年度资金计划",
            "document_no": f"内扶发〔2018〕{next(_number)}号",
            **said,
        }
        with scopes.acting(self.proposer):
            return steps.draft(self.division, Draft(act=act, year=year, lines=lines, **words), by=self.proposer)

    def take(self, order: FundOrder, *names: str, **said: Any) -> FundOrder:
        """Steps of an order, each by the one whose it is."""
        people = {"propose": self.proposer, "review": self.reviewer, "approve": self.head, "execute": self.payer}
        for name in names:
            by = people[name]
            with scopes.acting(by):
                order = steps.take(FundOrder.objects.get(pk=order.pk), name, by=by, **said)
        return order

    def carry_out(self, act: str, *lines: Line, **said: Any) -> FundOrder:
        """An order from draft to ledger."""
        return self.take(self.draft(act, *lines, **said), "propose", "review", "approve", "execute")

    def budget(self, amount: int | str, *, kind: str = "special", origin: str | None = None, **said: Any) -> Quota:
        """Money of this place's own."""
        usual = {REGION: "central", LEAGUE: "league", COUNTY: "county"}[self.division]
        order = self.carry_out("budget", Line(amount=Decimal(amount), kind=kind, origin=origin or usual), **said)
        return self.seen(Quota, entries__order=order)

    def pass_on(self, quota: Quota, target: int, amount: int | str) -> Quota:
        """Money handed down, not yet received."""
        order = self.carry_out("pass", Line(amount=Decimal(amount), quota=quota.pk, target_division=target))
        return self.seen(Quota, entries__order=order)

    def receive(self, quota: Quota) -> Quota:
        """The receipt of money from above."""
        with scopes.acting(self.payer):
            return receive(quota, by=self.payer)

    def allocate(self, quota: Quota, project: Project, amount: int | str) -> Allocation:
        """Money put into a project."""
        order = self.carry_out("allocate", Line(amount=Decimal(amount), quota=quota.pk, project=project.pk))
        return self.seen(Allocation, entries__order=order)

    def pay(self, allocation: Allocation, amount: int | str, **payee: Any) -> Entry:
        """Money paid to a unit."""
        said = {"payee_name": "旗扶贫开发公司", "payee_account": "6222020400001234567", "voucher_no": "付1", **payee}
        order = self.carry_out("pay", Line(amount=Decimal(amount), allocation=allocation.pk, **said))
        return self.seen(Entry, order=order)

    def seen(self, model: Any, **only: Any) -> Any:
        """A row as this office sees it."""
        with scopes.acting(self.payer):
            return model.objects.visible_to(self.payer).get(**only)


def make_project(division: int = VILLAGE, **fields: Any) -> Project:
    """A project that the county has approved."""
    number = next(_number)
    usual: dict[str, Any] = {
        "code": f"P{number:08d}",
        "name": f"肉牛养殖项目{number}",
        "kind": "industry",
        "year": 2018,
        "scale": "养殖肉牛100头",
        "budget": Decimal(1000000),
        "unit": "旗农牧业局",
        "person_in_charge": "包金山",
        "target": "带动贫困户30户",
        "mechanism": "分红",
        "plan_start": datetime.date(2018, 4, 1),
        "plan_end": datetime.date(2018, 10, 31),
        "approved_level": 3,
        "approved_on": datetime.date(2018, 3, 1),
    }
    with scopes.acting(planter()):
        return Project.objects.create(division_id=division, **{**usual, **fields})


def book_one(act: str, quota: Quota, amount: int | str, *, on: datetime.date | None = None, **fields: Any) -> Entry:
    """An entry written past the orders, as the platform itself could."""
    place = fields.pop("division_id", quota.division_id)
    with scopes.acting(planter()):
        entry = Entry(act=act, quota=quota, amount=Decimal(amount), division_id=place, **fields)
        return book([entry], by=planter(), on=on)[0]
