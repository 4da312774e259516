"""FP-11, FP-14, FP-19: what households get out of projects, asked four ways (tests.crosschecks.engines)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client

from apps.crosschecks.evidence import sentence
from apps.crosschecks.rules.parameters import Settings
from apps.households.models import Household
from tests.crosschecks.families import LINES, VILLAGE, family
from tests.crosschecks.field_work import COUNTY, day
from tests.crosschecks.money import benefit, pay, project, put, quota
from tests.crosschecks.supplied import found
from tests.crosschecks.test_records import write
from tests.factories.accounts import make_user, sign_in

pytestmark = pytest.mark.django_db

ACCOUNTS = ("6222020400001234567", "6222020400007654321")


def home(number: int = 0, **fields: object) -> Household:
    """A household of two with an account."""
    return family(
        {"name": "王建国"}, {"name": "李·秀英"}, household={"bank_account": ACCOUNTS[number], **fields}
    ).household


def test_fp_11_twenty_thousand_for_a_dwelling():
    lot = quota(1_000_000, received_on=day(1, 15))
    one, two = (put(lot, project(kind="dwelling"), 100_000) for _number in range(2))
    before = put(lot, project(kind="dwelling", year=2017), 100_000)
    other = put(lot, project(kind="industry"), 100_000)
    homes = {name: home() for name in ("cap", "above", "two years", "other help", "taken back")}
    homes["left"] = home(status="60")
    for name, into, amount, more in (
        ("cap", one, 20_000, {}),
        ("above", one, "10000.01", {}),
        ("above", two, 10_000, {}),
        ("two years", one, 20_000, {}),
        ("two years", before, 5000, {}),
        ("other help", other, 90_000, {}),
        ("taken back", one, 20_000, {}),
        ("taken back", two, 20_000, {"reversed_on": day(12, 26)}),
        ("left", two, 25_000, {}),
    ):
        pay(into, homes[name], amount, "王建国", **more)
    names = {("household", one.pk): name for name, one in homes.items()}
    got = found("FP-11")
    assert {names[key] for key in got} == {"above", "left"}
    assert got["household", homes["above"].pk]["subsidy"] == 20_000.01
    cheap = Settings.of([*LINES, ("dwelling_cap", COUNTY, Decimal(15_000))])
    assert {names[key] for key in found("FP-11", settings=cheap)} == {"cap", "above", "two years", "taken back", "left"}
    written = write("FP-11")
    assert {one.household_id for one in written} == {homes["above"].pk, homes["left"].pk}


def test_fp_14_who_is_helped():
    statuses = {"20": {}, "40": {"exit_year": 2017}, "41": {"exit_year": 2016}, "60": {}}
    made = {status: home(status=status, **more) for status, more in statuses.items()}
    this, last = project(), project(year=2017)
    rows = {status: benefit(household, this) for status, household in made.items()}
    rows["last year"] = benefit(home(status="60"), last)
    rows["gone"] = benefit(home(status="60"), this, is_active=False)
    twice = home()
    rows["one"], rows["other"] = benefit(twice, project()), benefit(twice, project())
    rows["another kind"] = benefit(twice, project(kind="road"))
    rows["another year"] = benefit(twice, project(year=2017))
    draft = project()
    benefit(twice, draft, kind="road", project=None, item=draft.item)
    names = {("benefit", one.pk): name for name, one in rows.items()}
    got = found("FP-14")
    assert {names[key] for key in got} == {"41", "60", "one", "other"}
    assert got["benefit", rows["one"].pk]["benefit_fault"] == "double,"
    assert sentence("FP-14", got["benefit", rows["60"].pk]).endswith("受益户王建国不在册")
    by_object = {one.object_id: one for one in write("FP-14")}
    finding = by_object[rows["60"].pk]
    assert (finding.household_id, finding.division_id, finding.person_id) == (made["60"].pk, VILLAGE, None)
    page = sign_in(Client(), make_user("village", "village_officer", VILLAGE)).get(f"/findings/{finding.pk}/")
    assert f'href="/beneficiaries/{finding.object_id}/"' in page.content.decode()


def test_fp_19_to_whom_and_to_which_account():
    into = put(quota(100_000, received_on=day(1, 15)), project(), 50_000)
    house = home()
    bare = family({"name": "王建国"}, household={"bank_account": None}).household
    gone = family({"name": "王建国"}, {"name": "赵永福", "is_active": False}, household={"bank_account": ACCOUNTS[0]})
    made = {
        "right": pay(into, house, 100, "李 秀英"),
        "stranger": pay(into, house, 100, "韩海龙"),
        "account": pay(into, house, 100, "王建国", ACCOUNTS[1]),
        "both": pay(into, house, 100, "韩海龙", ACCOUNTS[1]),
        "taken back": pay(into, house, 100, "韩海龙", reversed_on=day(12, 26)),
        "no account": pay(into, bare, 100, "王建国", ACCOUNTS[1]),
        "none given": pay(into, house, 100, "王建国", ""),
        "former member": pay(into, gone.household, 100, "赵永福"),
    }
    names = {("payment", one.pk): name for name, one in made.items()}
    got = found("FP-19")
    assert {names[key]: one["payee_fault"] for key, one in got.items()} == {
        "stranger": "payee,", "account": "account,", "both": "payee,account,",
    }  # fmt: skip
    assert not any(account in str(got) for account in ACCOUNTS)
    finding = next(one for one in write("FP-19") if one.object_id == made["stranger"].pk)
    assert (finding.object_kind, finding.division_id, finding.household_id) == ("payment", VILLAGE, None)
    page = sign_in(Client(), make_user("county", "county_officer", COUNTY)).get(f"/findings/{finding.pk}/")
    assert "支付给韩海龙，与受益人不符：收款人不是该户成员" in page.content.decode()
    assert f'href="/payments/{finding.object_id}/"' in page.content.decode()
