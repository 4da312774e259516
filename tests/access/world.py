"""A small register with everything in it, one account of each kind, and words that must not reach the wrong one.

Rows lie in seven villages of two leagues, two of them merged into others; some rows are gone in one of the ways the
register knows. Every text of a row holds a word of its own (a canary); who sees which row is written down here by
hand, apart from the code under test. `tests.access.planting` makes it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property

from django.conf import settings
from django.db import models
from django.test import Client

from apps.access import scope as scopes
from apps.access.capabilities import CAPABILITIES
from apps.access.session import REALMS
from apps.accounts.models import User
from apps.divisions import codes
from apps.divisions.models import Division
from apps.pages.imports.models import ImportBatch
from apps.pages.resources import Resource
from tests.access.asker import Asker
from tests.factories.divisions import VILLAGES

OWN, SIBLING, NEIGHBOUR, OTHER_COUNTY, OTHER_LEAGUE = VILLAGES
# Merged into OWN and OTHER_LEAGUE; their profiles stayed behind.
MERGED, MERGED_FAR = 150422100202, 150522100201
REGION, LEAGUE, COUNTY, TOWNSHIP = 150000000000, 150400000000, 150422000000, 150422100000

MARK = "龘"  # the middle of every canary
AROUND = re.compile(f"(?=(.{MARK}.))", re.DOTALL)

# Whoever plants and collects the rows: no account has such a scope.
EVERYTHING = scopes.Scope(
    user_id=None, username="planter", capabilities={name: (codes.subtree(REGION),) for name in CAPABILITIES}
)


@dataclass(frozen=True)
class Kind:
    """A kind of account: its role and place, what it sees of each realm, and where it may do what.

    `door`: how it comes in. "session": signed in; "bearer": a department's client with its token; "closed": its
    account was disabled while the session lived on; "ended": its only post was, likewise.
    """

    role: str | None
    place: int
    register: int | None = None
    accounts: int | None = None
    audit: int | None = None
    datasets: int | None = None
    funds: int | None = None
    supervision: int | None = None
    complaints: int | None = None  # the desk, which handles what lies at its very place
    may: frozenset[str] = frozenset()
    door: str = "session"
    here: bool = False  # 本级: what is placed at `place` itself, and nothing below

    def holds(self, top: int, place: int) -> bool:
        """Whether a place is inside a range of this account's that begins at `top`."""
        return top == place if self.here else codes.contains(top, place)


SENIOR = frozenset(
    {
        *("manage_parameters", "open_urgently", "run_crosschecks", "review_findings", "approve_exports"),
        *("trace_access", "load_datasets", "review_register"),
    }
)
ENTERS = frozenset({"change_register", "export_register", "import_register", "view_personal_data", "work_findings"})
FUNDS = frozenset({"propose_funds", "review_funds", "view_funds"})
PROPOSES = frozenset({"propose_funds"})
INSPECTS = frozenset({"inspect", "review_rectification"})
RECTIFIES = frozenset({"rectify"})
DESK = frozenset({"handle_complaints"})
MANAGES = frozenset({"manage_accounts", "view_accounts"})


def _senior(role: str, place: int, *, here: bool = False, more: tuple[str, ...] = ()) -> Kind:
    """An office that runs its place: it sees and does everything there but read the audit log."""
    may = ENTERS | SENIOR | MANAGES | FUNDS | INSPECTS | RECTIFIES | DESK | set(more)
    realms = dict.fromkeys(("register", "accounts", "datasets", "funds", "supervision", "complaints"), place)
    return Kind(role, place, **realms, may=may, here=here)


KINDS: dict[str, Kind] = {
    "region": _senior("region_officer", REGION, more=("record_chiefs",)),
    "league": _senior("league_officer", LEAGUE, more=("record_chiefs",)),
    "county": _senior("county_officer", COUNTY),
    "county-here": _senior("county_officer", COUNTY, here=True),
    "township": Kind(
        "township_officer",
        TOWNSHIP,
        register=TOWNSHIP,
        funds=TOWNSHIP,
        supervision=TOWNSHIP,
        complaints=TOWNSHIP,
        may=ENTERS | PROPOSES | RECTIFIES | DESK,
    ),
    "village": Kind(
        "village_officer", OWN, register=OWN, funds=OWN, supervision=OWN, may=ENTERS | PROPOSES | RECTIFIES
    ),
    "inspector": Kind(
        "inspector",
        COUNTY,
        register=COUNTY,
        funds=COUNTY,
        supervision=COUNTY,
        may=INSPECTS | {"open_urgently"},
    ),
    # Money without the register.
    "finance": Kind("finance_user", COUNTY, funds=COUNTY, may=FUNDS | {"pay_funds"}),
    "helper": Kind("helper", OWN),
    "system-admin": Kind("system_administrator", REGION),
    "security-admin": Kind("security_administrator", COUNTY, accounts=COUNTY, may=MANAGES),
    "audit-admin": Kind("audit_administrator", COUNTY, audit=COUNTY, may=frozenset({"view_audit"})),
    "stranger": Kind(None, OWN),
    "ended": Kind("county_officer", COUNTY, door="ended"),
    "disabled": Kind("county_officer", COUNTY, door="closed"),
    "partner": Kind(None, COUNTY, door="bearer"),
}

# Those that are let in: what the others are answered is what a stranger without a session is.
INSIDE = tuple(name for name, kind in KINDS.items() if kind.door in ("session", "ended"))


@dataclass(frozen=True)
class Row:
    """One planted row: its resource, key, place, the household it belongs to, the account it belongs to.

    `also` is a second place that must be in reach (a post says nothing to whoever does not see its holder). `gone`: it
    has ended, been closed, left or expired, and is still kept.
    """

    resource: str
    key: int
    place: int
    realm: str
    household: int | None = None
    owner: int | None = None
    also: int | None = None
    gone: bool = False

    @property
    def where(self) -> str:
        """Where it lies, for people who read a failure."""
        return f"{self.resource} {self.key} at {self.place}"


@dataclass
class Account:
    """One account of the world, and what it must see."""

    name: str
    kind: Kind
    user: User | None
    session: str = ""
    token: str = ""
    households: frozenset[int] = frozenset()
    places: frozenset[int] = frozenset()
    world: World | None = field(default=None, repr=False)

    def __str__(self) -> str:
        return self.name

    def client(self, kind: type[Client] = Asker) -> Client:
        """A fresh client in this account's session: what a request leaves in its cookies ends with it.

        `kind`: Django's own for a test that looks at the context of a template.
        """
        headers = {"authorization": f"Bearer {self.token}"} if self.token else None
        client = kind(raise_request_exception=False, headers=headers)
        if self.session:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.session
        return client

    @property
    def inside(self) -> bool:
        """Whether there is an account behind its session."""
        return self.user is not None and self.kind.door in ("session", "ended")

    def reaches(self, realm: str, place: int) -> bool:
        """Whether a place is inside what the account sees of a realm."""
        top = getattr(self.kind, realm, None)
        if realm == "complaints":
            return top == place
        return top is not None and self.kind.holds(top, place)

    def sees(self, row: Row) -> bool:
        """Whether this row must be shown to the account."""
        if self.user is None or not self.inside:
            return False
        if row.realm == "any":  # divisions: one's own places, and the villages of one's households
            return any(self.reaches(realm, row.place) for realm in REALMS) or row.place in self.places
        if row.owner is not None and row.owner == self.user.pk:
            return True
        if row.household is not None and row.household in self.households:
            return True
        if row.resource == "export-request":  # a second person's: seen by nobody else who sees the place
            return row.realm != "none" and self.may("approve_exports", row)
        return self.reaches(row.realm, row.place) and (row.also is None or self.reaches(row.realm, row.also))

    def relation(self, row: Row) -> str:
        """How a row lies to the account: own, child, parent, sibling, other league; gone ones by themselves."""
        seen = self.sees(row)
        if row.gone:
            return "gone, own" if seen else "gone, foreign"
        if seen:
            below = row.place != self.kind.place and codes.contains(self.kind.place, row.place)
            return "child" if below else "own"
        if row.place != self.kind.place and codes.contains(row.place, self.kind.place):
            return "parent"
        same = codes.contains(row.place // 10**8 * 10**8, self.kind.place)
        return "sibling" if same else "other league"

    def may(self, capability: str, row: Row) -> bool:
        """Whether the account holds a capability at a row's place."""
        if capability in DESK:
            return capability in self.kind.may and self.kind.place == row.place
        return capability in self.kind.may and self.kind.holds(self.kind.place, row.place)

    def opens(self, resource: type[Resource]) -> bool:
        """Whether the account ever sees rows of this kind."""
        if not self.inside:
            return False
        model = resource.model
        if model is Division:
            return any(getattr(self.kind, realm) for realm in REALMS) or bool(self.households)
        if model is ImportBatch:
            return "import_register" in self.kind.may
        realm = model.realm
        return bool(getattr(self.kind, realm) or (model.household_lookup and self.households) or model.own_lookup)

    @cached_property
    def forbidden(self) -> list[str]:
        """The words that nothing sent to this account may hold."""
        told = self.world.canaries.items()
        return [word for word, rows in told if not any(self.sees(row) or self.is_offered(row) for row in rows)]

    def is_offered(self, row: Row) -> bool:
        """Whether the account may be told what a row is called that it does not see: the forms of the places above, for
        whoever draws samples with them."""
        above = self.kind.place and codes.contains(row.place, self.kind.place)
        return self.inside and row.resource == "form-template" and bool(above) and "inspect" in self.kind.may


@dataclass
class World:
    """The accounts, the rows of each resource, and the canaries with the rows they were planted in."""

    accounts: dict[str, Account]
    rows: dict[str, list[Row]]
    canaries: dict[str, list[Row]]
    numbers: list[str]
    resources: dict[str, type[Resource]]
    models: dict[str, type[models.Model]]
    posts: dict[int, list[tuple[str, int]]]  # by account: the roles that are held now, and where

    def rows_of(self, model: type[models.Model]) -> list[Row]:
        """The planted rows of a model."""
        return [row for name, rows in self.rows.items() if self.models[name] is model for row in rows]

    def leaks(self, account: Account, text: str) -> list[str]:
        """Where the words come from that this account must not read, and numbers that nobody may read in a list."""
        # Hundreds of words in every answer: those that are three characters around the mark are gathered in one go.
        said = set(AROUND.findall(text))
        found = [
            f"{word} of {self.canaries[word][0].where}"
            for word in account.forbidden
            if (word in said if MARK in word else word in text)
        ]
        return found + [f"clear number {number}" for number in self.numbers if number in text]
