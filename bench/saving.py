"""The check on save: all rules on one household, in round trips to the database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection

from apps.access import scope as scopes
from apps.crosschecks.choices import ENDED
from apps.crosschecks.models import Finding
from apps.crosschecks.services.checking import check
from apps.households.models import Household
from bench.data import LEVELS, Bench, statements
from bench.measuring import against, interleave

ROUND_TRIP = "one round trip"
MOST = 25
"""Round trips that checking one household may take."""


def run(bench: Bench) -> None:
    """A household with nothing wrong and one with findings, as the officers of its county and township save it."""
    for level in LEVELS[2:4]:
        with scopes.acting(bench.user(level.username)):
            troubled = Finding.objects.exclude(state__in=ENDED).exclude(household=None).order_by("pk")
            found = troubled.values_list("household_id", flat=True).first()
            clean = Household.objects.exclude(pk__in=troubled.values("household_id")).order_by("pk").first()
            with_findings = Household.objects.filter(pk=found).first() if found else None
            for name, household in (("clean", clean), ("with findings", with_findings)):
                if household is None:
                    continue
                _measure(bench, f"saving {level.name} {name} household", household)


def _measure(bench: Bench, name: str, household: Household) -> None:
    work = _checked(household)
    sent = statements(work)
    result = against(work, _round_trip, least=9)
    alone = interleave({"replayed": lambda: _replay(sent)})["replayed"]
    bench.report.compare(
        name, result, ROUND_TRIP, limit=MOST,
        note=f"{len(sent)} statements, of which the database {alone * 1000:.1f} ms",
    )  # fmt: skip


def _checked(household: Household) -> Callable[[], Any]:
    return lambda: check(household)


def _round_trip() -> None:
    _execute("SELECT 1")


def _replay(statements: list[str]) -> None:
    for sql in statements:
        _execute(sql)


def _execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        if cursor.description:
            cursor.fetchall()
