"""FP-01, FP-03 to FP-06, FP-12, FP-20: quotas, counties, villages and notices, asked four ways (`engines`)."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.crosschecks.evidence import sentence
from apps.crosschecks.rules.parameters import Settings
from apps.crosschecks.rules.quotas import elapsed
from apps.crosschecks.services.figures import what_if
from apps.divisions.models import Division
from tests.crosschecks.families import LINES, REFERENCE, SIBLING, VILLAGE
from tests.crosschecks.field_work import COUNTY, day, village
from tests.crosschecks.money import LEAGUE, REGION, TOWNSHIP, entry, notice, project, put, quota
from tests.crosschecks.supplied import found
from tests.crosschecks.test_records import write
from tests.factories.accounts import make_user, sign_in
from tests.factories.divisions import VILLAGES

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)
OTHER = COUNTY + 10**6


def own(name: str, value: str, place: int = COUNTY) -> Settings:
    """A county's own threshold."""
    return Settings.of([*LINES, (name, place, Decimal(value))])


def named(rule: str, kind: str, made: dict[str, Any], date: datetime.date = REFERENCE, **context: Any) -> set[str]:
    """Which of some rows a rule finds, by what they are called here; nothing else may be found."""
    names = {(kind, one.pk): name for name, one in made.items()}
    return {names[key] for key in found(rule, date, **context)}


def test_fp_01_thirty_days_to_hand_money_on():
    edge = REFERENCE - 30 * DAY
    made = {
        "just in time": quota(100, received_on=edge),
        "late": quota(100, received_on=edge - DAY),
        "not received": quota(100, LEAGUE, received_on=None, parent=quota(100, REGION, received_on=edge - DAY)),
        "passed in part": quota(100, LEAGUE, received_on=edge - DAY),
        "all used": quota(100, received_on=edge - DAY),
    }
    below = quota("99.99", COUNTY, received_on=day(12, 20), parent=made["passed in part"])
    put(made["all used"], project(), 60, on=day(12, 1))
    put(made["all used"], project(), 40, on=day(12, 2))
    assert named("FP-01", "quota", made | {"below": below}) == {"late", "passed in part"}
    assert named("FP-01", "quota", made | {"below": below}, settings=own("retained_days", "31")) == {"passed in part"}
    got = found("FP-01")["quota", made["passed in part"].pk]
    assert (got["left"], got["quota_amount"], got["received_on"]) == (0.01, 100, (edge - DAY).isoformat())
    assert "尚有0.01元未下达" in sentence("FP-01", got)
    (finding, _other) = sorted(write("FP-01"), key=lambda one: one.division_id)
    assert (finding.object_kind, finding.division_id, finding.acting_level) == ("quota", LEAGUE, 2)
    page = sign_in(Client(), make_user("league", "league_officer", LEAGUE)).get(f"/findings/{finding.pk}/")
    assert f'href="/quotas/{finding.object_id}/"' in page.content.decode()


def spent(share: str, place: int = COUNTY, year: int = 2018, **fields: Any) -> None:
    """A county's money of a year, 1,000 yuan, so much of which is paid."""
    first = datetime.date(year, 2, 1)
    lot = quota(1000, place, received_on=first, year=year, **fields)
    put(lot, project(VILLAGE + place - COUNTY), 1000, (share, first), on=first)


def test_fp_03_the_calendar_less_ten_per_cent(settings):
    settings.REFERENCE_DATE = REFERENCE
    spent("899.99")
    spent("900", OTHER)
    spent("1", year=2017)
    assert set(found("FP-03")) == {("division", COUNTY)}
    got = found("FP-03")["division", COUNTY]
    assert (got["received"], got["spent"], got["spent_share"]) == (1000, 899.99, 90)
    assert sentence("FP-03", got).endswith("2018年支出进度90%，落后于时间进度")
    # On 2 December 336 of 365 days are over: 82.05 per cent are due, and the next year asks its own money.
    assert not found("FP-03", day(12, 2)) and not found("FP-03", REFERENCE + DAY)
    with scopes.acting(system_account()):
        trial = what_if("FP-03", COUNTY - COUNTY % 10**8, {"spending_lag": Decimal(0)})
        assert (trial.hits, dict(trial.units)) == (2, {COUNTY: 1, OTHER: 1})


def test_fp_03_counts_what_came_from_outside_once():
    above = quota(2000, LEAGUE, received_on=day(2, 1))
    here = quota(1000, received_on=day(2, 1), parent=above, issued_on=day(2, 1))
    spare = quota(1000, OTHER, received_on=None, parent=above, issued_on=day(3, 1))
    township = quota(1000, TOWNSHIP, received_on=day(2, 2), parent=here, issued_on=day(2, 2))
    put(township, project(), 1000, (950, day(3, 1)), on=day(3, 1))
    assert spare.received_on is None and not found("FP-03")


def test_elapsed_counts_the_day_itself():
    assert (elapsed(datetime.date(2018, 1, 1)), elapsed(REFERENCE)) == ((1, 365), (365, 365))
    assert elapsed(datetime.date(2020, 12, 31)) == (366, 366)


@pytest.mark.parametrize(("carried", "hit"), [("80", False), ("80.01", True)])
def test_fp_04_eight_per_cent_of_last_year(carried, hit):
    last = datetime.date(2017, 12, 31)
    lot = quota(1000, received_on=datetime.date(2017, 2, 1), year=2017)
    entry("carry", lot, carried, last)
    # Money of an earlier year that was carried once more is no matter of last year's.
    entry("carry", quota(1000, received_on=datetime.date(2016, 2, 1), year=2016), 900, last)
    got = found("FP-04")
    assert set(got) == ({("division", COUNTY)} if hit else set())
    assert bool(found("FP-04", settings=own("carry_over_max", "0.05")))
    assert not found("FP-04", REFERENCE + DAY)
    if hit:
        assert sentence("FP-04", got["division", COUNTY]).endswith("2017年结转结余率8%")


def test_fp_05_a_quota_is_made_public_at_its_own_level():
    edge = REFERENCE - 10 * DAY
    made = {
        "new": quota(100, received_on=edge),
        "silent": quota(100, received_on=edge - DAY),
        "noticed": quota(100, received_on=edge - DAY),
        "elsewhere": quota(100, received_on=edge - DAY),
        "taken back": quota(100, LEAGUE, received_on=edge - DAY),
        "prepared": quota(100, REGION, received_on=edge - DAY),
        "to come": quota(100, received_on=edge - DAY),
        "township": quota(100, TOWNSHIP, received_on=edge - DAY),
        "not received": quota(100, received_on=None, parent=quota(100, REGION, received_on=edge), issued_on=edge),
    }
    for name, place, state, on in (
        ("noticed", COUNTY, "archived", day(12, 5)),
        ("elsewhere", LEAGUE, "ended", day(12, 5)),
        ("taken back", LEAGUE, "withdrawn", day(12, 5)),
        ("prepared", REGION, "prepared", None),
        ("to come", COUNTY, "posted", REFERENCE + DAY),
    ):
        more = {"posted_on": on} if on else {"posted_on": day(12, 5)}
        notice(f"quota:{made[name].pk}", place, state, **more, kind="distribution")
    assert named("FP-05", "quota", made) == {"silent", "elsewhere", "taken back", "prepared", "to come"}
    assert named("FP-05", "quota", made, settings=own("announcement_days", "11")) == {"taken back", "prepared"}


def test_fp_05_a_project_is_made_public_in_its_village_or_township(settings):
    settings.REFERENCE_DATE = REFERENCE
    edge = REFERENCE - 10 * DAY
    made = {
        "approved": project(approved_on=edge),
        "silent": project(approved_on=edge - DAY),
        "begun": project(approved_on=edge, state="started", started_on=REFERENCE),
        "begun and noticed": project(state="started", started_on=day(12, 1)),
        "by the township": project(state="started", started_on=day(12, 1)),
        "by the county": project(state="started", started_on=day(12, 1)),
        "stopped": project(state="stopped", approved_on=day(3, 1)),
    }
    for name, place in (("begun and noticed", VILLAGE), ("by the township", TOWNSHIP), ("by the county", COUNTY)):
        notice(f"project:{made[name].pk}", place)
    wanted = {"silent", "begun", "by the county"}
    assert named("FP-05", "project", made) == wanted
    quota(100, received_on=day(11, 1))
    assert {kind for kind, _key in found("FP-05")} == {"project", "quota"}
    written = write("FP-05")
    assert {one.object_kind for one in written} == {"project", "quota"} and len(written) == len(wanted) + 1
    with scopes.acting(system_account()):
        assert what_if("FP-05", COUNTY, {"announcement_days": Decimal(5)}).hits == len(wanted) + 2
    for one in made.values():
        notice(f"project:{one.pk}")
    assert {one.state for one in write("FP-05") if one.object_kind == "project"} == {"cleared_by_data"}


def test_fp_06_ten_days_without_the_first():
    short, closed = day(12, 10), day(12, 11)
    made = {
        "ten": notice(ends_on=closed),
        "nine": notice(ends_on=closed, closed_on=closed),
        "planned for nine": notice(state="running", ends_on=short, kind="fund_use", place=TOWNSHIP),
        "of the county": notice(ends_on=closed, closed_on=closed, place=COUNTY),
        "identification": notice(ends_on=short, kind="identification"),
        "taken back": notice(state="withdrawn", ends_on=short),
        "for good": notice(state="running", ends_on=None),
    }
    assert named("FP-06", "notice", made) == {"nine", "planned for nine"}
    assert named("FP-06", "notice", made, settings=own("notice_days", "9")) == set()
    assert found("FP-06")["notice", made["nine"].pk]["days_posted"] == 9
    written = write("FP-06")
    assert {(one.division_id, one.acting_level) for one in written} == {(VILLAGE, 4), (TOWNSHIP, 4)}
    page = sign_in(Client(), make_user("here", "county_officer", COUNTY)).get(f"/findings/{written[0].pk}/")
    assert f'href="/notices/{written[0].object_id}/"' in page.content.decode()


def test_fp_12_half_a_million_for_a_village_of_the_scheme():
    made = {"short": village(), "enough": village(SIBLING), "not listed": village(VILLAGES[2], listed=False)}
    amounts = {"short": "499999.99", "enough": "500000", "not listed": "1"}
    for name, one in made.items():
        lot = quota(600_000, int(one.division_id) - int(one.division_id) % 10**6, kind="seed")
        first, *rest = [project(one.division_id) for _number in range(2)]
        half = Decimal(amounts[name]) / 2 if name == "enough" else Decimal(amounts[name])
        put(lot, first, half)
        if name == "enough":
            put(lot, rest[0], half)
    put(quota(100, kind="special"), project(VILLAGE), 100)
    assert named("FP-12", "village", made) == {"short"}
    assert named("FP-12", "village", made, settings=own("seed_money", "400000")) == set()
    # Nothing of the next year: then no village is in the scheme.
    assert not found("FP-12", REFERENCE + DAY)
    assert found("FP-12")["village", made["short"].pk]["seed_money"] == 499999.99


def test_fp_12_less_was_promised_before_2016():
    made = {"village": village()}
    lot = quota(600_000, kind="seed", year=2015, received_on=datetime.date(2015, 3, 1))
    put(lot, project(), 450_000, on=datetime.date(2015, 4, 1))
    last = datetime.date(2015, 12, 31)
    assert not found("FP-12", last)
    before = own("seed_money_before", "450000.01")
    assert named("FP-12", "village", made, last, settings=before) == {"village"}


def test_fp_20_consolidated_money_in_poor_counties_and_out_of_the_library():
    inside, outside = project(VILLAGE + 10**6), project(VILLAGE + 10**6, item=False)
    lot = quota(100, OTHER, kind="consolidated")
    put(lot, inside, 40)
    quota(50, kind="special")
    Division.objects.filter(pk=COUNTY).update(poverty_tier="", exit_year=None, announced_on=None)
    Division.objects.filter(pk=OTHER).update(poverty_tier="regional", exit_year=2017)
    assert not found("FP-20")
    put(lot, outside, 10)
    assert {key: one["consolidation"] for key, one in found("FP-20").items()} == {("division", OTHER): "outside_plan,"}
    quota(70, kind="consolidated")
    Division.objects.filter(pk=COUNTY).update(poverty_tier="", exit_year=None, announced_on=None)
    got = found("FP-20")
    assert set(got) == {("division", OTHER), ("division", COUNTY)}
    assert (got["division", COUNTY]["consolidated"], got["division", OTHER]["outside_plan"]) == (70, 10)
    assert sentence("FP-20", got["division", COUNTY]).endswith("整合资金安排到非贫困旗县")
