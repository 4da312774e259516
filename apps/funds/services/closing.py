"""年度关账: what is left of every quota is carried over, and nothing is booked into the year any more."""

from __future__ import annotations

import datetime
from collections import defaultdict
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from apps.access import policy
from apps.access import scope as scopes
from apps.accounts.models import User
from apps.common.days import today
from apps.common.errors import ServiceError
from apps.divisions import codes
from apps.divisions.models import Division
from apps.funds.choices import Act
from apps.funds.models import ClosedYear, Entry, Quota
from apps.funds.services.ledger import book

CAPABILITY = ClosedYear.change_capability
LOCK = 7301
"""Of the advisory lock that entries share and closing holds alone, as migration 0002 has it."""
SYSTEM = "系统"
"""Who is named where nobody closed a year in time."""
CLOSER = scopes.everywhere("view_funds", CAPABILITY, username="funds", source="task")
ENDS = {Act.BUDGET: 1, Act.PASS: 1, Act.RECOVER: -1, Act.PAY: -1}


@transaction.atomic
def close_year(division: int, year: int, *, by: User) -> ClosedYear:
    """Close the books of a year at a place and everywhere below: what was not paid by its end is noted as carried.

    Raises PermissionDenied without `pay_funds` there; ServiceError for a year that is not over, and for one that is
    closed already (409).
    """
    policy.require(by, CAPABILITY, division)
    if codes.level(division) > codes.COUNTY:
        raise ServiceError(_("账目由自治区、盟市或旗县关账。"), field="division", code="level")
    return _close(division, year, by)


def close_last_year() -> int:
    """Close last year's books wherever nobody has, as the platform: how many places were closed.

    League by league and the region last, each in a transaction of its own: whatever ends it in the middle, the next
    call goes on, and a call after all are closed does nothing.
    """
    year, closed = today().year - 1, 0
    with scopes.acting(CLOSER, source="task"):
        leagues = list(
            Division.objects.current().at_level(codes.LEAGUE).order_by("code").values_list("code", flat=True)
        )
    for place in [*leagues, codes.WHOLE_REGION]:
        try:
            with scopes.acting(CLOSER, source="task"):
                _close(place, year, None)
        except ServiceError as error:
            if error.code != "closed":
                raise
        else:
            closed += 1
    return closed


def _close(division: int, year: int, by: User | None) -> ClosedYear:
    last = datetime.date(year, 12, 31)
    if today() < last:
        raise ServiceError(_("%(year)d年度还没有结束，不能关账。") % {"year": year}, field="year", code="not_over")
    with connection.cursor() as cursor:
        # Nobody books while the year is being closed; whoever did before is counted.
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, year])
    closed = set(ClosedYear.objects.within(division).filter(year=year).values_list("division_id", flat=True))
    if division in closed:
        raise ServiceError(_("%(year)d年度已经关账。") % {"year": year}, field="year", code="closed", status=409)
    left = remaining(division, last)
    # Below, some closed before: what they carried over is noted there.
    rows = [one for one in Quota.objects.filter(pk__in=left).order_by("pk") if _unit(one.division_id) not in closed]
    book(
        (Entry(act=Act.CARRY, quota=one, division_id=one.division_id, amount=left[one.pk]) for one in rows),
        by=by,
        on=last,
    )
    carried: dict[int, list[Decimal]] = defaultdict(list)
    for one in rows:
        carried[_unit(one.division_id)].append(left[one.pk])
    # One row for every unit that keeps books of its own: whoever books there sees it, and so does the ledger's trigger.
    below = Division.objects.current().within(division).filter(level__lte=codes.COUNTY).values_list("code", flat=True)
    ClosedYear.objects.bulk_create(
        ClosedYear(
            division_id=unit,
            year=year,
            closed_by=by,
            closed_by_name=str(by)[:60] if by else SYSTEM,
            carried=sum(carried[unit], Decimal(0)),
            quotas=len(carried[unit]),
        )
        for unit in sorted({division, *below} - closed)
    )
    return ClosedYear.objects.get(division_id=division, year=year)


def _unit(division: int) -> int:
    """Who keeps the books of a place: region, league or county."""
    return division if codes.level(division) <= codes.COUNTY else codes.at(division, codes.COUNTY)


def remaining(division: int, on: datetime.date) -> dict[int, Decimal]:
    """What was neither paid, passed on nor recovered by a day, for each quota here and below that had any left."""
    entries = Entry.objects.within(division).filter(booked_on__lte=on)
    sums = {act: Sum("amount", filter=Q(act=act), default=Decimal(0)) for act in ENDS}
    own = {
        key: sum((sign * amounts[act] for act, sign in ENDS.items()), Decimal(0))
        for key, *values in entries.values_list("quota_id").annotate(**sums).values_list("quota_id", *sums)
        for amounts in [dict(zip(sums, values, strict=True))]
    }
    moved = entries.filter(act__in=(Act.PASS, Act.RECOVER)).values_list("quota__parent_id", "act")
    for parent, act, amount in moved.annotate(sum=Sum("amount")).order_by():
        if parent in own:
            own[parent] += -amount if act == Act.PASS else amount
    return {key: amount for key, amount in sorted(own.items()) if amount > 0}
