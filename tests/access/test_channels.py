"""The ways by which something can leak that nobody meant to show, one by one: which tests watch each of them.

Who complained and what he wrote is asked through every one of them by `tests/complaints/test_author.py`.
What the walk over all addresses and the tests of single apps do not show by themselves is tested here and in
`test_channels_kept.py`; a test of a channel is named after its number.
"""

from __future__ import annotations

import ast
import json
import re
import time
from functools import cache
from itertools import cycle, islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.urls import reverse
from django.utils.html import escapejs

from apps.access import scope as scopes
from apps.households.models import Household
from apps.households.tables import HouseholdResource
from apps.pages import bell
from tests.access.routes import reading_whole, routes
from tests.access.test_lists import api_resources
from tests.access.test_oracle import difference, plain
from tests.access.walk import NOBODYS, content
from tests.access.world import EVERYTHING, INSIDE, OTHER_LEAGUE, Account, Row

pytestmark = pytest.mark.usefixtures("undone")

HERE, KEPT = "access/test_channels.py", "access/test_channels_kept.py"
WALK = (
    "access/test_routes.py::test_every_address_answers_this_account_rightly_and_tells_it_nothing_foreign",
    "access/test_routes.py::test_canaries_are_in_the_answers_of_those_who_may_read_them",
)
ORACLE = "access/test_oracle.py::test_answers_do_not_depend_on_what_the_account_does_not_see"

CHANNELS: dict[str, tuple[str, ...]] = {
    "1 detail address with a foreign key": (
        *WALK,
        "access/test_lists.py::test_the_list_holds_exactly_the_rows_whose_detail_opens",
    ),
    "2 lists, and pages beyond the last": (
        "access/test_lists.py::test_small_pages_together_are_the_list",
        f"{HERE}::test_2_a_cursor_of_somebody_else_turns_no_page_of_his",
    ),
    "3 nested and related rows": (*WALK, f"{HERE}::test_3_what_hangs_off_a_row_is_counted_by_its_own_scope"),
    "4 filters by hidden or related fields": (
        ORACLE,
        "access/test_relations.py::test_a_list_is_filtered_by_a_foreign_row_like_by_none",
        f"{HERE}::test_4_and_5_what_is_not_declared_neither_filters_nor_orders",
    ),
    "5 ordering by hidden fields": (ORACLE, f"{HERE}::test_4_and_5_what_is_not_declared_neither_filters_nor_orders"),
    "6 search boxes": (
        ORACLE,
        "access/test_oracle.py::test_a_number_registered_elsewhere_is_searched_like_one_that_nobody_has",
        "households/test_search.py::test_names_are_found_by_their_beginning_among_ones_own",
        "households/test_search.py::test_households_are_found_by_either_code",
    ),
    "7 counts, sums and charts": (
        ORACLE,
        "access/test_lists.py::test_the_bell_rings_for_what_one_sees",
        "dashboards/test_counting.py::test_counts_and_marks_are_behind_row_level_security",
    ),
    "8 choosers and choices of forms": (
        "access/test_relations.py::test_a_form_takes_a_foreign_row_no_more_than_none",
        "pages/test_selection.py::test_a_relation_is_offered_only_as_far_as_the_user_sees_it",
    ),
    "9 exports, prints and saved questions": (
        "access/test_lists.py::test_an_export_holds_the_rows_that_may_be_taken_out_and_no_others",
        "pages/test_print.py::test_another_place_is_not_there_and_the_wrong_account_is_refused",
        "pages/test_saved_filters.py::test_nobody_else_sees_or_deletes_it_by_page_or_in_the_database",
    ),
    "10 files of background work": (
        *WALK,
        "pages/test_exports.py::test_the_file_is_for_its_user_alone",
        "pages/test_exports.py::test_a_right_lost_before_the_worker_comes_gives_no_file",
        f"{HERE}::test_10_and_11_a_file_comes_with_its_own_name_to_those_alone_who_may_have_it",
    ),
    "11 addresses of files": (
        f"{HERE}::test_10_and_11_a_file_comes_with_its_own_name_to_those_alone_who_may_have_it",
        f"{HERE}::test_11_stored_files_have_no_address_of_their_own",
    ),
    "12 messages of errors": (
        "access/test_relations.py::test_a_form_takes_a_foreign_row_no_more_than_none",
        "households/test_api.py::test_a_number_active_elsewhere_is_refused_without_saying_where",
        "households/test_import_register.py::test_a_household_number_used_out_of_sight_is_refused_neutrally",
        "pages/test_views.py::test_error_pages_speak_plainly_and_tell_nothing",
        f"{HERE}::test_13_a_foreign_row_is_answered_like_none_in_every_byte_and_by_as_many_queries",
    ),
    "13 size and time of answers": (
        "complaints/test_author.py::test_13_two_complaints_that_differ_in_what_is_hidden_are_answered_alike",
        f"{HERE}::test_13_a_foreign_row_is_answered_like_none_in_every_byte_and_by_as_many_queries",
    ),
    "14 writing": (
        "access/test_policies.py::test_plain_sql_writes_what_the_account_reaches",
        "access/test_routes.py::test_a_place_of_others_is_not_there_for_lists_exports_and_new_rows",
        "pages/test_views.py::test_a_row_cannot_be_moved_out_of_ones_own_places",
        f"{HERE}::test_14_what_a_form_does_not_have_is_not_written",
    ),
    "15 several rows at once": (
        "partners/test_verify.py::test_several_numbers_are_answered_in_order",
        f"{KEPT}::test_15_no_address_acts_on_several_rows",
        f"{KEPT}::test_15_a_batch_of_numbers_answers_each_as_alone",
        f"{KEPT}::test_15_of_findings_named_together_the_foreign_ones_are_not_there",
    ),
    "16 caches": (
        f"{KEPT}::test_16_no_answer_may_be_kept_or_compared",
        f"{KEPT}::test_16_a_mark_to_compare_by_is_of_one_account_alone",
        f"{KEPT}::test_16_what_the_server_keeps_is_kept_by_scope",
    ),
    "17 fragments": (f"{KEPT}::test_17_a_fragment_is_behind_the_same_walls",),
    "18 bells and messages": (
        "access/test_lists.py::test_the_bell_rings_for_what_one_sees",
        f"{KEPT}::test_18_there_are_no_sockets_and_no_mail",
    ),
    "19 history and access log": (
        *WALK,
        "complaints/test_author.py::test_19_reading_is_on_record_and_the_record_does_not_tell",
        "history/test_coverage.py::test_searches_are_on_record_and_no_number_is_in_the_clear",
        "history/test_coverage.py::test_an_auditor_reads_who_looked_and_no_register",
        f"{KEPT}::test_19_history_shows_masks_of_the_numbers_that_were",
    ),
    "20 rows that are gone": (
        *WALK,
        "partners/test_verify.py::test_who_is_not_in_the_register_now_is_not_registered",
        f"{KEPT}::test_20_what_is_gone_elsewhere_is_answered_like_what_never_was",
        f"{KEPT}::test_20_a_merged_village_is_nobodys_to_choose",
    ),
    "21 tools for developers": (
        f"{KEPT}::test_21_there_is_no_admin_site_no_browsable_api_and_no_debug_page",
        f"{KEPT}::test_21_the_schema_names_no_column_of_ours_that_is_not_shown",
    ),
    "22 other departments": (
        "partners/test_verify.py::test_foreign_and_unknown_numbers_are_answered_in_the_same_bytes",
        "partners/test_verify.py::test_bodies_that_cannot_be_meant_are_refused_as_problems",
        "partners/test_verify.py::test_the_rest_of_the_api_does_not_know_a_client_s_token",
        f"{KEPT}::test_22_a_department_is_told_of_its_place_and_of_nothing_gone",
        f"{KEPT}::test_22_a_department_asks_by_number_alone",
    ),
    "23 what a browser keeps": (
        "accounts/test_sign_in.py::test_signing_out_ends_the_session_and_tells_the_browser_to_forget",
        f"{KEPT}::test_16_no_answer_may_be_kept_or_compared",
        f"{KEPT}::test_23_scripts_keep_nothing_but_the_look",
    ),
    "24 what work leaves behind": (
        "access/test_rotate_keys.py::test_no_table_holds_a_number_that_can_be_read",
        "pages/test_exports.py::test_files_are_thrown_away_after_a_day",
        "households/test_import_pages.py::test_a_stored_file_opens_only_whole_and_with_its_key",
        "complaints/test_author.py::test_24_work_leaves_nothing_behind",
        "complaints/test_author.py::test_24_a_log_quotes_no_row_that_the_database_refused",
        f"{KEPT}::test_24_messages_carry_keys_and_answers_are_not_kept",
        f"{KEPT}::test_24_an_export_that_fails_leaves_no_draft",
    ),
    "25 rights that were taken away": (
        "accounts/test_sign_in.py::test_a_closed_account_is_out_with_its_next_request_and_its_sessions_stay_dead",
        "accounts/test_sign_in.py::test_a_post_that_ended_counts_no_more_at_the_next_request_of_a_live_session",
        "partners/test_token.py::test_closing_ends_tokens_and_opening_does_not_bring_them_back",
        "households/test_import_pages.py::test_a_post_that_ended_stops_a_confirmed_import",
        "households/test_import_register.py::test_a_number_registered_elsewhere_is_refused_without_saying_where",
        f"{KEPT}::test_25_a_transfer_holds_from_the_next_request_on",
        "complaints/test_steps.py::test_handing_over_moves_sight_up_and_down",
        "complaints/test_author.py::test_25_what_was_handed_over_or_taken_away_is_gone_at_once",
        f"{KEPT}::test_25_a_pairing_and_a_share_that_end_close_the_household_at_once",
    ),
}


@cache
def functions_of(file: str) -> frozenset[str]:
    """The names of the test functions of a file, as pytest finds them."""
    tree = ast.parse((Path(settings.BASE_DIR) / "tests" / file).read_text())
    return frozenset(
        node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


def test_every_channel_is_watched_by_tests_that_exist():
    assert [int(name.split()[0]) for name in CHANNELS] == list(range(1, 26))
    named = {test for tests in CHANNELS.values() for test in tests}
    assert {test for test in named if test.partition("::")[2] not in functions_of(test.partition("::")[0])} == set()
    here = {f"{file}::{name}" for file in (HERE, KEPT) for name in functions_of(file) if name[5].isdigit()}
    assert here - named == set()


# --- reading ---


def test_2_a_cursor_of_somebody_else_turns_no_page_of_his(world):
    county, village = world.accounts["county"], world.accounts["village"]
    for resource in api_resources(world):
        if not (county.opens(resource) and village.opens(resource)):
            continue
        address = f"{reverse(f'api:{resource.name}-list')}?page_size=1"
        following = county.client().get(address).json()["next"]
        while following:
            answer = village.client().get(following)
            assert answer.status_code in (200, 400), resource.name
            assert world.leaks(village, content(answer)) == [], resource.name
            following = county.client().get(following).json()["next"]


@pytest.mark.parametrize("wall", ["both", "application"], indirect=True)
def test_3_what_hangs_off_a_row_is_counted_by_its_own_scope(world, wall):
    """A village that an administrator manages accounts in shows him its name and nothing of its households."""
    for name in ("security-admin", "stranger", "ended"):
        account = world.accounts[name]
        for address in ("/households/", "/persons/", "/villages/", "/api/v1/households/", "/api/v1/villages/"):
            answer = account.client().get(address)
            assert answer.status_code == 403, address
            assert world.leaks(account, content(answer)) == []


UNDECLARED = (
    *("household__code__startswith", "code__regex", "division__name", "id_no_index", "phone_index", "phone"),
    *("persons__name", "password", "user__password", "q", "search", "$or", "fields", "expand"),
)


def test_4_and_5_what_is_not_declared_neither_filters_nor_orders(world):
    account = world.accounts["village"]
    client, turns = account.client(), cycle(UNDECLARED)
    for resource in api_resources(world):
        if not account.opens(resource):
            continue
        address = reverse(f"api:{resource.name}-list")
        # One piece answers for all lists: each is asked for some of the names, all of them for all names.
        for name in UNDECLARED if resource is HouseholdResource else islice(turns, 5):
            if name not in resource.filters.base_filters:
                assert client.get(address, {name: "1"}).status_code == 400, f"{resource.name} {name}"
                assert client.get(address, {"order": name}).status_code == 400, f"{resource.name} {name}"
            if name not in resource.by_name():
                assert client.get(address, {"columns": name}).status_code == 400, f"{resource.name} {name}"


# --- files ---


@pytest.mark.parametrize("wall", ["both", "application", "database"], indirect=True)
@pytest.mark.parametrize("name", [*INSIDE, "anonymous", "partner", "disabled"])
def test_10_and_11_a_file_comes_with_its_own_name_to_those_alone_who_may_have_it(world, name, wall):
    """Each file holds the word of its row, and so does its name: in the body, in the head, or nowhere."""
    account, got = world.accounts[name], 0
    words = {row: word for word, rows in world.canaries.items() for row in rows if not word.isascii()}
    for resource, address in (("export", "/exports/%d/file/"), ("crosschecks.findinglog", "/findings/files/%d/")):
        for row in world.rows[resource]:
            answer = account.client().get(address % row.key)
            if not account.sees(row) or (resource == "export" and row.gone):
                assert answer.status_code == (404 if account.inside else 302)
                assert world.leaks(account, content(answer)) == []
                assert "Content-Disposition" not in answer
                continue
            if not may_take(account, row):
                assert answer.status_code == 403
                assert "Content-Disposition" not in answer
                continue
            assert answer.status_code == 200
            text = content(answer)
            assert text.count(words[row]) >= 2, "name and body"  # the head stands there twice: as sent, and decoded
            assert answer["Content-Disposition"].startswith("attachment")
            assert "no-store" in answer["Cache-Control"]
            got += 1
    assert got > 0 or not account.inside or "export_register" not in account.kind.may


def may_take(account: Account, row: Row) -> bool:
    """Exports are for those who still may export, papers for those who read personal data there."""
    if row.resource == "export":
        return "export_register" in account.kind.may
    return reading_whole(account, row) == {200}


def test_11_stored_files_have_no_address_of_their_own(world):
    """No route leads into the folder of files; each goes out by a view that asks whose it is."""
    stored = [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]
    assert stored
    prefix = settings.MEDIA_URL.strip("/")
    assert not [route for route in routes() if "media" in route.pattern or (prefix and prefix in route.pattern)]
    client = world.accounts["region"].client()
    for path in stored[:3]:
        inside = path.relative_to(settings.MEDIA_ROOT)
        for address in (f"/media/{inside}", f"/static/{inside}", f"/{inside}", f"/static/../media/{inside}"):
            assert client.get(address).status_code == 404


# --- differences ---


def asked(account: Account, address: str) -> tuple[int, str, int]:
    """Status, head and body (without the address itself and what differs every time), and the number of queries."""
    queries = []

    def counting(execute: Any, sql: str, *rest: Any) -> Any:
        queries.append(sql)
        return execute(sql, *rest)

    client = account.client()
    with connection.execute_wrapper(counting):
        answer = client.get(address)
    # Its length is that of the body, which is compared; the order of a policy's parts says nothing.
    head = {
        name: sorted(text.split("; "))
        for name, text in answer.headers.items()
        if name not in ("X-Request-ID", "Content-Length")
    }
    told = json.dumps(head) + plain(answer.content).decode()
    for written in (address, quote(address, safe=""), escapejs(address)):
        told = told.replace(written, "?")
    return answer.status_code, re.sub(r"nonce-[^']+|nonce=\"[^\"]+", "", told), len(queries)


@pytest.mark.parametrize(
    ("name", "wall"),
    [("village", "database"), ("partner", "both")],
    indirect=["wall"],
)
def test_13_a_foreign_row_is_answered_like_none_in_every_byte_and_by_as_many_queries(world, monkeypatch, name, wall):
    """As many queries take as long; what takes time besides (a template, a seal) needs a row to work on."""
    account, compared = world.accounts[name], 0
    # Once a minute the bell is counted and a session is written to, whoever asks for what: not while this lasts.
    monkeypatch.setattr(bell, "_sources", [])
    session = SessionStore(account.session or None)
    session["last_seen"] = int(time.time()) + 900
    session.save()
    for route in routes():
        if route.resource is None or len(route.keys) != 1 or "GET" not in route.kinds:
            continue
        rows = [row for row in world.rows.get(route.resource.name, ()) if not account.sees(row)]
        if not rows:
            continue
        nobodys = reverse(route.name, kwargs={route.keys[0]: NOBODYS})
        asked(account, nobodys)  # what only a first request does
        nowhere = asked(account, nobodys)
        for row in (*rows[:1], *[one for one in rows if one.gone][:1]):
            there = asked(account, reverse(route.name, kwargs={route.keys[0]: row.key}))
            assert there == nowhere, difference(row.where, there[1].encode(), nowhere[1].encode())
            compared += 1
    assert compared > 20


def test_14_what_a_form_does_not_have_is_not_written(world):
    """Fields that a form does not offer are refused or ignored: never written, in whatever name they come."""
    account = world.accounts["village"]
    own = next(row.key for row in world.rows_of(Household) if account.sees(row) and not row.gone)
    with scopes.activate(EVERYTHING):
        before = Household.objects.filter(pk=own).values().get()
    sent = {
        "code": "1",
        "status": "40",
        "identified_on": "2000-01-01",
        "exit_year": 2016,
        "phone_index": "x",
        "id": 7,
        "division": str(OTHER_LEAGUE),
        "division_id": OTHER_LEAGUE,
        "is_active": False,
        "created_at": "2000-01-01",
    }
    for name, value in sent.items():
        body = {name: value, "version": before["version"]}
        answer = account.client().patch(f"/api/v1/households/{own}/", json.dumps(body), content_type="application/json")
        assert answer.status_code in (200, 400, 404, 422), name
        with scopes.activate(EVERYTHING):
            after = Household.objects.filter(pk=own).values().get()
        before |= {"version": after["version"], "updated_at": after["updated_at"]}
        assert after == before, name
