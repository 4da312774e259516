"""The movement of rows over tables with every kind of key, made for the test."""

import pytest
from django.apps import apps
from django.db import IntegrityError, connections, models, transaction

from apps.divisions.models import Division
from apps.divisions.services import moving
from tests.factories.divisions import plant

OLD, NEW, THIRD = 150422100200, 150422100201, 150422101200

TABLES = """
    CREATE TABLE move_root (id int PRIMARY KEY, division_id bigint NOT NULL REFERENCES divisions_division,
        UNIQUE (id, division_id));
    CREATE TABLE move_fact (id int PRIMARY KEY, root_id int, year int, note text,
        division_id bigint NOT NULL REFERENCES divisions_division,
        FOREIGN KEY (root_id, division_id) REFERENCES move_root (id, division_id) ON UPDATE CASCADE
            DEFERRABLE INITIALLY DEFERRED);
    CREATE TABLE move_late (id int PRIMARY KEY, root_id int, division_id bigint NOT NULL,
        FOREIGN KEY (root_id, division_id) REFERENCES move_root (id, division_id) DEFERRABLE INITIALLY DEFERRED);
    CREATE TABLE move_once (id int PRIMARY KEY, year int, open boolean, note text, division_id bigint NOT NULL,
        UNIQUE (id, division_id));
    CREATE TABLE move_key (division_id bigint PRIMARY KEY, note text);
"""


@pytest.fixture
def tables(committed_db, monkeypatch):
    plant(OLD, NEW, THIRD)
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(TABLES)

    names = ("move_fact", "move_late", "move_once", "move_key", "move_root")
    keys = {"move_key": ("division_id",)}
    found = [moving.Place(Division, name, "division_id", keys.get(name, ("id",))) for name in names]
    monkeypatch.setattr(moving.Place, "label", property(lambda self: self.table))
    monkeypatch.setattr(moving, "places", lambda: found)


def sql(statement, *values):
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else None


def move(old=(OLD,), distance=NEW - OLD):
    with transaction.atomic(using="owner"):
        return moving.move(old, distance, "owner")


def places_in(table):
    return dict(sql(f"SELECT id, division_id FROM {table}"))


def test_roots_go_and_copies_follow(tables):
    sql("INSERT INTO move_root VALUES (1, %s), (2, %s), (3, %s)", OLD, NEW, THIRD)
    sql("INSERT INTO move_fact (id, root_id, division_id) VALUES (1, 1, %s), (2, 2, %s), (3, 3, %s)", OLD, NEW, THIRD)
    sql("INSERT INTO move_late VALUES (1, 1, %s)", OLD)
    assert move() == ({"move_root": 1, "move_fact": 1, "move_late": 1}, {})
    assert places_in("move_root") == places_in("move_fact") == {1: NEW, 2: NEW, 3: THIRD}
    assert places_in("move_late") == {1: NEW}


def test_copy_without_a_parent_moves_by_itself(tables):
    sql("INSERT INTO move_fact (id, root_id, division_id) VALUES (1, NULL, %s)", OLD)
    assert move() == ({"move_fact": 1}, {})


def test_copy_stays_with_a_parent_that_stays(tables):
    sql("CREATE UNIQUE INDEX ON move_root (division_id)")
    sql("INSERT INTO move_root VALUES (1, %s), (2, %s)", OLD, NEW)
    sql("INSERT INTO move_fact (id, root_id, division_id) VALUES (1, 1, %s)", OLD)
    assert move() == ({}, {"move_root": 1, "move_fact": 1})
    assert places_in("move_fact") == {1: OLD}


@pytest.mark.parametrize(
    ("index", "stays"),
    [
        ("(division_id, year)", {1}),
        ("(year, division_id) NULLS NOT DISTINCT", {1, 3}),
        ("(division_id, year) WHERE open", set()),
        ("(division_id, year) WHERE note LIKE '%%x%%'", {1}),
        ("(division_id)", {1, 2, 3}),
        ("(division_id, year, note)", set()),
    ],
)
def test_row_that_would_collide_stays(tables, index, stays):
    sql(f"CREATE UNIQUE INDEX ON move_once {index}")
    rows = [(1, 2018, True, "ax", OLD), (2, 2017, True, "b", OLD), (3, None, True, "c", OLD)]
    there = [(4, 2018, False, "bxb", NEW), (5, None, False, "e", NEW)]
    if index == "(division_id)":
        sql("DROP INDEX move_once_division_id_idx")
        sql("CREATE UNIQUE INDEX ON move_once (division_id) WHERE id IN (1, 2, 3, 4) AND note <> 'z'")
        rows, there, stays = rows[:1], there[:1], {1}
    for row in (*rows, *there):
        sql("INSERT INTO move_once VALUES (%s, %s, %s, %s, %s)", *row)
    moved, kept = move()
    assert {key for key, place in places_in("move_once").items() if place == OLD} == stays
    assert moved.get("move_once", 0) + kept.get("move_once", 0) == len(rows)
    assert kept.get("move_once", 0) == len(stays)


def test_place_as_primary_key(tables):
    sql("INSERT INTO move_key VALUES (%s, 'a')", OLD)
    assert move() == ({"move_key": 1}, {})
    sql("INSERT INTO move_key VALUES (%s, 'b')", OLD)
    assert move() == ({}, {"move_key": 1})


def test_collision_the_catalogue_cannot_tell_undoes_everything(tables):
    sql("CREATE UNIQUE INDEX ON move_once (division_id, lower(note))")
    sql("INSERT INTO move_root VALUES (1, %s)", OLD)
    sql("INSERT INTO move_once VALUES (1, 1, true, 'A', %s), (2, 1, true, 'a', %s)", OLD, NEW)
    with pytest.raises(IntegrityError):
        move()
    assert places_in("move_root") == {1: OLD}


def test_several_codes_keep_their_last_digits(tables):
    sql("INSERT INTO move_root VALUES (1, %s), (2, %s)", OLD, 150422100000)
    assert move((150422100000, OLD), 1000) == ({"move_root": 2}, {})
    assert places_in("move_root") == {1: THIRD, 2: 150422101000}


@pytest.fixture
def plain():
    """A model of some later app, for as long as the test runs."""

    class Plain(models.Model):
        home = models.ForeignKey(Division, models.PROTECT, related_name="+")
        other = models.BigIntegerField()
        claimed = models.BigIntegerField()
        division_code_fields = ("claimed",)

        class Meta:
            app_label = "households"

        def __str__(self):
            return str(self.home_id)

    yield Plain
    apps.all_models["households"].pop("plain")
    apps.clear_cache()


def test_columns_are_found_in_the_models(plain):
    found = {place.column: place.label for place in moving.places() if place.model is plain}
    assert found == {"home_id": "households.Plain.home", "claimed": "households.Plain.claimed"}


def test_model_that_keeps_the_codes_of_its_time_is_left_out(plain):
    plain.keeps_division = True
    assert not [place for place in moving.places() if place.model is plain]
