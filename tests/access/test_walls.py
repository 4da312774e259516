"""The two walls around placed rows, each tested with the other taken away."""

from __future__ import annotations

import datetime

import pytest
from django.apps import apps
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.utils import timezone

from apps.access import scope as scopes
from apps.access.models import Pairing, PlacedModel, Share
from apps.accounts.models import Post, User
from apps.accounts.services import SET_UP, end_post, system_account
from apps.households.models import Household, Person
from tests.factories.accounts import make_user
from tests.factories.cadres import pair
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import make_household, make_person

pytestmark = pytest.mark.django_db

OWN, SIBLING, NEIGHBOUR, OTHER_COUNTY, OTHER_LEAGUE = (
    150422100200,
    150422100201,
    150422101200,
    150423100200,
    150522100200,
)

# Which villages an account at each level sees.
REACH = {
    ("region_officer", 150000000000): {OWN, SIBLING, NEIGHBOUR, OTHER_COUNTY, OTHER_LEAGUE},
    ("league_officer", 150400000000): {OWN, SIBLING, NEIGHBOUR, OTHER_COUNTY},
    ("county_officer", 150422000000): {OWN, SIBLING, NEIGHBOUR},
    ("township_officer", 150422100000): {OWN, SIBLING},
    ("village_officer", 150422100200): {OWN},
    ("security_administrator", 150000000000): set(),
    ("system_administrator", 150000000000): set(),
    ("audit_administrator", 150000000000): set(),
    ("helper", 150422100200): set(),
}


@pytest.fixture
def households(db: None) -> dict[int, Household]:
    plant(*VILLAGES)
    made = {village: make_household(village) for village in (OWN, SIBLING, NEIGHBOUR, OTHER_COUNTY, OTHER_LEAGUE)}
    for household in made.values():
        make_person(household)
    return made


@pytest.mark.parametrize(("role", "division"), REACH, ids=lambda value: str(value))
def test_each_level_sees_exactly_its_own_through_either_wall(households, role, division):
    user = make_user("someone", role, division)
    expected = REACH[role, division]
    with scopes.acting(user):
        application = set(Household.objects.visible_to(user).values_list("division_id", flat=True))
        database = set(Household.objects.values_list("division_id", flat=True))
        with connection.cursor() as cursor:
            cursor.execute("SELECT DISTINCT division_id FROM households_person")
            raw = {row[0] for row in cursor.fetchall()}
    with scopes.acting(system_account()):  # row-level security open: the application's filter alone
        alone = set(Household.objects.visible_to(user).values_list("division_id", flat=True))
    assert application == database == raw == alone == expected


def test_without_a_scope_nothing_is_seen_even_on_a_used_connection(households):
    with scopes.acting(system_account()):
        assert Household.objects.count() == 5
    assert Household.objects.count() == 0
    with scopes.activate(scopes.ANONYMOUS):
        assert Household.objects.count() == 0


def test_a_scope_inside_a_scope_ends_with_its_block(households):
    village = make_user("village", "village_officer", OWN)
    with scopes.acting(village):
        assert Household.objects.count() == 1
        with scopes.acting(system_account()):
            assert Household.objects.count() == 5
        assert Household.objects.count() == 1


@pytest.mark.parametrize("statement", ["insert", "move in", "move out", "update", "delete"])
def test_the_database_refuses_writes_outside_the_scope(households, statement):
    village = make_user("village", "village_officer", OWN)
    foreign, own = households[SIBLING], households[OWN]
    with scopes.acting(village):
        if statement == "insert":
            with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
                Household.objects.create(division_id=SIBLING, code="15042210020199998")
        elif statement == "move out":
            with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
                Household.objects.filter(pk=own.pk).update(division_id=SIBLING)
        elif statement == "move in":
            assert Household.objects.filter(pk=foreign.pk).update(division_id=OWN) == 0
        elif statement == "update":
            assert Household.objects.filter(pk=foreign.pk).update(address="x") == 0
        else:
            assert Household.objects.filter(pk=foreign.pk).delete()[0] == 0


def test_a_person_cannot_be_placed_elsewhere_than_the_household(households):
    with scopes.acting(system_account()), pytest.raises(IntegrityError), transaction.atomic():
        person = Person.objects.get(household=households[OWN])
        Person.objects.filter(pk=person.pk).update(division_id=SIBLING)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_what_hangs_off_a_household_moves_with_it(households):
    with scopes.acting(system_account()):
        Household.objects.filter(pk=households[OWN].pk).update(division_id=OTHER_LEAGUE)
        assert Person.objects.get(household=households[OWN]).division_id == OTHER_LEAGUE


def test_a_helper_sees_the_paired_household_wherever_it_is_and_no_longer_than_the_pairing(households):
    helper = make_user("helper", "helper", OWN)
    today = timezone.localdate()
    pairing = pair(households[OTHER_LEAGUE], helper)
    scopes.forget(helper)
    with scopes.acting(helper):
        assert list(Household.objects.visible_to(helper)) == list(Household.objects.all()) == [households[OTHER_LEAGUE]]
        assert Person.objects.count() == 1
        assert Household.objects.update(address="x") == 0, "a pairing opens a household for reading"
    with scopes.acting(system_account()):
        Pairing.objects.filter(pk=pairing.pk).update(
            from_on=today - datetime.timedelta(days=9), until_on=today - datetime.timedelta(days=1)
        )
    scopes.forget(helper)
    with scopes.acting(helper):
        assert Household.objects.count() == 0


def test_a_share_ends_by_its_time(households):
    guest = make_user("guest", "village_officer", OWN)
    with scopes.acting(system_account()) as system:
        share = Share.objects.create(
            household=households[SIBLING],
            division_id=SIBLING,
            user=guest,
            reason="核实",
            shared_by_id=system.user_id,
            valid_until=timezone.now() + datetime.timedelta(hours=3),
        )
    scopes.forget(guest)
    with scopes.acting(guest):
        assert set(Household.objects.visible_to(guest)) == {households[OWN], households[SIBLING]}
    with scopes.acting(system_account()):
        Share.objects.filter(pk=share.pk).update(valid_until=timezone.now())
    scopes.forget(guest)
    with scopes.acting(guest):
        assert set(Household.objects.all()) == {households[OWN]}


def test_two_posts_reach_two_places_and_nothing_between(households):
    user = make_user("both", "village_officer", OWN)
    with scopes.activate(SET_UP):
        from apps.accounts.services import appoint

        appoint(user, role="village_officer", division=OTHER_LEAGUE, by=None)
    with scopes.acting(user):
        expected = {OWN, OTHER_LEAGUE}
        assert set(Household.objects.visible_to(user).values_list("division_id", flat=True)) == expected
        assert set(Household.objects.values_list("division_id", flat=True)) == expected


def test_a_post_that_ended_counts_no_more(households):
    county = make_user("county", "county_officer", 150422000000)
    village = make_user("village", "village_officer", OWN)
    with scopes.acting(county):
        end_post(Post.objects.get(user=village), by=county)
    with scopes.acting(User.objects.none().first() or village):
        assert Household.objects.count() == 0


def test_a_disabled_account_reaches_nothing(households):
    user = make_user("gone", "county_officer", 150422000000, is_active=False)
    with scopes.acting(user):
        assert Household.objects.count() == 0


def test_the_three_administrators_are_apart_in_the_database_too(households):
    security = make_user("security", "security_administrator", 150000000000)
    with scopes.acting(security):
        assert User.objects.count() > 0
        assert Person.objects.count() == 0


def placed_models() -> list[type[PlacedModel]]:
    """Every table with a place: the placed models and whatever else carries a division of its own or of its object."""
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label not in ("divisions",)
        and not model._meta.proxy
        and any(field.column in ("division_id", "content_object_id") for field in model._meta.concrete_fields)
        and model._meta.label not in OPEN_TO_READ
    ]


# Parameters: everybody below must read what the levels above have set.
OPEN_TO_READ = {"households.PovertyLine", "crosschecks.RuleParameter"}


def test_every_placed_table_is_forced_behind_four_policies(db):
    tables = {model._meta.db_table for model in placed_models()}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, relrowsecurity, relforcerowsecurity, "
            "array(SELECT polcmd::text FROM pg_policy WHERE polrelid = c.oid ORDER BY polcmd) "
            "FROM pg_class c WHERE relname = ANY(%s)",
            [list(tables)],
        )
        state = {name: (enabled, forced, set(commands)) for name, enabled, forced, commands in cursor.fetchall()}
    assert state == {table: (True, True, {"r", "a", "w", "d"}) for table in tables}


def test_the_application_owns_nothing_and_cannot_pass_by(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.rolsuper, r.rolbypassrls, r.rolcreatedb, r.rolcreaterole, "
            "(SELECT count(*) FROM pg_class WHERE relowner = r.oid) FROM pg_roles r WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (False, False, False, False, 0)


def test_events_and_logs_can_only_be_added_to(households):
    with scopes.acting(system_account()):
        for table in ("households_householdevent", "households_statusevent", "history_accesslog"):
            for statement in (f"UPDATE {table} SET division_id = division_id", f"DELETE FROM {table}"):
                with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                    connection.cursor().execute(statement)


def test_changes_in_bulk_are_in_the_history_with_who_made_them(households):
    county = make_user("county", "county_officer", 150422000000)
    with scopes.acting(county, source="import"):
        Household.objects.visible_to(county).update(address="新地址")
        events = list(households[OWN].events.order_by("-pgh_id").values_list("pgh_label", "address", "pgh_context")[:1])
    assert events == [("update", "新地址", {"user": county.pk, "name": "county", "source": "import"})]
