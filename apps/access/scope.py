"""Scope: which rows somebody reaches. The one answer that pages, API, exports and tasks all use.

A scope is a handful of code ranges per realm plus the households of pairings and shares. It is computed once per
request from the grants that a person's posts give him, and carried into the database for row-level security.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import BigIntegerField, QuerySet, Value
from django.utils import timezone

from apps.access.capabilities import EXACT, REALM_CAPABILITIES
from apps.access.session import REALMS, activate, current
from apps.common.prepared import Given, Prepared
from apps.divisions import codes

if TYPE_CHECKING:
    from apps.accounts.models import User

__all__ = ["ANONYMOUS", "Range", "Scope", "acting", "activate", "current", "everywhere", "identity", "of", "signing_in"]

Range = tuple[int, int]


@dataclass(frozen=True)
class Scope:
    """What one account reaches: ranges per capability (inclusive, disjoint, widest first) and single households."""

    user_id: int | None
    username: str = ""
    capabilities: dict[str, tuple[Range, ...]] = field(default_factory=dict, hash=False)
    households: tuple[int, ...] = ()
    source: str = "page"
    sign_in: str = ""
    posts: tuple[str, ...] = ()  # "role@division", for the record

    def ranges(self, realm: str) -> tuple[Range, ...]:
        """The ranges within which rows of a realm ("register", "accounts", "audit", "datasets") may be seen."""
        return self.ranges_of(REALM_CAPABILITIES[realm])

    def ranges_of(self, capability: str) -> tuple[Range, ...]:
        """The ranges within which a capability holds; empty when it is not held anywhere."""
        return self.capabilities.get(capability, ())

    def allows(self, capability: str, division: int | None = None) -> bool:
        """Whether the capability is held at this division, or anywhere if none is named."""
        ranges = self.ranges_of(capability)
        if division is None:
            return bool(ranges)
        return any(low <= division <= high for low, high in ranges)

    def covers(self, capability: str, wanted: Range) -> bool:
        """Whether the capability is held over a whole range: what somebody gives away must be all his own."""
        return lies_in(wanted, self.ranges_of(capability))

    @property
    def top(self) -> int | None:
        """The division whose desk this account opens: the widest range seen, register before accounts and audit."""
        for realm in REALMS:
            if ranges := self.ranges(realm):
                return ranges[0][0]
        return None

    @property
    def cache_key(self) -> str:
        """A text that differs whenever anything visible differs; every cached fragment carries it."""
        capabilities = ";".join(f"{name}={ranges}" for name, ranges in sorted(self.capabilities.items()))
        return f"{self.user_id}|{capabilities}|{self.households}"


ANONYMOUS = Scope(user_id=None)


def identity(user_id: int) -> Scope:
    """Just the account itself: enough to read its own user row, grants, pairings and shares."""
    return Scope(user_id=user_id)


def everywhere(*capabilities: str, **more: Any) -> Scope:
    """A scope of the platform itself: these capabilities in the whole region, for what has to be looked up or cleared
    away whoever sees it. `more` are other parts of the scope."""
    whole = (codes.subtree(codes.WHOLE_REGION),)
    return Scope(**{"user_id": None, **more}, capabilities=dict.fromkeys(capabilities, whole))


def signing_in(username: str) -> Scope:
    """Enough to read the one user row with this name, to check its password."""
    return Scope(user_id=None, sign_in=username)


def of(user: User | Any, *, source: str = "page") -> Scope:
    """The scope of an account now: its valid posts' capabilities, its active pairings and unexpired shares.

    Kept on the user object, which lives for one request or one task; a post that ended counts no more from the
    next request on. Disabled and anonymous accounts reach nothing.
    """
    if isinstance(user, Scope):
        return user
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return ANONYMOUS
    known: Scope | None = getattr(user, "_scope", None)
    if known is None:
        known = _read(user)
        holder: Any = user
        holder._scope = known
    return known if known.source == source else replace(known, source=source)


def rights_of(user: User | Any) -> str:
    """A short text that differs as soon as the posts or the capabilities of an account do, wherever they hold."""
    scope = of(user)
    told = repr((scope.posts, sorted(scope.capabilities.items())))
    return hashlib.sha256(told.encode()).hexdigest()[:24]


def forget(user: User) -> None:
    """Compute the scope anew at the next question; for long tasks and tests that change posts."""
    user.__dict__.pop("_scope", None)


@contextmanager
def acting(user: User | Scope, *, source: str = "command", using: str = "default") -> Iterator[Scope]:
    """One transaction in the scope of a user: the way in for commands, tasks and tests."""
    scope = of(user, source=source)
    with activate(scope), transaction.atomic(using=using):
        yield scope


def _read(user: User) -> Scope:
    # One statement, mostly inside the transaction that has read the account: a savepoint would be two more for nothing.
    with activate(identity(user.pk)), transaction.atomic(savepoint=False):
        rows = _RIGHTS.rows(user=user.pk, now=timezone.now(), today=timezone.localdate())
    ranges: dict[str, list[Range]] = {}
    for capability, division, exact, _role, place, household in rows:
        if household is not None:
            continue
        given = range_of(division, exact=exact)
        if capability in EXACT:
            if not lies_in((place, place), (given,)):
                continue  # the post reaches other places only; its own desk is not among them
            given = (place, place)
        ranges.setdefault(capability, []).append(given)
    return Scope(
        user_id=user.pk,
        username=user.username,
        capabilities={name: merge(found) for name, found in ranges.items()},
        households=tuple(sorted({household for *_grant, household in rows if household is not None})),
        posts=tuple(sorted({f"{role}@{place}" for *_grant, role, place, household in rows if household is None})),
    )


def _rights_in_one() -> QuerySet[Any, Any]:
    """All that gives an account rights, as one statement: grants, and the households of pairings and shares."""
    from apps.access.models import Grant, Pairing, Share  # noqa: PLC0415  # models are built on the scope

    user, now, today = Given("user"), Given("now"), Given("today")
    whole = (Value(""), Value(0), Value(False), Value(""), Value(0), "household_id")
    grants = Grant.objects.valid(now).filter(user_id=user)
    pairings = Pairing.objects.active(today).filter(helper_id=user).values_list(*whole)
    shares = Share.objects.valid(now).filter(user_id=user).values_list(*whole)
    granted = ("permission__codename", "content_object_id", "exact", "post__role__name", "post__division_id")
    households = Value(None, BigIntegerField())
    return grants.values_list(*granted, households).union(pairings, shares, all=True)


_RIGHTS = Prepared(_rights_in_one)


def range_of(division: int, *, exact: bool = False) -> Range:
    """The range of a grant: the division and everything below it, or (`exact`) what is placed at it alone."""
    return (division, division) if exact else codes.subtree(division)


def lies_in(wanted: Range, ranges: Iterable[Range]) -> bool:
    """Whether a range lies within one of these."""
    return any(low <= wanted[0] and wanted[1] <= high for low, high in ranges)


def merge(ranges: Iterable[Range]) -> tuple[Range, ...]:
    """Disjoint ranges, widest first: a range inside another is dropped (subtrees nest or are apart)."""
    kept: list[Range] = []
    for low, high in sorted(set(ranges), key=lambda one: (one[0] - one[1], one[0])):
        if not lies_in((low, high), kept):
            kept.append((low, high))
    return tuple(kept)
