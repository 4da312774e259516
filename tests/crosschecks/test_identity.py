"""ID-01 … ID-10: hit, miss, null and boundary of each reading (rule-semantics.md c)."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.common.numbers import citizen_check_char, name_ok
from apps.crosschecks.rules import RULES, Context
from apps.crosschecks.rules.parameters import Settings
from apps.divisions.models import HistoricalCode
from apps.households.models import Person, RegistrationConflict
from tests.crosschecks.families import REFERENCE, SIBLING, VILLAGE, family, hits
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import citizen_number

pytestmark = pytest.mark.django_db

MAN = "159900196203150015"  # valid, male, 15 March 1962


def number(birth: str, order: str = "001") -> str:
    """A number with these digits for its date, check character right."""
    first = f"159900{birth}{order}"
    return first + citizen_check_char(first)


def wrong(n: str) -> str:
    """The number with another check character."""
    return n[:17] + ("0" if n[17] != "0" else "1")


def itself(n: str) -> str:
    return n


NOBODY: set[int] = set()

# rule → what, the member's fields, hit? A callable is given a fresh valid number of a man.
CASES = {
    "ID-01": [
        ("18", {"id_no": itself}, False),
        ("20", {"id_no": lambda n: f"{n}42"}, False),
        ("22", {"id_no": lambda n: f"{n}42B1"}, False),
        ("17", {"id_no": lambda n: n[:17]}, True),
        ("19", {"id_no": lambda n: f"{n}4"}, True),
        ("15", {"id_no": "150422620315001"}, True),
        ("no document", {"id_no": None, "id_type": "9"}, False),
        ("null", {"id_no": None}, False),
    ],
    "ID-02": [
        ("right", {"id_no": itself}, False),
        ("lower x", {"id_no": "11010519491231002x"}, False),
        ("wrong check character", {"id_no": wrong}, True),
        ("a letter among the digits", {"id_no": "15990019620315O015"}, True),
        ("22, first 18 right", {"id_no": lambda n: f"{n}42B1"}, False),
        ("20, first 18 wrong", {"id_no": lambda n: f"{wrong(n)}42"}, True),
        ("wrong length is ID-01's", {"id_no": lambda n: n[:17]}, False),
        ("null", {"id_no": None}, False),
    ],
    "ID-04": [
        ("agrees", {"id_no": itself, "sex": "1"}, False),
        ("differs", {"id_no": itself, "sex": "2"}, True),
        ("differs, check character wrong", {"id_no": wrong, "sex": "2"}, True),
        ("sex unknown", {"id_no": itself, "sex": "0"}, False),
        ("sex unstated", {"id_no": itself, "sex": "9"}, False),
        ("sex null", {"id_no": itself, "sex": None}, False),
        ("wrong length", {"id_no": lambda n: n[:17], "sex": "2"}, False),
    ],
    "ID-05": [
        ("plain", {"id_no": itself}, False),
        ("30 February", {"id_no": number("19620230")}, True),
        ("born on the day", {"id_no": number("20181231")}, False),
        ("born after it", {"id_no": number("20190101")}, True),
        ("110 at year's end", {"id_no": number("19080101")}, False),
        ("111 at year's end", {"id_no": number("19071231")}, True),
        ("wrong length", {"id_no": "1599001962023000"}, False),
        ("null", {"id_no": None}, False),
    ],
    "ID-07": [
        ("right", {"id_no": itself, "disability_no": lambda n: f"{n}42"}, False),
        ("reissued", {"id_no": itself, "disability_no": lambda n: f"{n}42B1"}, False),
        ("another person's", {"id_no": itself, "disability_no": f"{MAN}42"}, True),
        ("type 8", {"id_no": itself, "disability_no": lambda n: f"{n}82"}, True),
        ("grade 5", {"id_no": itself, "disability_no": lambda n: f"{n}45"}, True),
        ("21 characters", {"id_no": itself, "disability_no": lambda n: f"{n}42B"}, True),
        ("reissue 0", {"id_no": itself, "disability_no": lambda n: f"{n}42B0"}, True),
        ("no certificate", {"id_no": itself}, False),
        ("no number to compare", {"id_no": None, "disability_no": f"{MAN}42"}, False),
        ("a number of 19 characters", {"id_no": lambda n: f"{n}4", "disability_no": lambda n: f"{n}99"}, False),
    ],
    "ID-08": [
        ("neither", {"year": {"health": ["01"]}}, False),
        ("both", {"year": {"health": ["02", "04"]}, "disability_no": f"{MAN}42"}, False),
        ("disabled without certificate", {"year": {"health": ["04"]}}, True),
        ("certificate, healthy", {"year": {"health": ["01"]}, "disability_no": f"{MAN}42"}, True),
        ("health not stated", {"year": {"health": []}, "disability_no": f"{MAN}42"}, False),
        ("no year", {"year": None, "disability_no": f"{MAN}42"}, False),
    ],
}


@pytest.mark.parametrize("rule", CASES)
def test_persons(rule):
    families = {}
    for what, member, _hit in CASES[rule]:
        fresh = citizen_number()
        families[what] = family({name: value(fresh) if callable(value) else value for name, value in member.items()})
    found = hits(rule)
    offending = {what for what, made in families.items() if ("person", made.persons[0].pk) in found}
    assert offending == {what for what, _member, hit in CASES[rule] if hit}
    assert len(found) == len(offending)


def test_what_is_null_in_the_register_is_null_for_the_rules():
    """A person without a row of the year, without a number and without a birth date is ID-10's matter alone."""
    made = family({"id_no": None, "sex": None, "birth_date": None, "year": None})
    with scopes.acting(system_account()):
        Person.objects.filter(pk=made.persons[0].pk).update(birth_date=None)
    found = {rule for rule in RULES if rule not in ("ID-03", "ID-06") and not rule.startswith("CV") and hits(rule)}
    assert found == {"ID-10"}


@pytest.mark.parametrize("status", ["10", "60", "70"])
def test_persons_outside_the_register_are_not_tested(status):
    family({"id_no": MAN, "sex": "2"}, household={"status": status})
    assert hits("ID-04") == set()


def test_a_person_no_longer_active_is_not_tested():
    made = family({"id_no": MAN, "sex": "2"})
    with scopes.acting(system_account()):
        Person.objects.filter(pk=made.persons[0].pk).update(is_active=False)
    assert hits("ID-04") == set()


def test_the_age_limit_is_the_nearest_divisions():
    made = family({"id_no": number("19071231")})
    limits = [("age_max", 150422000000, 111), ("age_max", 150400000000, 105)]
    assert hits("ID-05", settings=Settings.of(limits)) == set()
    older = Settings.of([("age_max", 150422000000, 100), ("age_max", 150422100200, 111)])
    assert hits("ID-05", settings=older) == set()
    assert made.names(hits("ID-05", settings=Settings.of([("age_max", 150500000000, 120)]))) == {0}


NAMES = [
    "王建国", "包·额尔德尼", "王", "王建国1", "王 建国", "·王建", "王·", "王··建", "A建国", "〇一", "𠀀𠀁", "㐀㐁",
    "王．建", "汉" * 50, "﨎﨏", "王\u200b建", "建國", "王。",
]  # fmt: skip


def test_id_09_agrees_with_the_plain_function():
    made = family(*({"name": name} for name in NAMES))
    assert made.names(hits("ID-09")) == {number for number, name in enumerate(NAMES) if not name_ok(name)}


def test_id_06_waits_for_the_history_of_codes():
    assert RULES["ID-06"].waits_for()
    HistoricalCode.objects.create(code6="150422", name="巴林左旗", from_year=1983)
    assert RULES["ID-06"].waits_for() == ""
    made = family({}, {}, {"id_no": MAN[:17]})
    with scopes.acting(system_account()):
        Person.objects.filter(pk=made.persons[0].pk).update(id_division_known=False)
        Person.objects.filter(pk=made.persons[1].pk).update(id_division_known=True)
        Person.objects.filter(pk=made.persons[2].pk).update(id_division_known=False)
    assert made.names(hits("ID-06")) == {0}


def test_id_03_gives_one_finding_at_each_place_and_neither_names_the_other():
    made = family({"name": "乌兰"}, village=VILLAGE)
    holder = made.persons[0]
    with scopes.acting(system_account()):
        conflict = RegistrationConflict.objects.create(
            id_no_index=holder.id_no_index,
            registered_division=VILLAGE,
            refused_division=SIBLING,
            division_id=150422100000,
        )
        rows = [row for found in RULES["ID-03"].hits(Context.at(REFERENCE)) for row in found]
    assert {(row[1], row[2], row[3], row[6]) for row in rows} == {
        ("conflict", conflict.pk, VILLAGE, VILLAGE),
        ("conflict", conflict.pk, SIBLING, SIBLING),
    }
    evidence = {row[6]: row[7] for row in rows}
    noticed = str(timezone.localtime(conflict.noticed_at).date())
    assert evidence[VILLAGE] == {"name": "乌兰", "noticed_on": noticed, "place": "registered_division"}
    assert evidence[SIBLING] == {"noticed_on": noticed, "place": "refused_division"}
    assert not {str(VILLAGE), str(SIBLING)} & set(str(evidence).split("'"))
    # A run over one village speaks of its own side alone; a settled conflict of neither.
    with scopes.acting(system_account()):
        assert len(hits("ID-03", low=VILLAGE, high=VILLAGE)) == 1
        RegistrationConflict.objects.update(state="resolved")
    assert hits("ID-03") == set()


# --- ID-10 ------------------------------------------------------------------------------------------------------------

REQUIRED = [
    ("household_type", {"household": {"household_type": None}}),
    ("identification_standard", {"household": {"identification_standard": None}}),
    ("cause_main", {"household": {"cause_main": None}}),
    *(
        (name, {"facts": {name: None}})
        for name in ("cultivated_mu", "housing_m2", "dwelling_grade", "water_safe", "has_domestic_power", "has_tv")
    ),
    ("return_cause", {"household": {"status": "50", "return_cause": None}}),
]


def test_id_10_names_the_empty_field_of_the_household():
    made = {family({}, **spec).household.pk: field for field, spec in REQUIRED}
    with scopes.acting(system_account()):
        rows = list(RULES["ID-10"].hits(Context.at(REFERENCE))[0])
    found = {row[2]: (row[7]["fields"], row[7]["person_fields"]) for row in rows}
    assert found == {key: (f"{field},", "") for key, field in made.items()}


OF_PERSON = [
    ("name", {"name": ""}),
    ("sex", {"sex": None}),
    ("sex", {"sex": "0"}),
    ("sex", {"sex": "9"}),
    ("id_no", {"id_no": None}),
    ("relation", {"relation": None}),
    ("ethnicity", {"ethnicity": None}),
    ("health", {"year": {"health": []}}),
    ("labour", {"year": {"labour": None}}),
    ("serious_illness_insured", {"year": {"serious_illness_insured": None}}),
    ("political", {"year": {"political": None}, "born": "2000-12-31"}),
    ("year", {"year": None}),
]


def test_id_10_names_the_empty_field_of_a_member():
    made = {family({}, {"name": "其木格", **spec}).household.pk: field for field, spec in OF_PERSON}
    with scopes.acting(system_account()):
        rows = list(RULES["ID-10"].hits(Context.at(REFERENCE))[0])
    found = {row[2]: (row[7]["fields"], row[7]["person_fields"]) for row in rows}
    assert found == {key: ("", f"{'' if field == 'name' else '其木格'}:{field},") for key, field in made.items()}


COMPLETE = [
    ("nothing is missing", {}, {}),
    ("no document", {"id_no": None, "id_type": "9"}, {}),
    ("a child without politics", {"born": "2001-01-01", "year": {"political": None}}, {}),
    (
        "no birth date, no politics",
        {"id_no": None, "id_type": "9", "birth_date": None, "year": {"political": None}},
        {},
    ),
    ("neither the household nor the member has the year", {"year": None}, {"facts": None}),
    ("the household has no year", {}, {"facts": None}),
    ("not returned", {}, {"household": {"status": "40", "return_cause": None}}),
]


def test_id_10_passes():
    for _what, member, spec in COMPLETE:
        family({}, member, **spec)
    assert hits("ID-10") == set()


def test_id_10_finds_a_member_lacking_facts_even_where_the_household_has_no_year():
    made = family({"year": {"labour": None}}, facts=None)
    assert made.names(hits("ID-10")) == {"h"}


def test_id_10_does_not_mix_years():
    made = family({}, household={})
    assert hits("ID-10") == set()
    assert hits("ID-10", date=datetime.date(2018, 11, 30)) == set()  # register year 2017: no rows of it at all
    assert made.household.pk


def test_a_family_elsewhere_is_outside_the_run():
    plant(*VILLAGES)
    family({"id_no": MAN, "sex": "2"}, village=SIBLING)
    assert hits("ID-04", low=VILLAGE, high=VILLAGE) == set()
    assert len(hits("ID-04", low=150422100000, high=150422100999)) == 1
