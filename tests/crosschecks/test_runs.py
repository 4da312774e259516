"""The ledger: one night a day, units done once, poison set aside, nothing lost when a worker is killed."""

from __future__ import annotations

import datetime
import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from celery import current_app
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections
from django.utils import timezone
from kombu.exceptions import OperationalError
from redis import Redis

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.common.errors import ServiceError
from apps.crosschecks import tasks
from apps.crosschecks.catalogue import catalogue
from apps.crosschecks.choices import RunKind, RunState, UnitState
from apps.crosschecks.models import Finding, FindingLog, RuleState, Run, RunUnit
from apps.crosschecks.rules import RULES
from apps.crosschecks.services import runs
from apps.divisions import codes
from tests.crosschecks.families import REFERENCE, SIBLING, VILLAGE, family
from tests.factories.accounts import make_user
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import citizen_number

NIGHT = datetime.date(2019, 1, 1)
ROOT = Path(__file__).parents[2]


def start(*rules: str, **options: Any) -> Run:
    with scopes.acting(system_account()):
        run = runs.start_run(
            codes.WHOLE_REGION, **{"kind": RunKind.MANUAL, "date": REFERENCE, "rules": rules, **options}
        )
    assert run is not None
    return run


def units(run: Run, **conditions: Any) -> dict[str, RunUnit]:
    with scopes.acting(system_account()):
        return {unit.rule: unit for unit in RunUnit.objects.filter(run=run, **conditions)}


def again(run: Run) -> Run:
    with scopes.acting(system_account()):
        return Run.objects.get(pk=run.pk)


def age(unit: RunUnit, **times: Any) -> None:
    """Move a unit's times into the past, as if somebody had waited."""
    with scopes.acting(system_account()):
        RunUnit.objects.filter(pk=unit.pk).update(**times)


def past(minutes: int = 5) -> datetime.datetime:
    return timezone.now() - datetime.timedelta(minutes=minutes)


def contradictions(count: int = 3) -> None:
    for number in range(count):
        family(
            {"sex": "2", "id_no": citizen_number(sex="1")},
            {"relation": "01" if number % 2 else "03"},
            household={"bank_account": None, "member_count_stated": 3 + number},
            village=VILLAGES[number % 5],
        )


LOANS = ("PC-09", "PC-10", "PC-11", "PC-12", "PC-13", "PC-19")

# --- Opening ----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_run_has_a_unit_for_every_rule_and_says_what_the_others_wait_for():
    plant(*VILLAGES)
    run = start()
    made = units(run)
    assert list(run.rules) == list(catalogue()) and len(made) == 167
    waiting = {name for name, unit in made.items() if unit.state == UnitState.QUEUED}
    unentered = {"ID-06", "CV-07", "CV-14", "CV-16", *LOANS}
    assert waiting == {name for name, rule in RULES.items() if not rule.needs} - unentered
    not_run = {name: unit.reason for name, unit in made.items() if unit.state == UnitState.NOT_RUN}
    assert len(not_run) == 74 and all(not_run.values())
    assert not_run["ID-06"] == "需要历史区划代码表（GB/T 2260），尚未导入"
    assert not_run["CV-07"] == "尚未登记驻村考勤"
    assert (not_run["CV-14"], not_run["CV-16"]) == ("尚未登记入户核查", "尚未登记旗县党政正职")
    assert {not_run[name] for name in LOANS} == {"尚未登记小额信贷", "尚未登记贷款意愿"}
    assert not_run["DC-05"] == "需要部门数据（未报送或已过期）：民政：农村低保"
    with scopes.acting(system_account()):
        assert set(RuleState.objects.values_list("rule", "state")) == {(name, "not_run") for name in not_run}
    assert (run.state, run.year, run.date) == (RunState.QUEUED, 2018, REFERENCE)


@pytest.mark.django_db
@pytest.mark.parametrize(("day", "year"), [("2018-11-30", 2017), ("2018-12-01", 2018), ("2019-03-01", 2018)])
def test_the_register_year_begins_on_the_first_of_december(day, year):
    plant(*VILLAGES)
    assert start("ID-01", date=datetime.date.fromisoformat(day)).year == year


@pytest.mark.django_db
def test_a_run_of_nothing_that_can_run_is_over_at_once():
    plant(*VILLAGES)
    assert start("ID-06", "DC-01").state == RunState.DONE


@pytest.mark.django_db
def test_rules_that_do_not_exist_and_places_without_the_right_are_refused():
    plant(*VILLAGES)
    with pytest.raises(ServiceError) as refused:
        start("ID-01", "XX-01")
    assert (refused.value.field, str(refused.value)) == ("rules", "没有这些规则：XX-01。")
    village = make_user("village", "village_officer", VILLAGE)
    county = make_user("county", "county_officer", 150422000000)
    with scopes.acting(village), pytest.raises(PermissionDenied):
        runs.start_run(VILLAGE, kind=RunKind.MANUAL, by=village)
    with scopes.acting(county):
        with pytest.raises(PermissionDenied):
            runs.start_run(150423000000, kind=RunKind.MANUAL, by=county)
        run = runs.start_run(150422000000, kind=RunKind.MANUAL, by=county, rules=["ID-04"])
    assert run is not None and run.requested_by_name == "county"


@pytest.mark.django_db
def test_two_beats_make_one_night():
    plant(*VILLAGES)
    first, second = runs.start_nightly(NIGHT), runs.start_nightly(NIGHT)
    assert first is not None and second is None
    assert runs.start_nightly(NIGHT + datetime.timedelta(days=1)) is not None
    assert (first.kind, first.night, first.division_id) == (RunKind.NIGHTLY, NIGHT, codes.WHOLE_REGION)


def test_two_beats_at_the_same_moment_make_one_night(committed_db):
    plant(*VILLAGES)
    barrier, opened = threading.Barrier(2), []

    def beat() -> None:
        barrier.wait()
        opened.append(runs.start_nightly(NIGHT))
        connection.close()

    threads = [threading.Thread(target=beat) for _beat in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(run is None for run in opened) == [False, True]
    with scopes.acting(system_account()):
        assert Run.objects.count() == 1 and RunUnit.objects.count() == 167


# --- Working ----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_unit_is_done_once_and_the_last_one_ends_the_run():
    contradictions()
    run = start("ID-04", "HH-05")
    for unit in units(run).values():
        assert runs.execute(unit.pk) is not None
        assert runs.execute(unit.pk) is None  # a message that comes twice
    done = units(run)["ID-04"]
    assert (done.state, done.attempt, done.hits, done.added, done.cleared, done.lease_until) == (
        "done",
        1,
        3,
        3,
        0,
        None,
    )
    assert again(run).state == RunState.DONE
    with scopes.acting(system_account()):
        assert set(RuleState.objects.values_list("rule", "state", "date")) == {
            ("ID-04", "done", REFERENCE), ("HH-05", "done", REFERENCE),
        }  # fmt: skip
        assert set(Finding.objects.values_list("run_id", flat=True)) == {run.pk}
        assert set(FindingLog.objects.values_list("by_name", "run_id")) == {("system", run.pk)}


@pytest.mark.django_db
def test_a_county_run_stays_in_the_county():
    contradictions(5)
    with scopes.acting(system_account()):
        run = runs.start_run(150422000000, kind=RunKind.MANUAL, date=REFERENCE, rules=["ID-04"])
    assert run is not None
    runs.execute(units(run)["ID-04"].pk)
    with scopes.acting(system_account()):
        assert set(Finding.objects.values_list("division_id", flat=True)) == set(VILLAGES[:3])


@pytest.mark.django_db
def test_a_unit_in_somebody_elses_hands_is_left_alone_until_the_lease_ends():
    contradictions()
    run = start("ID-04")
    (unit,) = units(run).values()
    with scopes.acting(system_account()):
        assert runs._claim(unit.pk) == 1  # and the worker dies here
    assert runs.execute(unit.pk) is None
    assert runs.sweep() == []
    assert again(run).state == RunState.RUNNING
    age(unit, lease_until=past())
    assert runs.sweep() == [unit.pk]
    assert runs.execute(unit.pk) is not None
    assert (units(run)["ID-04"].attempt, again(run).state) == (2, RunState.DONE)


@pytest.mark.django_db
def test_a_worker_that_comes_back_after_its_lease_writes_nothing():
    contradictions()
    run = start("ID-04")
    (unit,) = units(run).values()
    with scopes.acting(system_account()) as scope:
        late = runs._claim(unit.pk)
        age(unit, lease_until=past())
        assert runs._claim(unit.pk) == 2
        assert late == 1 and runs._work(unit.pk, late, scope) is None
        assert Finding.objects.count() == 0


@pytest.mark.django_db
def test_bells_are_rung_once_a_minute_until_somebody_answers():
    plant(*VILLAGES)
    run = start("ID-04", "HH-05")
    both = sorted(unit.pk for unit in units(run).values())
    assert runs.to_ring(run) == both
    assert runs.sweep() == []
    for unit in units(run).values():
        age(unit, rung_at=past())
    assert runs.sweep() == both


def _poison(monkeypatch: pytest.MonkeyPatch, rule: str) -> list[int]:
    """Make a rule fail in the database, as a bad row would."""
    tried: list[int] = []

    def fails(rows: Any, context: Any) -> Any:
        tried.append(1)
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")

    monkeypatch.setitem(RULES, rule, replace(RULES[rule], find=fails))
    return tried


@pytest.mark.django_db
def test_a_unit_that_fails_three_times_is_set_aside_by_name_and_the_others_go_on(monkeypatch):
    contradictions()
    tried = _poison(monkeypatch, "ID-04")
    run = start("ID-04", "HH-05")
    poisoned, sound = units(run)["ID-04"], units(run)["HH-05"]
    for attempt in (1, 2):
        assert runs.execute(poisoned.pk) is None
        back = units(run)["ID-04"]
        assert (back.state, back.attempt, back.rung_at) == (UnitState.QUEUED, attempt, None)
    assert runs.execute(sound.pk) is not None
    runs.execute(poisoned.pk)
    runs.execute(poisoned.pk)
    aside = units(run)["ID-04"]
    assert (aside.state, aside.attempt, len(tried)) == (UnitState.FAILED, 3, 3)
    assert aside.reason == "3 次执行均未完成（DataError），已搁置"
    assert again(run).state == RunState.PARTIAL
    with scopes.acting(system_account()):
        assert set(RuleState.objects.values_list("rule", "state")) == {("ID-04", "failed"), ("HH-05", "done")}


@pytest.mark.django_db
def test_a_unit_whose_worker_died_three_times_is_set_aside_by_the_sweeper():
    plant(*VILLAGES)
    run = start("ID-04")
    (unit,) = units(run).values()
    for _attempt in range(3):
        with scopes.acting(system_account()):
            runs._claim(unit.pk)
        age(unit, lease_until=past())
        runs.sweep()
    assert units(run)["ID-04"].reason == "3 次执行均未完成（执行进程中断），已搁置"
    assert again(run).state == RunState.PARTIAL


@pytest.mark.django_db
def test_a_queue_that_does_not_answer_costs_nothing(monkeypatch):
    contradictions()
    sent: list[Any] = []

    def refuse(name: str, args: list[int]) -> None:
        sent.append(name)
        raise OperationalError("no broker")

    monkeypatch.setattr(current_app, "send_task", refuse)
    tasks.nightly()
    assert sent == ["apps.crosschecks.tasks.execute"]
    with scopes.acting(system_account()):
        assert RunUnit.objects.filter(state=UnitState.QUEUED).count() == 93


# --- The command ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_command_runs_reports_and_changes_nothing_the_second_time():
    contradictions()
    first, second = io.StringIO(), io.StringIO()
    call_command("run_crosschecks", "--date", "2018-12-31", stdout=first)
    call_command("run_crosschecks", "--date", "2018-12-31", stdout=second)
    assert "ID-04 性别与证件号码不符: 3 hits (new 3, reopened 0, changed 0, cleared 0)" in first.getvalue()
    assert "not run: ID-06: 需要历史区划代码表" in first.getvalue()
    assert "93 rules run, 74 not run, 0 failed; hits 18 new 18 reopened 0 cleared 0" in first.getvalue()
    assert "93 rules run, 74 not run, 0 failed; hits 18 new 0 reopened 0 cleared 0" in second.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "arguments", [["--division", "1504"], ["--division", "150499000000"], ["--rule", "ZZ-99"], ["--date", "31.12.2018"]]
)
def test_the_command_refuses_what_does_not_exist(arguments):
    plant(*VILLAGES)
    with pytest.raises(CommandError):
        call_command("run_crosschecks", *arguments, stdout=io.StringIO())
    with scopes.acting(system_account()):
        assert Run.objects.count() == 0


@pytest.mark.django_db
def test_the_command_narrows_to_a_division_and_rules(settings):
    settings.REFERENCE_DATE = REFERENCE
    contradictions()
    out = io.StringIO()
    call_command("run_crosschecks", "--division", str(SIBLING), "--rule", "id-04", "HH-05", stdout=out)
    assert "2 rules run, 0 not run, 0 failed; hits 2 new 2" in out.getvalue()
    with scopes.acting(system_account()):
        assert set(Finding.objects.values_list("rule", "division_id")) == {("ID-04", SIBLING), ("HH-05", SIBLING)}


@pytest.mark.django_db
def test_the_command_names_what_it_set_aside_and_fails(monkeypatch):
    contradictions()
    _poison(monkeypatch, "HH-05")
    errors = io.StringIO()
    with pytest.raises(CommandError, match="1 rules were set aside"):
        call_command("run_crosschecks", stdout=io.StringIO(), stderr=errors)
    assert "failed: HH-05" in errors.getvalue()


# --- Killed in the middle ---------------------------------------------------------------------------------------------


class Worker:
    """A real worker process on this test's database and the suite's Valkey."""

    def __init__(self) -> None:
        database = settings.DATABASES["default"]
        place = f"{database['HOST']}:{database['PORT']}/{database['NAME']}"
        broker = os.environ["REDIS_URL"].rsplit("/", 1)[0] + "/9"
        command = [sys.executable, "-m", "celery", "-A", "config", "-b", broker, "worker", "-c", "1", "-l", "error"]
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings.test",
            "DATABASE_URL": f"postgres://{database['USER']}:{quote(database['PASSWORD'])}@{place}",
        }
        self.broker = broker
        self.process = subprocess.Popen(
            [*command, "--without-gossip", "--without-mingle", "--without-heartbeat"],
            cwd=ROOT, env=environment, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def ring(self, unit_ids: list[int]) -> None:
        with tasks.execute.app.connection_for_write(self.broker) as wire:
            for unit_id in unit_ids:
                tasks.execute.apply_async(args=[unit_id], connection=wire)

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def lose_child(self) -> None:
        """Only the process that works dies; the worker itself makes another."""
        (child,) = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        os.kill(int(child), signal.SIGKILL)

    def lose_all(self) -> None:
        """All of the worker dies, and the queue forgets everything."""
        self.kill()
        Redis.from_url(self.broker).flushdb()


@pytest.fixture
def workers() -> Iterator[Callable[[], Worker]]:
    hired: list[Worker] = []

    def hire() -> Worker:
        hired.append(Worker())
        return hired[-1]

    yield hire
    for worker in hired:
        if worker.process.poll() is None:
            worker.kill()


def wait_for(what: Callable[[], Any], seconds: float = 90) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.1)


def picture() -> tuple[list[Any], list[Any]]:
    """Everything that findings and their log say, apart from keys and times."""
    with scopes.acting(system_account()):
        findings = Finding.objects.order_by("rule", "object_kind", "object_id", "side").values_list(
            "rule", "object_kind", "object_id", "side", "household_id", "person_id", "division_id", "evidence",
            "severity", "acting_level", "found_on", "due_on", "state", "version",
        )  # fmt: skip
        log = FindingLog.objects.order_by("finding__rule", "finding__object_id", "id").values_list(
            "finding__rule", "finding__object_id", "from_state", "to_state", "by_name"
        )
        return list(findings), list(log)


@pytest.mark.parametrize("fault", [Worker.lose_child, Worker.lose_all])
def test_a_run_torn_in_the_middle_leaves_the_same_result_as_an_undisturbed_one(committed_db, workers, fault):
    contradictions(8)
    run = start()
    worker = workers()
    worker.ring(runs.to_ring(run))
    wait_for(lambda: len(units(run, state=UnitState.DONE)) >= 12)

    # The unit that the worker is at now cannot end: somebody holds the log. Then the fault happens.
    owner = connections["owner"]
    with owner.cursor() as cursor:
        cursor.execute("BEGIN; LOCK TABLE crosschecks_findinglog IN ACCESS EXCLUSIVE MODE")

        def held() -> bool:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            return cursor.fetchone()[0] > 0

        wait_for(held)
        (torn,) = units(run, state=UnitState.RUNNING).values()
        fault(worker)
        cursor.execute("ROLLBACK")  # only now the dead one's connection is seen to be gone
    wait_for(lambda: _is_free(torn))

    alive = worker.process.poll() is None
    if alive:
        # Whoever is left does the others, and not that one: its lease has not ended.
        wait_for(lambda: len(units(run, state__in=runs.WAITING)) == 1)
    left = units(run, state__in=runs.WAITING)
    assert left[torn.rule].attempt == 1 and (alive or len(left) > 1) and not again(run).is_over
    with scopes.acting(system_account()):
        assert not Finding.objects.filter(rule=torn.rule).exists()

    # A minute later, with a new worker if that one is gone.
    for unit in left.values():
        age(unit, lease_until=past(), rung_at=past())
    (worker if alive else workers()).ring(runs.sweep())
    wait_for(lambda: again(run).is_over)
    assert again(run).state == RunState.DONE
    assert units(run)[torn.rule].attempt == 2

    # Of each family sex, count and account, and either a second head or a child as old as the head; nobody helps it,
    # and three poor counties have no corps.
    disturbed = picture()
    assert len(disturbed[0]) == len(disturbed[1]) == 5 * 8 + 3
    undisturbed = start()
    for unit in units(undisturbed, state=UnitState.QUEUED).values():
        written = runs.execute(unit.pk)
        assert written is not None and written.touched == 0
    assert picture() == disturbed


def _is_free(unit: RunUnit) -> bool:
    """Whether the dead worker's transaction is gone."""
    try:
        with scopes.acting(system_account()):
            RunUnit.objects.select_for_update(nowait=True).get(pk=unit.pk)
    except DatabaseError:
        return False
    return True
