"""Candidates: who is found for whom, what is remembered, and who decides."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.accounts.services import system_account
from apps.common.errors import ServiceError, StaleVersion
from apps.common.fieldclasses import MASK
from apps.common.sealing import blind_index
from apps.crosschecks import linkage
from apps.crosschecks.models import LinkCandidate
from apps.crosschecks.services import deciding, linking
from apps.crosschecks.services.linking import Found, find_candidates
from apps.datasets.models import Delivery, HouseholdRegister
from apps.datasets.services import intake
from apps.divisions import codes
from apps.households.models import Household, Person
from apps.households.services import write_number_facts
from tests.crosschecks.families import REFERENCE, SIBLING, VILLAGE, day, family
from tests.factories.accounts import make_user, sign_in
from tests.factories.datasets import deliver
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import citizen_number

pytestmark = pytest.mark.django_db

COUNTY, OTHER_COUNTY = 150422000000, VILLAGES[3]
BORN = "1962-03-15"
WRONG = "159900196203150016"  # its last character should be another


@pytest.fixture(autouse=True)
def reference(settings):
    settings.REFERENCE_DATE = REFERENCE
    plant(*VILLAGES)


def unnumbered(name: str = "苏和巴特尔", born: str = BORN, sex: str = "1", **more: Any) -> Person:
    """A member of a household of his own, without a number unless told."""
    village = more.pop("village", VILLAGE)
    fields = {"id_no": None, "birth_date": day(born), **more}
    return family({"name": name, "sex": sex, **fields}, village=village).persons[0]


def record(
    name: str = "苏和巴特尔", born: str = BORN, sex: str = "1", place: int = VILLAGE, **more: Any
) -> dict[str, Any]:
    """A row of the household register as it is sent."""
    number = more.pop("id_no", None) or citizen_number(day(born), sex)
    usual = {"register_relation": "01", "kind": "农业", "register_no": number}
    return {"id_no": number, "name": name, "registered_at": str(place), **usual, **more}


def supply(*rows: dict[str, Any], at: int = codes.WHOLE_REGION, period: str = "2018-12") -> Delivery:
    delivery = deliver("PS-HK", at, rows, by=system_account(), period=period)
    assert (delivery.state, delivery.refused) == ("accepted", 0)
    return delivery


def candidates() -> list[LinkCandidate]:
    with scopes.acting(system_account()):
        return list(LinkCandidate.objects.order_by("pk"))


def only() -> LinkCandidate:
    (found,) = candidates()
    return found


def give_number(person: Person, number: str) -> None:
    with scopes.acting(system_account()):
        person.id_no = number
        write_number_facts(person)
        person.save()


# --- what arrives ---


def test_birth_date_and_sex_come_from_the_number_on_arrival():
    supply(
        record("甲", "1950-02-28", "2"),
        record("乙", id_no=WRONG),
        record("丙", id_no="150422620315001"),
    )
    with scopes.acting(system_account()):
        rows = HouseholdRegister.objects.order_by("row_no").values_list("born_on", "sex")
        assert list(rows) == [(day("1950-02-28"), "2"), (None, None), (day(BORN), "1")]


# --- who is found ---


def test_the_same_person_is_found_and_explained():
    person = unnumbered()
    row = record()
    supply(row, record("别人", "1980-01-01"))
    assert find_candidates() == Found(1, 1, 0, 0)
    found = only()
    assert (found.person_id, found.household_id, found.division_id) == (person.pk, person.household_id, VILLAGE)
    assert bytes(found.key) == blind_index("citizen", row["id_no"])
    assert (found.name_there, found.born_there, found.sex_there, found.place_there) == (
        "苏和巴特尔", day(BORN), "1", VILLAGE,
    )  # fmt: skip
    assert found.score > 0.99 and found.state == "open"
    assert [(one["comparison"], one["level"]) for one in found.explanation] == [
        ("name", "exact"), ("born_on", "exact"), ("sex", "same"), ("place", "village"),
    ]  # fmt: skip


FOUND: list[tuple[str, dict[str, Any], dict[str, Any], list[str | None]]] = [
    ("middle dot", {"name": "苏和·巴特尔"}, {"name": "苏和巴特尔"}, ["exact", "exact", "same", "village"]),
    ("other dots", {"name": "苏和•巴特尔"}, {"name": "苏和.巴特尔"}, ["exact", "exact", "same", "village"]),
    ("one digit of the date", {}, {"born": "1962-03-16"}, ["exact", "digit", "same", "village"]),
    ("one character", {"name": "王建国"}, {"name": "王建军"}, ["similar", "exact", "same", "village"]),
    ("another township", {}, {"place": VILLAGES[2]}, ["exact", "exact", "same", "county"]),
    ("a neighbouring village", {}, {"place": SIBLING}, ["exact", "exact", "same", "township"]),
    ("known to the county", {}, {"place": COUNTY}, ["exact", "exact", "same", None]),
    ("known to the township", {"born": "1962-03-14"}, {"place": 150422100000}, ["exact", "digit", "same", "township"]),
    ("a wrong check character", {"id_no": WRONG}, {}, ["exact", "exact", "same", "village"]),
]


@pytest.mark.parametrize(("person", "row", "levels"), [one[1:] for one in FOUND], ids=[one[0] for one in FOUND])
def test_found(person, row, levels):
    unnumbered(**person)
    supply(record(**row))
    find_candidates()
    assert [one["level"] for one in only().explanation] == levels


NOT_FOUND: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("another county", {}, {"place": OTHER_COUNTY}),
    ("name alone", {}, {"born": "1975-11-02"}),
    ("name and year", {}, {"born": "1962-07-28"}),
    ("no birth date here", {"birth_date": None}, {}),
    ("no birth date there", {}, {"id_no": "150422196203150010"}),
    ("birth date alone", {}, {"name": "白玉兰"}),
    ("the other sex and no name alike", {}, {"name": "白玉兰", "sex": "2"}),
    ("a usable number", {"id_no": citizen_number(serial=900)}, {}),
    ("left the household", {"is_active": False}, {}),
]


@pytest.mark.parametrize(("person", "row"), [one[1:] for one in NOT_FOUND], ids=[one[0] for one in NOT_FOUND])
def test_not_found(person, row):
    unnumbered(**person)
    supply(record(**row))
    find_candidates()
    assert candidates() == []


def test_nobody_of_a_household_that_is_not_registered():
    person = unnumbered()
    with scopes.acting(system_account()):
        Household.objects.filter(pk=person.household_id).update(status="70")
    supply(record())
    assert find_candidates() == Found(0, 0, 0, 0)


def test_a_record_whose_number_somebody_of_the_register_has_is_nobodys_candidate():
    row = record()
    unnumbered()
    unnumbered(id_no=row["id_no"], village=SIBLING)
    supply(row)
    assert find_candidates() == Found(1, 0, 0, 0)


def test_a_wrong_number_that_the_register_of_households_has_alike_is_usable():
    unnumbered(id_no=WRONG)
    supply(record(id_no=WRONG), record())
    assert find_candidates() == Found(0, 0, 0, 0)


def test_the_three_most_probable_are_shown_and_each_number_once():
    unnumbered()
    rows = [record(place=place) for place in (VILLAGES[2], SIBLING, VILLAGE, VILLAGE)]
    supply(*rows)
    supply({**rows[2], "register_no": "2"}, at=COUNTY)
    find_candidates()
    levels = [one.explanation[3]["level"] for one in candidates()]
    assert sorted(levels) == ["township", "village", "village"]


def test_what_people_are_asked_about():
    """Of every way the comparisons can come out with the same sex, those that are shown, the place coming last."""
    shown = {}
    for name, born in itertools.product(("exact", "similar"), ("exact", "digit")):
        for place in (None, "village", "township", "county"):
            reached = {"name": name, "born_on": born, "sex": "same", "place": place}
            levels = [level for one in linkage.COMPARISONS for level in one.levels if level.name == reached[one.name]]
            if linkage.probability([level.weight for level in levels]) >= linkage.THRESHOLD:
                shown.setdefault((name, born), []).append(place)
    assert shown == {
        ("exact", "exact"): [None, "village", "township", "county"],
        ("exact", "digit"): [None, "village", "township"],
        ("similar", "exact"): [None, "village", "township"],
    }


def test_a_probable_pair_without_a_name_that_agrees_is_not_shown():
    assert linkage.agreeing() == "gamma_name >= 1 AND gamma_born_on >= 2"
    weights = [linkage.BY_NAME[name].levels[0].weight for name in ("born_on", "sex", "place")]
    assert linkage.probability(weights) > linkage.THRESHOLD
    unnumbered("·")
    supply(record("白玉兰"))
    assert find_candidates() == Found(1, 0, 0, 0)


def test_the_frequencies_of_each_comparison_are_whole():
    for one in linkage.COMPARISONS:
        assert sum(level.m for level in one.levels) == pytest.approx(1)
        assert sum(level.u for level in one.levels) == pytest.approx(1)


def test_the_score_is_that_of_the_weights_shown():
    unnumbered()
    supply(record(born="1962-03-16"))
    find_candidates()
    found = only()
    weights = [one["weight"] for one in found.explanation]
    assert float(found.score) == pytest.approx(linkage.probability(weights), abs=0.001)


# --- what is remembered ---


@pytest.fixture
def officer() -> User:
    return make_user("village", "village_officer", VILLAGE)


@pytest.fixture
def candidate() -> LinkCandidate:
    unnumbered()
    supply(record())
    find_candidates()
    return only()


def decide(found: LinkCandidate, state: str, by: User, reason: str = "看了户口簿", **more: Any) -> LinkCandidate:
    scopes.forget(by)
    with scopes.acting(by):
        return deciding.decide(found, state, by=by, reason=reason, **more)


def test_a_second_search_changes_nothing(candidate):
    assert find_candidates() == Found(1, 0, 0, 0)
    assert only().version == candidate.version


def test_of_two_at_once_the_second_has_nothing_to_do():
    unnumbered()
    supply(record())
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [linking.LOCK])
        assert find_candidates() is None
    finally:
        other.close()
    assert candidates() == []


def test_what_changed_at_the_record_changes_the_candidate(candidate):
    with scopes.acting(system_account()):
        HouseholdRegister.objects.update(registered_at=SIBLING)
    assert find_candidates() == Found(1, 0, 1, 0)
    found = only()
    assert (found.place_there, found.version, found.found_on) == (SIBLING, 2, candidate.found_on)


@pytest.mark.parametrize("state", ["same", "different"])
def test_decided_ones_are_not_asked_again(candidate, officer, state):
    decide(candidate, state, officer)
    find_candidates()
    found = only()
    assert (found.state, found.reason, found.decided_by_id) == (state, "看了户口簿", officer.pk)
    # Under a new index key the same record comes with another key.
    with scopes.acting(system_account()):
        HouseholdRegister.objects.update(key=citizen_number(serial=901))
    find_candidates()
    assert only().pk == found.pk


def test_whoever_is_decided_to_be_somebody_is_shown_no_other(officer):
    unnumbered()
    supply(record(), record(place=SIBLING))
    find_candidates()
    first, other = candidates()
    decide(first, "same", officer)
    assert find_candidates() == Found(0, 0, 0, 1)
    assert [one.pk for one in candidates()] == [first.pk] != [other.pk]


def test_other_records_are_still_shown_to_whom_one_was_not(candidate, officer):
    decide(candidate, "different", officer)
    supply(record(), record("苏和巴特尔", place=SIBLING), period="2018-12")
    find_candidates()
    assert sorted(one.state for one in candidates()).count("different") == 1


@pytest.mark.parametrize("decided", [False, True])
def test_an_open_one_disappears_with_its_reason(candidate, officer, decided):
    if decided:
        decide(candidate, "different", officer)
    kept = [candidate.pk] if decided else []
    with scopes.acting(system_account()):
        person = Person.objects.get(pk=candidate.person_id)
    give_number(person, citizen_number(serial=902))
    assert find_candidates() == Found(0, 0, 0, 0 if decided else 1)
    assert [one.pk for one in candidates()] == kept


def test_an_open_one_disappears_when_the_person_leaves(candidate):
    with scopes.acting(system_account()):
        Person.objects.filter(pk=candidate.person_id).update(is_active=False)
    assert find_candidates() == Found(0, 0, 0, 1)


def test_an_open_one_disappears_when_its_record_is_no_longer_in_force(candidate):
    with scopes.acting(system_account()) as scope:
        delivery = Delivery.objects.get()
        intake.withdraw(delivery, by=system_account(), reason="报错了")
        assert scope
    assert find_candidates() == Found(1, 0, 0, 1)
    assert candidates() == []


def test_it_moves_with_its_person(candidate):
    with scopes.acting(system_account()):
        Household.objects.filter(pk=candidate.household_id).update(division_id=SIBLING)
    assert only().division_id == SIBLING


# --- who decides ---


def test_a_decision_asks_for_a_ground_and_changes_nothing_else(candidate, officer):
    with pytest.raises(ServiceError) as refused:
        decide(candidate, "same", officer, reason=" ")
    assert refused.value.field == "reason"
    decide(candidate, "same", officer)
    with scopes.acting(system_account()):
        person = Person.objects.get(pk=candidate.person_id)
        assert person.id_no is None and person.version == 1


def test_of_two_decisions_at_once_the_second_sees_the_first(candidate, officer):
    decide(candidate, "same", officer, expected_version=1)
    with pytest.raises(StaleVersion):
        decide(candidate, "different", officer, expected_version=1)
    with pytest.raises(ServiceError) as refused:
        decide(candidate, "different", officer)
    assert (refused.value.status, only().state) == (409, "same")


def test_a_decision_is_looked_at_anew_and_the_history_keeps_both(candidate, officer):
    decide(candidate, "different", officer)
    decide(candidate, "open", officer, reason="点错了")
    assert find_candidates() == Found(1, 0, 0, 0)
    decide(candidate, "same", officer)
    page = signed_in(officer).get(f"/candidates/{candidate.pk}/history/").content.decode()
    for piece in ("点错了", "不是同一人", "是同一人"):
        assert piece in page


def test_without_the_right_or_the_sight_nobody_decides(candidate):
    inspector = make_user("inspector", "inspector", COUNTY)
    with pytest.raises(PermissionDenied):
        decide(candidate, "same", inspector)


def signed_in(user: User) -> Client:
    return sign_in(Client(), user)


def test_the_page_shows_both_records_and_takes_the_decision(candidate, officer):
    client = signed_in(officer)
    address = f"/candidates/{candidate.pk}/"
    text = client.get(address).content.decode()
    for piece in ("建档立卡登记", "户籍人口记录", "一致（不计间隔号）", "同一嘎查村", "+6.3", "不是同一人", "判断依据"):
        assert piece in text
    assert "苏和巴特尔" in client.get("/candidates/?state=open").content.decode()
    assert f'href="{address}"' in client.get(f"/persons/{candidate.person_id}/").content.decode()
    assert client.post(address, {"state": "same", "version": 1}).status_code == 422
    done = client.post(address, {"state": "same", "reason": "看了户口簿", "version": 1}, follow=True)
    assert "请在登记表中填写证件号码" in done.content.decode()
    assert f"/persons/{candidate.person_id}/edit/" in done.content.decode()
    stale = client.post(address, {"state": "different", "reason": "看了户口簿", "version": 1})
    assert stale.status_code == 409


def test_neighbours_find_nothing_and_others_are_refused(candidate):
    address, api = f"/candidates/{candidate.pk}/", f"/api/v1/candidates/{candidate.pk}/"
    neighbour = signed_in(make_user("neighbour", "village_officer", SIBLING))
    given = {"state": "same", "reason": "看了户口簿", "version": 1}
    assert neighbour.get(address).status_code == neighbour.get(api).status_code == 404
    assert neighbour.post(address, given).status_code == 404
    assert neighbour.post(f"{api}decide/", given, "application/json").status_code == 404
    inspector = signed_in(make_user("inspector", "inspector", COUNTY))
    assert inspector.post(address, given).status_code == 403
    assert inspector.post(f"{api}decide/", given, "application/json").status_code == 403
    assert only().state == "open"


def test_a_reader_without_the_right_sees_marks(candidate):
    inspector = signed_in(make_user("inspector", "inspector", COUNTY))
    text = inspector.get(f"/candidates/{candidate.pk}/").content.decode()
    assert MASK in text and BORN not in text and "一致" not in text and "判断依据" not in text
    body = inspector.get(f"/api/v1/candidates/{candidate.pk}/").json()
    assert body["name"] == "苏和巴特尔" and body["name_there"] is body["explanation"] is body["born_there"] is None
    assert {"name_there", "born_there", "sex_there", "place_there", "explanation", "birth_date"} <= set(body["masked"])


def test_programs_decide(candidate, officer):
    client, api = signed_in(officer), f"/api/v1/candidates/{candidate.pk}/"
    body = client.get(api).json()
    assert (body["state"], body["version"], body["explanation"][0]["level"]) == ("open", 1, "exact")
    assert "key" not in body
    given = {"state": "different", "reason": "兄弟二人", "version": 1}
    done = client.post(f"{api}decide/", given, "application/json")
    assert (done.status_code, done.json()["state"], done.json()["decided_by"]) == (200, "different", str(officer))
    assert client.post(f"{api}decide/", given, "application/json").status_code == 409
