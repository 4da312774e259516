"""Findings for tests that need many of them, without a rule that finds them."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from apps.access import scope as scopes
from apps.crosschecks.models import Finding
from apps.divisions.models import Division
from tests.crosschecks.families import REFERENCE, VILLAGE
from tests.factories.accounts import planter
from tests.factories.divisions import VILLAGES, plant


def many(number: int, *, first: int = 1, **fields: Any) -> list[int]:
    """So many findings about villages, by key; new, of ID-04, to be worked off by the village, unless told."""
    given = {
        "rule": "ID-04",
        "object_kind": "village",
        "division_id": VILLAGE,
        "severity": "high",
        "acting_level": 5,
        "found_on": REFERENCE,
        "due_on": REFERENCE + datetime.timedelta(days=15),
        "state_since": timezone.now(),
        "evidence": {},
        **fields,
    }
    if not Division.objects.filter(code=VILLAGE).exists():
        plant(*VILLAGES)
    with scopes.acting(planter()):
        made = Finding.objects.bulk_create(Finding(object_id=first + n, **given) for n in range(number))
    return [finding.pk for finding in made]


def states(keys: Iterable[int] = ()) -> dict[int, str]:
    """The state of these findings, or of all."""
    with scopes.acting(planter()):
        rows = Finding.objects.order_by("pk")
        return dict((rows.filter(pk__in=list(keys)) if keys else rows).values_list("pk", "state"))
