"""The API of cross-checking: rules, findings, steps, runs, and checking one household."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.accounts.services import system_account
from apps.crosschecks.models import Finding, FindingLog, RuleParameter, Run, RunUnit
from apps.crosschecks.services import runs
from apps.divisions import codes
from tests.crosschecks.families import REFERENCE, SIBLING, VILLAGE, Family, family
from tests.factories.accounts import make_user, sign_in
from tests.factories.cadres import pair
from tests.factories.divisions import VILLAGES
from tests.factories.households import citizen_number

pytestmark = pytest.mark.django_db

API = "/api/v1"
COUNTY = 150422000000


@pytest.fixture(autouse=True)
def reference(settings):
    settings.REFERENCE_DATE = REFERENCE


@pytest.fixture
def found() -> dict[int, Family]:
    """A contradiction in every village, found by a run of two rules."""
    made = {
        village: family({"name": f"人{chr(0x4E00 + n)}", "sex": "2", "id_no": citizen_number(sex="1")}, village=village)
        for n, village in enumerate(VILLAGES)
    }
    with scopes.acting(system_account()):
        run = runs.start_run(codes.WHOLE_REGION, kind="command", rules=["ID-04", "HH-16", "ID-06"], date=REFERENCE)
        units = list(run.units.filter(state="queued").values_list("pk", flat=True))
    for unit in units:
        runs.execute(unit)
    return made


def client(user: User) -> APIClient:
    one: APIClient = sign_in(APIClient(), user)
    return one


@pytest.fixture
def village(found) -> APIClient:
    return client(make_user("village", "village_officer", VILLAGE))


@pytest.fixture
def county(found) -> APIClient:
    return client(make_user("county", "county_officer", COUNTY))


def results(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def key_of(made: Family) -> int:
    with scopes.acting(system_account()):
        return Finding.objects.get(household=made.household).pk


# --- Findings ---------------------------------------------------------------------------------------------------------


def test_everybody_sees_the_findings_of_his_own_place_and_no_others(found, village, county):
    region = client(make_user("region", "region_officer", 150000000000))
    expected = {
        village: {VILLAGE},
        county: set(VILLAGES[:3]),
        region: set(VILLAGES),
        client(make_user("inspector", "inspector", 150500000000)): {VILLAGES[4]},
    }
    for one, places in expected.items():
        rows = results(one.get(f"{API}/findings/?rule=ID-04&state=open"))
        assert {int(row["division"]) for row in rows} == places
    assert village.get(f"{API}/findings/{key_of(found[SIBLING])}/").status_code == 404
    assert (
        client(make_user("sysadmin", "system_administrator", 150000000000)).get(f"{API}/findings/").status_code == 403
    )
    assert APIClient().get(f"{API}/findings/").status_code == 401


def test_the_database_alone_keeps_findings_apart(found):
    village = make_user("village", "village_officer", VILLAGE)
    with scopes.acting(village):
        assert set(Finding.objects.values_list("division_id", flat=True)) == {VILLAGE}
        assert set(FindingLog.objects.values_list("division_id", flat=True)) == {VILLAGE}
        assert not Run.objects.exists() and not RunUnit.objects.exists()
        assert Finding.objects.exclude(division_id=VILLAGE).update(state="closed") == 0
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            FindingLog.objects.update(note="x")
    with scopes.acting(system_account()):  # row-level security open: the application's filter alone
        assert set(Finding.objects.visible_to(village).values_list("division_id", flat=True)) == {VILLAGE}
        assert set(FindingLog.objects.visible_to(village).values_list("division_id", flat=True)) == {VILLAGE}
        assert not Run.objects.visible_to(village).exists()


def test_a_helper_sees_the_findings_of_the_paired_household_but_takes_no_step(found):
    helper = make_user("helper", "helper", VILLAGE)
    other = found[VILLAGES[4]].household
    pair(other, helper)
    scopes.forget(helper)
    one = client(helper)
    (row,) = results(one.get(f"{API}/findings/"))
    assert row["household"] == other.pk
    body = one.get(f"{API}/findings/{row['id']}/").json()
    assert (body["steps"], len(body["log"])) == ([], 1)
    step = one.post(f"{API}/findings/{row['id']}/step/", {"step": "check", "version": 1})
    assert step.status_code == 403
    assert one.post(f"{API}/households/{other.pk}/check/").status_code == 403


def test_a_finding_as_an_object(found, village):
    made = found[VILLAGE]
    row = village.get(f"{API}/findings/{key_of(made)}/").json()
    assert {name: row[name] for name in (
        "rule", "text", "division", "household", "person", "object_kind", "object_id", "severity", "acting_level",
        "state", "light", "found_on", "due_on", "version", "evidence", "steps",
    )} == {
        "rule": "ID-04", "text": "人一登记性别为女，证件号码显示为男", "division": str(VILLAGE),
        "household": made.household.pk, "person": made.persons[0].pk, "object_kind": "person",
        "object_id": made.persons[0].pk, "severity": "high", "acting_level": 5, "state": "new", "light": "green",
        "found_on": "2018-12-31", "due_on": "2019-01-15", "version": 1,
        "evidence": {"name": "人一", "sex": "2", "id_sex": "1"}, "steps": ["assign", "check"],
    }  # fmt: skip
    assert [(line["from_state"], line["to_state"], line["by"]) for line in row["log"]] == [(None, "new", "system")]


FILTERS = {
    "state=open": 3, "state=new": 3, "state=closed": 0, "state=open&state=closed": 3, "light=green": 3, "light=red": 0,
    "severity=high": 3, "severity=critical": 0, "acting_level=5": 3, "group=identity": 3, "group=household": 0,
    "rule=HH-16": 0, "due_on_max=2019-01-15": 3, "due_on_min=2019-01-16": 0, "object_kind=person": 3,
    "escalated=true": 0, f"division={SIBLING}": 1,
}  # fmt: skip


def test_findings_are_filtered(county):
    assert {query: len(results(county.get(f"{API}/findings/?{query}"))) for query in FILTERS} == FILTERS


def test_unknown_parameters_and_values_are_400(county):
    queries = ["state=ajar", "rule=XX-99", "light=blue", "colour=red", "household=x", "escalated=no"]
    assert {query: county.get(f"{API}/findings/?{query}").status_code for query in queries} == dict.fromkeys(
        queries, 400
    )
    queries = ["state=clean", "page_size=0", "page_size=201", "after=ZZ", "colour=red", "count=2"]
    assert [county.get(f"{API}/rules/?{query}").status_code for query in queries] == [400] * len(queries)


def test_a_list_takes_the_same_number_of_queries_for_one_row_and_for_five(found):
    one = client(make_user("region", "region_officer", 150000000000))
    one.get(f"{API}/findings/")
    spent = []
    for query, count in [(f"?division={VILLAGE}", 1), ("", 5)]:
        with CaptureQueriesContext(connection) as queries:
            assert len(results(one.get(f"{API}/findings/{query}"))) == count
        spent.append(len([each for each in queries.captured_queries if "crosschecks_" in each["sql"]]))
    assert spent == [1, 1]


def test_steps_by_api(found, village, county):
    key = key_of(found[VILLAGE])
    address = f"{API}/findings/{key}/step/"
    assert village.post(address, {"step": "check", "version": 1}).json()["state"] == "checking"
    stale = village.post(address, {"step": "corrected", "version": 1})
    assert (stale.status_code, stale.json()["errors"][0]["code"]) == (409, "stale")
    missing = village.post(address, {"step": "no_fault", "version": 2})
    assert (missing.status_code, missing.json()["errors"][0]["field"]) == (422, "note")
    unknown = village.post(address, {"step": "check", "version": 2, "mood": "good"})
    assert (unknown.status_code, unknown.json()["errors"][0]["code"]) == (422, "unknown")
    done = village.post(
        address, {"step": "no_fault", "version": 2, "note": "原件如此"}, headers={"Idempotency-Key": "k"}
    )
    again = village.post(
        address, {"step": "no_fault", "version": 2, "note": "原件如此"}, headers={"Idempotency-Key": "k"}
    )
    assert done.json() == again.json() and done.json()["verdict_by"] == "village"
    assert village.post(address, {"step": "review", "version": 3}).status_code == 403
    assert county.post(address, {"step": "review", "version": 3}).json()["state"] == "reviewed"
    assert village.post(f"{API}/findings/{key_of(found[SIBLING])}/step/", {}).status_code == 404


def test_findings_are_not_written_by_hand(found, county):
    assert county.post(f"{API}/findings/", {}).status_code == 405
    assert county.patch(f"{API}/findings/{key_of(found[VILLAGE])}/", {"state": "closed"}).status_code == 405


# --- Rules ------------------------------------------------------------------------------------------------------------


def test_rules_say_how_they_stand_and_what_one_sees_of_their_findings(found, village, county):
    rows = {row["id"]: row for row in results(county.get(f"{API}/rules/?page_size=200"))}
    assert len(rows) == 167
    assert {name: (row["state"], row["hits"]) for name, row in rows.items() if name in ("ID-04", "HH-16", "ID-06")} == {
        "ID-04": ("done", 3), "HH-16": ("done", 0), "ID-06": ("not_run", 0),
    }  # fmt: skip
    assert rows["ID-06"]["reason"] == "需要历史区划代码表（GB/T 2260），尚未导入"
    # What has never run is not clean.
    assert (rows["ID-01"]["state"], rows["DC-05"]["state"]) == ("not_run", "not_run")
    assert village.get(f"{API}/rules/ID-04/").json()["hits"] == 1


def test_rules_page_by_page(county):
    first = county.get(f"{API}/rules/?group=identity&page_size=4&count=1").json()
    assert ([row["id"] for row in first["results"]], first["previous"], first["count"]) == (
        ["ID-01", "ID-02", "ID-03", "ID-04"], None, 10,
    )  # fmt: skip
    second = county.get(first["next"]).json()
    assert [row["id"] for row in second["results"]] == ["ID-05", "ID-06", "ID-07", "ID-08"]
    last = county.get(second["next"]).json()
    assert ([row["id"] for row in last["results"]], last["next"]) == (["ID-09", "ID-10"], None)
    assert county.get(last["previous"]).json()["results"] == second["results"]
    assert county.get(second["previous"]).json()["results"] == first["results"]


def test_a_rule_that_does_not_exist_and_a_place_that_is_not_ours_are_404(county):
    assert county.get(f"{API}/rules/ID-99/").status_code == 404
    assert county.get(f"{API}/rules/ID-04/?division=150423000000").status_code == 404


def test_what_if_counts_by_unit_and_stores_nothing(found, county):
    family({"id_no": "159900190701010010"}, village=SIBLING)  # 111 at the end of 2018
    before = _rows()
    ask = {"division": str(COUNTY), "values": {"age_max": "110"}}
    assert county.post(f"{API}/rules/ID-05/what-if/", ask).json() == {
        "hits": 1, "units": [{"division": "150422100000", "hits": 1}], "as_of": None,
    }  # fmt: skip
    ask["values"] = {"age_max": "120"}
    assert county.post(f"{API}/rules/ID-05/what-if/", ask).json() == {"hits": 0, "units": [], "as_of": None}
    assert _rows() == before
    for wrong, status in [
        ({"division": str(COUNTY), "values": {"age_max": "500"}}, 422),
        ({"division": str(COUNTY), "values": {"phone_share_max": "3"}}, 422),
        ({"division": "150423000000", "values": {}}, 404),
        ({"division": "1504", "values": {}}, 422),
    ]:
        assert county.post(f"{API}/rules/ID-05/what-if/", wrong).status_code == status
    answer = county.post(f"{API}/rules/ID-05/what-if/", {**ask, "values": {"max_age": "old"}})
    assert (answer.status_code, [one["field"] for one in answer.json()["errors"]]) == (422, ["values"])


def _rows() -> list[Any]:
    with scopes.acting(system_account()):
        return [list(model.objects.order_by("pk").values()) for model in (Finding, Run, RuleParameter)]


def test_thresholds_are_set_where_one_may_and_hold_below(found, village, county):
    address = f"{API}/rules/HH-15/parameters/"
    ask = {"division": str(COUNTY), "name": "phone_share_max", "value": "8", "basis": "旗县规定"}
    assert county.post(address, ask).json() == {"name": "phone_share_max", "value": "8.00", "own": True}
    assert village.post(address, {**ask, "division": str(VILLAGE)}).status_code == 403
    assert village.post(address, {**ask, "division": str(SIBLING)}).status_code == 404
    assert county.post(address, {**ask, "value": "0"}).status_code == 422
    assert county.post(address, {**ask, "value": "7.5"}).status_code == 422
    assert county.post(address, {**ask, "name": "age_max"}).status_code == 422
    seen = village.get(f"{API}/rules/HH-15/?division={VILLAGE}").json()["parameters"]
    assert [(one["name"], one["value"], one["division"]) for one in seen] == [
        ("phone_share_max", "8.00", str(COUNTY)),
    ]  # fmt: skip
    assert county.post(address, {**ask, "value": None}).json()["own"] is False
    with scopes.acting(system_account()):
        events = RuleParameter.pgh_event_model.objects.order_by("pgh_id")
        assert list(events.values_list("pgh_label", flat=True)) == ["insert", "delete"]


# --- Runs and checks --------------------------------------------------------------------------------------------------


def test_a_run_by_api(found, village, county, monkeypatch, django_capture_on_commit_callbacks):
    rung: list[int] = []
    monkeypatch.setattr(runs, "ring", rung.extend)
    with django_capture_on_commit_callbacks(execute=True):
        made = county.post(f"{API}/runs/", {"division": str(COUNTY), "rules": ["ID-04"], "date": "2018-12-31"})
    assert made.status_code == 201, made.content
    body = made.json()
    assert (body["state"], body["requested_by"], body["rules"]) == ("queued", "county", ["ID-04"])
    assert len(rung) == 1
    runs.execute(rung[0])
    body = county.get(f"{API}/runs/{body['id']}/").json()
    assert (body["state"], [(unit["rule"], unit["hits"], unit["added"]) for unit in body["units"]]) == (
        "done", [("ID-04", 3, 0)],
    )  # fmt: skip
    # The region's own run is the region's to see.
    assert [row["id"] for row in results(county.get(f"{API}/runs/"))] == [body["id"]]
    assert village.post(f"{API}/runs/", {"division": str(VILLAGE)}).status_code == 403
    assert county.post(f"{API}/runs/", {"division": "150423000000"}).status_code == 404
    assert county.post(f"{API}/runs/", {"division": str(COUNTY), "rules": ["XX-01"]}).status_code == 422
    assert county.patch(f"{API}/runs/{body['id']}/", {"date": "2018-12-01"}).status_code in (403, 405)


def test_checking_one_household(found, village):
    made = family({}, household={"bank_account": None})
    body = village.post(f"{API}/households/{made.household.pk}/check/").json()
    assert [(one["rule"], one["title"], one["object_id"]) for one in body["results"]] == [
        ("HH-16", "银行卡号缺失或多户共用", made.household.pk),
    ]  # fmt: skip
    assert village.get(f"{API}/findings/?household={made.household.pk}").json()["results"][0]["rule"] == "HH-16"
    other = found[SIBLING].household.pk
    assert village.post(f"{API}/households/{other}/check/").status_code == 404
    assert (
        client(make_user("inspector", "inspector", COUNTY)).post(f"{API}/households/{other}/check/").status_code == 403
    )


def test_the_schema_knows_the_paths(county):
    paths = county.get(f"{API}/schema/?format=json").json()["paths"]
    for path in (
        "rules/",
        "rules/{rule}/what-if/",
        "findings/",
        "findings/{key}/step/",
        "runs/",
        "households/{key}/check/",
    ):
        assert f"{API}/{path}" in paths or f"/{path}" in paths
