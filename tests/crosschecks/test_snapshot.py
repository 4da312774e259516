"""The columnar snapshot: what is in its files, who takes it when, and that it never has the last word."""

from __future__ import annotations

import datetime
import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from django.conf import settings
from django.db import connection, connections

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.crosschecks.choices import RunKind
from apps.crosschecks.models import Finding, RunUnit
from apps.crosschecks.rules import RULES, Context
from apps.crosschecks.services import figures, runs
from apps.crosschecks.services.writing import Author, Written, context_for, nightly_context, write_region
from apps.crosschecks.snapshot import asking, building
from apps.crosschecks.snapshot.asking import Snapshot, all_that_rules_read, asked_of, latest, of_run
from apps.crosschecks.snapshot.translation import Question, question
from apps.divisions import codes
from apps.households.models import Household, Person
from tests.crosschecks.families import REFERENCE, VILLAGE, Family, family
from tests.crosschecks.supplied import COUNTY, known, supply
from tests.factories.accounts import make_user
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import citizen_number


def other_sex() -> dict[str, str]:
    """A member whose sex is not that of the number: ID-04."""
    return {"sex": "2", "id_no": citizen_number(sex="1")}


@pytest.fixture
def system(db) -> Iterator[scopes.Scope]:
    plant(*VILLAGES)
    with scopes.acting(system_account(), source="system") as scope:
        yield scope


def taken(*rules: str, context: Context | None = None, name: str = "a run") -> Snapshot:
    context = context or context_for(REFERENCE)
    read = all_that_rules_read([RULES[rule] for rule in rules], context)
    return Snapshot(building.take(name, read, context.versions))


def written(rule: str, snapshot: Snapshot | None) -> Written:
    return write_region(RULES[rule], nightly_context(REFERENCE), Author(None, "system"), snapshot)


def contradiction() -> Family:
    return family(other_sex())


def states(rule: str = "ID-04") -> dict[int, str]:
    return dict(Finding.objects.filter(rule=rule).values_list("object_id", "state"))


# --- It only says where to look ---------------------------------------------------------------------------------------


def test_what_it_names_is_written(system):
    (person,) = contradiction().persons
    family({"sex": "1", "id_no": citizen_number(sex="1")})
    snapshot = taken("ID-04")
    assert snapshot.objects(RULES["ID-04"], context_for(REFERENCE)) == {person.pk}
    assert written("ID-04", snapshot) == Written(hits=1, added=1)
    assert states() == {person.pk: "new"}
    assert written("ID-04", snapshot) == Written(hits=1)


def test_what_was_corrected_since_is_not_written(system):
    (person,) = contradiction().persons
    snapshot = taken("ID-04")
    Person.objects.filter(pk=person.pk).update(sex="1")
    assert snapshot.objects(RULES["ID-04"], context_for(REFERENCE)) == {person.pk}
    assert written("ID-04", snapshot) == Written()
    assert states() == {}


def test_an_open_finding_is_cleared_by_what_is_in_the_register_now_and_not_by_the_snapshot(system):
    (person,), (other,) = contradiction().persons, family({"sex": "1", "id_no": citizen_number(sex="2")}).persons
    written("ID-04", None)
    Person.objects.filter(pk__in=[person.pk, other.pk]).update(sex="9")
    snapshot = taken("ID-04")  # knows of nothing
    assert snapshot.objects(RULES["ID-04"], context_for(REFERENCE)) == set()
    Person.objects.filter(pk=person.pk).update(sex="2")
    assert written("ID-04", snapshot) == Written(hits=1, cleared=1)
    assert states() == {person.pk: "new", other.pk: "cleared_by_data"}


def test_the_evidence_is_that_of_the_register(system):
    (person,) = contradiction().persons
    snapshot = taken("ID-04")
    Person.objects.filter(pk=person.pk).update(name="改过的名字")
    written("ID-04", snapshot)
    assert Finding.objects.get(rule="ID-04").evidence["name"] == "改过的名字"


def test_a_rule_that_reads_more_than_it_holds_is_asked_of_the_register(system):
    contradiction()
    snapshot = taken("ID-09")
    assert snapshot.objects(RULES["ID-04"], context_for(REFERENCE)) is None
    assert written("ID-04", snapshot) == Written(hits=1, added=1)


def test_a_version_that_came_later_is_asked_of_the_register(system):
    rows = {}
    (person,) = known({"rows": {"CA-CR": [{"cremated_on": "2018-11-02"}]}}, rows=rows).persons
    supply({"CA-CR": [{"id_no": citizen_number(), "name": "生人", "cremated_on": "2018-10-02"}]}, period="2018-11")
    before = nightly_context(REFERENCE)
    snapshot = taken("DC-03", context=before)
    assert snapshot.objects(RULES["DC-03"], before) == set()
    supply(rows)
    assert snapshot.objects(RULES["DC-03"], nightly_context(REFERENCE)) is None
    assert written("DC-03", snapshot).added == 1
    assert states("DC-03") == {person.pk: "new"}


def test_all_rules_but_three_can_be_asked_of_it(system):
    """A rule that slips out here would still be right, and slow; FP-05 finds two kinds of objects."""
    left_out = {name for name, rule in RULES.items() if asked_of(rule, nightly_context(REFERENCE)) is None}
    assert left_out == {"ID-03", "DC-23", "FP-05"}


def test_conflicts_are_asked_of_the_register(system):
    assert taken("ID-04").objects(RULES["ID-03"], context_for(REFERENCE)) is None


# --- Who takes it, and when ------------------------------------------------------------------------------------------


def whole_run() -> dict[str, RunUnit]:
    with scopes.acting(system_account(), source="system"):
        run = runs.start_run(codes.WHOLE_REGION, kind=RunKind.MANUAL, date=REFERENCE)
        assert run is not None
        waiting = list(RunUnit.objects.filter(run=run, state="queued").values_list("pk", flat=True))
    for pk in waiting:
        runs.execute(pk)
    with scopes.acting(system_account(), source="system"):
        return {unit.rule: unit for unit in RunUnit.objects.filter(run=run, state="done")}


def test_a_run_of_all_rules_over_the_region_takes_one_and_finds_the_same(db):
    plant(*VILLAGES)
    for number in range(3):
        family(other_sex(), {"relation": "01" if number % 2 else "03"}, household={"member_count_stated": 3 + number})
    with scopes.acting(system_account(), source="system"):
        plain = {name: len(list(rule.hits(context_for(REFERENCE))[0])) for name, rule in RULES.items()
                 if not rule.needs and not rule.places and not rule.waits_for()}  # fmt: skip
    units = whole_run()
    (folder,) = building.taken()
    assert {name: units[name].hits for name in plain} == plain and plain["ID-04"] == 3
    assert folder.name.startswith(f"{units['ID-04'].run_id}-")
    tables = {file.name.removesuffix(".parquet") for file in folder.glob("*.parquet")}
    assert {"households_household", "households_person", "households_personyear"} <= tables


def test_a_run_of_few_rules_or_over_a_county_takes_none(db):
    plant(*VILLAGES)
    contradiction()
    with scopes.acting(system_account(), source="system"):
        few = runs.start_run(codes.WHOLE_REGION, kind=RunKind.MANUAL, date=REFERENCE, rules=["ID-04"])
        county = runs.start_run(COUNTY, kind=RunKind.MANUAL, date=REFERENCE)
        assert few is not None and county is not None
        waiting = list(RunUnit.objects.filter(run__in=[few, county], rule="ID-04").values_list("pk", flat=True))
    assert [runs.execute(pk).hits for pk in waiting] == [1, 1]
    assert building.taken() == []


def test_what_a_killed_process_left_is_thrown_away_and_never_read(system):
    contradiction()
    unfinished = building.root() / "unfinished"
    unfinished.mkdir()
    (unfinished / "households_person.parquet").write_bytes(b"half a file")
    assert building.taken() == []
    snapshot = taken("ID-04")
    assert len(snapshot.objects(RULES["ID-04"], context_for(REFERENCE))) == 1
    assert not unfinished.exists()


def test_of_two_at_once_one_takes_it_and_both_read_it(committed_db, monkeypatch):
    plant(*VILLAGES)
    with scopes.acting(system_account()):
        contradiction()
    barrier, times, found = threading.Barrier(2), [], []
    usual = building.take

    def take(*given):
        times.append(given)
        return usual(*given)

    monkeypatch.setattr(building, "take", take)

    def work() -> None:
        barrier.wait()
        with scopes.acting(system_account(), source="system"):
            context = context_for(REFERENCE)
            found.append(len(of_run("night", context).objects(RULES["ID-04"], context)))
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (found, len(times)) == ([1, 1], 1)


def test_old_registers_go_and_versions_stay_as_long_as_they_count(system):
    supply({"CA-CR": [{"id_no": citizen_number(), "name": "生人", "cremated_on": "2018-10-02"}]}, period="2018-11")
    versions = building.root() / "versions"
    for number in range(3):
        taken("DC-03", context=nightly_context(REFERENCE), name=f"run {number}")
        os.utime(building.root() / "registers" / f"run {number}" / building.CONTENTS, (number, number))
    (first,) = versions.iterdir()
    kept = first.stat().st_mtime_ns
    taken("DC-03", context=nightly_context(REFERENCE), name="run 3")
    assert [folder.name for folder in building.taken()] == ["run 3", "run 2"]
    assert [(file, file.stat().st_mtime_ns) for file in versions.iterdir()] == [(first, kept)]
    supply({"CA-CR": [{"id_no": citizen_number(), "name": "生人", "cremated_on": "2018-12-02"}]})
    taken("DC-03", context=nightly_context(REFERENCE), name="run 4")
    assert first not in versions.iterdir() and len(list(versions.iterdir())) == 1


def test_a_rule_that_cannot_be_put_is_trouble_for_itself_alone(db, monkeypatch):
    def poison(rows, context):
        raise ZeroDivisionError

    plant(*VILLAGES)
    contradiction()
    monkeypatch.setitem(RULES, "ID-05", replace(RULES["ID-05"], find=poison))
    units = whole_run()
    assert "ID-05" not in units and units["ID-04"].hits == 1 and len(building.taken()) == 1


@pytest.mark.parametrize("trouble", [OSError("the disk is full"), duckdb.OutOfMemoryException("too much")])
def test_a_night_without_a_snapshot_is_a_night_all_the_same(db, monkeypatch, trouble):
    def fails(*given):
        raise trouble

    plant(*VILLAGES)
    contradiction()
    monkeypatch.setattr(building, "take", fails)
    assert whole_run()["ID-04"].hits == 1


def test_a_question_that_takes_too_long_is_broken_off_and_asked_of_the_register(system, monkeypatch):
    contradiction()
    snapshot = taken("ID-04")
    endless = Question(
        "SELECT a.range, b.range FROM range(10000000) a, range(10000000) b WHERE a.range + b.range < 0", {}
    )
    monkeypatch.setattr(asking, "asked_of", lambda rule, context: endless)
    monkeypatch.setattr(settings, "SNAPSHOT_SECONDS", 0.2)
    assert snapshot.objects(RULES["ID-04"], context_for(REFERENCE)) is None
    assert written("ID-04", snapshot) == Written(hits=1, added=1)


def test_a_file_that_is_broken_is_passed_by(system):
    contradiction()
    snapshot = taken("ID-04")
    (snapshot.folder / "households_person.parquet").write_bytes(b"broken")
    assert written("ID-04", snapshot) == Written(hits=1, added=1)


def test_what_killed_engines_put_aside_goes_after_a_day(system):
    spill = building.root() / "spill"
    for name, age in (("of yesterday", 0), ("of now", None)):
        (spill / name).mkdir(parents=True)
        (spill / name / "block").write_bytes(b"rows")
        if age is not None:
            os.utime(spill / name, (age, age))
    taken("ID-04")
    assert [one.name for one in spill.iterdir()] == ["of now"]


# --- What is in it ----------------------------------------------------------------------------------------------------


def test_it_holds_no_number_and_nobody_else_may_look(system):
    number = citizen_number(sex="1")
    made = family(
        {"sex": "2", "id_no": number}, household={"phone": "13948250011", "bank_account": "6228480402564890018"}
    )
    rules = [name for name, rule in RULES.items() if not rule.waits_for() and not rule.needs]
    snapshot = taken(*rules)
    secrets = {number.encode(), b"13948250011", b"6228480402564890018"}
    with connection.cursor() as cursor:
        cursor.execute("SELECT id_no FROM households_person WHERE id = %s", [made.persons[0].pk])
        secrets.add(bytes(cursor.fetchone()[0]))
    files = [file for file in settings.SNAPSHOT_ROOT.rglob("*") if file.is_file()]
    assert len(files) > 5
    for file in files:
        assert not any(secret in file.read_bytes() for secret in secrets), file
    sealed = snapshot.opened.execute("SELECT DISTINCT id_no FROM households_person").fetchall()
    assert sealed == [(b"",)]
    for folder in (settings.SNAPSHOT_ROOT, snapshot.folder, settings.SNAPSHOT_ROOT / "spill"):
        assert folder.stat().st_mode & 0o077 == 0, folder


def test_the_engine_reaches_nothing_else(system, tmp_path):
    contradiction()
    other = tmp_path / "other.csv"
    other.write_text("a\n1\n")
    opened = taken("ID-04").opened
    for asked in (f"SELECT * FROM read_csv('{other}')", f"COPY (SELECT 1) TO '{tmp_path}/written'", "INSTALL httpfs",
                  "SET enable_external_access = true", f"ATTACH '{tmp_path}/a.db'"):  # fmt: skip
        with pytest.raises(duckdb.Error):
            opened.execute(asked)


@pytest.mark.parametrize("name", ["", "\\N", 'a "b", c', "两行\n文字", "é\u0301", "NULL", "\\", "{}"])
def test_texts_come_through_as_they_are(system, name):
    made = family({})
    Person.objects.filter(pk=made.persons[0].pk).update(name=name)
    rows = taken("ID-09").opened.execute("SELECT name FROM households_person").fetchall()
    assert rows == [(name,)]


def test_values_come_through_as_they_are(system):
    made = family({"born": "1962-03-15", "year": {"health": ["02", "04"]}}, {"year": {"health": []}})
    Person.objects.filter(pk=made.persons[1].pk).update(birth_date=None)
    Household.objects.filter(pk=made.household.pk).update(return_cause=None)
    opened = taken("ID-05", "ID-08", "ID-10", "IN-02").opened
    assert opened.execute("SELECT birth_date FROM households_person ORDER BY id").fetchall() == [
        (datetime.date(1962, 3, 15),), (None,),
    ]  # fmt: skip
    assert opened.execute("SELECT health FROM households_personyear ORDER BY person_id").fetchall() == [
        (["02", "04"],), ([],),
    ]  # fmt: skip
    assert opened.execute("SELECT return_cause FROM households_household").fetchall() == [(None,)]
    assert opened.execute("SELECT net FROM households_householdincome").fetchall() == [(Decimal("8000.00"),)]


def test_a_table_without_rows_can_be_asked(system):
    context = context_for(REFERENCE)
    assert taken("ID-04", "ID-10").objects(RULES["ID-10"], context) == set()


# --- Carrying over ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("SELECT 8856.60 / 3 = 2952.20", True),  # as binary fractions they differ
        ("SELECT round(2.01 / 2, 2)", Decimal("1.01")),
        ("SELECT '{}' = ARRAY[]::varchar[]", True),
        ("SELECT ARRAY['02', '03']::varchar[] && ARRAY['03']::varchar[]", True),
        ("SELECT NULL IS DISTINCT FROM 1", True),
        ("SELECT translate('a·b', '·', '')", "ab"),
        ("SELECT normalize('ＡＢ', NFKC)", "AB"),
        ("SELECT '2018-12-31'::date - '2018-12-01'::date", 30),
        ("SELECT '〇三' ~ '^[〇㐀-䶿一-鿿]+$'", True),
        ("SELECT 7 = ANY(ARRAY(SELECT 7))", True),
        ("SELECT -7 % 3", -1),
    ],
)  # fmt: skip
def test_both_engines_give_the_same_answer(system, asked, answer):
    with connection.cursor() as cursor:
        cursor.execute(asked.replace("%", "%%"), [])
        (ours,) = cursor.fetchone()
    (theirs,) = taken("ID-04").opened.execute(question(asked).sql).fetchone()
    assert (ours, theirs) == (answer, answer)


# --- What if ----------------------------------------------------------------------------------------------------------


def old(name: str) -> Path:
    contents = building.root() / "registers" / name / building.CONTENTS
    os.utime(contents, (0, 0))
    return contents


def test_who_sees_the_register_tries_thresholds_on_it_and_is_told_when_it_was_taken(db):
    plant(*VILLAGES)
    family({"id_no": "159900190701010010"})  # 111 at the end of 2018
    with scopes.acting(system_account(), source="system"):
        snapshot = taken("ID-05", context=replace(context_for(REFERENCE)))
        Person.objects.update(is_active=False)
    region = make_user("region", "region_officer", codes.WHOLE_REGION)
    county = make_user("county", "county_officer", COUNTY)
    with scopes.acting(region):
        tried = figures.what_if("ID-05", codes.WHOLE_REGION, {"age_max": Decimal(110)})
        assert (dict(tried.units), tried.as_of) == ({150400000000: 1}, snapshot.taken_at)
        assert figures.what_if("ID-05", COUNTY, {"age_max": Decimal(120)}).hits == 0
    with scopes.acting(county):
        tried = figures.what_if("ID-05", COUNTY, {"age_max": Decimal(110)})
        assert (tried.hits, tried.as_of) == (0, None)  # the snapshot knows no scope: not for those who have one
    old("a run")
    with scopes.acting(region):
        assert figures.what_if("ID-05", VILLAGE, {}).as_of is None and latest() is None
