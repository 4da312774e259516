"""The register's importer: a file of the national system, staged, compared and applied."""

# ruff: noqa: S608  # names of tables are the program's own; values are parameters

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.access.scope import Scope
from apps.common import savechecks
from apps.common.wording import clauses, listed
from apps.households.imports import applying, describing, matching, tables
from apps.households.imports.columns import Layout, known_headers, layout
from apps.households.imports.places import CAPABILITY, Places
from apps.households.imports.rows import RowReader
from apps.households.imports.tables import HOUSEHOLD, MEMBER, NOTE, PERSON, PROBLEM, UNIT, Columns, execute, fetch
from apps.households.services.conflicts import note_conflict
from apps.pages.imports.files import FileRefused
from apps.pages.imports.importer import Counts, Importer, Outcome, Progress, Stage, Unit
from apps.pages.imports.sheets import not_known
from apps.pages.imports.workbook import Table

_YEAR = re.compile(r"(20\d{2})\s*年")
FIRST_YEAR, LAST_YEAR = 2013, 2100


class RegisterImporter(Importer):
    """建档立卡: households and persons of one year."""

    kind = "register"
    title = gettext_lazy("建档立卡贫困人口")
    capability = CAPABILITY
    template_url = "household-import-template"

    def known_headers(self) -> Collection[str]:
        return known_headers().keys()

    def stage(self, table: Table, *, scope: Scope, year: int | None, progress: Progress) -> RegisterStage:
        found = layout(table.header)
        self._check_header(found)
        stage = RegisterStage(found, self._year(table, year), scope)
        stage.warnings += not_known(found.unknown)
        if year and year != stage.year:
            stage.warnings.append(_("按标题中的%(year)d年度导入。") % {"year": stage.year})
        stage.read(table, progress)
        return stage

    @staticmethod
    def _check_header(found: Layout) -> None:
        if found.missing:
            raise FileRefused(_("缺少必需的列：%(names)s。") % {"names": listed(found.missing)}, code="columns")
        if found.twice:
            raise FileRefused(_("有重复的列：%(names)s。") % {"names": listed(found.twice)}, code="columns")

    @staticmethod
    def _year(table: Table, given: int | None) -> int:
        stated = {int(year) for year in _YEAR.findall(table.title)}
        if len(stated) > 1:
            raise FileRefused(_("标题中有不止一个年度，请只写一个，如“（2018年度）”。"), code="year")
        year = stated.pop() if stated else given
        if year is None:
            raise FileRefused(_("标题中没有年度，如“（2018年度）”，也没有另外指定年度。"), code="year")
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise FileRefused(_("%(year)d不是可导入的年度。") % {"year": year}, code="year")
        return year


class RegisterStage(Stage):
    """One file in the temporary tables of this transaction."""

    year: int

    def __init__(self, found: Layout, year: int, scope: Scope) -> None:
        self.year, self.scope, self.rows = year, scope, 0
        self.warnings: list[str] = []
        self.columns = Columns(found)
        self.conflicts: list[matching.Conflict] = []

    def read(self, table: Table, progress: Progress) -> None:
        """Read the rows, then find out what each household would mean for the register."""
        self.columns.create()
        reader = RowReader(self.columns, Places.of(self.scope), self.year)
        for done in reader.read_all(table.rows):
            progress(done)
        self.rows = reader.read
        if not reader.read:
            raise FileRefused(_("表头下面没有数据行。"), code="empty")
        tables.index()
        self.conflicts = matching.match(self.columns, self.year, self.scope)

    def counts(self) -> Counts:
        found = dict(fetch(f"SELECT outcome, count(*) FROM {UNIT} GROUP BY outcome"))
        return Counts(*(found.get(outcome, 0) for outcome in Outcome.values))

    def units(self, outcomes: Collection[str]) -> Iterator[Unit]:
        matching.note_what_is_left_alone(self.year)
        describing.note_workflow_columns(self.columns)
        differences = describing.differences(self.columns, self.year) if Outcome.CHANGED in outcomes else {}
        faults = describing.faults() if Outcome.REFUSED in outcomes else {}
        notes = describing.notes()
        for seq, key, village, row, rows, head, outcome in fetch(
            "SELECT u.seq, coalesce(s.national_no, ''), u.village, s.first_row, count(*), "
            "coalesce(min(p.name) FILTER (WHERE p.relation = '01'), min(p.name), ''), u.outcome "
            f"FROM {UNIT} u JOIN {HOUSEHOLD} s USING (seq) JOIN {MEMBER} m ON m.seq = u.seq "
            f"JOIN {PERSON} p ON p.row = m.row "
            f"WHERE u.outcome = ANY (%s) OR u.seq IN (SELECT n.seq FROM {NOTE} n) "
            "GROUP BY u.seq, s.national_no, u.village, s.first_row, u.outcome ORDER BY u.seq",
            [list(outcomes)],
        ):
            yield Unit(
                seq, key, head, village, row, rows, outcome, differences.get(seq, []), faults.get(seq, []),
                notes.get(seq, []) if outcome != Outcome.REFUSED else [],
            )  # fmt: skip

    def refuse(self, reasons: dict[int, str]) -> None:
        for seq, reason in reasons.items():
            execute(
                f"INSERT INTO {PROBLEM} (seq, row, field, code, message) "
                f"SELECT seq, first_row, '', 'stale', %s FROM {HOUSEHOLD} WHERE seq = %s",
                [reason, seq],
            )
        execute(f"UPDATE {UNIT} SET outcome = 'r' WHERE seq = ANY (%s)", [list(reasons)])

    def reasons(self) -> dict[int, str]:
        by_row: dict[int, str] = {}
        elsewhere: dict[int, str] = {}
        for seq, faults in describing.faults().items():
            of_row: dict[int, list[str]] = {}
            for fault in faults:
                of_row.setdefault(fault.row, []).append(str(fault))
            by_row |= {row: clauses(texts) for row, texts in of_row.items()}
            elsewhere[seq] = _("同户第%(rows)s行有误。") % {"rows": listed(sorted(of_row))}
        for seq, row in fetch(f"SELECT u.seq, m.row FROM {MEMBER} m JOIN {UNIT} u USING (seq) WHERE u.outcome = 'r'"):
            by_row.setdefault(row, elsewhere.get(seq, ""))
        return by_row

    def settle(self) -> None:
        """Another transaction may have been faster between the comparison and the lock."""
        if applying.lock():
            matching.decide(self.columns, self.year)

    def apply(self, *, by: Any) -> None:
        applying.apply(self.columns, self.year, by)
        keys = applying.written_households()
        savechecks.run_many(keys)
        for index, village in dict.fromkeys(self.conflicts):
            # After the commit: the conflict is noted in the region's scope and in a transaction of its own.
            transaction.on_commit(partial(note_conflict, index, village))
