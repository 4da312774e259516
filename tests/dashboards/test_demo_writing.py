"""The demonstration register in the database: counts, accounts, both walls, findings, nothing readable in a dump."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q
from django.test import Client

from apps.access import scope as scopes
from apps.access.backends import ScopedBackend
from apps.access.models import Pairing
from apps.accounts.models import Post, User
from apps.accounts.services import SET_UP, system_account
from apps.assessments.effect_catalogue import OF_EFFECTS
from apps.assessments.models import EffectAssessment, EffectScore
from apps.cadres.models import Cadre, CountyChief, Duty, HomeCheck, TaskForce
from apps.common.numbers import code_ok
from apps.dashboards.demo import calibration as figures
from apps.dashboards.demo import counties, diaries, loans, money_notices, officials, writing
from apps.dashboards.demo.accounts import ACCOUNTS
from apps.dashboards.demo.assessments import COUNTIES
from apps.dashboards.demo.comparisons import PLANTS
from apps.dashboards.demo.contradictions import CARRIERS
from apps.dashboards.demo.families import families
from apps.dashboards.demo.finance import BUREAU, EACH
from apps.dashboards.demo.planting import assets, money, projects
from apps.divisions import codes
from apps.divisions.models import Division
from apps.divisions.services.loading import load
from apps.funds.choices import Matching
from apps.funds.models import Allocation, Payment, Reconciliation
from apps.funds.services.balances import balance, by_origin
from apps.funds.services.reconciling import reconcile
from apps.funds.services.verifying import verify
from apps.households.models import Household, HouseholdYear, Person, RegistrationConflict, StatusEvent
from apps.households.services.codes import issue_household_codes
from apps.measures.models import LoanWish, SmallLoan
from apps.notices.models import PublicNotice
from apps.villages.models import VillageYear
from apps.visits.choices import SIMILAR
from apps.visits.models import Visit, VisitMark, VisitReceipt
from apps.visits.services.marks import metres
from bench.crosscheck_accuracy import FOUND, planted_case

SCALE, SEED = 2000, 7


@dataclass(frozen=True)
class Made:
    """What the command made, left for its owner, and said."""

    seeded: writing.Seeded
    folder: Path
    said: str
    refused: str

    @property
    def password(self) -> str:
        return str(json.loads((self.folder / "demo.json").read_text())["password"])


@pytest.fixture(scope="module")
def command(django_db_setup, django_db_blocker, worker_database, tmp_path_factory) -> Iterator[Made]:
    """The command run once for all tests below, with real commits; the worker gets a fresh database afterwards."""
    folder, said, made, seed = tmp_path_factory.mktemp("demo"), StringIO(), [], writing.seed
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(writing, "seed", lambda *how, **more: made.append(seed(*how, **more)) or made[0])
        load()
        with pytest.raises(CommandError) as refused:
            call_command("seed_demo", scale=0, folder=folder)
        assert not list(folder.iterdir())
        call_command("seed_demo", scale=SCALE, seed=SEED, folder=folder, stdout=said)
    yield Made(made[0], folder, said.getvalue(), str(refused.value))
    with django_db_blocker.unblock():
        worker_database.clone()


@pytest.fixture
def seeded(command, db) -> writing.Seeded:
    return command.seeded


@pytest.fixture
def everything():
    """The scope of the system account with accounts and history added, for looking at all tables."""
    with scopes.acting(system_account()) as scope:
        reach = ((150000000000, 159999999999),)
        wide = replace(scope, capabilities={**scope.capabilities, **SET_UP.capabilities, "view_audit": reach})
        with scopes.activate(wide):
            yield


def test_finance_departments_report_payments_that_differ_in_every_way(seeded, everything):
    paid = Payment.objects.filter(paid_on__year=figures.YEAR).values("voucher_no").distinct().count()
    rows = Reconciliation.objects.values_list("result")
    there = dict(rows.annotate(number=Count("pk")))
    ways = len(Matching.values) - 1  # but for those that agree
    assert there == {**dict.fromkeys(Matching.values, 2 * EACH), Matching.AGREES: paid - 2 * EACH * (ways - 1)}
    at_bureau = dict(rows.filter(division=BUREAU).annotate(number=Count("pk")))
    assert {way: number for way, number in at_bureau.items() if way != Matching.AGREES} == dict.fromkeys(
        set(Matching.values) - {Matching.AGREES}, EACH
    )
    assert at_bureau[Matching.AGREES] > 0
    assert reconcile() == (0, 0)


def test_the_register_is_as_planned(seeded, everything):
    assert Household.objects.count() == seeded.plan.households == 178
    assert Person.objects.filter(is_active=True).count() == Person.objects.count() == seeded.plan.persons == 401
    by_village = Counter(Household.objects.values_list("division_id", flat=True))
    assert all(by_village[code] >= 20 for code in figures.DEMO_VILLAGES)
    assert HouseholdYear.objects.count() == 2 * 178
    poor = Person.objects.filter(household__status__in=("20", "30", "50"))
    assert poor.count() == 76
    assert RegistrationConflict.objects.count() == 1
    person = Person.objects.exclude(id_no=None).first()
    assert person.id_no.clear().startswith("159900")
    assert Person.objects.get(id_no_index=person.id_no) == person
    for household in Household.objects.all():
        events = StatusEvent.objects.filter(household=household).order_by("on", "id")
        assert events.last().status == household.status


def test_it_agrees_with_the_generator_row_by_row(seeded, everything):
    made = [family for batch in families(seeded.plan) for family in batch.families]
    first = made[0].household.id - Household.objects.earliest("id").id
    assert first <= 0
    for family in made:
        household = Household.objects.get(code=family.household.code)
        assert household.id == family.household.id - first
        assert (household.phone.clear() if household.phone else None) == family.household.phone
        assert household.address == family.household.address
        persons = list(Person.objects.filter(household=household).order_by("id"))
        assert [person.code for person in persons] == [person.code for person in family.persons]
        assert [person.id_no.clear() if person.id_no else None for person in persons] == [
            person.id_no for person in family.persons
        ]
        assert [person.birth_date for person in persons] == [person.birth_date for person in family.persons]
        for row in household.householdincome_set.order_by("year"):
            assert row.net is not None


def test_a_register_that_is_not_empty_is_left_alone(seeded, tmp_path):
    with pytest.raises(CommandError, match="not empty"):
        call_command("seed_demo", scale=SCALE, seed=SEED, folder=tmp_path)
    assert not list(tmp_path.iterdir())


def test_the_command_leaves_accounts_and_truth_for_the_owner_alone(seeded, command):
    demo = json.loads((command.folder / "demo.json").read_text())
    truth = json.loads((command.folder / "demo-truth.json").read_text())
    assert demo["scale"] == SCALE and demo["api"] == f"{demo['url']}api/v1/"
    assert [(one["division"], one["scopes"]) for one in demo["clients"]] == [
        ("150400000000", ["households:verify", "datasets:write"]),
        ("150422000000", ["households:verify", "households:details"]),
        ("150522000000", ["households:verify"]),
    ]
    first = demo["clients"][0]
    body = {"grant_type": "client_credentials", "client_id": first["id"], "client_secret": first["secret"]}
    assert Client().post("/oauth/token/", body).status_code == 200
    assert demo["accounts"][0] == {
        "username": "region",
        "role": "region_officer",
        "level": 1,
        "division": "150000000000",
    }
    planted = {*CARRIERS, *(plant.rule for plant in (*PLANTS, *diaries.PLANTS, *loans.PLANTS)), "CV-04"}
    planted |= {*officials.WHY, *counties.WHY}
    of_money = {rule for one in (projects.WHY, money.WHY, money_notices.WHY, assets.WHY) for rule in one}
    assert {entry["rule"] for entry in truth} == planted | of_money
    assert of_money == {f"FP-{number:02d}" for number in range(1, 21)}
    assert sum(entry["rule"] in of_money for entry in truth) >= 20
    assert set(truth[0]) == {"rule", "object_kind", "household_code", "person_code", "division", "why", "cadre_code"}
    assert (command.folder / "demo.json").stat().st_mode & 0o777 == 0o600
    assert "scale" in command.refused
    assert "households_household: 178 rows" in command.said and "all invented" in command.said


def test_accounts_sign_in_and_see_their_part(seeded, command):
    seen = {}
    for account in ACCOUNTS:
        user = ScopedBackend().authenticate(None, username=account.username, password=command.password)
        assert user is not None and not user.must_change_password
        with scopes.acting(user):
            seen[account.username] = Household.objects.count()
    assert seen["region"] == 178
    assert seen["league-1504"] >= seen["county-150422"] >= seen["township-150422100"] >= 40
    assert seen["township-150422101"] >= 20 <= seen["village-150422100200"]
    assert seen["helper-1"] == seen["helper-2"] == 5
    assert seen["sysadmin"] == seen["secadmin"] == seen["auditor"] == 0


def test_helpers_have_at_most_five_households_and_most_households_a_helper(seeded, everything):
    pairs = Counter(Pairing.objects.values_list("helper__username", flat=True))
    too_many = sum(truth.rule == "CV-02" for truth in seeded.truths)
    assert sorted(pairs.values())[-too_many - 1 :] == [5, *[6] * too_many]
    assert sum(pairs.values()) > 0.9 * seeded.plan.households
    for name in ("helper-1", "helper-2"):
        places = Pairing.objects.filter(helper__username=name).values_list("division_id", flat=True)
        assert len({place // 10**6 for place in places}) == 2
    assert Post.objects.filter(role__name="helper").count() >= len(pairs)
    assert not User.objects.get(username="helper-150422-00001").has_usable_password()


def test_codes_go_on_where_the_demonstration_stopped(seeded, everything):
    (code,) = issue_household_codes(figures.DEMO_VILLAGES[0])
    assert not Household.objects.filter(code=code).exists()


def test_the_night_run_finds_exactly_what_was_planted(seeded):
    call_command("run_crosschecks", date="2018-12-31", stdout=StringIO())
    with scopes.acting(system_account()), connection.cursor() as cursor:
        cursor.execute(FOUND)
        found = Counter(cursor.fetchall())
    assert found == Counter(planted_case(asdict(truth)) for truth in seeded.truths)


def test_money_is_in_the_published_shares(seeded, everything):
    system, region, million = system_account(), codes.WHOLE_REGION, Decimal(1_000_000)
    found = {name: amount * SCALE / million for name, amount in by_origin(system, region, year=2016).items()}
    assert (found["central"], found["region"], found["league"] + found["county"]) == (2020, 3840, 1890)
    ahead = [balance(system, region, year=2019, origin=origin).own for origin in ("central", "region")]
    assert sum(ahead) * SCALE / million == 7005
    beijing = balance(system, region, year=2018, kind="beijing")
    assert round(beijing.paid / beijing.total * 100, 1) == Decimal("97.4")


def test_money_goes_to_what_has_begun_and_none_is_left_in_what_is_closed(seeded, everything):
    assert verify().whole
    assert not Payment.objects.filter(Q(project__started_on=None) | Q(paid_on__lt=F("project__started_on"))).exists()
    assert not Allocation.objects.filter(project__state="closed").exclude(amount=F("settled")).exists()
    of_money = PublicNotice.objects.filter(kind__in=("distribution", "project"))
    assert of_money.exists() and not of_money.filter(subject="").exists()


def test_everybody_visited_every_month_but_whom_was_planted_and_nobody_wrote_the_same_twice(seeded, everything):
    pairs = Pairing.objects.count()
    missing = {one.household_code for one in seeded.truths if one.rule == "CV-04"}
    quarter, before = (Visit.objects.filter(**{f"visited_on__{when}": "2018-10-01"}) for when in ("gte", "lt"))
    assert 3 * pairs - 10 < quarter.count() <= 3 * pairs and missing
    # Where helpers are assessed they had been there before, while the household was theirs.
    counties = {code // 10**6 * 10**6 for code in before.values_list("division_id", flat=True)}
    assert counties == set(COUNTIES) and before.dates("visited_on", "month").count() == 9
    theirs = Pairing.objects.filter(household_id=OuterRef("household_id"), helper_id=OuterRef("author_id"))
    assert not before.exclude(Exists(theirs.filter(from_on__lte=OuterRef("visited_on")))).exists()
    assert VisitReceipt.objects.count() == Visit.objects.count()
    assert Visit.objects.filter(distance__gt=1000).count() == VisitMark.objects.filter(kind="far").count() == 1
    for visit in Visit.objects.exclude(visitmarks__kind="far").select_related("household"):
        here, there = (visit.lon, visit.lat), (visit.household.lon, visit.household.lat)
        assert visit.distance == pytest.approx(metres(*(tuple(map(float, one)) for one in (here, there))), abs=3)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT one.id, other.id FROM visits_visit one JOIN visits_visit other ON other.author_id = one.author_id"
            " AND other.id < one.id WHERE similarity(one.text, other.text) > %s",
            [SIMILAR],
        )
        assert set(cursor.fetchall()) == set(VisitMark.objects.filter(kind="copied").values_list("visit_id", "other"))


def test_who_answers_for_a_village_is_who_its_year_says(seeded, everything):
    listed = VillageYear.objects.filter(village__attributes__contains=["01"])
    first = dict(Duty.objects.filter(kind="first_secretary").values_list("division_id", "name"))
    assert {place: name for place, name in listed.values_list("division_id", "first_secretary") if name} == first
    counted = Counter(Duty.objects.filter(kind="supervisor").values_list("division_id", flat=True))
    assert dict(listed.values_list("division_id", "supervisors")) == dict(counted)
    codes = list(Cadre.objects.values_list("code", flat=True))
    assert all(map(code_ok, codes)) and len(codes) > 40_000
    for model in (Cadre, Duty, TaskForce):
        model.objects.order_by("-pk").first().full_clean()


def test_homes_were_asked_and_every_county_is_led(seeded, everything):
    helped = Household.objects.filter(status__in=("20", "30", "40", "50"))
    asked = helped.filter(home_checks__checked_on__gte="2018-10-08").distinct().count()
    assert 0.3 < asked / helped.count() < 0.7
    planted = {truth.household_code for truth in seeded.truths if truth.rule == "CV-14"}
    unknown = HomeCheck.objects.filter(checked_on__gte="2018-10-08", knows_helper=False)
    assert planted and set(unknown.values_list("household__code", flat=True)) == planted
    assert HomeCheck.objects.filter(checked_on__lt="2018-10-08", knows_helper=False).exists(), "who has learnt it since"
    counties = Division.objects.current().counties().count()
    assert CountyChief.objects.filter(until_on=None).count() == 2 * counties
    assert CountyChief.objects.exclude(until_on=None).filter(approved_on=None).exists(), "of whom nobody asks a paper"


def test_four_in_five_who_want_a_loan_have_one_and_sums_are_those_of_the_rows(seeded, everything):
    wishes = LoanWish.objects.open().with_lent()
    assert 0.7 < wishes.filter(lent=True).count() / wishes.count() < 0.9
    assert (
        SmallLoan.objects.filter(outstanding=0).exists() and SmallLoan.objects.filter(used_by_enterprise=True).exists()
    )
    late = SmallLoan.objects.with_overdue(figures.REFERENCE).filter(overdue=True)
    planted = {truth.household_code for truth in seeded.truths if truth.rule == "PC-13"}
    assert planted and set(late.values_list("household__code", flat=True)) == planted
    for loan in SmallLoan.objects.with_left(figures.REFERENCE).select_related("borrower", "household"):
        assert loan.outstanding == loan.left
        loan.full_clean()


def test_a_dump_holds_no_number_that_was_made(seeded, everything):
    made = [family for batch in families(seeded.plan) for family in batch.families]
    secret = {family.household.phone for family in made} | {family.household.bank_account for family in made}
    for family in made:
        secret |= {person.id_no for person in family.persons} | {person.disability_no for person in family.persons}
    secret.discard(None)
    lengths = {len(number) for number in secret}
    seen = 0
    with connection.cursor() as cursor:
        # Parts of a table are read with the whole, and by nobody alone.
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY 1"
        )
        for (table,) in cursor.fetchall():
            with cursor.copy(f'COPY (SELECT * FROM "{table}") TO STDOUT') as copy:
                text = b"".join(bytes(part) for part in copy).decode()
            for run in re.findall(r"[0-9XB]{8,}", text):
                seen += 1
                for length in lengths:
                    parts = {run[start : start + length] for start in range(len(run) - length + 1)}
                    assert not parts & secret, f"{table} holds a clear number"
    assert seen > 5_000


def test_twelve_leagues_and_the_poor_counties_are_assessed_in_every_state(seeded, everything):
    rows = EffectAssessment.objects.filter(year=2018)
    assert (rows.filter(kind="league").count(), rows.filter(kind="county").count()) == (12, 57)
    assert set(rows.filter(kind="county").values_list("state", flat=True)) == {
        *("computed", "self_report", "site_check", "merged", "group_decision", "result", "fed_back", "rectified"),
    }
    ranks = rows.filter(kind="league").values_list("rank", "total")
    assert [rank for rank, _total in sorted(ranks, key=lambda one: -one[1])] == list(range(1, 13))
    # Every indicator but those of the spot has a value somewhere.
    valued = set(EffectScore.objects.filter(value__isnull=False).values_list("code", flat=True))
    assert valued == set(OF_EFFECTS)
    assert not EffectScore.objects.filter(deducts=False, value=None, missing="").exists()
