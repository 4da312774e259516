"""What a rule is: its declaration, and the rows it finds in the one shape that every use shares."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import BigIntegerField, CharField, Expression, F, QuerySet, Value
from django.db.models.functions import Cast, JSONObject
from django.utils.functional import Promise

from apps.access.scope import Range
from apps.crosschecks.catalogue import Entry, catalogue
from apps.crosschecks.choices import OF_HOUSEHOLD, ObjectKind
from apps.crosschecks.rules.context import Context
from apps.crosschecks.rules.coverage import Needs, Versions, certain, coverage, of_year, placed_in
from apps.crosschecks.rules.parameters import PARAMETERS, Parameter

Evidence = Mapping[str, "str | Expression"]
Condition = Callable[[Any, Context], "QuerySet[Any]"]

# Columns of a hit, in this order, for every rule alike.
COLUMNS = ("rule", "object_kind", "object_id", "side", "household_id", "person_id", "division_id", "evidence")

_rules: dict[str, Rule] = {}


@dataclass(frozen=True)
class Rule:
    """One rule that can run.

    `find` narrows the rows under test to the offending ones and annotates what the evidence names. `blocks` is the
    form field that refuses the entry. `statuses` are those that the condition names itself (none: the register).
    `place` and `key` name the columns that say where the object lies and which one it is. `places` are columns of a
    conflict whose divisions get a finding each; `only_at` names evidence that just one of
    them may see. A rule with `looks_around` compares households with each other: within a narrow scope it can prove a
    hit but not the absence of one. `on_save` is false for a rule that only the night can ask; so is
    every rule with `needs`, the departments' data that its condition reads: whoever saves a form sees none of them.
    With `of_year` only data with rows of the register year count. A rule with `suspects` nests conditions so that
    DuckDB would compare every row with every other: it is asked this wider question instead, in SQL of PostgreSQL,
    (key, division) of each row, and the register decides. A rule may find objects of further
    kinds (`also`): its condition is then put to the rows of each kind, and PostgreSQL alone is asked.
    """

    entry: Entry
    find: Condition
    on: ObjectKind
    text: str | Promise
    condition: str | Promise
    evidence: tuple[str, ...]
    paths: Mapping[str, str]
    parameters: tuple[Parameter, ...] = ()
    statuses: tuple[str, ...] = ()
    blocks: str = ""
    places: tuple[str, ...] = ()
    place: str = "division_id"
    key: str = "pk"
    only_at: Mapping[str, str] = field(default_factory=dict)
    looks_around: bool = False
    on_save: bool = True
    needs: Needs = ()
    of_year: bool = False
    suspects: Callable[[Context], str] | None = None
    also: tuple[ObjectKind, ...] = ()
    missing: Callable[[], str] | None = None

    @property
    def id(self) -> str:
        return self.entry.id

    def waits_for(self) -> str:
        """Why the rule cannot run now, for people; empty when it can."""
        return self.missing() if self.missing else ""

    def coverage(self, versions: Versions, year: int) -> tuple[Range, ...]:
        """The ranges in which the departments' data that it reads are in force; of that year, where it asks so."""
        return coverage(self.needs, of_year(versions, year) if self.of_year else versions)

    def certain(self, versions: Versions, year: int) -> tuple[Range, ...]:
        """The ranges in which it can say that there is nothing."""
        return certain(self.needs, of_year(versions, year) if self.of_year else versions)

    def rows(self, context: Context) -> QuerySet[Any]:
        """The offending rows: households, persons, or whatever it is about."""
        return self._rows(context, self.on)

    def each(self, context: Context) -> list[tuple[ObjectKind, QuerySet[Any]]]:
        """The offending rows of every kind that it is about."""
        return [(kind, self._rows(context, kind)) for kind in (self.on, *self.also)]

    def _rows(self, context: Context, kind: ObjectKind) -> QuerySet[Any]:
        if kind == ObjectKind.DATASET:
            return self._sent(context)
        rows = context.rows(kind, self.statuses)
        if self.needs:
            rows = rows.filter(placed_in(self.coverage(context.versions, context.year)))
        return self.find(rows, context)

    def _sent(self, context: Context) -> QuerySet[Any]:
        """Of a department's own rows those that offend, at the place that each of them names."""
        rows = self.find(context.department(self.needs[0][0]), context)
        return rows.filter(**{f"{self.place}__range": (context.low, context.high)})

    def hits(self, context: Context) -> list[QuerySet[Any]]:
        """The offending rows as tuples of COLUMNS; one queryset for each kind, or one per place of a conflict."""
        if not self.places:
            return [self._shaped(kind, rows.order_by(), F(self.place), Value(0)) for kind, rows in self.each(context)]
        rows = self.rows(context).order_by()
        return [
            self._shaped(
                self.on, rows.filter(**{f"{place}__range": (context.low, context.high)}), F(place), F(place), place
            )
            for place in self.places
        ]

    def objects(self, context: Context) -> QuerySet[Any]:
        """Which objects offend, as (key, division), without the evidence."""
        rows = self.rows(context).order_by()
        return rows.annotate(hit_object_id=F(self.key), hit_division_id=F(self.place)).values_list(
            "hit_object_id", "hit_division_id"
        )

    def _shaped(
        self, kind: ObjectKind, rows: QuerySet[Any], division: Any, side: Any, place: str = ""
    ) -> QuerySet[Any]:
        """The eight columns of a hit. Their names carry a prefix, so that they never meet a field's."""
        nobody = Cast(Value(None), BigIntegerField())
        household = {"household": F("pk"), "person": F("household_id")}
        household |= dict.fromkeys(map(str, OF_HOUSEHOLD), F("household_id"))
        person = {"person": F("pk"), "change": F("person_id")}
        evidence: dict[str, Any] = {name: F(self.paths.get(name, name)) for name in self.evidence}
        if place:
            hidden = [name for name, where in self.only_at.items() if where != place]
            evidence = {name: value for name, value in evidence.items() if name not in hidden}
            evidence["place"] = Value(place, output_field=CharField())
        columns = {
            "rule": Value(self.id, output_field=CharField()),
            "object_kind": Value(str(kind), output_field=CharField()),
            "object_id": F(self.key),
            "side": Cast(side, BigIntegerField()),
            "household_id": household.get(kind, nobody),
            "person_id": person.get(kind, nobody),
            "division_id": Cast(division, BigIntegerField()),
            "evidence": JSONObject(**evidence),
        }
        named = {f"hit_{name}": columns[name] for name in COLUMNS}
        return rows.annotate(**named).values_list(*named)


def rule(
    identifier: str,
    *,
    on: ObjectKind,
    text: str | Promise,
    condition: str | Promise,
    evidence: Sequence[str | tuple[str, str]],
    parameters: Sequence[str] = (),
    needs: Sequence[str | Sequence[str]] = (),
    **more: Any,
) -> Callable[[Condition], Condition]:
    """Declare the function below as the rule of the catalogue with this id.

    `evidence` names the columns that prove a hit; (name, path) where the ORM path differs. `text` is a template over
    them, `condition` says in words for people what the function says in code. `needs` names the data sets that the
    condition reads; of several in one group one is enough.
    """

    def declare(find: Condition) -> Condition:
        if identifier in _rules:
            raise ValueError(f"{identifier} is declared twice")
        names = tuple(one if isinstance(one, str) else one[0] for one in evidence)
        _rules[identifier] = Rule(
            entry=catalogue()[identifier],
            find=find,
            on=on,
            text=text,
            condition=condition,
            evidence=names,
            paths=dict(one for one in evidence if not isinstance(one, str)),
            parameters=tuple(PARAMETERS[name] for name in parameters),
            needs=tuple((one,) if isinstance(one, str) else tuple(one) for one in needs),
            **({"on_save": False} if needs else {}) | more,
        )
        return find

    return declare


def registered() -> dict[str, Rule]:
    """The declared rules by id, in the order of the catalogue."""
    return {name: _rules[name] for name in catalogue() if name in _rules}
