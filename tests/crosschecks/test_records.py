"""ST-11, ST-14 and DC-23: rules about changes, villages and a department's own rows (rule-semantics.md c)."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.crosschecks.evidence import is_sensitive
from apps.crosschecks.models import Finding
from apps.crosschecks.rules import RULES
from apps.crosschecks.rules.parameters import Settings
from apps.crosschecks.services.writing import Author, nightly_context, write_region
from apps.divisions import codes
from apps.divisions.models import Division
from apps.households.models import NaturalChange, StatusEvent
from apps.villages.models import Village, VillageYear
from apps.villages.services import ensure_villages
from tests.crosschecks.families import LINES, REFERENCE, VILLAGE, Family, family
from tests.crosschecks.supplied import COUNTY, found, known, supply
from tests.factories.accounts import make_user, sign_in
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import citizen_number

pytestmark = pytest.mark.django_db

LATE = REFERENCE - datetime.timedelta(days=31)


def write(rule: str, **more: Any) -> list[Finding]:
    """Run a rule over the region; its findings."""
    with scopes.acting(system_account()) as system:
        context = nightly_context(REFERENCE, **more)
        write_region(RULES[rule], context, Author(system.user_id, system.username, None))
        return list(Finding.objects.filter(rule=rule).order_by("pk"))


# --- ST-11: changes ---


def change(made: Family, happened_on: datetime.date = LATE, **more: Any) -> NaturalChange:
    with scopes.acting(system_account()):
        fields = {"kind": "A01", "person": made.persons[0], "reported_by": system_account(), **more}
        return NaturalChange.objects.create(
            household=made.household, division_id=made.household.division_id, happened_on=happened_on, **fields
        )


def test_st_11_a_change_that_waits_for_more_than_thirty_days():
    made, removed = family({"name": "王建国"}), family({}, household={"status": "60"})
    late = change(made)
    change(made, REFERENCE - datetime.timedelta(days=30))
    change(made, approved_on=REFERENCE, approved_by=system_account())
    change(made, rejected_on=REFERENCE)
    change(removed)
    assert found("ST-11") == {
        ("change", late.pk): {"name": "王建国", "change": "A01", "happened_on": "2018-11-30", "days": 31}
    }
    assert set(found("ST-11", settings=Settings.of([*LINES, ("change_days", COUNTY, Decimal(31))]))) == set()


def test_st_11_of_a_change_without_a_person_the_head_is_named():
    made = family({"name": "王建国"})
    change(made, person=None, kind="R02")
    (evidence,) = found("ST-11").values()
    assert evidence["name"] == "王建国"


def test_st_11_its_finding_hangs_off_the_household_and_is_cleared_with_the_approval():
    made = family({})
    late = change(made)
    (finding,) = write("ST-11")
    assert (finding.object_kind, finding.object_id) == ("change", late.pk)
    assert (finding.household_id, finding.person_id) == (made.household.pk, made.persons[0].pk)
    with scopes.acting(system_account()):
        NaturalChange.objects.filter(pk=late.pk).update(approved_on=REFERENCE, approved_by=system_account())
    (finding,) = write("ST-11")
    assert finding.state == "cleared_by_data"


# --- ST-14: villages ---


def left(population: int | None, poor: int, *, year: int = 2018, place: int = VILLAGE) -> Village:
    """A poor village that left in a year, with so many people and so many poor among them."""
    with scopes.acting(system_account()):
        ensure_villages()
        village = Village.objects.get(division_id=place)
        Village.objects.filter(pk=village.pk).update(attributes=["01"], village_status="40", exit_year=year)
        VillageYear.objects.create(village=village, year=2018, population=population)
    if poor:
        family(*({"relation": "01" if not one else "21"} for one in range(poor)), village=place)
    return village


@pytest.mark.parametrize(
    ("population", "poor", "year", "hit"),
    [
        (100, 3, 2018, True),
        (101, 3, 2018, False),
        (33, 1, 2018, True),
        (34, 1, 2018, False),
        (None, 3, 2018, False),
        (0, 3, 2018, False),
        (100, 3, 2017, False),
        (100, 0, 2018, False),
    ],
)
def test_st_14_exactly_three_per_cent_is_too_many(population, poor, year, hit):
    plant(*VILLAGES)
    village = left(population, poor, year=year)
    assert set(found("ST-14")) == ({("village", village.pk)} if hit else set())


def test_st_14_names_the_village_and_the_share_and_its_page_leads_there():
    plant(*VILLAGES)
    village = left(60, 2)
    (finding,) = write("ST-14")
    assert finding.evidence == {
        "village": Division.objects.get(pk=VILLAGE).short_name, "poor_persons": 2, "population": 60, "incidence": 3.33,
    }  # fmt: skip
    assert (finding.household_id, finding.person_id, finding.division_id) == (None, None, VILLAGE)
    county, other = (
        make_user("county-one", "county_officer", COUNTY),
        make_user("other", "county_officer", 150522000000),
    )
    page = sign_in(Client(), county).get(f"/findings/{finding.pk}/")
    assert page.status_code == 200
    assert f"/villages/{village.pk}/" in page.content.decode()
    assert "3.33%" in page.content.decode()
    assert sign_in(Client(), other).get(f"/findings/{finding.pk}/").status_code == 404


# --- DC-23: loans ---


def loan(number: str, **more: Any) -> dict[str, Any]:
    return {
        "id_no": citizen_number(), "name": "孙桂兰", "loan_no": number, "product": "small", "lent_in": str(VILLAGE),
        "amount": "50000", "term_months": 36, "lent_on": "2018-03-01", "due_on": "2021-02-28", **more,
    }  # fmt: skip


def lent(status: str, number: str, rows: dict[str, Any], **more: Any) -> Family:
    """A household of a status with a loan."""
    sent = {key: value for key, value in loan(number, **more).items() if key not in ("id_no", "name")}
    return known({"rows": {"BK-LN": [sent]}}, rows=rows, household={"status": status, **STATUS[status]})


STATUS: dict[str, dict[str, Any]] = {
    "20": {}, "50": {}, "60": {}, "40": {"exit_year": 2017}, "41": {"exit_year": 2016},
}  # fmt: skip


def loans_found() -> set[str]:
    return {evidence["loan_no"] for evidence in found("DC-23").values()}


def test_dc_23_loans_of_those_who_are_not_registered():
    plant(*VILLAGES)
    rows: dict[str, Any] = {}
    for status in STATUS:
        lent(status, f"L{status}", rows)
    gone = lent("20", "gone", rows)
    stable = lent("41", "stable since", rows)
    with scopes.acting(system_account()):
        type(gone.persons[0]).objects.filter(pk=gone.persons[0].pk).update(is_active=False)
        StatusEvent.objects.create(
            household=stable.household, division_id=stable.household.division_id, status="41", by=system_account(),
            on=datetime.date(2018, 3, 1),
        )  # fmt: skip
    rows["BK-LN"] += [
        loan("stranger"),
        loan("repaid", repaid_on="2018-09-01"),
        loan("other product", product="micro"),
    ]
    supply(rows)
    assert loans_found() == {"L41", "L60", "stranger"}


def test_dc_23_lies_where_the_bank_says_or_at_the_supplier():
    plant(*VILLAGES)
    supply({"BK-LN": [loan("here"), loan("elsewhere", lent_in="110101001001")]})
    placed = {finding.evidence["loan_no"]: finding.division_id for finding in write("DC-23")}
    assert placed == {"here": VILLAGE, "elsewhere": COUNTY}


def test_dc_23_a_loan_keeps_its_finding_from_one_delivery_to_the_next():
    plant(*VILLAGES)
    rows = {"BK-LN": [loan("L1"), loan("L2")]}
    supply(rows, period="2018-11")
    first = {finding.evidence["loan_no"]: finding.pk for finding in write("DC-23")}
    supply({"BK-LN": [rows["BK-LN"][1], loan("L3")]})
    later = {finding.evidence["loan_no"]: (finding.pk, finding.state) for finding in write("DC-23")}
    assert later["L1"] == (first["L1"], "cleared_by_data")
    assert later["L2"] == (first["L2"], "new")
    assert set(later) == {"L1", "L2", "L3"}


def test_dc_23_of_two_suppliers_each_has_its_own_findings():
    plant(*VILLAGES)
    rows = {"BK-LN": [loan("L1")]}
    supply(rows)
    supply(rows, division=codes.parent(COUNTY))
    assert len(write("DC-23")) == 2


def test_dc_23_what_the_bank_says_of_a_loan_is_not_for_everybody():
    assert all(map(is_sensitive, RULES["DC-23"].evidence))
