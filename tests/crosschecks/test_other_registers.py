"""DC-24, DC-25, DC-28, DC-29: hit, miss, null and boundary (rule-semantics.md c)."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.crosschecks.evidence import sentence
from apps.crosschecks.rules.parameters import Settings
from apps.divisions import codes
from apps.households.models import NaturalChange
from tests.crosschecks.families import VILLAGE, Family
from tests.crosschecks.supplied import COUNTY, assert_supplied, found, known, of_nobody, supply
from tests.factories.divisions import VILLAGES
from tests.factories.households import citizen_number

pytestmark = pytest.mark.django_db

H, FIRST, NONE = {"h"}, {0}, set()
UNCOVERED = VILLAGES[3]


def paid(kind: str, quantity: Any, **more: Any) -> dict[str, Any]:
    return {"year": 2018, "kind": kind, "quantity": quantity, "amount": "500", "machine_value": None, **more}


def farm(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    """A head with subsidies."""
    return [{"rows": {"AG-SB": list(rows)}}]


def has(**facts: Any) -> dict[str, Any]:
    return {"facts": {"cultivated_mu": None, **facts}}


def holder(post: str, from_on: str = "2016-01-01", to_on: str | None = None) -> list[dict[str, Any]]:
    row = {"post": post, "serves_at": str(VILLAGE), "from_on": from_on, "to_on": to_on}
    return [{"rows": {"OR-CD": [row]}}]


CASES = [
    ("DC-24", "no row", [{}], has(grassland_mu=500), NONE),
    ("DC-24", "agrees", farm(paid("grassland", 100)), has(grassland_mu=100), NONE),
    ("DC-24", "thirty per cent less", farm(paid("grassland", 100)), has(grassland_mu=70), NONE),
    ("DC-24", "less than that", farm(paid("grassland", 100)), has(grassland_mu="69.99"), H),
    ("DC-24", "more", farm(paid("grassland", 100)), has(grassland_mu="130.01"), H),
    ("DC-24", "thirty per cent more", farm(paid("grassland", 100)), has(grassland_mu=130), NONE),
    ("DC-24", "nothing registered", farm(paid("grassland", 100)), has(grassland_mu=0), H),
    ("DC-24", "unknown", farm(paid("grassland", 100)), has(grassland_mu=None), NONE),
    ("DC-24", "no facts of the year", farm(paid("grassland", 100)), {"facts": None}, NONE),
    ("DC-24", "several together", farm(paid("cultivated", 10), paid("cultivated", 20)), has(cultivated_mu=30), NONE),
    ("DC-24", "of two members", [*farm(paid("cultivated", 10)), {"relation": "02", "sex": "2",
     **farm(paid("cultivated", 20))[0]}], has(cultivated_mu=12), H),
    ("DC-24", "another year", farm(paid("cultivated", 10, year=2017)), has(cultivated_mu=90), NONE),
    ("DC-24", "sheep", farm(paid("livestock", 40)), has(livestock_sheep_units=100), H),
    ("DC-24", "sum of nothing", farm(paid("livestock", 0)), has(livestock_sheep_units=100), NONE),
    ("DC-24", "large machine", farm(paid("machine", 1, year=2015, machine_value="50000.01")), has(), H),
    ("DC-24", "large machine, no facts", farm(paid("machine", 1, machine_value="80000")), {"facts": None}, H),
    ("DC-24", "machine at the limit", farm(paid("machine", 1, machine_value="50000")), has(), NONE),
    ("DC-24", "machine of unknown value", farm(paid("machine", 1)), has(), NONE),
    ("DC-24", "a value of something else", farm(paid("cultivated", 10, machine_value="80000")),
     has(cultivated_mu=10), NONE),
    ("DC-24", "not covered", farm(paid("grassland", 100)), {**has(grassland_mu=1), "village": UNCOVERED}, NONE),
    ("DC-25", "secretary", holder("village_secretary"), {}, FIRST),
    ("DC-25", "director", holder("village_director"), {}, FIRST),
    ("DC-25", "committee", holder("committee_member"), {}, FIRST),
    ("DC-25", "first secretary", holder("first_secretary"), {}, NONE),
    ("DC-25", "resident cadre", holder("resident_cadre"), {}, NONE),
    ("DC-25", "no row", [{}], {}, NONE),
    ("DC-25", "ended", holder("village_director", to_on="2018-12-30"), {}, NONE),
    ("DC-25", "ends today", holder("village_director", to_on="2018-12-31"), {}, FIRST),
    ("DC-25", "begins today", holder("village_director", "2018-12-31"), {}, FIRST),
    ("DC-25", "begins tomorrow", holder("village_director", "2019-01-01"), {}, NONE),
    ("DC-25", "no number", [{"id_no": None, "id_type": "9"}], {}, NONE),
    ("DC-25", "not covered", holder("village_secretary"), {"village": UNCOVERED}, NONE),
]  # fmt: skip


@pytest.mark.parametrize("rule", sorted({case[0] for case in CASES}))
def test_families(rule):
    assert_supplied(rule, CASES)


def test_dc_24_names_only_what_differs():
    rows: dict[str, Any] = {}
    known(*farm(paid("grassland", 100), paid("cultivated", 10)), rows=rows, **has(grassland_mu=20, cultivated_mu=10))
    supply(rows)
    (evidence,) = found("DC-24").values()
    assert {name: value for name, value in evidence.items() if value is not None} == {
        "code": evidence["code"], "head": "王建国", "subsidies": "grassland,", "said_grassland": 20.0,
        "paid_grassland": 100.0,
    }  # fmt: skip


def test_dc_24_a_county_sets_its_own_limits():
    rows: dict[str, Any] = {}
    known(*farm(paid("grassland", 100), paid("machine", 1, machine_value="60000")), rows=rows, **has(grassland_mu=60))
    supply(rows)
    assert found("DC-24")
    own = [("subsidy_diff", COUNTY, Decimal("0.40")), ("large_machine_value", COUNTY, Decimal(60000))]
    assert not found("DC-24", settings=Settings.of(own))


# --- DC-28: the national system ---

NUMBER = iter(range(10**9, 2 * 10**9))


def registered(
    there: dict[str, Any] | None = None, *, rows: dict[str, Any], here: dict[str, Any] | None = None,
    member: dict[str, Any] | None = None, facts: dict[str, Any] | None = None, copies: int = 1, **more: Any,
) -> Family:  # fmt: skip
    """A household of one that agrees with the national system but for what is given: in its row there, here, of the
    member, of the member's year."""
    number = str(next(NUMBER))
    row = {
        "household_no": number, "located_in": str(VILLAGE), "status": "20", "household_type": "01",
        "cause_main": "01", "is_relocated": "否", "relation": "01", "education": "02", "school_stage": None,
        "health": "健康", "labour": "01", "dibao": "否", "tekun": "否", **(there or {}),
    }  # fmt: skip
    year = {"dibao": False, "tekun": False, **(facts or {})}
    sent = [{**row, "person_no": f"{number}{copy}"} for copy in range(copies)]
    household = {"national_no": number, "is_relocated": False, **(here or {})}
    return known(
        {"rows": {"NA-SY": sent}, "year": year, **(member or {})}, rows=rows, household=household, **more
    )  # fmt: skip


NATIONAL: dict[str, tuple[dict[str, Any], str | None]] = {
    "agrees": ({}, None),
    "no number here": ({"here": {"national_no": None}}, "national_no,"),
    "another number": ({"here": {"national_no": "1"}}, "national_no,"),
    "two there": ({"copies": 2}, "member_count,"),
    "nobody there": ({"copies": 0}, "national_no,"),
    "status": ({"there": {"status": "30"}}, "status,"),
    "status unknown there": ({"there": {"status": None}}, None),
    "type": ({"there": {"household_type": "02"}}, "household_type,"),
    "type unknown here": ({"here": {"household_type": None}}, "household_type,"),
    "cause": ({"here": {"cause_main": "03"}}, "cause_main,"),
    "relocated": ({"there": {"is_relocated": "是"}}, "is_relocated,"),
    "relocated, unknown here": ({"here": {"is_relocated": None}}, "is_relocated,"),
    "village": ({"there": {"located_in": str(VILLAGES[1])}}, "division,"),
    "several": ({"there": {"status": "30", "cause_main": "03"}}, "status,cause_main,"),
    "another name": ({"member": {"name": "李四"}, "there": {"name": "王四"}}, "name,"),
    "a name with a dot": ({"member": {"name": "吉日·嘎拉"}, "there": {"name": "吉日嘎拉"}}, None),
    "a name of another width": ({"member": {"name": "王Ａ"}, "there": {"name": "王A"}}, None),
    "relation": ({"there": {"relation": "02"}}, "relation,"),
    "education": ({"there": {"education": "04"}}, "education,"),
    "education unknown there": ({"there": {"education": None}}, None),
    "education unknown here": ({"facts": {"education": None}}, "education,"),
    "stage": ({"there": {"school_stage": "03"}}, "school_stage,"),
    "stage unknown there": ({"facts": {"education": "02", "school_stage": "03"}}, None),
    "health": ({"there": {"health": "长期慢性病、残疾"}}, "health,"),
    "health in another order": ({"there": {"health": "长期慢性病、残疾"}, "facts": {"health": ["04", "02"]}}, None),
    "more health": ({"there": {"health": "长期慢性病"}, "facts": {"health": ["02", "04"]}}, "health,"),
    "health unknown there": ({"there": {"health": None}, "facts": {"health": ["02"]}}, None),
    "health unknown here": ({"facts": {"health": []}}, "health,"),
    "labour": ({"there": {"labour": "03"}}, "labour,"),
    "allowance": ({"there": {"dibao": "是"}}, "dibao,"),
    "allowance unknown here": ({"facts": {"dibao": None}}, "dibao,"),
    "support": ({"facts": {"tekun": True}}, "tekun,"),
    "no facts of the year": ({"member": {"year": None}}, "health,education,labour,dibao,tekun,"),
    "removed": ({"here": {"status": "60"}}, None),
    "not covered": ({"there": {"status": "30"}, "village": UNCOVERED}, None),
}
OF_MEMBER = {"name", "relation", "education", "school_stage", "health", "labour", "dibao", "tekun"}


def test_dc_28():
    rows: dict[str, Any] = {}
    made = {what: registered(rows=rows, **change) for what, (change, _differing) in NATIONAL.items()}
    assert not found("DC-28")
    supply(rows)
    hits = found("DC-28")
    expected: dict[str, Any] = {}
    for what, (_change, differing) in NATIONAL.items():
        if differing:
            own = differing.split(",")[0] in OF_MEMBER
            name = made[what].persons[0].name
            expected[what] = ("", f"{name}:{differing}") if own else (differing, "")
    named = {made[what].household.pk: what for what in made}
    assert {
        named[key]: (evidence["national_fields"], evidence["national_persons"])
        for (_kind, key), evidence in hits.items()
    } == expected


def test_dc_28_a_person_of_whom_two_suppliers_tell_is_one():
    rows: dict[str, Any] = {}
    registered(rows=rows)
    supply(rows)
    supply(rows, codes.parent(COUNTY))
    assert not found("DC-28")


def test_dc_28_in_a_sentence():
    rows: dict[str, Any] = {}
    registered({"status": "30", "labour": "03"}, rows=rows)
    supply(rows)
    (evidence,) = found("DC-28").values()
    assert sentence("DC-28", evidence) == (
        "王建国户与全国扶贫开发信息系统不一致（户：脱贫属性；成员：王建国（劳动技能））"
    )


# --- DC-29: marriages ---


def wed(kind: str = "marriage", on: str = "2018-06-01", spouse: str | None = None) -> dict[str, Any]:
    return {
        "kind": kind, "registered_on": on, "spouse_id_no": spouse or citizen_number(sex="2"), "spouse_name": "白梅",
    }  # fmt: skip


def pair(serial: int, *rows: dict[str, Any]) -> list[dict[str, Any]]:
    """A man and a woman of one household; rows of him."""
    number = citizen_number(sex="2", serial=serial)
    return [
        {"rows": {"CA-MR": [{**row, "spouse_id_no": number} for row in rows]}},
        {"relation": "02", "sex": "2", "id_no": number},
    ]


def alone(*rows: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    return [{"rows": {"CA-MR": list(rows)}, **more}]


LATE = {"household": {"identified_on": datetime.date(2018, 6, 1)}}
MARRIAGES = [
    ("DC-29", "spouse elsewhere", alone(wed()), {}, FIRST),
    ("DC-29", "spouse here", pair(401, wed()), {}, NONE),
    ("DC-29", "no row", [{}], {}, NONE),
    ("DC-29", "divorced and still here", pair(402, wed("divorce")), {}, FIRST),
    ("DC-29", "divorced and gone", alone(wed("divorce")), {}, NONE),
    ("DC-29", "thirty days ago", alone(wed(on="2018-12-01")), {}, NONE),
    ("DC-29", "thirty-one days ago", alone(wed(on="2018-11-30")), {}, FIRST),
    ("DC-29", "on the day of identification", alone(wed()), LATE, NONE),
    ("DC-29", "a day later", alone(wed(on="2018-06-02")), LATE, FIRST),
    ("DC-29", "identification unknown", alone(wed()), {"household": {"identified_on": None}}, NONE),
    ("DC-29", "the last one counts", alone(wed(on="2016-06-01"), wed("divorce", "2017-06-01")), {}, NONE),
    ("DC-29", "married again", alone(wed("divorce", "2016-06-01"), wed(on="2017-06-01")), {}, FIRST),
    ("DC-29", "the last one is too young", alone(wed(on="2016-06-01"), wed("divorce", "2018-12-20")), {}, NONE),
    ("DC-29", "not covered", alone(wed()), {"village": UNCOVERED}, NONE),
]


def test_dc_29():
    assert_supplied("DC-29", MARRIAGES)


@pytest.mark.parametrize(
    ("kind", "on", "hit"),
    [
        ("A02", "2018-06-01", False),
        ("A02", "2018-05-31", True),
        ("R02", "2018-07-01", False),
        ("R08", "2018-07-01", False),
        ("A01", "2018-07-01", True),
    ],
)
def test_dc_29_a_change_of_the_household_takes_a_marriage_up(kind, on, hit):
    rows: dict[str, Any] = {}
    made = known(*alone(wed()), rows=rows)
    supply(rows)
    with scopes.acting(system_account()):
        NaturalChange.objects.create(
            household=made.household, division_id=VILLAGE, kind=kind, happened_on=datetime.date.fromisoformat(on),
            reported_by=system_account(),
        )  # fmt: skip
    assert made.names(set(found("DC-29"))) == (FIRST if hit else NONE)


def test_dc_29_a_spouse_who_has_left_is_no_member():
    rows: dict[str, Any] = {}
    members = pair(403, wed("divorce"))
    members[1]["is_active"] = False
    made = known(*members, rows=rows)
    supply(rows)
    assert made.names(set(found("DC-29"))) == NONE


def test_dc_29_tells_neither_key_nor_number():
    rows: dict[str, Any] = of_nobody("CA-MR", [wed()])
    known(*alone(wed()), rows=rows)
    supply(rows)
    (evidence,) = found("DC-29").values()
    assert evidence == {"name": "王建国", "marriage": "marriage", "marriage_on": "2018-06-01"}
