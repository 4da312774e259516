"""The access log says what happened, all of it, and shows when somebody made it say something else."""

from __future__ import annotations

import io
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connections, transaction

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.history import anchors, chain, retention, tasks, verification
from apps.history.models import AccessLog, AuditChain, AuditCheckpoint
from apps.history.services import log_access
from tests.history.conftest import last, write


def verify(*words: str) -> str:
    out = io.StringIO()
    call_command("verify_audit", *words, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def broken(*words: str) -> str:
    with pytest.raises(CommandError) as caught:
        verify(*words)
    assert caught.value.returncode == 1
    return str(caught.value)


def test_a_log_that_nobody_touched_is_whole(written: list[int]) -> None:
    """Five of the fixture's, and the appointment of its officer."""
    assert "6 records" in verify()


def test_each_record_carries_who_as_what_and_the_one_before(officer: User, written: list[int]) -> None:
    with scopes.acting(officer):
        rows = list(AccessLog.objects.order_by("seq"))
    assert [row.seq for row in rows] == [1, 2, 3, 4, 5]
    assert [bytes(row.previous) for row in rows[1:]] == [bytes(row.mac) for row in rows[:-1]]
    assert {(row.username, row.post, row.level) for row in rows} == {("county", "county_officer@150422000000", 3)}
    assert {len(row.mac) for row in rows} == {32}


# Nobody's own name stands for the table here: what is tested is what the database's superuser can do by hand.
@pytest.mark.parametrize(
    ("statement", "number", "word"),
    [
        ("UPDATE history_accesslog SET reason = 'x' WHERE id = {2}", 3, "changed"),
        ("UPDATE history_accesslog SET at = at + interval '1 second' WHERE id = {2}", 3, "changed"),
        ("UPDATE history_accesslog SET username = 'other', user_id = 1 WHERE id = {0}", 1, "changed"),
        ("DELETE FROM history_accesslog WHERE id = {2}", 3, "missing"),
        ("DELETE FROM history_accesslog WHERE id = {0}", 1, "missing"),
        ("DELETE FROM history_accesslog WHERE id = {4}", 5, "cut off"),
        ("UPDATE history_accesslog SET seq = CASE id WHEN {1} THEN -3 WHEN {2} THEN -2 END WHERE id IN ({1}, {2});"
         "UPDATE history_accesslog SET seq = -seq WHERE seq < 0", 2, "changed"),
        ("UPDATE history_accesslog a SET reason = b.reason, mac = b.mac, previous = b.previous, at = b.at "
         "FROM history_accesslog b WHERE (a.id, b.id) IN (({1}, {2}), ({2}, {1}))", 2, "changed"),
        ("UPDATE history_accesslog SET id = CASE id WHEN {1} THEN -{2} WHEN {2} THEN -{1} END "
         "WHERE id IN ({1}, {2}); UPDATE history_accesslog SET id = -id WHERE id < 0", 3, "order of writing"),
        ("UPDATE history_accesslog SET key_id = 'gone' WHERE id = {3}", 4, "key gone is not here"),
        ("UPDATE history_auditchain SET mac = 'x' WHERE seq = 5", 5, "not the end"),
    ],
)  # fmt: skip
def test_the_first_bad_record_is_named(
    intruder: psycopg.Connection, written: list[int], officer: User, statement: str, number: int, word: str
) -> None:
    for one in statement.format(*written).split(";"):
        intruder.execute(one)  # type: ignore[arg-type]
    told = broken()
    assert f"chain {chain.chain_of('county')}, number {number} " in told
    assert word in told


def test_an_end_cut_off_together_with_its_head_shows_by_the_anchor(
    intruder: psycopg.Connection, written: list[int], officer: User, settings: Any, tmp_path: Path
) -> None:
    settings.AUDIT_ANCHOR_FOLDER = str(tmp_path)
    tasks.anchor()
    assert "6 records, 1 anchors" in verify("--anchors", str(tmp_path))
    with scopes.acting(officer):
        row = AccessLog.objects.get(pk=written[2])
    intruder.execute("DELETE FROM history_accesslog WHERE id > %s", [written[2]])
    intruder.execute("UPDATE history_auditchain SET seq = 3, mac = %s WHERE seq = 5", [bytes(row.mac)])
    assert "4 records" in verify("--anchors", "")
    told = broken("--anchors", str(tmp_path))
    assert "number 4 (no record): cut off; 5 records were anchored" in told
    # Records written afterwards do not hide it either.
    for _again in range(3):
        write(officer, "view")
    assert "number 5 " in (told := broken("--anchors", str(tmp_path)))
    assert "not what was anchored" in told


def test_a_changed_anchor_is_no_anchor(written: list[int], settings: Any, tmp_path: Path) -> None:
    settings.AUDIT_ANCHOR_FOLDER = str(tmp_path)
    line = json.loads(anchors.write())
    (file,) = tmp_path.iterdir()
    number = chain.chain_of("county")
    assert line["heads"][number][:2] == [number, 5]
    line["heads"][number][1] = 4
    file.write_text(json.dumps(line) + "\n")
    assert f"{file.name}:1 is not genuine" in broken("--anchors", str(tmp_path))


@pytest.mark.parametrize("alias", ["default", "owner"])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE history_accesslog SET reason = ''",
        "DELETE FROM history_accesslog",
        "TRUNCATE history_accesslog",
    ],
)
def test_neither_application_nor_owner_changes_the_log(written: list[int], alias: str, statement: str) -> None:
    refused = pytest.raises(DatabaseError, match=r"permission denied|only added to")
    with refused, scopes.activate(verification.EVERYWHERE), transaction.atomic(using=alias):
        connections[alias].cursor().execute(statement)


@pytest.mark.parametrize("table", [AuditChain, AuditCheckpoint])
def test_the_application_writes_neither_heads_nor_checkpoints(written: list[int], table: Any) -> None:
    for statement in ("UPDATE {} SET mac = ''", "DELETE FROM {}"):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            connections["default"].cursor().execute(statement.format(table._meta.db_table))


def test_a_record_that_does_not_continue_its_chain_is_not_taken(officer: User, written: list[int]) -> None:
    row = last(officer)
    row.pk = None
    with pytest.raises(DatabaseError, match="must continue chain"), scopes.acting(officer):
        row.save(force_insert=True)


def test_without_its_record_the_act_does_not_happen(
    officer: User, written: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_any: Any) -> None:
        raise OSError("no key")

    monkeypatch.setattr(chain, "append", fail)
    with pytest.raises(OSError, match="no key"), scopes.acting(officer):
        User.objects.filter(pk=officer.pk).update(name="新名")
        log_access(officer, "account", division=officer.division_id)
    monkeypatch.undo()
    with scopes.acting(officer):
        assert User.objects.get(pk=officer.pk).name == "county"
        assert AccessLog.objects.count() == 5
    assert "6 records" in verify()


def test_what_was_undone_leaves_no_record(officer: User, written: list[int]) -> None:
    with scopes.acting(officer):
        with pytest.raises(ValueError, match="no"), transaction.atomic():
            log_access(officer, "grant", division=officer.division_id)
            raise ValueError("no")
        log_access(officer, "view", division=officer.division_id)
    with scopes.acting(officer):
        assert list(AccessLog.objects.filter(pk__gt=written[-1]).values_list("action", flat=True)) == ["view"]
    assert "7 records" in verify()


def test_many_at_once_write_one_chain(officer: User, written: list[int]) -> None:
    def several(_number: int) -> None:
        try:
            for _turn in range(5):
                write_one(officer)
        finally:
            connections["default"].close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(several, range(4)))
    assert "26 records" in verify()


def write_one(user: User) -> None:
    with scopes.acting(user):
        log_access(user, "view", division=user.division_id)


class TestRetention:
    @pytest.fixture
    def old(self, officer: User) -> None:
        for action, days in [
            ("export", 1200),
            ("view", 1000),
            ("export", 900),
            ("view", 200),
            ("share", 190),
            ("view", 185),
            ("view", 100),
            ("view", 0),
        ]:
            write(officer, action, days_ago=days)

    def left(self, officer: User) -> list[tuple[int, str]]:
        with scopes.acting(officer):
            return list(AccessLog.objects.order_by("seq").values_list("seq", "action"))

    def test_exports_and_shares_stay_three_years_and_the_chain_verifies(self, officer: User, old: None) -> None:
        out = io.StringIO()
        call_command("purge_audit", "180", stdout=out)
        assert "4 records thrown away, 2 of the same time kept" in out.getvalue()
        assert self.left(officer) == [(3, "export"), (5, "share"), (7, "view"), (8, "view")]
        assert "5 records" in verify()
        write(officer, "view")
        call_command("purge_audit", "180", stdout=out)
        assert "6 records" in verify()

    @pytest.mark.parametrize(
        ("statement", "word"),
        [
            ("DELETE FROM history_accesslog WHERE seq = 3", "of the purged part 1 records remain, 2 were kept"),
            ("DELETE FROM history_accesslog WHERE seq = 7", "number 7 (no record): missing"),
            ("UPDATE history_accesslog SET reason = 'x' WHERE seq = 5", "number 5 "),
            ("DELETE FROM history_auditcheckpoint", "number 1 (no record): missing"),
            ("UPDATE history_auditcheckpoint SET kept = 1", "the checkpoint was changed"),
        ],
    )
    def test_what_remains_cannot_be_changed_unnoticed(
        self, officer: User, old: None, intruder: psycopg.Connection, statement: str, word: str
    ) -> None:
        retention.purge(180)
        intruder.execute(statement)  # type: ignore[arg-type]
        assert word in broken()

    def test_less_than_180_days_is_refused_by_command_and_database(self, officer: User, old: None) -> None:
        with pytest.raises(CommandError, match="at least 180 days"):
            call_command("purge_audit", "179")
        refused, number = pytest.raises(DatabaseError, match="only added to"), chain.chain_of("county")
        with refused, scopes.activate(verification.EVERYWHERE), transaction.atomic(using="owner"):
            connections["owner"].cursor().execute("SELECT history_purge(%s::smallint, 7, '{}')", [number])
        assert len(self.left(officer)) == 8

    def test_a_log_that_is_not_whole_is_not_purged(
        self, officer: User, old: None, intruder: psycopg.Connection
    ) -> None:
        intruder.execute("UPDATE history_accesslog SET reason = 'x' WHERE seq = 2")
        with pytest.raises(CommandError, match="number 2 "):
            call_command("purge_audit", "180")
        assert len(self.left(officer)) == 8
