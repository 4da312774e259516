"""Families of whom departments sent rows: the counterpart of `families` for rules that read departments' data."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.crosschecks.rules import RULES
from apps.crosschecks.rules.parameters import Settings
from apps.crosschecks.services.writing import nightly_context
from tests.crosschecks.engines import rows_of
from tests.crosschecks.families import LINES, REFERENCE, VILLAGE, Family, day, family
from tests.factories.accounts import planter
from tests.factories.datasets import deliver
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import citizen_number

COUNTY = VILLAGE - VILLAGE % 10**6
BIRTH = datetime.date(1962, 3, 15)

Rows = dict[str, list[dict[str, Any]]]
# rule, what, members, more of the family, names of the expected hits
Case = tuple[str, str, list[dict[str, Any]], dict[str, Any], set[Any]]


def of_nobody(dataset: str, rows: Sequence[Mapping[str, Any]]) -> Rows:
    """Rows of somebody who is not in the register, so that a set is in force."""
    return {dataset: [{"id_no": citizen_number(), "name": "无名氏", **row} for row in rows]}


def known(*members: dict[str, Any], rows: Rows, **more: Any) -> Family:
    """A family. A member's `rows` ({data set: rows}) get the member's number and name and are added to `rows`."""
    kept = []
    for member in members:
        own = {"sex": "1", "name": "王建国", **member}
        sent: Rows = own.pop("rows", {})
        birth = day(own["born"]) if "born" in own else BIRTH
        own.setdefault("id_no", citizen_number(birth, own["sex"]))
        for dataset, found in sent.items():
            about = {"id_no": own["id_no"], "name": own["name"]}
            rows.setdefault(dataset, []).extend({**about, **row} for row in found)
        kept.append(own)
    return family(*kept, **more)


def supply(rows: Rows, division: int = COUNTY, period: str = "2018-12") -> None:
    """Put these data sets in force at a division."""
    for dataset, found in rows.items():
        header = dict.fromkeys(name for row in found for name in row)
        whole = [{name: row.get(name) for name in header} for row in found]
        delivery = deliver(dataset, division, whole, by=system_account(), period=period)
        assert (delivery.state, delivery.refused) == ("accepted", 0)


def found(rule: str, date: datetime.date = REFERENCE, **context: Any) -> dict[tuple[str, int], dict[str, Any]]:
    """What a rule finds at night with the data in force: (object kind, id) → evidence."""
    with scopes.acting(planter()):
        asked = replace(nightly_context(date), **{"settings": Settings.of(LINES), **context})
        return {(row[1], row[2]): row[7] for row in rows_of(RULES[rule], asked)}


def assert_supplied(
    rule: str, cases: Iterable[Case], rows: Rows | None = None, date: datetime.date = REFERENCE
) -> None:
    """Plant every case of a rule side by side, deliver all their rows (and `rows`) for the first county: each family is
    hit exactly as expected, and nobody else; nobody at all while nothing is in force, and elsewhere."""
    plant(*VILLAGES)
    sent: Rows = {name: list(more) for name, more in (rows or {}).items()}
    own = [case for case in cases if case[0] == rule]
    families = {what: known(*members, rows=sent, **more) for _rule, what, members, more, _expected in own}
    assert not found(rule, date)
    supply(sent)
    hits = found(rule, date)
    named = {
        what: {name for name in made.names(set(hits)) if not isinstance(name, tuple)} for what, made in families.items()
    }
    assert named == {what: expected for _rule, what, _members, _more, expected in own}
    assert len(hits) == sum(map(len, named.values()))
