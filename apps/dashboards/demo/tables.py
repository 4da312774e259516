"""How records become lines of PostgreSQL's COPY text format, and the columns that are the same in every row.

Numbers are sealed here: from here on nobody reads them without the key.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, fields
from decimal import Decimal
from operator import attrgetter
from typing import Any

from django.db import models

from apps.access.models import Pairing
from apps.cadres.models import Cadre, Duty, HelpingUnit, TaskForce
from apps.common.sealing import blind_index, seal
from apps.dashboards.demo import records
from apps.households import models as register
from apps.households.services.numbers import write_number_facts, write_phone_fact

Known = Callable[[str], bool]

# When the register says it was written: the evening of its reference date, whenever it is made.
WRITTEN_AT = "2018-12-31 18:00:00+08"


def _array(values: list[str]) -> str:
    return "{" + ",".join(values) + "}"


_TEXT: dict[type, Callable[[Any], str]] = {
    type(None): lambda _value: "\\N",
    bool: lambda value: "t" if value else "f",
    str: str,
    int: str,
    float: repr,
    Decimal: str,
    datetime.date: datetime.date.isoformat,
    list: _array,
    bytes: lambda value: "\\\\x" + value.hex(),
}


def line(row: Iterable[Any]) -> str:
    """One row in COPY's text format. Texts hold no tab, line end or backslash: all are made here."""
    return "\t".join([_TEXT[type(value)](value) for value in row]) + "\n"


@dataclass(frozen=True)
class Table:
    """One table: the record's fields that go in as they are, what is computed, and what every row shares.

    `only_staged` are fields of the record that are no columns of the table, with their type in SQL.
    """

    model: type[models.Model]
    record: type
    computed: tuple[str, ...] = ()
    compute: Callable[[Any, Known], tuple[Any, ...]] | None = None
    left_out: tuple[str, ...] = ()
    constants: dict[str, Any] = field(default_factory=dict)
    only_staged: dict[str, str] = field(default_factory=dict)

    @property
    def plain(self) -> tuple[str, ...]:
        """The record's own fields, in its order."""
        return tuple(one.name for one in fields(self.record) if one.name not in self.left_out)

    @property
    def columns(self) -> tuple[str, ...]:
        """What a line holds, in order."""
        return (*self.plain, *self.computed)

    def lines(self, rows: Iterable[Any], known: Known) -> Iterator[str]:
        """The rows as COPY wants them; `known` tells of the first six digits of an ID number. No database is asked."""
        plain = attrgetter(*self.plain)
        if self.compute is None:
            return (line(plain(row)) for row in rows)
        compute = self.compute
        return (line((*plain(row), *compute(row, known))) for row in rows)


class _Sheet:
    """Stands in for a model instance where the register's own functions write the facts of a number."""

    def __init__(self, **values: Any) -> None:
        self.__dict__.update(values)


def _sealed(kind: str, number: str | None) -> tuple[bytes | None, bytes | None]:
    return (seal(kind, number), blind_index(kind, number)) if number else (None, None)


def _household(row: records.Household, _known: Known) -> tuple[Any, ...]:
    sheet: Any = _Sheet(phone=row.phone)
    write_phone_fact(sheet)
    return (*_sealed("phone", row.phone), sheet.phone_ok, *_sealed("bank", row.bank_account))


def _person(row: records.Person, known: Known) -> tuple[Any, ...]:
    sheet: Any = _Sheet(id_no=row.id_no, disability_no=row.disability_no, birth_date=row.birth_date)
    write_number_facts(sheet, known=known)
    return (
        *_sealed("citizen", row.id_no),
        sheet.id_length,
        sheet.id_check_ok,
        sheet.id_sex,
        sheet.id_birth_ok,
        sheet.id_division_known,
        seal("disability", row.disability_no) if row.disability_no else None,
        sheet.disability_no_ok,
        sheet.disability_grade,
    )


def _conflict(row: records.Conflict, _known: Known) -> tuple[Any, ...]:
    return (blind_index("citizen", row.id_no),)


_VERSIONED = {"version": 1, "created_at": WRITTEN_AT, "updated_at": WRITTEN_AT}

HOUSEHOLD = Table(
    register.Household,
    records.Household,
    ("phone", "phone_index", "phone_ok", "bank_account", "bank_account_index"),
    _household,
    ("phone", "bank_account"),
    {**_VERSIONED, "signed_by_head": ""},
)
PERSON = Table(
    register.Person,
    records.Person,
    (
        "id_no",
        "id_no_index",
        "id_length",
        "id_check_ok",
        "id_sex",
        "id_birth_ok",
        "id_division_known",
        "disability_no",
        "disability_no_ok",
        "disability_grade",
    ),
    _person,
    ("id_no", "disability_no"),
    {**_VERSIONED, "is_active": True},
)
PERSON_YEAR = Table(register.PersonYear, records.PersonYear, constants={**_VERSIONED, "dropout_evidence": ""})
HOUSEHOLD_YEAR = Table(
    register.HouseholdYear, records.HouseholdYear, constants={**_VERSIONED, "alternative_dwelling": ""}
)
INCOME = Table(register.HouseholdIncome, records.HouseholdIncome, constants=_VERSIONED)
GUARANTEE = Table(register.GuaranteeStatus, records.GuaranteeStatus, constants={**_VERSIONED, "evidence": ""})
STATUS_EVENT = Table(register.StatusEvent, records.StatusEvent, constants={"recorded_at": WRITTEN_AT})
NATURAL_CHANGE = Table(
    register.NaturalChange,
    records.NaturalChange,
    constants={"reported_at": WRITTEN_AT, "evidence": "", "campaign": ""},
)
CONFLICT = Table(
    register.RegistrationConflict,
    records.Conflict,
    ("id_no_index",),
    _conflict,
    ("id_no",),
    {"state": "open", "noticed_at": WRITTEN_AT},
)
UNIT = Table(HelpingUnit, records.Unit, constants=_VERSIONED)
CADRE = Table(
    Cadre,
    records.Cadre,
    ("phone", "phone_index"),
    lambda row, _known: _sealed("phone", row.phone),
    ("phone",),
    {**_VERSIONED},
    {"account": "text", "unit": "text"},
)
TEAM = Table(TaskForce, records.Team, constants={**_VERSIONED, "reason": ""}, only_staged={"unit": "text"})
DUTY = Table(
    Duty,
    records.Duty,
    ("phone", "phone_index"),
    lambda row, _known: _sealed("phone", row.phone),
    ("phone",),
    {**_VERSIONED, "reason": ""},
    {"cadre": "text", "unit": "text"},
)
PAIRING = Table(
    Pairing,
    records.Pairing,
    ("phone", "phone_index"),
    lambda row, _known: _sealed("phone", row.phone),
    ("phone",),
    {**_VERSIONED, "reason": ""},
    {"helper": "text"},
)
COUNTER = Table(register.CodeCounter, records.Counter)
