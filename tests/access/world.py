"""A small register with everything in it, one account of each kind, and words that must not reach the wrong one.

Rows lie in five villages of two leagues. Every text of a row holds a word of its own (a canary); who sees which row is
written down here by hand, apart from the code under test.
"""

from __future__ import annotations

import datetime
import time
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import connection, models
from django.test import Client
from django.utils import timezone

from apps.access import scope as scopes
from apps.access.capabilities import CAPABILITIES
from apps.access.models import Pairing, Share
from apps.access.session import REALMS
from apps.accounts.models import Post, Reset, User
from apps.common.codes import codelist
from apps.common.fields import CodeField
from apps.common.sealing import Sealed
from apps.crosschecks.models import Finding, FindingLog, Run
from apps.divisions import codes
from apps.divisions.models import Division
from apps.history.models import AccessLog
from apps.history.services import log_access
from apps.households.models import (
    GuaranteeStatus,
    Household,
    HouseholdIncome,
    HouseholdYear,
    NaturalChange,
    Person,
    PersonYear,
    StatusEvent,
)
from apps.pages.imports.models import ImportBatch
from apps.pages.models import ExportApproval, ExportJob
from apps.pages.resources import Resource
from apps.partners.models import Client as Partner
from apps.partners.models import ClientDay, SearchJob
from apps.villages.models import Village, VillageYear
from apps.villages.services import ensure_villages
from tests.access.routes import routes
from tests.factories.accounts import make_user, sign_in
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import make_household, make_household_year, make_person, make_person_year
from tests.factories.partners import make_department

OWN, SIBLING, NEIGHBOUR, OTHER_COUNTY, OTHER_LEAGUE = VILLAGES
REGION, LEAGUE, COUNTY, TOWNSHIP = 150000000000, 150400000000, 150422000000, 150422100000

# Whoever plants and collects the rows: no account has such a scope.
EVERYTHING = scopes.Scope(
    user_id=None, username="planter", capabilities={name: (codes.subtree(REGION),) for name in CAPABILITIES}
)


@dataclass(frozen=True)
class Kind:
    """A kind of account: its role and place, what it sees of each realm, and where it may do what."""

    role: str | None
    place: int
    register: int | None = None
    accounts: int | None = None
    audit: int | None = None
    may: frozenset[str] = frozenset()
    here: bool = False  # 本级: what is placed at `place` itself, and nothing below

    def holds(self, top: int, place: int) -> bool:
        """Whether a place is inside a range of this account's that begins at `top`."""
        return top == place if self.here else codes.contains(top, place)


SENIOR = frozenset(
    {"manage_parameters", "open_urgently", "run_crosschecks", "review_findings", "approve_exports", "trace_access"}
)
ENTERS = frozenset({"change_register", "export_register", "import_register", "view_personal_data", "work_findings"})
MANAGES = frozenset({"manage_accounts", "view_accounts"})

KINDS: dict[str, Kind] = {
    "region": Kind("region_officer", REGION, register=REGION, accounts=REGION, may=ENTERS | SENIOR | MANAGES),
    "league": Kind("league_officer", LEAGUE, register=LEAGUE, accounts=LEAGUE, may=ENTERS | SENIOR | MANAGES),
    "county": Kind("county_officer", COUNTY, register=COUNTY, accounts=COUNTY, may=ENTERS | SENIOR | MANAGES),
    "county-here": Kind(
        "county_officer", COUNTY, register=COUNTY, accounts=COUNTY, may=ENTERS | SENIOR | MANAGES, here=True
    ),
    "township": Kind("township_officer", TOWNSHIP, register=TOWNSHIP, may=ENTERS),
    "village": Kind("village_officer", OWN, register=OWN, may=ENTERS),
    "inspector": Kind("inspector", COUNTY, register=COUNTY, may=frozenset({"open_urgently"})),
    "helper": Kind("helper", OWN),
    "system-admin": Kind("system_administrator", REGION),
    "security-admin": Kind("security_administrator", COUNTY, accounts=COUNTY, may=MANAGES),
    "audit-admin": Kind("audit_administrator", COUNTY, audit=COUNTY, may=frozenset({"view_audit"})),
    "stranger": Kind(None, OWN),
}


@dataclass(frozen=True)
class Row:
    """One planted row: its resource, key, place, the household it belongs to, the account it belongs to."""

    resource: str
    key: int
    place: int
    realm: str
    household: int | None = None
    owner: int | None = None

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
    households: frozenset[int] = frozenset()
    places: frozenset[int] = frozenset()
    world: World | None = field(default=None, repr=False)

    def __str__(self) -> str:
        return self.name

    def client(self) -> Client:
        """A fresh client in this account's session: what a request leaves in its cookies ends with it."""
        client = Client(raise_request_exception=False)
        if self.session:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.session
        return client

    def reaches(self, realm: str, place: int) -> bool:
        """Whether a place is inside what the account sees of a realm."""
        top = getattr(self.kind, realm, None)
        return top is not None and self.kind.holds(top, place)

    def sees(self, row: Row) -> bool:
        """Whether this row must be shown to the account."""
        if self.user is None:
            return False
        if row.realm == "any":  # divisions: one's own places, and the villages of one's households
            return any(self.reaches(realm, row.place) for realm in REALMS) or row.place in self.places
        if row.owner is not None and row.owner == self.user.pk:
            return True
        if row.household is not None and row.household in self.households:
            return True
        if row.resource == "export-request":  # a second person's: seen by nobody else who sees the place
            return self.may("approve_exports", row)
        return self.reaches(row.realm, row.place)

    def may(self, capability: str, row: Row) -> bool:
        """Whether the account holds a capability at a row's place."""
        return capability in self.kind.may and self.kind.holds(self.kind.place, row.place)

    def opens(self, resource: type[Resource]) -> bool:
        """Whether the account ever sees rows of this kind."""
        if self.user is None:
            return False
        model = resource.model
        if model is Division:
            return any((self.kind.register, self.kind.accounts, self.kind.audit)) or bool(self.households)
        if model is ImportBatch:
            return "import_register" in self.kind.may
        realm = model.realm
        return bool(getattr(self.kind, realm) or (model.household_lookup and self.households) or model.own_lookup)

    @cached_property
    def forbidden(self) -> list[str]:
        """The words that nothing sent to this account may hold."""
        return [word for word, rows in self.world.canaries.items() if not any(self.sees(row) for row in rows)]


@dataclass
class World:
    """The accounts, the rows of each resource, and the canaries with the rows they were planted in."""

    accounts: dict[str, Account]
    rows: dict[str, list[Row]]
    canaries: dict[str, list[Row]]
    numbers: list[str]
    resources: dict[str, type[Resource]]
    models: dict[str, type[models.Model]]

    def rows_of(self, model: type[models.Model]) -> list[Row]:
        """The planted rows of a model."""
        return [row for name, rows in self.rows.items() if self.models[name] is model for row in rows]

    def leaks(self, account: Account, text: str) -> list[str]:
        """Where the words come from that this account must not read, and numbers that nobody may read in a list."""
        found = [f"{word} of {self.canaries[word][0].where}" for word in account.forbidden if word in text]
        return found + [f"clear number {number}" for number in self.numbers if number in text]


# --- making it ---


class Canaries:
    """Words that nobody says: three characters from the end of the first Han block, none of them twice."""

    FIRST, SPAN = 0x9F20, 0x60

    def __init__(self, start: int = 0) -> None:
        self.next = start

    def word(self) -> str:
        self.next += 1
        tens, ones = divmod(self.next, self.SPAN)
        return chr(self.FIRST + tens) + "龘" + chr(self.FIRST + ones)


def texts_of(model: type[models.Model]) -> list[str]:
    """The fields of a model that hold free text; codes, identifiers and choices are not free."""
    skipped = {
        "code",
        "national_no",
        "username",
        "password",
        "language",
        "resource",
        "query",
        "object_kind",
        "source",
        "apart",
    }
    skipped |= {"client_id", "client_secret", "client_type", "authorization_grant_type", "registration_source"}
    return [
        one.name
        for one in model._meta.concrete_fields
        if isinstance(one, models.CharField | models.TextField)
        and not isinstance(one, CodeField | models.FileField)
        and not one.choices
        and one.name not in skipped
        and not one.primary_key
        and (one.max_length is None or one.max_length > 10)
        and not (model is Finding and one.name == "rule")
    ]


def build() -> World:
    """Plant everything; call inside a transaction that is rolled back."""
    plant(*VILLAGES)
    accounts = {name: _account(name, kind) for name, kind in KINDS.items()}
    accounts["anonymous"] = Account("anonymous", Kind(None, REGION), None)
    with scopes.activate(EVERYTHING):
        Post.objects.update(appointed_by=accounts["region"].user)
        ensure_villages()
        for village in Village.objects.all():
            VillageYear.objects.create(village=village, year=2018, population=900)
        for place in (REGION, LEAGUE, COUNTY, OWN, OTHER_LEAGUE):
            Run.objects.create(division_id=place, kind="manual", date=datetime.date(2018, 12, 31), year=2018, rules=[])
    for place in (LEAGUE, COUNTY, TOWNSHIP, 150500000000):
        _asked_much(make_department(place).client)
    words = Canaries()
    households = [more_household(place, words.word(), accounts) for place in (*VILLAGES, OTHER_LEAGUE)]
    with scopes.activate(EVERYTHING):
        helper = accounts["helper"]
        paired = households[VILLAGES.index(OTHER_LEAGUE)]
        Pairing.objects.create(
            household=paired, division_id=paired.division_id, helper=helper.user, from_on=timezone.localdate()
        )
        helper.households, helper.places = frozenset({paired.pk}), frozenset({paired.division_id})
        for account in accounts.values():
            if account.user is not None:
                _papers(account.user, account.kind, words.word(), words.word())
    return _collect(accounts, words)


def _account(name: str, kind: Kind) -> Account:
    user = make_user(name, kind.role, kind.place, extent="here" if kind.here else "below")
    client = sign_in(Client(), user)
    session = client.session
    session.update({"began": int(time.time()), "last_seen": int(time.time())})
    session.save()
    return Account(name, kind, user, session.session_key)


def _asked_much(client: Partner) -> None:
    """What a client leaves behind: the numbers of a day, and a search whose answer waits."""
    here = {"client": client, "division_id": client.division_id, "user_id": client.user_id}
    with scopes.activate(EVERYTHING):
        ClientDay.objects.create(**here, day=timezone.localdate(), questions=3, hits=1)
        SearchJob.objects.create(
            **here,
            transaction_id="t",
            callback="https://department.test/",
            scopes=["households:verify"],
            questions=Sealed.of("secret", "5B5D"),
            count=0,
            next_at=timezone.now(),
        )


def more_household(place: int, word: str, accounts: dict[str, Account]) -> Household:
    """A household with everything that can hang off it; `word` is the canary of all its rows."""
    household = make_household(place, national_no=f"HH{place}{ord(word[2])}", address=word)
    person = make_person(household, national_no=f"P{household.code}")
    make_person_year(person)
    make_household_year(household)
    day = datetime.date(2018, 6, 1)
    with scopes.activate(EVERYTHING):
        here = {"household": household, "division_id": place}
        HouseholdIncome.objects.create(**here, year=2018, wage=5000)
        GuaranteeStatus.objects.create(**here, year=2018)
        StatusEvent.objects.create(
            **here, kind="identified", status="20", on=day, note=word, by=accounts["county"].user
        )
        NaturalChange.objects.create(
            **here,
            person=person,
            kind=codelist("natural_change").codes[0],
            happened_on=day,
            reported_by=accounts["village"].user,
        )
        # Withdrawn, so that it opens nothing; the account it was for still reads of it.
        Share.objects.create(
            **here,
            user=accounts["stranger"].user,
            user_name=word,
            reason=word,
            shared_by=accounts["county"].user,
            shared_by_name=word,
            valid_until=timezone.now() + datetime.timedelta(hours=3),
            withdrawn_at=timezone.now(),
        )
        finding = Finding.objects.create(
            rule="HH-01",
            object_kind="household",
            object_id=household.pk,
            household=household,
            division_id=place,
            severity="high",
            acting_level=4,
            found_on=day,
            due_on=day,
            state_since=timezone.now(),
        )
        FindingLog.objects.create(
            **here,
            finding=finding,
            at=timezone.now(),
            by_name=word,
            to_state="new",
            note=word,
            file=ContentFile(word.encode(), "paper.txt"),
        )
    return household


def _papers(user: User, kind: Kind, word: str, asked_for: str) -> None:
    """What belongs to an account itself: a line of the access log, an export, an import."""
    here = {"user": user, "division_id": user.division_id}
    log_access(user, "reveal", division=user.division_id, reason=word)
    job = ExportJob.objects.create(
        **here, resource=LIST, title=word, query="", state=ExportJob.State.DONE, finished_at=timezone.now()
    )
    if "export_register" in kind.may and not codes.contains(user.division_id, REGION):
        asked = ExportJob.objects.create(**here, resource=LIST, title=asked_for, query="", state=ExportJob.State.ASKED)
        ExportApproval.objects.create(
            **here,
            job=asked,
            user_name=asked_for,
            title=asked_for,
            resource=LIST,
            criteria=asked_for,
            columns=["code", "phone"],
            rows=9000,
            reason=asked_for,
            acting_division=COUNTY,
        )
    if "import_register" in kind.may:
        ImportBatch.objects.create(
            division_id=user.division_id,
            requested_by=user,
            kind="register",
            file_name=word,
            file_size=1,
            file_hash="0",
            state=ImportBatch.State.SHOWN,
        )
    asker = User.objects.exclude(pk=user.pk).order_by("pk").first()
    Reset.objects.create(
        **here,
        user_name=word,
        what=Reset.What.PASSWORD,
        reason=word,
        asked_by=asker,
        asked_by_name=word,
        expires_at=timezone.now() + datetime.timedelta(days=1),
    )
    job.path.parent.mkdir(parents=True, exist_ok=True)
    job.path.write_text(word)


LIST = "apps.households.tables.households.HouseholdResource"

PLANTED: tuple[type[models.Model], ...] = (
    Household,
    HouseholdYear,
    HouseholdIncome,
    GuaranteeStatus,
    StatusEvent,
    NaturalChange,
    Person,
    PersonYear,
    Finding,
    FindingLog,
    Share,
    Run,
    Village,
    VillageYear,
    User,
    Post,
    Reset,
    AccessLog,
    ExportJob,
    ExportApproval,
    ImportBatch,
    Partner,
    ClientDay,
    SearchJob,
)
LOOKUPS: dict[type[models.Model], str] = {ExportJob: "export", ExportApproval: "export-request"}
# Rows that the application cannot change: their canary is the one they were made with.
MADE_WITH = {
    StatusEvent: "note",
    FindingLog: "note",
    AccessLog: "reason",
    ExportJob: "title",
    ExportApproval: "title",
    ImportBatch: "file_name",
}


def _collect(accounts: dict[str, Account], words: Canaries) -> World:
    resources = {route.resource.name: route.resource for route in routes() if route.resource is not None}
    names = {resource.model: name for name, resource in resources.items()} | LOOKUPS
    rows: dict[str, list[Row]] = defaultdict(list)
    canaries: dict[str, list[Row]] = defaultdict(list)
    with scopes.activate(EVERYTHING):
        connection.finish()  # type: ignore[attr-defined]  # the access log is written when a transaction ends
        shared = dict(Household.objects.values_list("pk", "address"))
        for model in PLANTED:
            for found in model._default_manager.order_by("pk"):
                row = _row(names.get(model, model._meta.label_lower), found)
                rows[row.resource].append(row)
                if model in MADE_WITH:
                    word = getattr(found, MADE_WITH[model])
                else:
                    word = shared.get(row.household or 0) or words.word()
                    if texts := texts_of(model):
                        model._base_manager.filter(pk=found.pk).update(**dict.fromkeys(texts, word))
                for text in (word, getattr(found, "code", ""), getattr(found, "national_no", "")):
                    if text:
                        canaries[text].append(row)
        numbers = [
            sealed.clear()
            for model, name in ((Person, "id_no"), (Household, "phone"), (Household, "bank_account"))
            for sealed in model._default_manager.values_list(name, flat=True)
        ]
        kinds = {name: model for model, name in names.items()} | {
            model._meta.label_lower: model for model in PLANTED if model not in names
        }
        rows["division"] = [_division(code) for code in Division.objects.values_list("pk", flat=True)]
    world = World(accounts, dict(rows), dict(canaries), numbers, resources, kinds)
    for account in accounts.values():
        account.world = world
        if account.user is not None:
            scopes.forget(account.user)
    return world


def _row(name: str, found: Any) -> Row:
    lookup, own = found.household_lookup, found.own_lookup
    return Row(
        resource=name,
        key=found.pk,
        place=getattr(found, found.place_attname),
        # Exports and imports are their maker's alone, whatever an administrator may know of them.
        realm="none" if name in ("export", "import") else found.realm,
        household=getattr(found, lookup) if lookup else None,
        owner=found.requested_by_id if name == "import" else getattr(found, own) if own else None,
    )


def _division(code: int) -> Row:
    return Row("division", code, code, "any")
