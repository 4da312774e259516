"""小额信贷: what people may enter of a loan, what is paid back on it, and what nobody can write past the services."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.measures import services
from apps.measures.models import LoanRepayment, SmallLoan
from tests.factories.accounts import make_user, sign_in
from tests.factories.cadres import pair
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import make_household, make_person
from tests.factories.loans import make_loan, make_wish

OWN, _SIBLING, NEIGHBOUR, *_REST = VILLAGES
TOWNSHIP, COUNTY = OWN - OWN % 1000, OWN - OWN % 10**6

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _reference(settings):
    settings.REFERENCE_DATE = datetime.date(2018, 12, 31)
    plant(*VILLAGES)


@pytest.fixture
def township() -> Client:
    return sign_in(Client(), make_user("township", "township_officer", TOWNSHIP))


@pytest.fixture
def member() -> Any:
    return make_person(make_household(OWN), name="包音")


def send(client: Client, way: str, **body: Any) -> Any:
    return client.post(f"/api/v1/{way}/", json.dumps(body), "application/json")


def lent(client: Client, member: Any, **more: Any) -> Any:
    body = {
        "household": member.household_id,
        "borrower": member.pk,
        "product": "small",
        "bank": "农村信用社",
        "contract_no": "A1",
        "amount": "50000.00",
        "term_months": 36,
        "lent_on": "2018-06-30",
        "interest_subsidised": True,
    }
    return send(client, "loans", **{**body, **more})


def stored(*names: str) -> list[tuple]:
    with scopes.acting(system_account()):
        return list(SmallLoan.objects.order_by("pk").values_list(*names))


def test_a_loan_within_the_limits_is_entered_and_ends_with_its_term(township, member):
    answer = lent(township, member)
    assert answer.status_code == 201, answer.content
    body = answer.json()
    assert (body["borrower_name"], body["outstanding"], body["due_on"]) == ("包音", "50000.00", "2021-06-30")
    assert (body["used_by_enterprise"], body["overdue"], body["source"]) == (False, False, "hand")
    assert stored("division_id", "household_id") == [(OWN, member.household_id)]


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"amount": "50000.01"}, "amount"),
        ({"term_months": 37}, "term_months"),
        ({"amount": "-1"}, "amount"),
        ({"amount": "0"}, "amount"),
        ({"amount": "100.001"}, "amount"),
        ({"interest_subsidised": None}, "interest_subsidised"),
        ({"lent_on": "2019-01-01"}, "lent_on"),
    ],
)
def test_what_breaks_a_limit_or_is_no_amount_is_refused_with_its_field(township, member, fields, wrong):
    answer = lent(township, member, **fields)
    assert answer.status_code == 422 and stored("pk") == []
    assert {one["field"] for one in answer.json()["errors"]} == {wrong}


def test_the_borrower_is_a_member_and_the_contract_is_the_bank_s_only_one(township, member):
    stranger = make_person(make_household(OWN))
    assert lent(township, member, borrower=stranger.pk).status_code == 422
    assert lent(township, member).status_code == 201
    assert lent(township, member).status_code == 422
    assert lent(township, member, bank="邮储银行").status_code == 201
    make_loan(make_household(NEIGHBOUR), contract_no="FAR")
    answer = lent(township, member, contract_no="FAR")
    assert answer.status_code == 409 and "请核实" in answer.json()["detail"]


def test_nobody_lends_where_he_may_not(township, member):
    assert lent(township, make_person(make_household(NEIGHBOUR))).status_code == 422
    looks = sign_in(Client(), make_user("looks", "inspector", COUNTY))
    assert lent(looks, member).status_code == 403
    assert stored("pk") == []


def test_who_really_uses_the_money_is_marked_and_told_by_the_database(township, member):
    other = make_household(OWN)
    answer = lent(township, member, real_enterprise="某合作社", real_household=other.pk)
    assert answer.status_code == 422
    body = lent(township, member).json()
    url, change = f"/api/v1/loans/{body['id']}/", {"version": body["version"], "real_enterprise": "某合作社"}
    assert township.patch(url, json.dumps(change), "application/json").json()["used_by_enterprise"] is True
    assert township.patch(url, json.dumps(change), "application/json").status_code == 409
    loan, officer = make_loan(member.household), make_user("officer", "township_officer", TOWNSHIP)
    with scopes.acting(officer):
        marked = services.mark_real_user(loan, household=other, by=officer)
        assert marked.used_by_enterprise is True
        assert services.mark_real_user(marked, household=member.household, by=officer).used_by_enterprise is False
    rows = township.get("/api/v1/loans/?used_by_enterprise=true").json()["results"]
    assert [row["real_enterprise"] for row in rows] == ["某合作社"]


def test_what_a_bank_reported_beyond_a_limit_stays_and_grows_no_further(township, member):
    loan = make_loan(member.household, amount=60000, term_months=48, source="bank")
    url = f"/api/v1/loans/{loan.pk}/"
    for change, status in (({"note": "x"}, 200), ({"amount": "55000"}, 422), ({"amount": "50000"}, 200)):
        version = township.get(url).json()["version"]
        answer = township.patch(url, json.dumps({**change, "version": version}), "application/json")
        assert answer.status_code == status, answer.content
    assert stored("amount", "term_months") == [(Decimal(50000), 48)]


# --- what is paid back ------------------------------------------------------------------------------------------------


def repaid(client: Client, loan: SmallLoan, principal: str, **more: Any) -> Any:
    return send(client, "loan-repayments", **{"loan": loan.pk, "on": "2018-10-01", "principal": principal, **more})


def test_repayments_add_up_and_one_is_reversed_once(township, member):
    loan = make_loan(member.household)
    first = repaid(township, loan, "10000.50", voucher="V1").json()
    assert repaid(township, loan, "19999.50").status_code == 201
    assert stored("repaid", "outstanding", "version") == [(Decimal(30000), Decimal(0), 3)]
    assert repaid(township, loan, "0.01").status_code == 422
    assert send(township, "loan-repayments", reverses=first["id"]).status_code == 422, "says why"
    undone = send(township, "loan-repayments", reverses=first["id"], note="重复登记")
    assert undone.status_code == 201 and undone.json()["principal"] == "-10000.50"
    assert stored("outstanding") == [(Decimal("10000.50"),)]
    for key in (first["id"], undone.json()["id"]):
        assert send(township, "loan-repayments", reverses=key, note="x").status_code == 409
    patched = township.patch(f"/api/v1/loan-repayments/{first['id']}/", "{}", "application/json")
    assert patched.status_code == 403


@pytest.mark.parametrize(
    "fields", [{"principal": "-1"}, {"principal": "1.001"}, {"on": "2018-01-09"}, {"on": "2019-01-01"}]
)
def test_no_repayment_of_nothing_too_precise_or_of_another_time(township, member, fields):
    answer = repaid(township, make_loan(member.household), **{"principal": "1", **fields})
    assert answer.status_code == 422
    assert {one["field"] for one in answer.json()["errors"]} == set(fields)


def test_nobody_moves_a_sum_or_repays_a_foreign_loan_past_the_services(member):
    loan, far = make_loan(member.household), make_loan(make_household(NEIGHBOUR))
    officer = make_user("officer", "township_officer", TOWNSHIP)
    here = {"household_id": loan.household_id, "division_id": OWN, "on": loan.lent_on}
    with scopes.acting(officer):
        with pytest.raises(IntegrityError), transaction.atomic():
            SmallLoan.objects.filter(pk=loan.pk).update(repaid=1)
        made = LoanRepayment.objects.create(**here, loan=loan, principal=5)
        for wrong in ({"loan": loan, "principal": -4, "reverses": made}, {"loan": loan, "principal": 30000}):
            with pytest.raises(IntegrityError), transaction.atomic():
                LoanRepayment.objects.create(**{**here, **wrong})
        with pytest.raises(Exception, match="row-level security"), transaction.atomic():
            LoanRepayment.objects.create(**here, loan_id=far.pk, principal=1)
        for change in ("update", "delete"):
            rows = LoanRepayment.objects.filter(pk=made.pk)
            with pytest.raises(Exception, match="permission denied"), transaction.atomic():
                rows.update(principal=1) if change == "update" else rows.delete()


def test_overdue_is_what_was_due_before_a_day_and_not_repaid_by_then(member):
    loan = make_loan(member.household, due_on=datetime.date(2018, 6, 30))
    with scopes.acting(system_account()) as scope:
        LoanRepayment.objects.create(
            household=loan.household, division_id=OWN, loan=loan, on="2018-09-01", principal=30000
        )
        days = ["2018-06-30", "2018-07-01", "2018-08-31", "2018-09-01"]
        rows = SmallLoan.objects.visible_to(scope)
        told = [rows.with_overdue(datetime.date.fromisoformat(day)).get().overdue for day in days]
        assert told == [False, True, True, False]
        assert not rows.with_overdue(datetime.date(2018, 1, 9)).exists(), "not lent yet"


# --- pages and lists --------------------------------------------------------------------------------------------------


def test_loans_are_listed_by_what_is_to_be_watched(township, member):
    day = datetime.date
    late = make_loan(member.household, due_on=day(2018, 12, 30))
    soon = make_loan(member.household, due_on=day(2019, 3, 31), product="fumin")
    make_loan(member.household, due_on=day(2018, 6, 1), repaid=30000)
    make_loan(member.household, due_on=day(2019, 4, 1), real_enterprise="某公司")
    asked = {"overdue=true": [late.pk], "due_soon=true": [soon.pk], "product=fumin": [soon.pk]}
    for query, keys in asked.items():
        rows = township.get(f"/api/v1/loans/?{query}").json()["results"]
        assert [row["id"] for row in rows] == keys, query
    assert len(township.get("/api/v1/loans/?overdue=false").json()["results"]) == 3


def test_the_household_s_page_leads_to_the_form_in_one_click_and_offers_its_members(township, member):
    loan = make_loan(member.household)
    page = township.get(f"/households/{member.household_id}/").content.decode()
    way = f"/loans/new/?household={member.household_id}"
    assert 'id="loans"' in page and way in page
    form = township.get(way).content.decode()
    assert member.household.code in form and ">包音</option>" in form
    sent = {
        "household": member.household_id, "borrower": member.pk, "product": "small", "bank": "邮储银行",
        "contract_no": "P1", "amount": "20000", "term_months": "12", "lent_on": "2018-12-01",
        "interest_subsidised": "True",
    }  # fmt: skip
    assert township.post(way, sent).status_code == 302
    assert township.post(way, {**sent, "contract_no": "P2", "amount": "60000"}).status_code == 422
    detail = township.get(f"/loans/{loan.pk}/").content.decode()
    assert f"/loan-repayments/new/?loan={loan.pk}" in detail
    assert township.get(f"/loan-repayments/new/?loan={loan.pk}").status_code == 200
    assert (
        township.post("/loan-repayments/new/", {"loan": loan.pk, "on": "2018-12-01", "principal": "1"}).status_code
        == 302
    )
    with scopes.acting(system_account()):
        key = LoanRepayment.objects.get().pk
    assert f"reverses={key}" in township.get(f"/loan-repayments/{key}/").content.decode()
    undo = f"/loan-repayments/new/?reverses={key}"
    page = township.get(undo).content.decode()
    assert 'type="hidden" name="loan"' in page and "<h1>冲销贷款还款</h1>" in page
    assert township.post(undo, {"reverses": key, "loan": "", "note": "录入错误"}).status_code == 302
    assert f"reverses={key}" not in township.get(f"/loan-repayments/{key}/").content.decode()
    assert township.get(f"/loans/{loan.pk}/history/").status_code == 200


def test_a_helper_reads_the_loans_of_his_household_and_no_others(member):
    make_loan(member.household), make_loan(make_household(OWN))
    helper = make_user("helper", "helper", OWN)
    pair(member.household, helper)
    client = sign_in(Client(), helper)
    assert [row["household"] for row in client.get("/api/v1/loans/").json()["results"]] == [member.household.code]
    assert send(client, "loans", household=member.household_id).status_code == 403


def test_a_wish_is_entered_once_and_taken_back(township, member):
    body = {"household": member.household_id, "wished_on": "2018-10-01", "amount": "20000", "purpose": "养羊"}
    made = send(township, "loan-wishes", **body)
    assert made.status_code == 201 and made.json()["lent"] is False
    assert send(township, "loan-wishes", **body).status_code == 422
    assert send(township, "loan-wishes", **{**body, "wished_on": "2019-01-01"}).status_code == 422
    change = {"version": made.json()["version"], "withdrawn_on": "2018-11-01"}
    url = f"/api/v1/loan-wishes/{made.json()['id']}/"
    assert township.patch(url, json.dumps(change), "application/json").status_code == 200
    assert send(township, "loan-wishes", **{**body, "wished_on": "2018-12-01"}).status_code == 201


def test_a_risk_fund_is_a_county_s_and_once_a_year(township):
    county = sign_in(Client(), make_user("county", "county_officer", COUNTY))
    body = {"division": str(COUNTY), "year": 2017, "amount": "5000000.00", "document_no": "财金〔2017〕3号"}
    assert send(township, "risk-funds", **body).status_code in (404, 422)
    assert send(county, "risk-funds", **{**body, "division": str(TOWNSHIP)}).status_code == 422
    assert send(county, "risk-funds", **{**body, "amount": "-1"}).status_code == 422
    assert send(county, "risk-funds", **body).status_code == 201
    assert send(county, "risk-funds", **body).status_code == 422
    assert "财金〔2017〕3号" in county.get(f"/divisions/{COUNTY}/").content.decode()


def test_coverage_counts_wishes_and_loans_by_the_units_below(member, django_assert_num_queries):
    day = datetime.date
    make_wish(member.household, day(2018, 5, 1)), make_wish(make_household(OWN), day(2018, 5, 1))
    make_wish(make_household(OWN), day(2018, 5, 1), withdrawn_on=day(2018, 6, 1))
    make_loan(member.household, due_on=day(2018, 12, 30), real_enterprise="某公司", repaid=10000)
    make_loan(make_household(VILLAGES[1]), amount=40000)
    make_wish(make_household(NEIGHBOUR), day(2018, 5, 1))
    client = sign_in(Client(), make_user("officer", "township_officer", TOWNSHIP))
    body = client.get("/api/v1/loan-coverage/").json()
    assert (body["wishes"], body["lent"], body["share"], body["waiting"]) == (2, 1, "0.5000", 1)
    assert (body["loans"], body["amount"], body["outstanding"]) == (2, "70000.00", "60000.00")
    assert (body["overdue"], body["overdue_amount"], body["used_by_enterprise"]) == (1, "20000.00", 1)
    units = {one["division"]: (one["wishes"], one["loans"]) for one in body["units"]}
    assert units == {str(OWN): (2, 1), str(VILLAGES[1]): (0, 1)}
    with django_assert_num_queries(16) as asked:
        page = client.get("/loan-coverage/").content.decode()
    assert f"/loan-wishes/?division={OWN}&amp;open=true&amp;lent=false" in page and "50.0%" in page
    assert sum("measures_" in one["sql"] for one in asked.captured_queries) == 2, "one of wishes, one of loans"
