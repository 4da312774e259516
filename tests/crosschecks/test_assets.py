"""DC-08 … DC-14: hit, miss, null and boundary (rule-semantics.md c)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from apps.crosschecks.evidence import sentence
from apps.crosschecks.rules.parameters import Settings
from tests.crosschecks.departments import COUNTY, Case, assert_cases, cases_of, evidence, row_of, supply
from tests.crosschecks.families import REFERENCE, REGION, VILLAGE, family
from tests.crosschecks.test_registers import NOBODY
from tests.factories.divisions import VILLAGES

pytestmark = pytest.mark.django_db

FIRST, SECOND, BOTH, NONE = {0}, {1}, {0, 1}, set()
COUPLE: list[dict[str, Any]] = [{}, {"relation": "02", "name": "李秀英"}]


def row(dataset: str, whose: int = 0, **fields: Any) -> tuple[str, int, dict[str, Any]]:
    return (dataset, whose, fields)


def homestead(whose: int, number: str, **fields: Any) -> tuple[str, int, dict[str, Any]]:
    return row("NR-RE", whose, kind="homestead", property_no=number, **fields)


CASES: list[Case] = [
    ("DC-08", "civil servant", [{}], {}, [row("FN-PY")], FIRST),
    ("DC-08", "institution", [{}], {}, [row("FN-PY", post_kind="institution")], FIRST),
    ("DC-08", "retired", COUPLE, {}, [row("FN-PY", 1, post_kind="退休人员")], SECOND),
    ("DC-08", "contract", [{}], {}, [row("FN-PY", post_kind="contract")], NONE),
    ("DC-08", "public job", [{}], {}, [row("FN-PY", post_kind="public_job")], NONE),
    ("DC-08", "village stipend", [{}], {}, [row("FN-PY", post_kind="village_stipend")], NONE),
    ("DC-08", "until the day", [{}], {}, [row("FN-PY", to_on="2018-12-31")], FIRST),
    ("DC-08", "ended", [{}], {}, [row("FN-PY", to_on="2018-12-30")], NONE),
    ("DC-08", "later", [{}], {}, [row("FN-PY", from_on="2019-01-01")], NONE),
    ("DC-08", "no row", [{}], {}, [], NONE),
    ("DC-08", "no key", NOBODY, {}, [], NONE),
    ("DC-09", "value unknown", [{}], {}, [row("PS-VH")], FIRST),
    ("DC-09", "a dear van", [{}], {}, [row("PS-VH", kind="van", value="30000.01")], FIRST),
    ("DC-09", "a truck of just that value", [{}], {}, [row("PS-VH", kind="truck", value="30000")], NONE),
    ("DC-09", "a motorcycle", [{}], {}, [row("PS-VH", kind="motorcycle", value="50000")], NONE),
    ("DC-09", "a tricycle", [{}], {}, [row("PS-VH", kind="tricycle")], NONE),
    ("DC-09", "cancelled on the day", [{}], {}, [row("PS-VH", cancelled_on="2018-12-31")], NONE),
    ("DC-09", "cancelled later", [{}], {}, [row("PS-VH", cancelled_on="2019-01-01")], FIRST),
    ("DC-09", "a cheap one and a dear one", [{}], {}, [row("PS-VH", value="1000"),
     row("PS-VH", plate="2", value="90000")], FIRST),
    ("DC-09", "no key", NOBODY, {}, [], NONE),
    ("DC-10", "a sale", [{}], {}, [row("HC-SP")], FIRST),
    ("DC-10", "a cancelled sale", [{}], {}, [row("HC-SP", cancelled_on="2018-12-31")], NONE),
    ("DC-10", "a dwelling", [{}], {}, [row("NR-RE")], FIRST),
    ("DC-10", "a shop", COUPLE, {}, [row("NR-RE", 1, kind="business")], SECOND),
    ("DC-10", "a cancelled dwelling", [{}], {}, [row("NR-RE", cancelled_on="2018-12-31")], NONE),
    ("DC-10", "resettlement", [{}], {}, [row("NR-RE", kind="resettlement")], FIRST),
    ("DC-10", "something else", [{}], {}, [row("NR-RE", kind="other")], NONE),
    ("DC-10", "a homestead", [{}], {}, [homestead(0, "A")], NONE),
    ("DC-10", "two homesteads of one", [{}], {}, [homestead(0, "A"), homestead(0, "B")], FIRST),
    ("DC-10", "two homesteads of two", COUPLE, {}, [homestead(0, "A"), homestead(1, "B")], BOTH),
    ("DC-10", "two homesteads of the other one", COUPLE, {}, [homestead(1, "A"), homestead(1, "B")], SECOND),
    ("DC-10", "a homestead of both", COUPLE, {}, [homestead(0, "A"), homestead(1, "A")], NONE),
    ("DC-10", "one of two homesteads is cancelled", [{}], {}, [homestead(0, "A"),
     homestead(0, "B", cancelled_on="2018-06-01")], NONE),
    ("DC-10", "no row", [{}], {}, [], NONE),
    ("DC-10", "no key", NOBODY, {}, [], NONE),
    ("DC-11", "legal person", [{}], {}, [row("MR-BE")], FIRST),
    ("DC-11", "legal person of a cooperative", [{}], {}, [row("MR-BE", firm_kind="cooperative")], FIRST),
    ("DC-11", "individual business", [{}], {}, [row("MR-BE", firm_kind="individual")], NONE),
    ("DC-11", "operator", [{}], {}, [row("MR-BE", firm_kind="individual", role="operator")], NONE),
    ("DC-11", "shareholder", [{}], {}, [row("MR-BE", role="shareholder", share="5")], FIRST),
    ("DC-11", "shareholder of a cooperative", [{}], {}, [row("MR-BE", role="shareholder", firm_kind="cooperative")],
     NONE),
    ("DC-11", "revoked", [{}], {}, [row("MR-BE", state="revoked")], NONE),
    ("DC-11", "no key", NOBODY, {}, [], NONE),
    ("DC-12", "this year", [{}], {}, [row("TX-TX")], FIRST),
    ("DC-12", "the year before", [{}], {}, [row("TX-TX", tax_year=2017)], FIRST),
    ("DC-12", "long ago", [{}], {}, [row("TX-TX", tax_year=2016)], NONE),
    ("DC-12", "the year after", [{}], {}, [row("TX-TX", tax_year=2019)], NONE),
    ("DC-12", "nothing", [{}], {}, [row("TX-TX", amount="0")], NONE),
    ("DC-12", "no row", [{}], {}, [], NONE),
    ("DC-12", "no key", NOBODY, {}, [], NONE),
    ("DC-13", "pays", [{}], {}, [row("HF-GJ")], FIRST),
    ("DC-13", "a cent", [{}], {}, [row("HF-GJ", amount="0.01")], FIRST),
    ("DC-13", "nothing", [{}], {}, [row("HF-GJ", amount="0")], NONE),
    ("DC-13", "sealed", [{}], {}, [row("HF-GJ", state="封存")], NONE),
    ("DC-13", "closed", [{}], {}, [row("HF-GJ", state="closed")], NONE),
    ("DC-13", "no key", NOBODY, {}, [], NONE),
    ("DC-14", "employee", [{}], {}, [row("HR-PE")], FIRST),
    ("DC-14", "public", [{}], {}, [row("HR-PE", scheme="public")], FIRST),
    ("DC-14", "resident", [{}], {}, [row("HR-PE", scheme="resident")], NONE),
    ("DC-14", "nothing", [{}], {}, [row("HR-PE", amount="0")], NONE),
    ("DC-14", "until the day", [{}], {}, [row("HR-PE", to_on="2018-12-31")], FIRST),
    ("DC-14", "ended", [{}], {}, [row("HR-PE", to_on="2018-12-30")], NONE),
    ("DC-14", "later", [{}], {}, [row("HR-PE", from_on="2019-01-01")], NONE),
    ("DC-14", "no key", NOBODY, {}, [], NONE),
]  # fmt: skip


@pytest.fixture(autouse=True)
def _today(settings):
    settings.REFERENCE_DATE = REFERENCE


@pytest.mark.parametrize("rule", cases_of(CASES))
def test_families(rule):
    assert_cases(rule, CASES)


@pytest.mark.parametrize("rule", cases_of(CASES))
def test_no_family_is_hit_where_the_data_do_not_reach(rule):
    assert_cases(rule, CASES, village=VILLAGES[3], covered=False)


@pytest.mark.parametrize("dataset", ["HC-SP", "NR-RE"])
def test_one_of_the_two_sets_on_dwellings_is_enough(dataset):
    made = family({})
    supply([(dataset, row_of(made, row(dataset)))])
    assert len(evidence("DC-10")) == 1


def test_taxes_of_one_year_are_added_and_the_later_year_is_shown():
    made = family({})
    rows = [row("TX-TX", amount="60", unit="甲"), row("TX-TX", amount="50.50", unit="乙"),
            row("TX-TX", tax_year=2017, amount="900")]  # fmt: skip
    supply([("TX-TX", row_of(made, one)) for one in rows])
    (proof,) = evidence("DC-12").values()
    assert (proof["tax_year"], Decimal(str(proof["tax"]))) == (2018, Decimal("110.50"))
    (other,) = evidence("DC-12", settings=Settings.of([("tax_floor", REGION, Decimal("110.50"))])).values()
    assert other["tax_year"] == 2017
    assert evidence("DC-12", settings=Settings.of([("tax_floor", REGION, Decimal(900))])) == {}


def test_a_threshold_is_that_of_the_person_s_place_wherever_the_row_comes_from():
    made, other = family({}), family({}, village=VILLAGES[3])
    league = 150400000000
    rows = [("PS-VH", row_of(one, row("PS-VH", value="40000", plate=str(one.household.pk)))) for one in (made, other)]
    rows += [("TX-TX", row_of(one, row("TX-TX"))) for one in (made, other)]
    supply(rows, at=league)
    assert len(evidence("DC-09")) == len(evidence("DC-12")) == 2
    settings = Settings.of([("vehicle_value", COUNTY, Decimal(50_000)), ("tax_floor", COUNTY, Decimal(20))])
    only = {("person", other.persons[0].pk)}
    assert set(evidence("DC-09", settings=settings)) == set(evidence("DC-12", settings=settings)) == only


SENTENCES = {
    "DC-08": "甲乙为财政供养人员（某局，公务员）",
    "DC-09": "甲乙名下有轿车，2017-03-01登记",
    "DC-10": "甲乙名下有不动产：住宅或商业用房，某路",
    "DC-11": "甲乙为某公司的法定代表人",
    "DC-12": "甲乙2018年缴纳个人所得税10.00元",
    "DC-13": "甲乙缴存住房公积金（某公司）",
    "DC-14": "甲乙领取职工养老2,000.00元/月",
}


def test_what_a_finding_says():
    made = family({"name": "甲乙"})
    sets = ("FN-PY", "PS-VH", "NR-RE", "MR-BE", "TX-TX", "HF-GJ", "HR-PE")
    supply([(dataset, row_of(made, row(dataset, name="甲丙"))) for dataset in sets])
    found = {rule: next(iter(evidence(rule).values())) for rule in SENTENCES}
    assert {rule: sentence(rule, proof) for rule, proof in found.items()} == SENTENCES
    assert {proof["name_differs"] for proof in found.values()} == {True}


@pytest.mark.parametrize("rule", cases_of(CASES))
def test_no_evidence_holds_a_number(rule):
    rows = []
    for name, _what, members, more, own, _expected in CASES:
        if name == rule:
            made = family(*members, village=VILLAGE, **more)
            rows += [(one[0], row_of(made, one)) for one in own]
    supply(rows)
    text = str(evidence(rule))
    assert "name" in text and not [given for _dataset, given in rows if given["id_no"][:17] in text]
