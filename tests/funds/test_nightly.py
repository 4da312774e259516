"""What the night does to the ledger: verifying it, and closing the year that nobody has closed."""

from __future__ import annotations

import datetime
import logging
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from apps.access import scope as scopes
from apps.dashboards.todo import money_waiting
from apps.funds import tasks
from apps.funds.models import ClosedYear, Entry, LedgerCheck
from apps.funds.services import closing
from apps.funds.services.balances import balance
from apps.funds.services.lines import Line
from tests.access.world import EVERYTHING
from tests.factories.accounts import planter
from tests.factories.divisions import VILLAGES, plant
from tests.factories.funds import COUNTY, LEAGUE, REGION, Office, book_one, make_project
from tests.factories.projects import Way

pytestmark = pytest.mark.django_db


def labels(by: Any) -> dict[str, int]:
    scopes.forget(by)
    with scopes.acting(by):
        return {line["label"]: line["count"] for line in money_waiting(by) if line["count"]}


def test_a_ledger_that_is_not_whole_is_told(caplog: pytest.LogCaptureFixture) -> None:
    plant(*VILLAGES)
    region, county = Office.at(REGION), Office.at(COUNTY)
    quota, project = county.budget(100), make_project()
    allocation = county.allocate(quota, project, 100)
    call_command("verify_ledger")
    assert (labels(region.payer), caplog.records) == ({}, [])
    # Booked by an order without the payment that belongs to it: no service does so.
    order = county.draft("budget", Line(Decimal(1), kind="special", origin="county"))
    of = {"project": project, "allocation": allocation, "division_id": allocation.division_id}
    wrong = book_one("pay", quota, 5, order=order, **of)
    with caplog.at_level(logging.ERROR), pytest.raises(CommandError, match=f"payments 1: payments: {wrong.pk}"):
        call_command("verify_ledger")
    assert f"payments: {wrong.pk}" in caplog.text
    tasks.verify_ledger()
    assert labels(region.payer) == {"账目核验不符": 1}
    assert labels(region.head) == labels(county.payer) == {}
    with scopes.acting(EVERYTHING):
        assert list(LedgerCheck.objects.order_by("pk").values_list("whole", "payments")) == [
            (True, 0),
            (False, 1),
            (False, 1),
        ]


def test_the_platform_closes_what_nobody_closed(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.REFERENCE_DATE = datetime.date(2018, 12, 20)
    plant(*VILLAGES)
    league, county = Office.at(LEAGUE), Office.at(COUNTY)
    quota = league.budget(1000)
    county.receive(league.pass_on(quota, COUNTY, 400))
    closing.close_last_year()  # 2017: nothing was left of it
    with scopes.acting(EVERYTHING):
        assert not Entry.objects.filter(act="carry").exists()
    settings.REFERENCE_DATE = datetime.date(2019, 1, 1)
    # Whatever ends it in the middle: what is done stays, and the next call goes on.
    real = closing._close

    def torn(division: int, year: int, by: Any) -> Any:
        if division == REGION:
            raise KeyboardInterrupt
        return real(division, year, by)

    monkeypatch.setattr(closing, "_close", torn)
    with pytest.raises(KeyboardInterrupt):
        closing.close_last_year()
    monkeypatch.setattr(closing, "_close", real)
    with scopes.acting(EVERYTHING):
        rows = ClosedYear.objects.filter(year=2018)
        assert set(rows.filter(carried__gt=0).values_list("division_id", "carried", "closed_by_name")) == {
            (LEAGUE, Decimal(600), "系统"),
            (COUNTY, Decimal(400), "系统"),
        }
        assert not rows.filter(division=REGION).exists()
    assert closing.close_last_year() == 1
    assert closing.close_last_year() == 0
    with scopes.acting(EVERYTHING):
        carried = Entry.objects.filter(act="carry")
        assert set(carried.values_list("division_id", "amount", "booked_on", "made_by")) == {
            (LEAGUE, Decimal(600), datetime.date(2018, 12, 31), None),
            (COUNTY, Decimal(400), datetime.date(2018, 12, 31), None),
        }
        assert balance(planter(), REGION).carried == Decimal(1000)


def test_the_desk_says_what_waits_of_the_library() -> None:
    plant(*VILLAGES)
    way = Way.make()
    way.take(way.item(), "propose")
    assert labels(way.people["township"]) == {"项目库待我办理": 1}
    assert labels(way.people["village"]) == labels(way.people["head"]) == {}
