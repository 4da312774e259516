"""Re-coding: what moves, what stays, what is refused; on real tables and on small ones with every kind of key."""

import datetime
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connections, transaction

from apps.access import scope as scopes
from apps.access.models import Grant, Share
from apps.accounts.models import User
from apps.accounts.services import SET_UP, system_account
from apps.common.errors import ServiceError
from apps.divisions import services
from apps.divisions.models import Division, DivisionHistory
from apps.divisions.services import loading, moving
from apps.households.models import Household, Person, PersonYear, PovertyLine, RegistrationConflict
from apps.villages.models import Village
from tests.factories.accounts import make_user
from tests.factories.cadres import pair
from tests.factories.divisions import plant
from tests.factories.households import make_household, make_household_year, make_person, make_person_year

TOWNSHIP = 150422100000
OLD, NEW, THIRD = 150422100200, 150422100201, 150422101200
FREE = 150422100398
ON = datetime.date(2019, 1, 1)


@pytest.fixture
def tree(committed_db):
    plant(OLD, NEW, THIRD, 150423100200)


def recode(old=OLD, new=NEW, **options):
    return services.recode(old, new, ON, "王主任", **options)


def refusal(old, new, **options):
    with pytest.raises(ServiceError) as refused:
        recode(old, new, **options)
    return refused.value


def refused_code(old, new, **options):
    error = refusal(old, new, **options)
    return error.field, error.code


# --- Units -----------------------------------------------------------------------------------------------------------


def test_merged_unit_ends_and_names_its_successor(tree):
    done = recode()
    assert (done.units, done.created) == ({OLD: NEW}, ())
    old = Division.objects.get(code=OLD)
    assert (old.ended_on, old.replaced_by_id) == (ON, NEW)
    assert Division.objects.get(code=NEW).ended_on is None
    assert OLD not in Division.objects.pickable().values_list("code", flat=True)
    line = DivisionHistory.objects.get()
    assert (line.old_code, line.new_code, line.event, line.on, line.by) == (OLD, NEW, "merged", ON, "王主任")
    assert (line.old_name, line.new_name) == (old.name, Division.objects.get(code=NEW).name)


def test_renumbered_unit_is_made_from_the_old_one(tree):
    before = Division.objects.get(code=OLD)
    done = recode(OLD, FREE, create=True)
    assert done.created == (FREE,)
    made = Division.objects.get(code=FREE)
    assert (made.name, made.short_name, made.parent_id, made.level) == (before.name, before.short_name, TOWNSHIP, 5)
    assert (made.kind, made.sort_key, made.ended_on) == ("villagers", FREE, None)
    assert DivisionHistory.objects.get().event == "renumbered"


def test_made_unit_may_have_another_name_and_another_parent(tree):
    recode(OLD, 150422101398, create=True, name="新村嘎查村民委员会")
    made = Division.objects.get(code=150422101398)
    assert (made.parent_id, made.name, made.short_name) == (150422101000, "新村嘎查村民委员会", "新村嘎查")


def test_renumbering_there_and_back_revives_the_old_unit(tree):
    recode(OLD, FREE, create=True)
    assert refused_code(FREE, OLD) == ("new", "unknown")
    recode(FREE, OLD, create=True)
    old, free = Division.objects.get(code=OLD), Division.objects.get(code=FREE)
    assert (old.ended_on, old.replaced_by_id) == (None, None)
    assert (free.ended_on, free.replaced_by_id) == (ON, OLD)
    assert DivisionHistory.objects.count() == 2


def test_loading_the_list_again_does_not_undo_a_recoding(tree):
    recode(OLD, FREE, create=True)
    planted = set(Division.objects.values_list("code", flat=True))
    listed = [unit for unit in loading.units() if unit.code in planted]
    assert services.load(listed) == services.Loaded(added=0, changed=0, unchanged=len(listed), others=1)
    assert Division.objects.get(code=OLD).replaced_by_id == FREE


def test_whole_subtree_moves_with_a_township(tree):
    household = make_household(OLD)
    done = recode(TOWNSHIP, 150422199000, create=True)
    assert done.units == {TOWNSHIP: 150422199000, OLD: 150422199200, NEW: 150422199201}
    assert done.created == (150422199000, 150422199200, 150422199201)
    assert Division.objects.current().within(TOWNSHIP).count() == 0
    assert Division.objects.get(code=150422199200).parent_id == 150422199000
    assert place_of(household) == 150422199200
    assert list(DivisionHistory.objects.order_by("id").values_list("old_code", flat=True)) == [TOWNSHIP, OLD, NEW]


def test_township_merges_when_its_villages_fit(tree):
    Division.objects.using("owner").filter(code=THIRD).update(name="另一村")
    error = refusal(TOWNSHIP, 150422101000)
    assert (error.field, error.code) == ("new", "taken")
    assert str(THIRD) in str(error)
    assert not Division.objects.exclude(ended_on=None).exists()
    # The village in the way gets a code of its own first; then the rest fits.
    recode(OLD, 150422101398, create=True)
    done = recode(TOWNSHIP, 150422101000)
    assert done.units == {TOWNSHIP: 150422101000, NEW: 150422101201}
    assert done.created == (150422101201,)


def test_county_keeps_its_facts_under_a_new_code(tree):
    before = Division.objects.get(code=150422000000)
    recode(150422000000, 150432000000, create=True)
    made = Division.objects.get(code=150432000000)
    facts = ("poverty_tier", "exit_year", "announced_on", "contiguous_area", "lon", "lat", "kind")
    assert [getattr(made, name) for name in facts] == [getattr(before, name) for name in facts]
    assert Division.objects.current().within(150432000000).count() == 6


def test_refused(tree):
    for old, new, options, field, code in (
        (OLD, TOWNSHIP, {}, "new", "level"),
        (TOWNSHIP, NEW, {}, "new", "level"),
        (OLD, OLD, {}, "new", "same"),
        (OLD, FREE, {}, "new", "unknown"),
        (150422100999, NEW, {}, "old", "unknown"),
        (150422000001, NEW, {}, "old", "division_code"),
        (OLD, 150422000001, {}, "new", "division_code"),
        (OLD, 15, {}, "new", "division_code"),
        (OLD, 150422777200, {"create": True}, "new", "no_parent"),
        (OLD, 150422100999, {"create": True}, "new", "kind"),
        (150000000000, 160000000000, {"create": True}, "old", "level"),
    ):
        assert refused_code(old, new, **options) == (field, code), (old, new)
    assert not DivisionHistory.objects.exists()
    assert not Division.objects.exclude(ended_on=None).exists()


def test_ended_unit_is_neither_source_nor_target(tree):
    recode(OLD, NEW)
    assert refused_code(OLD, THIRD) == ("old", "ended")
    assert refused_code(THIRD, OLD) == ("new", "unknown")


def test_ended_parent_takes_no_unit(tree):
    recode(150422101000, 150422199000, create=True)
    assert refused_code(OLD, 150422101398, create=True) == ("new", "no_parent")


def test_without_the_owner_s_connection(tree):
    assert refusal(OLD, NEW, using="nobody").code == "no_owner"


# --- Rows of the real tables -----------------------------------------------------------------------------------------


def place_of(row):
    with scopes.acting(system_account()):
        return type(row).objects.get(pk=row.pk).division_id


def placed(model, code):
    with scopes.acting(system_account()):
        return model.objects.filter(division_id=code).count()


def test_every_column_that_refers_to_a_division_is_known(committed_db):
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            """
            SELECT con.conrelid::regclass::text, att.attname::text
            FROM pg_constraint con JOIN pg_attribute att ON att.attrelid = con.conrelid AND att.attnum = con.conkey[1]
            WHERE con.contype = 'f' AND con.confrelid = 'divisions_division'::regclass AND con.conparentid = 0
            UNION
            SELECT attrelid::regclass::text, attname::text FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
            WHERE attname = 'division_id' AND relkind IN ('r', 'p') AND NOT relispartition
            """
        )
        in_database = {(table, column) for table, column in cursor.fetchall() if not table.startswith("divisions_")}
    # Counts are made anew for the places that a re-coding marks; their rows do not move.
    kept = {model._meta.db_table for model in apps.get_models() if getattr(model, "keeps_division", False)}
    in_database = {(table, column) for table, column in in_database if table not in kept}
    assert {(place.table, place.column) for place in moving.places()} >= in_database


def test_household_moves_with_all_that_hangs_off_it(tree):
    household, other = make_household(OLD), make_household(NEW)
    person = make_person(household)
    year = make_person_year(person)
    make_household_year(household)
    done = recode()
    assert [place_of(row) for row in (household, person, year, other)] == [NEW] * 4
    assert done.kept == {"households.CodeCounter": 1}  # each place has its own
    assert done.moved["households.Household"] == done.moved["households.Person"] == 1
    assert done.moved["households.PersonYear"] == done.moved["households.HouseholdYear"] == 1
    assert placed(Household, OLD) == 0


def test_code_of_a_household_stays_with_it(tree):
    household = make_household(OLD)
    recode()
    with scopes.acting(system_account()):
        assert Household.objects.get(pk=household.pk).code == household.code
    assert household.code.startswith(str(OLD))


def test_history_moves_along_and_tells_of_the_move(tree):
    household = make_household(OLD)
    recode()
    with scopes.acting(system_account()):
        events = list(
            apps.get_model("households", "HouseholdEvent").objects.filter(pgh_obj_id=household.pk).order_by("pgh_id")
        )
    assert {event.division_id for event in events} == {NEW}
    assert events[-1].pgh_context["source"] == "recode"
    assert events[-1].pgh_context["name"] == "王主任"


def test_accounts_posts_and_grants_move_and_reach_the_new_place(tree):
    with transaction.atomic():
        user = make_user("village", "village_officer", OLD)
    household = make_household(NEW)
    recode()
    user = reread(user)
    assert user.division_id == NEW
    with scopes.acting(user):
        assert list(Household.objects.visible_to(user)) == [household]
    with scopes.activate(SET_UP), transaction.atomic():
        assert set(Grant.objects.filter(user=user).values_list("content_object_id", flat=True)) == {NEW}


def reread(user):
    with scopes.activate(SET_UP), transaction.atomic():
        return User.objects.get(pk=user.pk)


def test_pairings_and_shares_follow_their_household(tree):
    household = make_household(OLD)
    with transaction.atomic():
        helper = make_user("helper", "helper", THIRD)
    with scopes.acting(system_account()):
        pairing = pair(household, helper, from_on=ON)
        share = Share.objects.create(
            household=household, user=helper, division_id=OLD, reason="核查", shared_by=helper,
            valid_until=datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC),
        )  # fmt: skip
    recode()
    assert [place_of(row) for row in (pairing, share)] == [NEW, NEW]


def test_other_references_to_the_division_move_too(tree):
    make_person_year(make_person(make_household(THIRD)), work_place_id=OLD)
    done = recode()
    assert done.moved["households.PersonYear.work_place"] == 1
    with scopes.acting(system_account()):
        assert PersonYear.objects.get().work_place_id == NEW


def test_a_fact_that_the_new_place_has_already_stays_at_the_old_code(tree):
    with transaction.atomic():
        PovertyLine.objects.create(year=2017, division_id=OLD, amount=3200)
        PovertyLine.objects.create(year=2018, division_id=OLD, amount=3300)
        PovertyLine.objects.create(year=2018, division_id=NEW, amount=3500)
    done = recode()
    assert (done.moved["households.PovertyLine"], done.kept["households.PovertyLine"]) == (1, 1)
    lines = PovertyLine.objects.filter(division_id__in=[OLD, NEW]).order_by("year", "division_id")
    lines = lines.values_list("year", "division_id", "amount")
    assert [(year, code, int(amount)) for year, code, amount in lines] == [
        (2017, NEW, 3200),
        (2018, OLD, 3300),
        (2018, NEW, 3500),
    ]


def test_codes_kept_as_plain_numbers_move_too(tree):
    with scopes.acting(system_account()):
        conflict = RegistrationConflict.objects.create(
            id_no_index=b"x" * 32, registered_division=OLD, refused_division=THIRD, division_id=150422000000
        )
    recode()
    with scopes.acting(system_account()):
        conflict.refresh_from_db()
    assert (conflict.registered_division, conflict.refused_division) == (NEW, THIRD)
    assert ("crosschecks_finding", "side") in {(place.table, place.column) for place in moving.places()}


def test_village_profile_moves_or_stays_where_the_new_village_has_one(tree):
    def profile(code):
        with scopes.acting(system_account()):
            return Village.objects.create(division_id=code)

    first, second = profile(OLD), profile(NEW)
    done = recode()
    assert [place_of(first), place_of(second)] == [OLD, NEW]
    assert done.kept["villages.Village"] == 1
    recode(NEW, FREE, create=True)
    assert [place_of(first), place_of(second)] == [OLD, FREE]


def test_neighbours_are_left_alone(tree):
    there = make_household(THIRD), make_household(150423100200), make_household(NEW)
    recode(OLD, FREE, create=True)
    assert [place_of(row) for row in there] == [THIRD, 150423100200, NEW]


def test_nothing_has_moved_when_the_last_step_fails(tree, monkeypatch):
    household = make_household(OLD)

    def fail(*args, **kwargs):
        raise RuntimeError("power cut")

    monkeypatch.setattr("apps.divisions.services.recoding._record", fail)
    with pytest.raises(RuntimeError, match="power cut"):
        recode()
    assert place_of(household) == OLD
    assert Division.objects.get(code=OLD).ended_on is None


def test_scope_settings_end_with_the_transaction(tree):
    make_person(make_household(OLD))
    recode()
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM households_household")
        assert cursor.fetchone() == (0,)


def test_tables_are_moved_parents_first(committed_db):
    with connections["owner"].cursor() as cursor:
        order = [
            place.label for place in moving._parents_first({p: moving._parents(cursor, p) for p in moving.places()})
        ]
    assert order.index("households.Household") < order.index("households.Person") < order.index("households.PersonYear")
    assert order.index("households.Household") < order.index("access.Pairing")
    assert len(order) == len(set(order)) == len(moving.places())


# --- The command -----------------------------------------------------------------------------------------------------


def test_command_moves_and_reports(tree):
    make_person(make_household(OLD))
    out = StringIO()
    call_command("recode", str(OLD), str(NEW), "--on", "2019-01-01", "--by", "王主任", stdout=out)
    lines = out.getvalue().splitlines()
    assert "moved 1 households.Household" in lines
    assert lines[-1].startswith("divisions 1 created 0 moved ")
    assert lines[-1].endswith(" kept 0")
    assert placed(Person, NEW) == 1
    assert DivisionHistory.objects.get().moved_rows["households.Person"] == 1


def test_command_makes_a_division_when_told(tree):
    arguments = ["recode", str(OLD), str(FREE), "--on", "2019-01-01"]
    with pytest.raises(CommandError, match="不存在"):
        call_command(*arguments, stdout=StringIO())
    call_command(*arguments, "--create", "--name", "新村村委会", stdout=StringIO())
    assert Division.objects.get(code=FREE).short_name == "新村"
    assert DivisionHistory.objects.get().by


@pytest.mark.parametrize(
    "arguments",
    [
        [str(OLD), "15042210020", "--on", "2019-01-01"],
        [str(OLD), "999999999999", "--on", "2019-01-01"],
        [str(OLD), str(TOWNSHIP), "--on", "2019-01-01"],
        [str(OLD), str(NEW), "--on", "2019-02-30"],
        [str(OLD), str(NEW)],
        [str(OLD), str(NEW), "--on", "2019-01-01", "--name", "新村"],
    ],
)
def test_command_refuses(tree, arguments):
    with pytest.raises(CommandError):
        call_command("recode", *arguments, stdout=StringIO())
    assert not DivisionHistory.objects.exists()
