"""DC-01 … DC-06, DC-26, DC-27: hit, miss, null and boundary (rule-semantics.md c)."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.db.models import Value

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.common.numbers import name_key
from apps.crosschecks.evidence import listed, sentence
from apps.crosschecks.models import RunUnit
from apps.crosschecks.rules.matching import folded
from apps.crosschecks.rules.registers import _successors
from apps.crosschecks.services.runs import start_run
from apps.divisions.models import Division
from apps.households.models import Person
from tests.crosschecks.departments import COUNTY, Case, assert_cases, cases_of, evidence, row_of, supply
from tests.crosschecks.families import REFERENCE, REGION, VILLAGE, family
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import citizen_number

pytestmark = pytest.mark.django_db

H, FIRST, SECOND, NONE = {"h"}, {0}, {1}, set()
OF_SIBLING = VILLAGES[3]
# Numbers that mean nobody: none, and one that is no citizen number.
NOBODY: list[dict[str, Any]] = [{"id_no": None, "id_type": "9"}, {"id_no": "15990019700101001A", "relation": "02"}]


def register(whose: Any = 0, **fields: Any) -> tuple[str, Any, dict[str, Any]]:
    return ("PS-HK", whose, fields)


def kin(relation: str, **fields: Any) -> tuple[str, Any, dict[str, Any]]:
    """Somebody who is no member in the same register."""
    return register(citizen_number(), register_relation=relation, **fields)


def year(**fields: Any) -> list[dict[str, Any]]:
    return [{"year": fields}]


CASES: list[Case] = [
    ("DC-01", "there", [{}], {}, [register()], NONE),
    ("DC-01", "not there", [{}], {}, [], FIRST),
    ("DC-01", "another name", [{}], {}, [register(name="王建军")], FIRST),
    ("DC-01", "one of two names", [{}], {}, [register(name="王建军"), register(register_no="2")], NONE),
    ("DC-01", "a dot and a blank", [{"name": "乌兰·图雅"}], {}, [register(name="乌兰 图雅")], NONE),
    ("DC-01", "another form of a character", [{"name": "\uf9dc兰"}], {}, [register(name="隆兰")], NONE),
    ("DC-01", "a traditional form", [{"name": "刘华"}], {}, [register(name="劉华")], FIRST),
    ("DC-01", "cancelled", [{}], {}, [register(cancelled_on="2010-01-01")], NONE),
    ("DC-01", "no key", NOBODY, {}, [], NONE),
    ("DC-01", "not in the register of the poor", [{}], {"household": {"status": "60"}}, [], NONE),
    ("DC-02", "cancelled", [{}], {}, [register(cancelled_on="2018-12-30", cancel_reason="death")], FIRST),
    ("DC-02", "on the day", [{}], {}, [register(cancelled_on="2018-12-31")], FIRST),
    ("DC-02", "later", [{}], {}, [register(cancelled_on="2019-01-01")], NONE),
    ("DC-02", "a live row elsewhere", [{}], {}, [register(cancelled_on="2018-01-01"), register(register_no="2")], NONE),
    ("DC-02", "live", [{}], {}, [register()], NONE),
    ("DC-02", "not there", [{}], {}, [], NONE),
    ("DC-02", "no key", NOBODY, {}, [], NONE),
    ("DC-03", "cremated", [{}], {}, [("CA-CR", 0, {})], FIRST),
    ("DC-03", "died", [{}], {}, [("PS-DE", 0, {"died_on": "2018-12-31"})], FIRST),
    ("DC-03", "in both", [{}], {}, [("CA-CR", 0, {}), ("PS-DE", 0, {})], FIRST),
    ("DC-03", "died later", [{}], {}, [("PS-DE", 0, {"died_on": "2019-01-01"})], NONE),
    ("DC-03", "another member", [{}, {}], {}, [("CA-CR", 1, {})], SECOND),
    ("DC-03", "alive", [{}], {}, [], NONE),
    ("DC-03", "no key", NOBODY, {}, [], NONE),
    ("DC-04", "here", [{}], {}, [register()], NONE),
    ("DC-04", "another county", [{}], {}, [register(registered_at="150423")], FIRST),
    ("DC-04", "another province", [{}], {}, [register(registered_at="210102")], FIRST),
    ("DC-04", "another township", [{}], {}, [register(registered_at="150422101")], NONE),
    ("DC-04", "a code without a county", [{}], {}, [register(registered_at="150500")], NONE),
    ("DC-04", "urban", [{}], {}, [register(kind="非农业")], FIRST),
    ("DC-04", "unified register", [{}], {}, [register(kind="居民")], NONE),
    ("DC-04", "cancelled there", [{}], {}, [register(), register(registered_at="150423", register_no="2",
     cancelled_on="2018-12-31")], NONE),
    ("DC-04", "the first of two", [{}], {}, [register(), register(registered_at="150423", register_no="2")], NONE),
    ("DC-04", "the first of two elsewhere", [{}], {}, [register(registered_at="150423"), register(register_no="2")],
     FIRST),
    ("DC-04", "not there", [{}], {}, [], NONE),
    ("DC-04", "no key", NOBODY, {}, [], NONE),
    ("DC-26", "alone", [{}], {}, [register()], NONE),
    ("DC-26", "a spouse", [{}], {}, [register(), kin("02")], H),
    ("DC-26", "a son", [{}], {}, [register(), kin("03")], H),
    ("DC-26", "a mother-in-law", [{}], {}, [register(), kin("16")], H),
    ("DC-26", "a grandfather", [{}], {}, [register(), kin("17")], NONE),
    ("DC-26", "a daughter-in-law", [{}], {}, [register(), kin("05")], NONE),
    ("DC-26", "a spouse who is a member", [{}, {"relation": "02"}], {}, [register(), register(1,
     register_relation="02")], NONE),
    ("DC-26", "a cancelled spouse", [{}], {}, [register(), kin("02", cancelled_on="2018-12-31")], NONE),
    ("DC-26", "a spouse in another register", [{}], {}, [register(), kin("02", register_no="X1")], NONE),
    ("DC-26", "the head is the spouse there", [{}], {}, [register(register_relation="02"), kin("01")], H),
    ("DC-26", "the head is a child there", [{}], {}, [register(register_relation="03"), kin("01")], H),
    ("DC-26", "the head is a child with a brother there", [{}], {}, [register(register_relation="04"), kin("03")],
     NONE),
    ("DC-26", "the head is a father there", [{}], {}, [register(register_relation="11"), kin("01")], NONE),
    ("DC-26", "the head is cancelled there", [{}], {}, [register(cancelled_on="2018-01-01"), kin("02")], NONE),
    ("DC-26", "two heads", [{}, {"relation": "01"}], {}, [register(), kin("02")], NONE),
    ("DC-26", "no head", [{"relation": "03"}], {}, [register(), kin("02")], NONE),
    ("DC-26", "a head without a key", NOBODY, {}, [kin("01"), kin("02")], NONE),
    ("DC-05", "registered without a row", year(dibao=True), {}, [], FIRST),
    ("DC-05", "a row without being registered", year(dibao=False), {}, [("CA-DB", 0, {})], FIRST),
    ("DC-05", "both", year(dibao=True), {}, [("CA-DB", 0, {})], NONE),
    ("DC-05", "neither", year(dibao=False), {}, [], NONE),
    ("DC-05", "unknown", year(dibao=None), {}, [("CA-DB", 0, {})], NONE),
    ("DC-05", "no facts of the year", [{"year": None}], {}, [("CA-DB", 0, {})], NONE),
    ("DC-05", "ended on the day", year(dibao=True), {}, [("CA-DB", 0, {"to_on": "2018-12-31"})], NONE),
    ("DC-05", "ended before", year(dibao=True), {}, [("CA-DB", 0, {"to_on": "2018-12-30"})], FIRST),
    ("DC-05", "begins later", year(dibao=False), {}, [("CA-DB", 0, {"from_on": "2019-01-01"})], NONE),
    ("DC-05", "no key", [one | {"year": {"dibao": True}} for one in NOBODY], {}, [], NONE),
    ("DC-06", "registered without a row", year(tekun=True), {}, [], FIRST),
    ("DC-06", "a row without being registered", year(tekun=False), {}, [("CA-TK", 0, {})], FIRST),
    ("DC-06", "both", year(tekun=True), {}, [("CA-TK", 0, {})], NONE),
    ("DC-06", "unknown", year(tekun=None), {}, [("CA-TK", 0, {})], NONE),
    ("DC-06", "ended before", year(tekun=True), {}, [("CA-TK", 0, {"to_on": "2018-12-30"})], FIRST),
    ("DC-06", "no key", [one | {"year": {"tekun": True}} for one in NOBODY], {}, [], NONE),
    ("DC-27", "in prison", [{}], {}, [("JU-PR", 0, {})], FIRST),
    ("DC-27", "until the day", [{}], {}, [("JU-PR", 0, {"to_on": "2018-12-31"})], FIRST),
    ("DC-27", "released", [{}], {}, [("JU-PR", 0, {"to_on": "2018-12-30"})], NONE),
    ("DC-27", "later", [{}], {}, [("JU-PR", 0, {"from_on": "2019-01-01"})], NONE),
    ("DC-27", "free", [{}], {}, [], NONE),
    ("DC-27", "no key", NOBODY, {}, [], NONE),
]  # fmt: skip


@pytest.fixture(autouse=True)
def _today(settings):
    settings.REFERENCE_DATE = REFERENCE


@pytest.mark.parametrize("rule", cases_of(CASES))
def test_families(rule):
    assert_cases(rule, CASES)


@pytest.mark.parametrize("rule", cases_of(CASES))
def test_no_family_is_hit_where_the_data_do_not_reach(rule):
    assert_cases(rule, CASES, village=OF_SIBLING, covered=False)


@pytest.mark.parametrize(
    "name",
    [
        "王建国",
        " 王 建\u3000国\t",
        "乌兰·图雅",
        "乌兰・图雅",
        "乌兰．图雅.",
        "王\u200b建\ufeff国",
        "\uf9dc兰",
        "ｗａｎｇ",
        "¨王",
        "·",
        "\x1c王",
    ],
)
def test_names_are_compared_in_the_database_as_everywhere_else(name):
    plant(VILLAGE)
    row = Division.objects.filter(code=VILLAGE).annotate(folded=folded(Value(name))).get()
    assert row.folded == name_key(name)


# --- What the data say of a place and a day ---------------------------------------------------------------------------


def test_a_set_that_is_stale_is_asked_no_more_and_its_limit_day_is_the_last():
    made = family({"year": {"dibao": True}})
    supply([], "CA-DB", period="2018-10")
    limit = datetime.date(2018, 10, 31) + datetime.timedelta(days=60)
    assert made.names(set(evidence("DC-05", limit, year=2018))) == {0}
    assert evidence("DC-05", limit + datetime.timedelta(days=1), year=2018) == {}
    with scopes.acting(system_account()):
        run = start_run(REGION, rules=["DC-05"], date=REFERENCE, kind="manual")
        assert "民政：农村低保" in RunUnit.objects.get(run=run).reason


def test_rows_of_another_county_count_and_without_data_of_the_own_one_nothing_is_said():
    here = family({"year": {"dibao": True}})
    supply([("CA-DB", row_of(here, ("CA-DB", 0, {})))], at=150423000000)
    assert evidence("DC-05") == {}
    supply([], "CA-DB")
    assert evidence("DC-05") == {}
    there = family({"year": {"dibao": True}}, village=VILLAGES[4])
    assert there.names(set(evidence("DC-05"))) == set()  # another league, which has sent nothing


def test_one_of_two_registers_of_the_dead_is_enough():
    made = family({})
    supply([("PS-DE", row_of(made, ("PS-DE", 0, {})))])
    assert list(evidence("DC-03").values()) == [
        {"name": "王建国", "registers": "PS-DE,", "cremated_on": None, "died_on": "2018-05-01", "name_differs": None}
    ]


def test_of_several_versions_the_latest_one_speaks_and_then_the_narrowest():
    made = family({})
    elsewhere = ("PS-HK", row_of(made, register(registered_at="150423")))
    supply([elsewhere], at=150400000000)
    assert len(evidence("DC-04")) == 1
    supply([("PS-HK", row_of(made, register()))], period="2018-11")
    assert len(evidence("DC-04")) == 1
    supply([("PS-HK", row_of(made, register()))])
    assert evidence("DC-04") == {}


# --- DC-04: codes that have changed -----------------------------------------------------------------------------------


def replace(old: int, new: int) -> None:
    """A unit ends and another one takes its place; both are made of the one that is there."""
    level = 3 if old % 10**6 == 0 else 4
    for code in (old, new):
        if not Division.objects.filter(code=code).exists():
            parent = code - code % (10**8 if level == 3 else 10**6)
            Division.objects.create(
                code=code, parent_id=parent, level=level, name=str(code), short_name=str(code),
                kind="banner" if level == 3 else "town", sort_key=code,
            )  # fmt: skip
    Division.objects.filter(code=old).update(ended_on=datetime.date(2017, 1, 1), replaced_by=new)


def test_codes_that_have_changed_are_carried_forward():
    made = [family({}) for _number in range(4)]
    replace(150421000000, 150424000000)
    replace(150424000000, 150422000000)  # twice
    replace(150423105000, 150422105000)  # a township that went to another county
    replace(150422106000, 150422107000)  # one that stayed
    successors = _successors()
    assert successors[0] == (150423105000, COUNTY)  # the narrowest first
    assert set(successors[1:]) == {(150421000000, COUNTY), (150424000000, COUNTY)}
    places = ["150421103200", "150423105201", "150422106", "150423106"]
    supply([("PS-HK", row_of(one, register(registered_at=at))) for one, at in zip(made, places, strict=True)])
    assert set(evidence("DC-04")) == {("person", made[3].persons[0].pk)}


def test_a_development_zone_is_the_county_in_which_it_lies():
    made = family({})
    replace(150471000000, 150472000000)
    Division.objects.filter(code=150472000000).update(kind="zone", host=COUNTY)
    supply([("PS-HK", row_of(made, register(registered_at="150471")))])
    assert evidence("DC-04") == {}


# --- Evidence ---------------------------------------------------------------------------------------------------------


def test_what_a_finding_says():
    made = family({"name": "甲乙", "year": {"dibao": False}})
    supply(
        [
            ("PS-HK", row_of(made, register(registered_at="150423", kind="非农业", name="甲 丙"))),
            ("PS-HK", row_of(made, kin("02", name="丁戊"))),
            ("PS-HK", row_of(made, kin("03", name="己庚"))),
            ("CA-DB", row_of(made, ("CA-DB", 0, {}))),
            ("CA-CR", row_of(made, ("CA-CR", 0, {"name": "甲丙"}))),
            ("PS-DE", row_of(made, ("PS-DE", 0, {}))),
        ]
    )
    found = {rule: next(iter(evidence(rule).values())) for rule in ("DC-01", "DC-03", "DC-04", "DC-05", "DC-26")}
    assert {rule: sentence(rule, proof) for rule, proof in found.items()} == {
        "DC-01": "甲乙：公安户籍中的姓名与登记不同",
        "DC-03": "甲乙在民政：死亡火化、公安：死亡注销中有记录，仍在册",
        "DC-04": "甲乙户籍在巴林右旗，户口性质为非农业",
        "DC-05": "甲乙低保信息与民政不一致：民政有有效记录，登记不享受",
        "DC-26": "甲乙户同户籍的丁戊、己庚未登记为本户成员",
    }
    assert ("部门数据中的姓名", "与登记不同") in listed("DC-03", found["DC-03"])
    assert "部门数据中的姓名" not in dict(listed("DC-05", found["DC-05"]))
    assert "巴林右旗" not in sentence("DC-04", found["DC-04"], whole=False)


def test_a_former_member_is_not_left_out_and_one_of_another_household_is():
    number = citizen_number()
    here = family({}, {"relation": "02"})
    with scopes.acting(system_account()):
        Person.objects.filter(pk=here.persons[1].pk).update(is_active=False)
    there, split = family({}), family({"id_no": number})
    supply(
        [
            ("PS-HK", row_of(here, register())),
            ("PS-HK", row_of(here, register(1, register_relation="02"))),
            ("PS-HK", row_of(there, register())),
            ("PS-HK", row_of(there, register(number, register_relation="03"))),
            ("PS-HK", row_of(split, register(register_no="own"))),
        ]
    )
    found = set(evidence("DC-26"))
    assert ("household", here.household.pk) not in found
    assert ("household", there.household.pk) in found


@pytest.mark.parametrize("rule", cases_of(CASES))
def test_no_evidence_holds_a_number(rule):
    numbers, rows = [], []
    for name, _what, members, more, own, _expected in CASES:
        if name == rule:
            made = family(*members, village=VILLAGE, **more)
            given = [(row[0], row_of(made, row)) for row in own]
            rows += given
            numbers += [row["id_no"] for _dataset, row in given]
    supply(rows, *({row[0] for row in rows} or {"PS-HK"}))
    text = str(evidence(rule))
    assert not [number for number in numbers if number[:17] in text]
