"""The database wall by itself: what its policies say, and what they do to plain SQL, for every placed table.

Both are needed. A policy that was widened shows in its text at once; that the text means what it should shows in the
rows that statements without any filter of ours read and write.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.apps import apps
from django.core.checks import run_checks
from django.db import IntegrityError, ProgrammingError, connection, models, transaction

from apps.access import checks, rls
from apps.access import scope as scopes
from tests.access.world import EVERYTHING, OTHER_LEAGUE, Account, World

ME = rls.setting("user", "bigint")

ON_TEAM = f"(SELECT inspection_id FROM inspections_teammember WHERE account_id = {ME})"
OF_INSPECTION = (
    *("inspectionteam", "inspectiontarget", "inspectionlog"),
    *("sample", "sampledunit", "siteform", "siteformconflict", "siteformphoto"),
)

# What the policies of a table say beyond its place: by hand, apart from the migrations that wrote them.
BEYOND: dict[str, dict[str, str]] = {
    "access_grant": {"own": "user_id"},
    "access_pairing": {"household": "household_id", "own": "helper_id"},
    "access_pairingevent": {"household": "household_id"},
    "access_share": {"own": "user_id"},
    "accounts_user": {"own": "id", "read": f"username = {rls.setting('sign_in', 'text')}", "write": f"id = {ME}"},
    "accounts_userevent": {"write": f"pgh_obj_id = {ME}"},
    "accounts_post": {"own": "user_id"},
    "accounts_reset": {"own": "user_id"},
    "partners_client": {"own": "user_id", "read": f"client_id = {rls.setting('sign_in', 'text')}"},
    "partners_clientday": {"own": "user_id", "write": f"user_id = {ME}"},
    "partners_searchjob": {"own": "user_id", "write": f"user_id = {ME}"},
    "history_accesslog": {"own": "user_id", "write": f"user_id = {ME}"},
    "pages_exportjob": {"own": "user_id", "write": f"user_id = {ME}"},
    "pages_exportapproval": {"own": "user_id", "write": f"user_id = {ME}"},
    "cadres_cadre": {"own": "account_id"},
    "cadres_card": {"household": "household_id"},
    "crosschecks_finding": {"household": "household_id"},
    "crosschecks_findinglog": {"household": "household_id"},
    "crosschecks_linkcandidate": {"household": "household_id"},
    "crosschecks_linkcandidateevent": {"household": "household_id"},
    # Thresholds and the state of rules are no secrets: everybody reads them, only the place's own office writes.
    "crosschecks_ruleparameter": {"read": "true"},
    "crosschecks_ruleparameterevent": {"read": "true"},
    "crosschecks_rulestate": {"read": "true"},
    "datasets_datasetversion": {"read": "true"},
    # What was published is everybody's to read; only the place's own office writes it.
    "notices_publication": {"read": "true"},
    "assessments_cadreassessment": {"own": "account_id"},
    # The assessed person reads what hangs off his own assessment.
    **{
        f"assessments_{name}": {
            "read": f"assessment_id IN (SELECT id FROM assessments_cadreassessment WHERE account_id = {ME})"
        }
        for name in ("score", "assessmentlog")
    },
    # Who is on a team reads the inspection and what hangs off it.
    "inspections_teammember": {"own": "account_id"},
    "inspections_inspection": {"read": f"id IN {ON_TEAM}"},
    **{f"inspections_{name}": {"read": f"inspection_id IN {ON_TEAM}"} for name in OF_INSPECTION},
    # Who reads the office that runs it, too; those that are planted lie at their office.
    "inspections_inspectiontarget": {
        "read": " OR ".join((f"inspection_id IN {ON_TEAM}", *rls.in_scope("run_by_id", "supervision")))
    },
    **{
        f"visits_{name}": {"household": "household_id", "own": "author_id", "write": f"author_id = {ME}"}
        for name in (
            *("visit", "visitreceipt", "visitconflict", "visitcorrection", "visitphoto", "visitmark"),
            *("lastvisit", "visittask", "visittaskevent"),
        )
    },
    **{
        f"measures_{name}": {"household": "household_id"}
        for name in ("smallloan", "smallloanevent", "loanrepayment", "loanwish", "loanwishevent")
    },
    "households_household": {"household": "id"},
    "households_householdevent": {"household": "pgh_obj_id"},
    **{
        f"households_{name}": {"household": "household_id"}
        for name in (
            *("person", "personyear", "householdyear", "householdincome"),
            *("guaranteestatus", "statusevent", "naturalchange"),
            *("personevent", "personyearevent", "householdyearevent", "householdincomeevent"),
            *("guaranteestatusevent", "naturalchangeevent"),
        )
    },
}
# What somebody reads because a row above it is his own: the key to that row, its table, whose it is.
ABOVE = {
    f"assessments_{name}": ("assessment_id", "assessments_cadreassessment", "account_id")
    for name in ("score", "assessmentlog")
}
REALMS = {
    "accounts": "accounts",
    "datasets": "datasets",
    "partners": "accounts",
    "access_grant": "accounts",
    "history": "audit",
    "funds": "funds",
    "inspections": "supervision",
    "problems": "supervision",
    "complaints_complaint": "supervision",
    "complaints": "complaints",
    "pages_exportjob": "audit",
}
# The latest visit moves on and a problem goes its way; money and what it is spent on stay. None is taken away.
KEPT_VISITS = ("lastvisit", "visittask")
KEPT_FUNDS = (
    *("quota", "allocation", "project", "fundorder"),
    *("libraryitem", "projectprogress", "negativeitem"),
    *("asset", "assetdistribution"),
)
KEPT_MEASURES = ("smallloan", "loanwish", "riskfund")
KEPT = (
    *(f"visits_{name}" for name in KEPT_VISITS),
    *(f"funds_{name}" for name in KEPT_FUNDS),
    *(f"measures_{name}" for name in KEPT_MEASURES),
    "inspections_inspection",
    "problems_problem",
    "complaints_complaint",
)
APPEND_ONLY = re.compile(
    r"event$|_findinglog$|_assessmentlog$|_noticelog$|_effectlog$|_siteresult$|_noticephoto$|_progressphoto$|_accesslog$"
    r"|^funds_(closedyear|orderlog|entry|payment|librarylog|projectlog|negativecheck|reconciliationsettlement|ledgercheck)$"
    r"|^funds_(assetlog|assetcontract|assetyield|distributionline|distributionlog)$"
    r"|^measures_loanrepayment$"
    r"|^inspections_(inspectionlog|sample|sampledunit|siteform|siteformconflict|siteformphoto)$"
    r"|^problems_(problemlog|rectificationmeasure|progressreport|problemphoto|problemfile|supervisionletter|escalationstep)$"
    r"|^complaints_(complainant|statement|complaintphoto|complaintlog)$"
    rf"|^visits_(?!{'|'.join(name + '$' for name in KEPT_VISITS)})"
)


def placed() -> list[type[models.Model]]:
    """The models of the placed tables."""
    tables = checks.placed_tables()
    return sorted((m for m in apps.get_models() if m._meta.db_table in tables), key=lambda m: m._meta.db_table)


def place_of(table: str) -> str:
    return "content_object_id" if table == "access_grant" else "division_id"


def realm_of(table: str) -> str:
    return REALMS.get(table) or REALMS.get(table.split("_")[0]) or "register"


# --- what they say ---


def policies(table: str) -> set[tuple[str, ...]]:
    """The policies of a table as the database reads them back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT polname, polcmd::text, polpermissive::text, polroles::text, "
            "pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid) "
            "FROM pg_policy WHERE polrelid = to_regclass(%s)",
            [table],
        )
        return set(cursor.fetchall())


@pytest.mark.django_db
@pytest.mark.parametrize("model", placed(), ids=lambda model: model._meta.db_table)
def test_the_policies_of_a_table_are_those_of_its_kind(model):
    """Compared with a temporary table of the same shape, behind policies written from the list above."""
    table = model._meta.db_table
    wanted = rls.protect("twin", realm=realm_of(table), column=place_of(table), **BEYOND.get(table, {}))
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE twin (LIKE {table})")
        cursor.execute(wanted.sql)
    assert policies(table) == policies("pg_temp.twin")


@pytest.mark.django_db
@pytest.mark.parametrize("model", placed(), ids=lambda model: model._meta.db_table)
def test_only_what_is_never_changed_can_only_be_added_to(model):
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(one ORDER BY one) FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) "
            "AS one WHERE has_table_privilege(%s, one)",
            [table],
        )
        held = cursor.fetchone()[0]
    added = ["INSERT", "SELECT"]
    changed = [*added, "UPDATE"] if table in KEPT else ["DELETE", *added, "UPDATE"]
    assert held == (added if APPEND_ONLY.search(table) else changed)


@pytest.mark.django_db
def test_stored_answers_are_read_and_written_by_their_own_account_alone():
    own = "(user_id = (NULLIF(current_setting('app.user'::text, true), ''::text))::bigint)"
    assert {row[1:] for row in policies("pages_storedanswer")} == {("*", "true", "{0}", own, own)}


@pytest.mark.django_db
def test_the_check_at_start_up_finds_nothing():
    assert [one for one in run_checks(databases=["default"]) if one.id.startswith("access.")] == []


# --- what they do ---


class Seen:
    """The rows of one table, and which of them an account reads and writes through the database alone."""

    def __init__(self, model: type[models.Model]) -> None:
        self.table, self.place = model._meta.db_table, place_of(model._meta.db_table)
        self.key = model._meta.pk.column
        self.beyond = BEYOND.get(self.table, {})
        with scopes.activate(EVERYTHING), connection.cursor() as cursor:
            cursor.execute(f"SELECT to_jsonb(t) FROM {self.table} t ORDER BY {self.key}")
            self.rows = [json.loads(row[0]) if isinstance(row[0], str) else row[0] for row in cursor.fetchall()]
            cursor.execute(
                "SELECT array_agg(quote_ident(attname)) FROM pg_attribute "
                "WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''",
                [self.table],
            )
            self.columns = ", ".join(cursor.fetchone()[0])
            self.team: dict[Any, set[int]] = {}
            self.key_to_inspection = "id" if self.table == "inspections_inspection" else "inspection_id"
            if self.table.removeprefix("inspections_") in ("inspection", *OF_INSPECTION):
                cursor.execute(
                    "SELECT inspection_id, array_agg(account_id) FROM inspections_teammember GROUP BY inspection_id"
                )
                self.team = {key: set(accounts) for key, accounts in cursor.fetchall()}
            self.key_above, self.owners = "", {}
            if above := ABOVE.get(self.table):
                self.key_above, table, owner = above
                cursor.execute(f"SELECT id, {owner} FROM {table}")
                self.owners = dict(cursor.fetchall())

    def writable(self, account: Account, row: dict[str, Any]) -> bool:
        if account.reaches(realm_of(self.table), row[self.place]):
            return True
        own = re.match(r"(\w+) = nullif", self.beyond.get("write", ""))
        return own is not None and row[own[1]] == account.user.pk

    def readable(self, account: Account, row: dict[str, Any]) -> bool:
        if self.beyond.get("read") == "true" or account.reaches(realm_of(self.table), row[self.place]):
            return True
        return (
            row.get(self.beyond.get("household", "")) in account.households
            or row.get(self.beyond.get("own", "")) == account.user.pk
            or self.owners.get(row.get(self.key_above)) == account.user.pk
            or account.user.pk in self.team.get(row.get(self.key_to_inspection), ())
        )

    def insert(self, row: dict[str, Any]) -> str:
        """Try to write a row a second time: "refused" by the policy, "taken" because it was there already, or "out of
        turn": whatever its place, a record of access must be the next of its chain."""
        statement = f"INSERT INTO {self.table} ({self.columns}) SELECT {self.columns} "
        statement += f"FROM jsonb_populate_record(NULL::{self.table}, %s)"
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement, [json.dumps(row)])
        except IntegrityError:
            return "taken"
        except ProgrammingError as error:
            if "must continue chain" in str(error):  # the trigger speaks before the policy does
                return "out of turn"
            assert "row-level security" in str(error), error
            return "refused"
        return "written"

    def change(self, statement: str) -> int | str:
        """How many rows a statement without any condition reaches; taken back afterwards."""
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
                transaction.set_rollback(True)
                return cursor.rowcount
        except ProgrammingError as error:
            return "denied" if "permission denied" in str(error) else str(error)


@pytest.fixture(scope="module")
def tables(world: World) -> list[Seen]:
    return [Seen(model) for model in placed()]


# Tables that the world has no rows in; a table that is here and gets rows fails, so that it is taken out.
EMPTY = {
    *("crosschecks_ruleparameter", "crosschecks_ruleparameterevent", "crosschecks_rulestate"),
    *("crosschecks_rununit", "dashboards_tally", "households_registrationconflict", "pages_stagedunit"),
}


def test_every_placed_table_has_rows_to_be_kept_apart(tables):
    assert {seen.table for seen in tables if not seen.rows} == EMPTY


@pytest.mark.usefixtures("undone")
@pytest.mark.parametrize("name", ["region", "county", "village", "helper", "security-admin", "audit-admin", "stranger"])
def test_plain_sql_reads_what_the_account_reaches(world, tables, name):
    account, wrong = world.accounts[name], []
    with scopes.activate(scopes.of(account.user)), connection.cursor() as cursor:
        for seen in tables:
            cursor.execute(f"SELECT {seen.key} FROM {seen.table}")
            found = {row[0] for row in cursor.fetchall()}
            expected = {row[seen.key] for row in seen.rows if seen.readable(account, row)}
            if found != expected:
                wrong.append(f"{seen.table}: {sorted(found - expected)} too many, {sorted(expected - found)} missing")
    assert not wrong, "\n".join(wrong)


@pytest.mark.usefixtures("undone")
@pytest.mark.parametrize("name", ["county", "village", "helper", "security-admin", "audit-admin", "stranger"])
def test_plain_sql_writes_what_the_account_reaches(world, tables, name):
    """No condition, and no column read: what a statement looks at would be cut down by the policy of reading first."""
    account, wrong = world.accounts[name], []
    with scopes.activate(scopes.of(account.user)):
        for seen in tables:
            mine = [row for row in seen.rows if seen.writable(account, row)]
            foreign = [row for row in seen.rows if not seen.writable(account, row)]
            # One's own place as a constant: rows that may not be touched stay untouched whatever they would become.
            place = account.kind.place if mine else OTHER_LEAGUE
            update = seen.change(f"UPDATE {seen.table} SET {seen.place} = {seen.place}") if mine else 0
            blind = seen.change(f"UPDATE {seen.table} SET {seen.place} = {place}") if not mine else 0
            delete = seen.change(f"DELETE FROM {seen.table}")
            found = {
                "own row": {seen.insert(row) for row in mine[:1]},
                "foreign row": {seen.insert(row) for row in foreign[:1]},
                "update": {update, blind} - {0},
                "delete": {delete} - {0},
            }
            changed = {"denied"} if APPEND_ONLY.search(seen.table) else {len(mine)} - {0}
            chained = seen.table == "history_accesslog"
            expected = {
                "own row": {"out of turn" if chained else "taken"} if mine else set(),
                "foreign row": {"out of turn" if chained else "refused"} if foreign else set(),
                "update": changed,
                "delete": {"denied"} if seen.table in KEPT else changed,
            }
            wrong += [f"{seen.table}, {what}: {found[what]}" for what in expected if found[what] != expected[what]]
    assert not wrong, "\n".join(wrong)


def test_functions_that_act_as_their_owner_are_called_by_the_application_alone(world):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname, has_function_privilege('public', oid, 'EXECUTE'), has_function_privilege(oid, 'EXECUTE') "
            "FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace "
            "AND prorettype <> 'trigger'::regtype"
        )
        found = cursor.fetchall()
    assert ("visits_make_month", False, True) in found
    assert [name for name, anybody, _application in found if anybody] == []
