"""`import_register`: a file of the national system into the register, from the command line."""

from __future__ import annotations

import hashlib
import sys
from argparse import ArgumentParser
from io import BufferedReader
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.common.errors import ServiceError
from apps.households.imports.register import RegisterImporter
from apps.pages.imports import run
from apps.pages.imports.importer import Counts, Outcome, Unit
from apps.pages.imports.models import ImportBatch

NOTHING_APPLIED, WITH_REFUSALS = 2, 1
SHOWN = 200


class Command(BaseCommand):
    """Exit status 0: all applied; 1: applied with refusals; 2: nothing applied. The last line gives the counts."""

    help = (
        "Imports an .xlsx, .xls or .csv file of households and persons in one transaction. The last line reads "
        "`added A changed C unchanged U refused R`, counted in households; the exit status is 0 when everything was "
        "applied, 1 when some households were refused, 2 when nothing was applied."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--as", dest="username", required=True, metavar="USER", help="in whose name and scope")
        parser.add_argument("--year", type=int, metavar="YYYY", help="where the title of the file names none")
        parser.add_argument("--dry-run", action="store_true", help="only show what would be done")
        parser.add_argument("--report", type=Path, metavar="OUT.xlsx", help="where to write the refused rows")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override("zh-hans"):
            user = self._user(options["username"])
            try:
                with options["file"].open("rb") as file:
                    counts = self._import(file, user, options)
            except (ServiceError, PermissionDenied, OSError) as error:
                self.stderr.write(f"{options['file'].name}：{error}")
                self.stdout.write(str(Counts()))
                sys.exit(NOTHING_APPLIED)
        self.stdout.write(str(counts))
        if counts.refused:
            sys.exit(WITH_REFUSALS if counts.written + counts.unchanged else NOTHING_APPLIED)

    def _user(self, username: str) -> User:
        with scopes.acting(scopes.signing_in(username.lower()), source="command"):
            user = User.objects.filter(username=username.lower()).first()
        if user is None or not user.is_active:
            raise CommandError(_("没有这个账户：%(name)s") % {"name": username}, returncode=NOTHING_APPLIED)
        return user

    def _import(self, file: BufferedReader, user: User, options: dict[str, Any]) -> Counts:
        path: Path = options["file"]
        importer = RegisterImporter()
        batch = ImportBatch(
            kind=importer.kind,
            requested_by=user,
            source="command",
            file_name=path.name[:200],
            file_size=path.stat().st_size,
            file_hash=hashlib.file_digest(file, "sha256").hexdigest(),
            year_given=options["year"],
        )
        stage, units, reasons = run.import_at_once(
            importer, file, batch, user, dry_run=options["dry_run"], progress=self._progress
        )
        self._tell(stage.warnings, units)
        if options["report"]:
            rows = run.write_report(importer, file, batch.file_name, reasons, str(options["report"]))
            self.stdout.write(_("未导入的%(rows)d行写入%(path)s") % {"rows": rows, "path": options["report"]})
        return batch.counts

    def _progress(self, rows: int) -> None:
        if sys.stderr.isatty():
            self.stderr.write(_("已读取%(rows)d行") % {"rows": rows}, ending="\r")

    def _tell(self, warnings: list[str], units: list[Unit]) -> None:
        for warning in warnings:
            self.stdout.write(warning)
        for unit in units[:SHOWN]:
            name = f"{unit.key} {unit.title}".strip()
            for note in unit.notes:
                self.stdout.write(f"{name}：{note}")
            if unit.outcome == Outcome.REFUSED:
                for fault in unit.faults:
                    self.stdout.write(_("拒绝 第%(row)d行 %(name)s：") % {"row": fault.row, "name": name} + str(fault))
            for one in unit.differences:
                whose = f"{one.who} " if one.who else ""
                self.stdout.write(
                    _("变更 %(name)s：") % {"name": name} + f"{whose}{one.field} {one.before} → {one.after}"
                )
        if len(units) > SHOWN:
            self.stdout.write(_("另有%(n)d户未列出") % {"n": len(units) - SHOWN})
