"""From rows of the file to lines of the temporary tables: cells read, numbers sealed, rows checked.

The one loop that touches every cell, so it is written for speed: labels and amounts repeat, and each column remembers
what it has read; a household's columns repeat on every row, and are read once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from operator import itemgetter
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from apps.common import numbers
from apps.common.sealing import key_service
from apps.common.wording import listed
from apps.households.imports import tables
from apps.households.imports.columns import (
    ID_NO_REQUIRED_UNLESS_TYPE,
    OF_HOUSEHOLD,
    PLACE,
    POLITICAL_FROM_AGE,
    Field,
    Layout,
    field_of,
)
from apps.households.imports.places import Place, Places
from apps.households.services.numbers import division_known
from apps.households.validators import validate_causes, validate_health
from apps.pages.imports.cells import CellError, clean
from apps.pages.imports.workbook import Cell, Row

NULL = "\\N"
# Null where the cell was wrong: nothing further is said about it. Equal to NULL, but not the same object.
WRONG = "".join(("\\", "N"))
FLUSH = 5000
REMEMBERED = 20_000
# Columns whose values hardly repeat.
UNIQUE = frozenset({"national_no", "name"})

Read = Callable[[Cell], str]


class Remembered(dict[Cell, str]):
    """What a column's cells mean, read once each."""

    def __init__(self, read: Read) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, cell: Cell) -> str:
        if len(self) > REMEMBERED:
            self.clear()
        value = self[cell] = self._read(cell)
        return value


def reader(field: Field) -> Read:
    """A function from a cell to the text of its value for `tables.copy`; CellError when it is none."""
    # Free text may hold anything; of an encrypted number the clear text is needed first.
    parse, escape = field.parse, tables.escape if not field.sealed else str
    # A text column that is never null keeps an empty text, an array an empty array.
    model_field = None if field.section == PLACE else field.model_field
    empty = NULL
    if model_field is not None and not model_field.null:
        empty = "{}" if isinstance(model_field, ArrayField) else ""

    def read(cell: Cell) -> str:
        value = parse(cell)
        if value is not None:
            return escape(value)
        if field.required:
            raise CellError(_("必填项为空。"))
        return empty

    if field.sealed or field.name in UNIQUE:
        return read
    return Remembered(read).__getitem__


class RowReader:
    """Reads rows into the temporary tables and keeps what later rows are compared with."""

    def __init__(self, columns: tables.Columns, places: Places, year: int) -> None:
        self.division_known = division_known()
        self.columns, self.places, self.year = columns, places, year
        layout: Layout = columns.layout
        self.width = max(layout.at.values()) + 1
        self.more = layout.more
        self.household_plan = [(reader(field), layout.at[field]) for field in columns.household]
        self.person_plan = [(reader(field), layout.at[field]) for field in columns.person]
        self.place_at = [layout.at.get(field_of(PLACE, name)) for name in PLACE_NAMES]
        self.repeated = itemgetter(*(at for _field, at in layout.of(*OF_HOUSEHOLD)))
        of_household = {field.name: position for position, field in enumerate(columns.household)}
        of_person = {field.name: position for position, field in enumerate(columns.person)}
        self.h, self.p = of_household, of_person
        self.sealed = [(field, position) for position, field in enumerate(columns.household) if field.sealed]
        # seq → (first row, what the household's columns say); the year's numbers → (seq, row).
        self.households: dict[str, tuple[int, int, int]] = {}
        self.persons: dict[str, tuple[int, int]] = {}
        self.numbers: dict[str, tuple[int, int]] = {}
        self.seq = self.read = 0
        self.lines: dict[str, list[str]] = {tables.HOUSEHOLD: [], tables.PERSON: [], tables.PROBLEM: []}
        self._places: dict[tuple[Cell, ...], Place] = {}
        self._last: Any = None
        self._values: list[str] = []
        service = key_service()
        self._seal, self._index = service.seal, service.index

    def read_all(self, rows: Iterable[Row]) -> Iterator[int]:
        """Read every row; after each few thousand they are in the tables and their number so far is given out."""
        for number, cells in rows:
            if len(cells) < self.width:
                cells += [""] * (self.width - len(cells))
            for first, others in self.more.items():
                cells[first] = "、".join(str(cells[at]) for at in (first, *others) if cells[at] != "")
            repeated = self.repeated(cells)
            if repeated != self._last:
                self._household(number, cells)
                self._last = repeated if self._keyed else None
            self._person(number, cells)
            self.read += 1
            if self.read % FLUSH == 0:
                self._flush()
                yield self.read
        self._flush()
        yield self.read

    def _flush(self) -> None:
        for table, lines in self.lines.items():
            names = PROBLEM_COLUMNS if table == tables.PROBLEM else self.columns.copy_columns(table)
            tables.copy(table, names, lines)
            lines.clear()

    def _problem(self, seq: int, row: int, header: str, message: str, code: str = "invalid") -> None:
        text = tables.escape(message)
        self.lines[tables.PROBLEM].append(f"{seq}\t{row}\t{tables.escape(header)}\t{code}\t{text}")

    def _carefully(
        self, seq: int, row: int, fields: list[Field], plan: list[tuple[Read, int]], cells: list[Cell]
    ) -> list[str]:
        """Read cell by cell where one of them is wrong; wrong ones become null and a problem each."""
        values = []
        for field, (read, at) in zip(fields, plan, strict=True):
            try:
                values.append(read(cells[at]))
            except CellError as error:
                self._problem(seq, row, field.header, str(error), "cell")
                values.append(WRONG)
        return values

    # --- the household -----------------------------------------------------------------------------------------------

    def _household(self, row: int, cells: list[Cell]) -> None:
        """A new household, or a further row of an earlier one whose columns must say the same."""
        try:
            values = [read(cells[at]) for read, at in self.household_plan]
        except CellError:
            values = []
        place = self._place(cells)
        key = values[self.h["national_no"]] if values else self._key(cells)
        self._keyed = key != NULL
        seen = self.households.get(key) if self._keyed else None
        if seen is not None:
            self._again(seen, row, cells, values, place)
            return
        self.seq = seq = len(self.households) + 1
        first_values = values or self._carefully(seq, row, self.columns.household, self.household_plan, cells)
        # Rows without a number are households of their own; they are counted under a key that no number has.
        self.households[key if self._keyed else f"#{row}"] = (seq, row, hash((place.village, *first_values)))
        self._values = first_values
        if place.village is None:
            self._problem(seq, row, place.header, place.message, "place")
        self._check_household(seq, row, first_values)
        self._write_household(seq, row, place.village, first_values)

    def _key(self, cells: list[Cell]) -> str:
        try:
            read, at = self.household_plan[self.h["national_no"]]
            return read(cells[at])
        except CellError:
            return NULL

    def _place(self, cells: list[Cell]) -> Place:
        written = tuple("" if at is None else cells[at] for at in self.place_at)
        found = self._places.get(written)
        if found is None:
            found = self._places[written] = self.places.resolve(tuple(map(clean, written)))  # type: ignore[arg-type]
        return found

    def _again(self, seen: tuple[int, int, int], row: int, cells: list[Cell], values: list[str], place: Place) -> None:
        seq, first_row, said = seen
        adjacent = seq == self.seq
        self.seq = seq
        if values and hash((place.village, *values)) == said:
            return
        if not values:
            values = self._carefully(seq, row, self.columns.household, self.household_plan, cells)
        if place.village is None:
            self._problem(seq, row, place.header, place.message, "place")
        different = ""
        if adjacent:
            pairs = zip(self.columns.household, values, self._values, strict=True)
            different = listed(field.header for field, one, other in pairs if one != other)
        self._problem(
            seq,
            row,
            different or "户编号",
            _("同一户各行的户信息不一致，与第%(row)d行不同。") % {"row": first_row},
            "differs",
        )

    def _check_household(self, seq: int, row: int, values: list[str]) -> None:
        h = self.h
        main = values[h["cause_main"]]
        other = values[h["cause_other"]] if "cause_other" in h else NULL
        if other not in (NULL, "{}"):
            try:
                validate_causes(main, other[1:-1].split(","))
            except ValidationError as error:
                self._problem(seq, row, "其他致贫原因", " ".join(error.messages), "causes")
        grade, dangerous = values[h["dwelling_grade"]], values[h["is_dangerous"]] if "is_dangerous" in h else NULL
        if NULL not in (grade, dangerous) and (dangerous == "t") != (grade in "CD"):
            self._problem(seq, row, "是否危房户", _("与危房级别不一致，C级、D级为危房。"), "dangerous")

    def _write_household(self, seq: int, row: int, village: int | None, values: list[str]) -> None:
        line, derived = list(values), []
        for field, position in self.sealed:
            clear = values[position]
            if clear == NULL:
                derived += [NULL, NULL] if field.name == "phone" else [NULL]
                continue
            line[position], index = self._numbers(field.sealed, clear)
            derived.append(index)
            if field.name == "phone":
                derived.append("t" if numbers.phone_ok(clear) else "f")
        if "is_dangerous" not in self.h:
            grade = values[self.h["dwelling_grade"]]
            derived.append(NULL if grade == NULL else "t" if grade in "CD" else "f")
        place = NULL if village is None else str(village)
        self.lines[tables.HOUSEHOLD].append("\t".join([str(seq), str(row), place, *line, *derived]))

    def _numbers(self, kind: str, clear: str) -> tuple[str, str]:
        """The sealed number and its blind index, as text of a bytea."""
        data = clear.encode()
        indexed = data[:18] if kind == "citizen" else data
        return "\\\\x" + self._seal(kind, data).hex(), "\\\\x" + self._index(kind, indexed)[0].hex()

    # --- the person --------------------------------------------------------------------------------------------------

    def _person(self, row: int, cells: list[Cell]) -> None:
        seq, p = self.seq, self.p
        try:
            values = [read(cells[at]) for read, at in self.person_plan]
        except CellError:
            values = self._carefully(seq, row, self.columns.person, self.person_plan, cells)
        self._once(self.persons, values[p["national_no"]], seq, row, "人编号", "national_no")
        clear = values[p["id_no"]]
        facts = numbers.IdFacts()
        if clear != NULL:
            facts = numbers.id_facts(clear, self.division_known)
            self._check_number(seq, row, clear, facts)
        elif clear is not WRONG and values[p["id_type"]] != ID_NO_REQUIRED_UNLESS_TYPE:
            self._problem(seq, row, "证件号码", _("必填项为空。"), "cell")
        birth = (
            facts.birth_date.isoformat() if facts.birth_date else values[p["birth_date"]] if "birth_date" in p else NULL
        )
        political = values[p["political"]]
        if (
            political == NULL
            and political is not WRONG
            and birth != NULL
            and self.year - int(birth[:4]) >= POLITICAL_FROM_AGE
        ):
            self._problem(seq, row, "政治面貌", _("年满18周岁的必填。"), "cell")
        health = values[p["health"]]
        if len(health) > 4:
            try:
                validate_health(health[1:-1].split(","))
            except ValidationError as error:
                self._problem(seq, row, "健康状况", " ".join(error.messages), "health")
        self._write_person(seq, row, values, clear, facts, birth)

    def _check_number(self, seq: int, row: int, clear: str, facts: numbers.IdFacts) -> None:
        if facts.length not in numbers.ID_LENGTHS:
            message = _("为%(n)d位，应为18、20或22位（ID-01）。") % {"n": facts.length}
            self._problem(seq, row, "证件号码", message, "ID-01")
        elif not facts.check_ok:
            self._problem(seq, row, "证件号码", _("第18位校验码不符（ID-02）。"), "ID-02")
        else:
            self._once(self.numbers, clear[:18], seq, row, "证件号码", "ID-03")

    def _once(self, seen: dict[str, tuple[int, int]], key: str, seq: int, row: int, header: str, code: str) -> None:
        """Refuse the later of two households that claim one number."""
        if key == NULL:
            return
        other = seen.setdefault(key, (seq, row))
        if other == (seq, row):
            return
        if other[0] <= seq:
            later, here, there = seq, row, other[1]
        else:
            later, here, there = other[0], other[1], row
            seen[key] = (seq, row)
        message = _("与第%(row)d行重复（%(code)s）。") if code.startswith("ID") else _("与第%(row)d行重复。")
        self._problem(later, here, header, message % {"row": there, "code": code}, code)

    def _write_person(
        self, seq: int, row: int, values: list[str], clear: str, facts: numbers.IdFacts, birth: str
    ) -> None:
        """One line; what is derived stands in the order of `Columns.derived`."""
        p, derived = self.p, NO_FACTS
        line = [str(seq), str(row), *values]
        if clear != NULL:
            line[2 + p["id_no"]], index = self._numbers("citizen", clear)
            derived = [
                index,
                str(facts.length),
                _flag(facts.check_ok),
                facts.sex or NULL,
                _flag(facts.birth_ok),
                _flag(facts.division_known),
            ]
        line += derived
        if "disability_no" in p:
            fits = grade = NULL
            if (certificate := values[p["disability_no"]]) != NULL:
                line[2 + p["disability_no"]], _index = self._numbers("disability", certificate)
                owner = None if clear == NULL else clear
                fits = _flag(numbers.disability_no_ok(certificate, owner))
                grade = numbers.disability_grade(certificate, owner) or NULL
            line += [fits, grade]
        if "birth_date" in p:
            line[2 + p["birth_date"]] = birth
        else:
            line.append(birth)
        self.lines[tables.PERSON].append("\t".join(line))


PLACE_NAMES = ("region", "league", "county", "township", "village")
NO_FACTS = [NULL] * 6
PROBLEM_COLUMNS = ("seq", "row", "field", "code", "message")


def _flag(value: bool | None) -> str:
    return NULL if value is None else "t" if value else "f"
