"""Handing in a visit, exactly once; and correcting what was handed in.

A receipt is written first, with the id that the phone made. Of twenty copies sent at the same moment one writes it, the
others wait for that transaction and read what it stored. Nothing is ever overwritten: other content under the same id
is kept beside.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.access import policy
from apps.access import scope as scopes
from apps.access.models import Pairing
from apps.common.errors import Refused, ServiceError
from apps.households.models import Household
from apps.visits.choices import CLOCK_TOLERANCE, Datum
from apps.visits.models import Visit, VisitConflict, VisitCorrection, VisitReceipt
from apps.visits.services import datum, marks, tasks

CAPABILITY = "change_register"


@dataclass(frozen=True)
class Draft:
    """A visit as it was written on the phone. `sent_at`: the phone's clock when it sent; `age`: so many seconds have
    passed since the visit at the least, by a clock that nobody sets. Neither is a part of the content. `datum`: the
    grid of the position.
    """

    client_id: UUID
    household: int
    visited_at: datetime
    text: str
    situation: str = ""
    help_given: str = ""
    policies: str = ""
    persons_met: str = ""
    problem: str = ""
    problem_solved: bool | None = None
    lon: float | None = None
    lat: float | None = None
    accuracy: float | None = None
    datum: str = Datum.WGS84
    no_position: str = ""
    offline: bool = False
    sent_at: datetime | None = None
    age: float | None = None

    NOTES = ("situation", "help_given", "policies", "persons_met", "problem")

    def content(self) -> dict[str, Any]:
        """What makes two visits under one id the same: everything but how and when it was sent."""
        return {
            "household": self.household,
            "visited_at": self.visited_at.astimezone(timezone.get_default_timezone()).isoformat(),
            "text": self.text,
            **{name: getattr(self, name) for name in self.NOTES},
            "problem_solved": self.problem_solved,
            "lon": _degrees(self.lon),
            "lat": _degrees(self.lat),
            "accuracy": None if self.accuracy is None else round(self.accuracy),
            "no_position": self.no_position,
            **({} if self.datum == Datum.WGS84 else {"datum": self.datum}),
        }

    def digest(self) -> str:
        """SHA-256 of the content, in hexadecimal."""
        return hashlib.sha256(orjson.dumps(self.content(), option=orjson.OPT_SORT_KEYS)).hexdigest()


@dataclass(frozen=True)
class Outcome:
    """What became of a draft: the visit that is stored under its id, if that is one's own; and how.

    `conflict`: something else was stored before; the draft was kept beside it.
    """

    visit: int | None
    created: bool = False
    conflict: bool = False


def is_known(by: Any, household: int) -> bool:
    """Whether a household is or was one's own: visible, or once paired with oneself."""
    return (
        Household.objects.visible_to(by).filter(pk=household).exists()
        or Pairing.objects.visible_to(by).filter(helper=by.pk, household_id=household).exists()
    )


def may_write(by: Any) -> bool:
    """Whether an account hands in visits at all: an office that changes the register, or a helper, present or past."""
    return policy.can(by, CAPABILITY) or Pairing.objects.visible_to(by).filter(helper=by.pk).exists()


def may_write_of(by: Any, household: Household) -> bool:
    """Whether an account may write of a household that it sees, today."""
    if policy.can(by, CAPABILITY, household):
        return True
    if household.pk not in scopes.of(by).households:
        return False
    own = Pairing.objects.visible_to(by).filter(helper=by.pk, household_id=household.pk)
    return own.active(timezone.localdate()).exists()


def require_author(written_by: Any, by: Any) -> None:
    """Raise ServiceError (403) when a phone sends in one account's session what another one wrote."""
    if written_by is not None and written_by != by.pk:
        told = _("这篇日记是另一个账户写的，不能以您的名义提交。请由原账户登录后上传。")
        raise ServiceError(told, field="written_by", code="other_account", status=403)


@transaction.atomic
def submit(draft: Draft, *, by: Any, now: datetime | None = None) -> Outcome:
    """Store a visit, once however often it is sent.

    Written by whoever was paired with the household on the day of the visit or is on the day of receipt, and by offices
    that change the register there. Raises Http404 for a household that is neither visible nor was paired then,
    PermissionDenied for a visible one without the right.
    """
    now = now or timezone.now()
    digest = draft.digest()
    stored = _own_receipt(draft.client_id, by)
    if stored is not None and stored.digest == digest:
        return Outcome(stored.pk)
    visited_on = timezone.localdate(draft.visited_at)
    unpaired = require_visiting(by, draft.household, visited_on)
    facts = marks.facts_of(draft.household)
    key = None if stored is not None else _receive(draft, digest, facts.division, visited_on, by, now)
    if key is None:
        stored = stored or _own_receipt(draft.client_id, by)
        if stored is not None and stored.digest == digest:
            return Outcome(stored.pk)
        _keep_beside(draft, digest, facts.division, stored, by, now)
        return Outcome(stored.pk if stored else None, conflict=True)
    visit = _visit(draft, key, facts, by, now, visited_on)
    visit.save(force_insert=True)
    marks.save(marks.of_visit(visit, facts, unpaired=unpaired))
    if visit.problem:
        tasks.raise_problem(key, visited_on)
    return Outcome(key, created=True)


def require_visiting(by: Any, household: int, visited_on: Any) -> bool:
    """Whether the visit comes from somebody whose pairing has ended since; raises as `submit` for a stranger."""
    own = Pairing.objects.visible_to(by).filter(helper=by.pk, household_id=household)
    if own.active(timezone.localdate()).exists():
        return False
    place = Household.objects.visible_to(by).filter(pk=household).values_list("division_id", flat=True).first()
    if place is not None and policy.can(by, CAPABILITY, place):
        return False
    if own.active(visited_on).exists():
        return True
    if place is None:
        raise Http404(_("没有这个贫困户，或者它不在您的范围内。"))
    raise PermissionDenied(_("您不是这一户的帮扶责任人，不能为它写民情日记。"))


@transaction.atomic
def correct(visit: Visit, *, text: str, reason: str, by: Any) -> VisitCorrection:
    """Add the author's correction; the visit itself stays. Raises Refused for anybody else."""
    if visit.author_id != by.pk:
        raise Refused(_("只有走访人本人可以更正日记。"))
    if not text.strip() or not reason.strip():
        raise ServiceError(_("请填写更正后的内容和原因。"), field="text" if not text.strip() else "reason")
    return VisitCorrection.objects.create(
        visit=visit,
        household_id=visit.household_id,
        division_id=visit.division_id,
        author=by,
        author_name=str(by)[:60],
        text=text,
        reason=reason,
    )


def _own_receipt(client_id: UUID, by: Any) -> VisitReceipt | None:
    return VisitReceipt.objects.visible_to(by).filter(client_id=client_id, author=by.pk).first()


def _receive(draft: Draft, digest: str, division: int, visited_on: Any, by: Any, now: datetime) -> int | None:
    """Write the receipt; its key, or None if the id is taken. Waits for a transaction that is writing the same id."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO visits_visitreceipt"
            " (client_id, household_id, division_id, author_id, digest, visited_on, received_at)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (client_id) DO NOTHING RETURNING id",
            [draft.client_id, draft.household, division, by.pk, digest, visited_on, now],
        )
        row = cursor.fetchone()
    return row[0] if row else None


def _keep_beside(draft: Draft, digest: str, division: int, stored: VisitReceipt | None, by: Any, now: datetime) -> None:
    """Keep content that came under a taken id; the same content only once."""
    content = draft.content()
    kept = VisitConflict(
        visit_id=stored.pk if stored else None,
        household_id=draft.household,
        division_id=division,
        author_id=by.pk,
        author_name=str(by)[:60],
        client_id=draft.client_id,
        digest=digest,
        visited_at=draft.visited_at,
        received_at=now,
        text=content.pop("text"),
        content={name: value for name, value in content.items() if value not in ("", None)},
    )
    VisitConflict.objects.bulk_create([kept], ignore_conflicts=True)


def _visit(draft: Draft, key: int, facts: marks.HouseholdFacts, by: Any, now: datetime, visited_on: Any) -> Visit:
    here = marks.point(draft.lon, draft.lat)
    if here == (0.0, 0.0):  # what some phones send when they know nothing
        here = None
    if here:
        here = datum.to_wgs84(here, draft.datum)
    return Visit(
        id=key,
        household_id=draft.household,
        division_id=facts.division,
        author_id=by.pk,
        author_name=str(by)[:60],
        client_id=draft.client_id,
        visited_on=visited_on,
        visited_at=draft.visited_at,
        received_at=now,
        clock_off=_clock_off(draft, now),
        offline=draft.offline,
        text=draft.text,
        **{name: getattr(draft, name) for name in Draft.NOTES},
        problem_solved=draft.problem_solved,
        lon=Decimal(str(_degrees(here[0]))) if here else None,
        lat=Decimal(str(_degrees(here[1]))) if here else None,
        datum=draft.datum if here else Datum.WGS84,
        accuracy=round(draft.accuracy) if here and draft.accuracy is not None else None,
        no_position="" if here else draft.no_position or ("unavailable" if draft.lon is not None else ""),
        distance=marks.metres(here, facts.point) if here and facts.point else None,
    )


def _clock_off(draft: Draft, now: datetime) -> int | None:
    """Seconds by which the phone's clock was ahead; None when it did not say.

    A clock that was set back after the visit was written looks right when it sends: then less time has passed by it
    than by `age`, and it was ahead when the visit was written. (More time is no sign: that other clock stands still
    while a phone sleeps.)
    """
    if draft.sent_at is None:
        return None
    passed = (draft.sent_at - draft.visited_at).total_seconds()
    if draft.age is not None and passed < draft.age - CLOCK_TOLERANCE.total_seconds():
        return round((draft.visited_at - now).total_seconds() + draft.age)
    return round((draft.sent_at - now).total_seconds())


def _degrees(value: float | None) -> float | None:
    """To six decimals, about 10 cm: phones send fifteen."""
    return None if value is None else round(value, 6)
