"""Families beside departments' data, and what the rules that read both say of them."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from apps.access import scope as scopes
from apps.crosschecks.rules import RULES
from apps.crosschecks.services.writing import nightly_context
from tests.crosschecks.engines import rows_of
from tests.crosschecks.families import REFERENCE, VILLAGE, Family, family
from tests.factories.accounts import make_user, planter
from tests.factories.datasets import deliver

COUNTY, SIBLING = 150422000000, 150423000000
# What a row needs besides the number and the name.
USUAL: dict[str, dict[str, Any]] = {
    "PS-HK": {"register_relation": "01", "registered_at": "150422100200", "kind": "农业"},
    "PS-DE": {"died_on": "2018-05-01"},
    "PS-VH": {"plate": "蒙D12345", "kind": "car", "registered_on": "2017-03-01"},
    "CA-DB": {"from_on": "2018-01-01"},
    "CA-TK": {"from_on": "2018-01-01"},
    "CA-CR": {"cremated_on": "2018-05-03"},
    "JU-PR": {"from_on": "2017-01-01"},
    "FN-PY": {"unit": "某局", "post_kind": "civil_servant"},
    "HC-SP": {"contract_no": "S1", "place": "某小区", "signed_on": "2016-01-01"},
    "NR-RE": {"property_no": "R1", "kind": "housing", "place": "某路", "registered_on": "2016-01-01"},
    "MR-BE": {"firm_no": "91150422", "firm": "某公司", "firm_kind": "company", "role": "legal_person",
              "state": "active"},
    "TX-TX": {"tax_year": 2018, "amount": "10.00"},
    "HF-GJ": {"unit": "某公司", "state": "normal", "amount": "300"},
    "HR-PE": {"scheme": "employee", "amount": "2000", "from_on": "2016-01-01"},
}  # fmt: skip
# A row of a case: the data set, whose number it carries (a member's position, or a number), and its columns.
Row = tuple[str, Any, dict[str, Any]]
Case = tuple[str, str, list[dict[str, Any]], dict[str, Any], list[Row], set[Any]]


def number_of(made: Family, whose: Any) -> str:
    """The citizen number of a member by position; anything else is a number itself."""
    if not isinstance(whose, int):
        return str(whose)
    number: Any = made.persons[whose].id_no
    return str(number.clear())


def row_of(made: Family, row: Row) -> dict[str, Any]:
    """A department's row about a member, under the name that the register has unless told otherwise."""
    dataset, whose, fields = row
    name = made.persons[whose].name if isinstance(whose, int) else "某人"
    own = {"register_no": str(made.household.pk)} if dataset == "PS-HK" else {}
    return {"id_no": number_of(made, whose), "name": name, **USUAL.get(dataset, {}), **own, **fields}


def supply(rows: Iterable[tuple[str, dict[str, Any]]], *needed: str, at: int = COUNTY, period: str = "2018-12") -> None:
    """Deliver rows at a place, one delivery for each data set; of a needed one without any a row about a stranger."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for dataset, row in rows:
        found[dataset].append(row)
    for dataset in needed:
        stranger = {"id_no": "150422195001010017", "name": "生人", **USUAL[dataset]}
        found[dataset].append({**stranger, "register_no": "0"} if dataset == "PS-HK" else stranger)
    by = make_user(f"supplier{at}{period}", "league_officer" if at % 10**8 == 0 else "county_officer", at)
    for dataset, lines in found.items():
        delivery = deliver(dataset, at, lines, by=by, period=period)
        assert (delivery.state, delivery.refused) == ("accepted", 0), (dataset, delivery.note)


def evidence(rule: str, date: datetime.date = REFERENCE, **context: Any) -> dict[tuple[str, int], dict[str, Any]]:
    """What a rule finds in the region with the departments' data in force, with the evidence of each hit."""
    with scopes.acting(planter()):
        asked = replace(nightly_context(date), **context)
        rows = rows_of(RULES[rule], asked)
    return {(row[1], row[2]): row[7] for row in rows}


def assert_cases(rule: str, cases: Iterable[Case], village: int = VILLAGE, covered: bool = True) -> None:
    """Plant every case of a rule (rule, what, members, more of the family, rows, names of the hits) side by side with
    all their rows in one delivery a data set; each family is hit exactly as expected. Nobody is where not `covered`."""
    families, rows = {}, []
    for name, what, members, more, own, expected in cases:
        if name == rule:
            made = family(*members, village=village, **more)
            families[what] = (made, expected if covered else set())
            rows += [(row[0], row_of(made, row)) for row in own]
    supply(rows, *{code for group in RULES[rule].needs for code in group})
    found = set(evidence(rule))
    named = {
        what: {one for one in made.names(found) if isinstance(one, str | int)}
        for what, (made, _expected) in families.items()
    }
    assert named == {what: expected for what, (_made, expected) in families.items()}
    assert len(found) == sum(map(len, named.values()))


def cases_of(cases: Iterable[Case]) -> list[str]:
    """The rules that cases speak of."""
    return sorted({case[0] for case in cases})
