"""`load_dataset`: a department's file as a new version of a data set, from the command line."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.common.errors import ServiceError
from apps.datasets.models import Delivery, DeliveryFault, tables
from apps.datasets.services import files
from apps.divisions import codes

NOTHING_TAKEN, WITH_REFUSALS = 2, 1
SHOWN = 50


class Command(BaseCommand):
    """Exit status 0: all rows taken in and in force; 1: with refused rows, or held for confirmation; 2: nothing."""

    help = (
        "Takes in an .xlsx, .xls, .parquet or .csv file of a department's data set as the version of a period. The "
        "last line reads `rows N accepted A refused R STATE`; the exit status is 0 when every row was taken in, 1 "
        "when some were refused or the version waits for confirmation, 2 when nothing was taken in."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", metavar="CODE", choices=sorted(tables()), help="data set, e.g. CA-DB")
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--as", dest="username", required=True, metavar="USER", help="in whose name and scope")
        parser.add_argument("--period", required=True, metavar="YYYY-MM", help="the month with which the data end")
        parser.add_argument("--division", metavar="CODE", help="12 digits; the user's own place if not given")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override("zh-hans"):
            user = self._user(options["username"])
            path: Path = options["file"]
            try:
                with path.open("rb") as file:
                    delivery = files.receive_at_once(
                        options["code"],
                        self._place(user, options["division"]),
                        options["period"],
                        file,
                        path.name,
                        by=user,
                        progress=self._progress,
                    )
            except (ServiceError, PermissionDenied, OSError) as error:
                self.stderr.write(f"{path.name}：{error}")
                self.stdout.write("rows 0 accepted 0 refused 0 refused")
                sys.exit(NOTHING_TAKEN)
            self._tell(delivery, user)
        self.stdout.write(
            f"rows {delivery.rows} accepted {delivery.accepted} refused {delivery.refused} {delivery.state}"
        )
        if delivery.state == Delivery.State.REFUSED:
            sys.exit(NOTHING_TAKEN)
        if delivery.refused or delivery.state == Delivery.State.HELD:
            sys.exit(WITH_REFUSALS)

    def _user(self, username: str) -> User:
        with scopes.acting(scopes.signing_in(username.lower()), source="command"):
            user = User.objects.filter(username=username.lower()).first()
        if user is None or not user.is_active:
            raise CommandError(_("没有这个账户：%(name)s") % {"name": username}, returncode=NOTHING_TAKEN)
        return user

    @staticmethod
    def _place(user: User, written: str | None) -> int:
        if written:
            try:
                return codes.parse(written)
            except ValueError as error:
                raise CommandError(str(error), returncode=NOTHING_TAKEN) from error
        ranges = scopes.of(user).ranges_of("load_datasets")
        return ranges[0][0] if ranges else user.division_id

    def _progress(self, rows: int) -> None:
        if self.stdout.isatty():
            self.stdout.write(f"\r{rows:,} ", ending="")
            self.stdout.flush()

    def _tell(self, delivery: Delivery, user: User) -> None:
        with scopes.acting(user, source="command"):
            faults = list(DeliveryFault.objects.filter(delivery=delivery).order_by("row_no", "pk")[:SHOWN])
        for fault in faults:
            self.stderr.write(f"{fault.row_no} {fault.field} {fault.message}")
        if delivery.note:
            self.stderr.write(delivery.note)
