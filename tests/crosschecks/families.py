"""Small families for rule tests, and what the rules say of them."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from apps.access import scope as scopes
from apps.crosschecks.rules import RULES, Context
from apps.crosschecks.rules.parameters import Settings
from apps.divisions.models import Division
from apps.households.models import GUARANTEES, GuaranteeStatus, Household, HouseholdIncome, Person
from tests.crosschecks.engines import rows_of
from tests.factories.accounts import planter
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import make_household, make_household_year, make_person, make_person_year

REFERENCE = datetime.date(2018, 12, 31)
VILLAGE, SIBLING = VILLAGES[0], VILLAGES[1]
REGION = 150000000000
# Net income a head that is above the poverty line and not far above.
LINE, ORDINARY = Decimal(3535), 4000
LINES = [("line_2018", REGION, LINE), ("line_2014", REGION, Decimal(2800))]


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


class Family:
    """A household and its members; `name` of a hit is "h" for the household, the member's position for a person."""

    def __init__(self, household: Household, persons: list[Person]) -> None:
        self.household, self.persons = household, persons

    def names(self, hits: set[tuple[str, int]]) -> set[Any]:
        """These hits by name; a hit on anything else stays as it is."""
        known: dict[tuple[str, int], Any] = {("household", self.household.pk): "h"}
        known |= {("person", person.pk): position for position, person in enumerate(self.persons)}
        return {known.get(hit, hit) for hit in hits}


def family(
    *members: dict[str, Any],
    household: dict[str, Any] | None = None,
    facts: dict[str, Any] | bool | None = True,
    income: dict[str, Any] | bool | None = True,
    last: dict[str, Any] | None = None,
    guarantees: dict[str, Any] | bool | None = True,
    village: int = VILLAGE,
) -> Family:
    """A household of some members. Each is a dict of fields; `born` is its birth date, `year` its yearly fields (None:
    no yearly row). `facts` are the household's own yearly fields, `guarantees` its verdicts, `income` its income, all
    ordinary when true (None: no row), `last` the income of the year before. The first is the head unless told."""
    if not Division.objects.filter(code=village).exists():
        plant(*VILLAGES)
    made = make_household(village, **(household or {}))
    persons = []
    for position, member in enumerate(members):
        fields = {"relation": "01" if position == 0 else "21", **member}
        year = fields.pop("year", {})
        if "born" in fields:
            fields["birth"] = day(fields.pop("born"))
        person = make_person(made, **fields)
        if year is not None:
            make_person_year(person, **year)
        persons.append(person)
    if facts is not None:
        make_household_year(made, **({} if facts is True else facts))
    amount = ORDINARY * max(len(members), 1)
    given = {"other_transfer": amount, "transfer": amount} if income is True else income
    with scopes.acting(planter()):
        here = {"household": made, "division_id": made.division_id}
        for year, fields in ((2018, given), (2017, last)):
            if fields is not None:
                HouseholdIncome.objects.create(**here, year=year, **fields)
        if guarantees is not None:
            verdicts = dict.fromkeys(GUARANTEES, "met") | ({} if guarantees is True else guarantees)
            GuaranteeStatus.objects.create(**here, year=2018, **verdicts)
    return Family(made, persons)


def hits(rule: str, date: datetime.date = REFERENCE, **context: Any) -> set[tuple[str, int]]:
    """What a rule finds in the region, as (object kind, id)."""
    context.setdefault("settings", Settings.of(LINES))
    with scopes.acting(planter()):
        rows = rows_of(RULES[rule], Context.at(date, **context))
    return {(row[1], row[2]) for row in rows}


def assert_cases(rule: str, cases: Iterable[tuple[str, str, list[dict[str, Any]], dict[str, Any], set[Any]]]) -> None:
    """Plant every case of a rule (rule, what, members, more of the family, names of the expected hits) side by side:
    each family is hit exactly as expected, and nobody else."""
    own = {what: (members, more, expected) for name, what, members, more, expected in cases if name == rule}
    families = {what: family(*members, **more) for what, (members, more, _expected) in own.items()}
    found = hits(rule)
    named = {
        what: {name for name in made.names(found) if not isinstance(name, tuple)} for what, made in families.items()
    }
    assert named == {what: expected for what, (_members, _more, expected) in own.items()}
    assert len(found) == sum(map(len, named.values()))
