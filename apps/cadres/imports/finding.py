"""Which household and whom a row names, among those that the importing official sees: by sets, never row by row.

What he does not see is answered like what is not there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from apps.access.models import Pairing
from apps.access.scope import Scope
from apps.cadres.imports.sheets import HouseholdLine
from apps.cadres.models import Cadre
from apps.common.sealing import blind_indexes
from apps.households.models import Household
from apps.pages.imports.sheets import chunks


def households(lines: Sequence[HouseholdLine], scope: Scope) -> dict[int, Household]:
    """The households that the lines name, by key, with the name of the head; `household` of each line is set."""
    found: dict[int, Household] = {}
    keys: dict[str, dict[str, int]] = {"national_no": {}, "code": {}}
    for name, known in keys.items():
        for some in chunks({line.values[name] for line in lines if name in line.values}):
            rows = Household.objects.visible_to(scope).filter(**{f"{name}__in": some})
            for one in rows.select_related("division").with_head():
                found[one.pk] = one
                known[getattr(one, name)] = one.pk
    for line in lines:
        named = [known.get(line.values[name]) for name, known in keys.items() if name in line.values]
        if named and None not in named and len(set(named)) == 1:
            line.household = named[0]
        elif named:
            field = "national_no" if "national_no" in line.values else "code"
            line.refuse(field, _("没有这一户，或者它不在您的范围内。"), "not_found")
    return found


def cadres(lines: Sequence[HouseholdLine], scope: Scope) -> dict[int, Cadre]:
    """The cadres that the lines name, by key; `cadre` of each line is set. All that a row says of one has to fit."""
    asked: dict[str, set[Any]] = defaultdict(set)
    for line in lines:
        for column, value in _marks(line):
            asked[column].update(value if isinstance(value, tuple) else (value,))
    found: dict[int, Cadre] = {}
    having: dict[tuple[str, Any], set[int]] = defaultdict(set)
    for column, values in asked.items():
        for some in chunks(values):
            rows = Cadre.objects.visible_to(scope).filter(Q(**{f"{column}__in": some})).select_related("unit")
            for one in rows:
                found[one.pk] = one
                having[column, getattr(one, column)].add(one.pk)
    for line in lines:
        line.cadre = _one(line, having, found)
    return found


def open_pairings(keys: Collection[int], *, held: bool = False) -> dict[int, list[Pairing]]:
    """The pairings in force of households, by household; `held`: locked until the transaction ends."""
    found: dict[int, list[Pairing]] = defaultdict(list)
    for some in chunks(keys):
        rows = Pairing.objects.filter(household__in=some, until_on=None).order_by("household_id", "pk")
        for pairing in rows.select_for_update() if held else rows:
            found[pairing.household_id].append(pairing)
    return found


def _marks(line: HouseholdLine) -> Iterator[tuple[str, Any]]:
    """What a line says of a cadre: the field and the value, or the values that a number may be indexed under."""
    for name, column in (("cadre_code", "code"), ("person", "name")):
        if name in line.values:
            yield column, line.values[name]
    for name, kind in (("phone", "phone"), ("id_no", "citizen")):
        if name in line.values:
            yield f"{name}_index", blind_indexes(kind, line.values[name])


def _one(line: HouseholdLine, having: dict[tuple[str, Any], set[int]], found: dict[int, Cadre]) -> int | None:
    marks = list(_marks(line))
    if not marks:
        return None
    fitting = [
        set().union(*(having.get((column, one), set()) for one in (value if isinstance(value, tuple) else (value,))))
        for column, value in marks
    ]
    keys = set.intersection(*fitting)
    if unit := line.values.get("unit"):
        keys = {key for key in keys if (of := found[key].unit) is not None and of.name == unit}
    if len(keys) == 1:
        return keys.pop()
    if keys:
        line.refuse("person", _("有多名干部符合，请补充干部编码、电话或证件号码。"), "several")
    else:
        line.refuse("person", _("没有这名干部，或者不在您的范围内。"), "not_found")
    return None
