"""What an importer of one kind of record offers, and the registry of kinds. Apps further down register theirs."""

from __future__ import annotations

import abc
import hashlib
import json
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.access.scope import Scope
from apps.common.wording import labelled
from apps.pages.imports.workbook import Table

Progress = Callable[[int], None]


class Outcome(models.TextChoices):
    """What becomes of one unit (a household) of a file."""

    ADDED = "a", _("新增")
    CHANGED = "c", _("变更")
    UNCHANGED = "u", _("无变化")
    REFUSED = "r", _("拒绝")


@dataclass(frozen=True)
class Counts:
    """How many units of each outcome."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0

    @property
    def written(self) -> int:
        return self.added + self.changed

    def __str__(self) -> str:
        return f"added {self.added} changed {self.changed} unchanged {self.unchanged} refused {self.refused}"


@dataclass(frozen=True)
class Difference:
    """One value that an import would change: whose, which column, from, to; already as people read it."""

    who: str
    field: str
    before: str
    after: str


@dataclass(frozen=True)
class Fault:
    """Why a row is refused: row number in the file, header of the column, reason, stable code."""

    row: int
    field: str
    message: str
    code: str = "invalid"

    def __str__(self) -> str:
        return labelled(self.field, self.message) if self.field else self.message


@dataclass
class Unit:
    """One household of a file and what becomes of it. `seq` is its place in the file, `division` None if unknown."""

    seq: int
    key: str
    title: str
    division: int | None
    row: int
    rows: int
    outcome: str
    differences: list[Difference] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """Short text that differs whenever something else would be changed."""
        if not self.differences:
            return ""
        pairs = [[one.who, one.field, one.before, one.after] for one in self.differences]
        return hashlib.sha256(json.dumps(pairs, ensure_ascii=False).encode()).hexdigest()[:32]


class Stage(abc.ABC):
    """A file read, checked and compared with the register. It lives as long as the transaction it was made in."""

    year: int | None = None
    rows: int
    warnings: list[str]

    @abc.abstractmethod
    def counts(self) -> Counts:
        """How many households are added, changed, unchanged, refused."""

    @abc.abstractmethod
    def units(self, outcomes: Collection[str]) -> Iterator[Unit]:
        """The households of these outcomes, and those of which something is noted, in the order of the file."""

    @abc.abstractmethod
    def settle(self) -> None:
        """Hold what would be changed until the transaction ends, and compare once more."""

    @abc.abstractmethod
    def refuse(self, reasons: dict[int, str]) -> None:
        """Refuse further households, by `seq`."""

    @abc.abstractmethod
    def reasons(self) -> dict[int, str]:
        """For the error workbook: every row of every refused household → why, in words."""

    @abc.abstractmethod
    def apply(self, *, by: Any) -> None:
        """Write what was accepted. The caller's transaction makes it whole."""


class Importer(abc.ABC):
    """One kind of import."""

    kind: ClassVar[str]
    title: ClassVar[str | Promise]
    capability: ClassVar[str]
    template_url: ClassVar[str]
    yearly: ClassVar[bool] = True
    """Whether a file is about a year, which its title or its bringer names."""
    accepts: ClassVar[str | Promise] = _("国家系统导出的 .xlsx、.xls 或 .csv 文件，或填好的导入模板；不超过 100 MB。")
    """What the upload page says of the file."""

    @abc.abstractmethod
    def known_headers(self) -> Collection[str]:
        """All headers this kind recognises, in the form of `workbook.bare`."""

    @abc.abstractmethod
    def stage(self, table: Table, *, scope: Scope, year: int | None, progress: Progress) -> Stage:
        """Read and check a file in the scope of who imports it. FileRefused when it cannot be used as a whole."""


_importers: dict[str, Importer] = {}


def register(importer: Importer) -> None:
    """Offer a kind of import; called when an app is ready."""
    _importers[importer.kind] = importer


def importers() -> list[Importer]:
    """All kinds, in the order of registration."""
    return list(_importers.values())


def importer(kind: str) -> Importer:
    """The importer of a kind; KeyError when there is none."""
    return _importers[kind]
