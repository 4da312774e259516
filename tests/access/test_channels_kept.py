"""The second half of the channels of `test_channels.py`: what is kept, sent, gone, or still held by somebody."""

from __future__ import annotations

import ast
import datetime
import inspect
import json
import re
from pathlib import Path

import pytest
from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.urls import NoReverseMatch, get_resolver, reverse
from django.utils import timezone

from apps.access import scope as scopes
from apps.access.models import Pairing, Share
from apps.accounts.models import Post
from apps.accounts.services import SET_UP, appoint
from apps.common.fields import BlindIndexField, SealedField
from apps.crosschecks.models import Finding
from apps.households.models import Household, Person
from apps.households.tables import HouseholdResource
from apps.pages import bell, exports, workbook
from apps.pages.selection import Selection
from tests.access.routes import routes
from tests.access.walk import NOBODYS, content
from tests.access.world import EVERYTHING, INSIDE, MERGED, MERGED_FAR, OTHER_COUNTY, OTHER_LEAGUE, OWN, World
from tests.factories.households import citizen_number

pytestmark = pytest.mark.usefixtures("undone")

ROOT = Path(settings.BASE_DIR)
# What a page asks for every few seconds.
COMPARED = ("live-feed", "api:live")
# The same for everybody and made to be kept, but for what is said of one complaint (tests/publicsite).
PUBLIC_SITE = {route.name for route in routes() if getattr(route.view, "public_site", False)}


def sources(folder: str, pattern: str) -> dict[str, str]:
    """The text of every file of ours, by its path."""
    return {str(path.relative_to(ROOT)): path.read_text() for path in (ROOT / folder).rglob(pattern)}


def numbers_of(world: World, *, gone: bool | None = None, seen_at: int | None = None) -> dict[int, str]:
    """The clear numbers of planted persons by their key: all, or the gone ones, or those of one place."""
    keys = [
        row.key
        for row in world.rows_of(Person)
        if (gone is None or row.gone == gone) and (seen_at is None or row.place == seen_at)
    ]
    with scopes.activate(EVERYTHING):
        return {person.pk: person.id_no.clear() for person in Person.objects.filter(pk__in=keys)}


def verified(world: World, *numbers: str) -> list[bool]:
    """What the department's client is told of these numbers, asked in one request."""
    body = {"id_nos": list(numbers), "purpose": "低保核对"}
    answer = (
        world.accounts["partner"].client().post("/api/v1/households/verify/", body, content_type="application/json")
    )
    assert answer.status_code == 200, answer.content
    assert world.leaks(world.accounts["partner"], content(answer)) == []
    return [one["registered"] for one in answer.json()["results"]]


# --- several rows at once ---


def test_15_no_address_acts_on_several_rows(world):
    """Each address takes the key of one row in its path; bodies carry lists of numbers and of findings (below) only.

    A data set's code and the number of a piece name no row.
    """
    for route in routes():
        assert len(set(route.keys) - {"code", "number"}) <= 1, route
    client = world.accounts["village"].client()
    own, foreign = (
        next(row.key for row in world.rows_of(Household) if world.accounts["village"].sees(row) is seen)
        for seen in (True, False)
    )
    for body in ([{"id": own}, {"id": foreign}], {"ids": [own, foreign]}):
        for method in (client.post, client.patch, client.delete):
            answer = method("/api/v1/households/", json.dumps(body), content_type="application/json")
            assert answer.status_code in (400, 405, 422)
    assert client.get(f"/api/v1/households/?id={own}&id={foreign}").status_code == 400
    assert client.get(f"/api/v1/persons/?household={own}&household={foreign}").status_code == 400


def test_15_a_batch_of_numbers_answers_each_as_alone(world):
    """Own, foreign, gone and unknown numbers together are told as they are one by one."""
    everybody = [*numbers_of(world).values(), citizen_number(datetime.date(1971, 4, 5), "2", serial=777)]
    cache.clear()
    together = verified(world, *everybody)
    assert together == [verified(world, number)[0] for number in everybody]
    assert True in together
    assert False in together


@pytest.mark.parametrize("name", ["village", "township", "county"])
def test_15_of_findings_named_together_the_foreign_ones_are_not_there(world, name):
    account = world.accounts[name]
    rows = [row for row in world.rows_of(Finding) if not row.gone]
    own, foreign = ([row.key for row in rows if account.sees(row) is seen] for seen in (True, False))
    body = {"step": "check", "findings": [{"id": key} for key in (*own, *foreign, NOBODYS)]}
    with scopes.activate(EVERYTHING):
        before = set(Finding.objects.filter(pk__in=foreign).values_list("pk", "state", "version"))
    answer = account.client().post("/api/v1/findings/steps/", json.dumps(body), content_type="application/json")
    assert answer.status_code == 200 and world.leaks(account, content(answer)) == []
    refused = {tuple(one["findings"]) for one in answer.json()["refusals"] if one["code"] == "not_found"}
    assert refused == {(*foreign, NOBODYS)} and foreign and own
    with scopes.activate(EVERYTHING):
        assert set(Finding.objects.filter(pk__in=foreign).values_list("pk", "state", "version")) == before
    page = account.client().post("/findings/steps/", {"row": [*own, *foreign, NOBODYS]})
    assert page.status_code == 200 and world.leaks(account, content(page)) == []
    seen = " ".join(f"{key}:1" for key in (*own, *foreign, NOBODYS))
    tried = account.client().post("/findings/steps/", {"rows": seen, "stage": "try", "step": "assign"})
    assert tried.status_code == 200 and world.leaks(account, content(tried)) == []


# --- what is kept ---


@pytest.mark.parametrize("name", ["helper", "partner"])  # of the county's see test_headers
def test_16_no_answer_may_be_kept_or_compared(world, name):
    """Neither by a browser (going back after signing out asks again) nor between: no mark to compare a copy by."""
    account = world.accounts[name]
    client = account.client()
    for route in routes():
        if route.keys or "GET" not in route.kinds or route.name in ("api:schema", "api:docs", ""):
            continue
        answer = client.get(reverse(route.name))
        if route.name in PUBLIC_SITE:
            assert "public" in answer["Cache-Control"] and not answer.cookies, route
            assert "Cookie" not in answer.get("Vary", ""), route
            continue
        if answer.status_code in (200, 302, 401, 403) and account.inside:
            kept = answer["Cache-Control"]
            assert "no-store" in kept or "no-cache" in kept, route
            assert "public" not in kept, route
            assert "Cookie" in answer.get("Vary", "Cookie"), route
        assert "ETag" not in answer or route.name in COMPARED, route
        assert "Last-Modified" not in answer, route
    for middleware in ("UpdateCacheMiddleware", "FetchFromCacheMiddleware", "ConditionalGetMiddleware"):
        assert not [name for name in settings.MIDDLEWARE if name.endswith(middleware)]


def test_16_a_mark_to_compare_by_is_of_one_account_alone(world):
    """Two who see different rows are never told "not modified" by each other's mark."""
    assert len(PUBLIC_SITE) == 23
    for name in COMPARED:
        marks = []
        for account in (world.accounts[name] for name in INSIDE):
            answer = account.client().get(reverse(name), {"after": 0})
            marks += [answer["ETag"]] if "ETag" in answer else []
        assert len(marks) > 3 and len(set(marks)) == len(marks), name


def test_16_what_the_server_keeps_is_kept_by_scope(world):
    """Every key under which something is kept names the scope or the one row; no two accounts share one."""
    keys = {name: scopes.of(world.accounts[name].user).cache_key for name in INSIDE}
    assert len(set(keys.values())) == len(keys)
    cache.clear()
    for name in ("helper", "township"):  # the others have nothing to do themselves
        account = world.accounts[name]
        seen = [row for row in world.rows_of(Finding) if account.sees(row) and not row.gone]
        with scopes.acting(account.user):
            assert bell.of(account.user).count == len(seen), name
    used = {
        path: {ast.unparse(node.args[0]) for node in ast.walk(ast.parse(text)) if _keeps(node)}
        for path, text in sources("apps", "*.py").items()
    }
    assert {path: found for path, found in used.items() if found} == {
        "apps/pages/bell.py": {"_key(user)"},  # of the scope
        "apps/dashboards/live.py": {"key"},  # of the scope
        "apps/pages/exports.py": {"_progress_key(job)"},  # of a row that was looked up in the scope
        "apps/pages/imports/services.py": {"_progress_key(batch.pk)", "key"},  # likewise
        "apps/partners/services/limits.py": {"key", "f'once:{name}'"},  # counters
    }


def _keeps(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and ast.unparse(node.func.value) == "cache"
        and node.func.attr in ("get", "set", "add", "incr", "get_or_set", "get_many", "set_many")
    )


def test_23_scripts_keep_nothing_but_the_look(world):
    """No script keeps rows in the browser: no service worker, no database; two words about colour and size are kept.

    The diary on a phone does: files of its page, and rows that are encrypted (tests/browser/test_phone.py looks).
    """
    scripts = sources("static/js", "*.js")
    assert scripts
    phone = {path: text for path, text in scripts.items() if path.startswith("static/js/phone/")}
    assert {path.rpartition("/")[2] for path, text in phone.items() if "indexedDB." in text} == {"database.js"}
    assert {path.rpartition("/")[2] for path, text in phone.items() if "caches." in text} == {"worker.js"}
    assert not [
        path for path, text in phone.items() if re.search(r"localStorage|sessionStorage|document\.cookie", text)
    ]
    for path, text in ((path, text) for path, text in scripts.items() if path not in phone):
        assert not re.search(r"serviceWorker|indexedDB|sessionStorage|caches\.open|document\.cookie", text), path
        if "localStorage.setItem" in text:
            assert path == "static/js/shell.js"
    assert set(re.findall(r'keep\("(\w+)"|store\("(\w+)"|setItem\("(\w+)"', scripts["static/js/shell.js"])) <= {
        ("theme", "", ""),
        ("type", "", ""),
    }


def test_24_messages_carry_keys_and_answers_are_not_kept(world):
    """What a worker is told stands in Valkey for a while: keys of rows, and of one kind of task a blind index."""
    current_app.loader.import_default_modules()
    ours = {name: task for name, task in current_app.tasks.items() if name.startswith("apps.")}
    assert len(ours) > 5
    told = {
        f"{name}:{parameter.name}": parameter.annotation
        for name, task in ours.items()
        for parameter in inspect.signature(task.run).parameters.values()
    }
    assert {name for name, kind in told.items() if kind not in ("int", int)} == {
        "apps.households.tasks.note_conflict:id_no_index"
    }
    assert current_app.conf.task_ignore_result is True
    assert current_app.conf.task_serializer == current_app.conf.result_serializer == "json"
    assert not any(task.ignore_result is False for task in ours.values())


def test_24_an_export_that_fails_leaves_no_draft(world, monkeypatch):
    account = world.accounts["county"]

    def breaks(target: str, *rest: object, **more: object) -> int:
        Path(target).write_text("half a workbook")
        raise OSError("no space left")

    monkeypatch.setattr(workbook, "write", breaks)
    before = set(Path(settings.MEDIA_ROOT).rglob("*"))
    from django.http import QueryDict

    with scopes.acting(account.user):
        job = exports.submit(Selection(HouseholdResource, account.user, QueryDict("")), account.user)
        with pytest.raises(OSError, match="no space"):
            exports.perform(job, account.user)
    assert set(Path(settings.MEDIA_ROOT).rglob("*")) == before


# --- fragments, sockets, history ---


@pytest.mark.parametrize(
    ("name", "wall"),
    [("village", "application"), ("helper", "database"), ("security-admin", "both")],
    indirect=["wall"],
)
def test_17_a_fragment_is_behind_the_same_walls(world, name, wall):
    """Asked as a script asks for a part of a page, every address answers as it does for the whole page."""
    account = world.accounts[name]
    targets = ("", "rows", "table", "export", "progress-of-run", "step", "what-if")
    for number, route in enumerate(routes()):
        if route.api or "GET" not in route.kinds or route.resource is None:
            continue
        rows = (
            [row for row in world.rows.get(route.resource.name, ()) if not account.sees(row)] if route.keys else [None]
        )
        for row in rows[:1]:
            address = reverse(route.name, kwargs=dict.fromkeys(route.keys, row and row.key))
            heads = {"hx-request": "true", "hx-target": targets[number % len(targets)], "hx-boosted": "true"}
            answer = account.client().get(address, headers=heads)
            # Steps without a selection lead back to the list.
            assert answer.status_code in ({404} if row else {200, 302, 403}), address
            assert world.leaks(account, content(answer)) == [], address


def test_18_there_are_no_sockets_and_no_mail(world):
    """Nothing is pushed: one application for plain HTTP, no routes for sockets, no message that leaves the house."""
    from config import asgi

    assert type(asgi.application).__name__ == "ASGIHandler"
    assert not {"channels", "daphne"} & set(settings.INSTALLED_APPS)
    pushing = re.compile(
        r"send_mail|EmailMessage|mail_admins|mail_managers|StreamingHttpResponse|EventSource|WebSocket"
    )
    found = [path for folder, kind in (("apps", "*.py"), ("static/js", "*.js")) for path, text in
             sources(folder, kind).items() if pushing.search(text)]  # fmt: skip
    assert found == []


def test_19_history_shows_masks_of_the_numbers_that_were(world):
    """A number that was changed is in the history as it was: sealed, and shown by its mask; elsewhere not at all."""
    county, other = world.accounts["county"], world.accounts["township"]
    own = next(row for row in world.rows_of(Household) if row.place == OWN and not row.gone)
    with scopes.acting(county.user):
        household = Household.objects.get(pk=own.key)
        former = household.phone.clear()
        household.phone = "13912345678"
        household.save()
    for address in (
        f"/households/{own.key}/history/",
        f"/api/v1/households/{own.key}/history/",
        f"/households/{own.key}/",
    ):
        text = content(county.client().get(address))
        assert former not in text
        assert "13912345678" not in text
        assert "139****5678" in text, address
    far = next(row for row in world.rows_of(Household) if row.place == OTHER_LEAGUE)
    assert other.client().get(f"/households/{far.key}/history/").status_code == 404


# --- what is gone ---


@pytest.mark.parametrize(
    ("name", "wall"), [("village", "application"), ("county", "both"), ("helper", "both")], indirect=["wall"]
)
def test_20_what_is_gone_elsewhere_is_answered_like_what_never_was(world, name, wall):
    account = world.accounts[name]
    gone = [number for key, number in numbers_of(world, gone=True).items()]
    foreign = set(numbers_of(world, gone=True, seen_at=OTHER_LEAGUE).values())
    assert foreign < set(gone)
    nobodys = citizen_number(datetime.date(1971, 4, 5), "2", serial=778)
    answers = set()
    changing = re.compile(rb'(csrfmiddlewaretoken" value="|CSRFToken": ")\w+')
    for number in (*foreign, nobodys):
        answer = account.client().post("/search/", {"q": number})
        body = changing.sub(b"", answer.content).replace(number.encode(), b"")
        answers.add((answer.status_code, body))
    assert len(answers) == 1
    for model in (Household, Person, Finding):
        row = next(row for row in world.rows_of(model) if row.gone and row.place == OTHER_LEAGUE)
        address = f"api:{row.resource}-detail"
        told = {
            account.client().get(reverse(address, kwargs={"key": key})).content.replace(f"/{key}/".encode(), b"")
            for key in (row.key, NOBODYS)
        }
        assert len(told) == 1


def test_20_a_merged_village_is_nobodys_to_choose(world):
    """Its place may still be read by those above it; nothing new is placed there, and elsewhere it is not there."""
    county = world.accounts["county"].client()
    assert county.get(f"/api/v1/households/?division={MERGED}").status_code == 200
    assert county.get(f"/api/v1/households/?division={MERGED_FAR}").status_code == 404
    refusals = {}
    for place in (MERGED, 150422100999, MERGED_FAR, 150522100999):
        body = json.dumps({"division": str(place)})
        answer = county.post("/api/v1/households/", body, content_type="application/json")
        told = [one for one in answer.json()["errors"] if one["field"] in ("", "division")]
        refusals[place] = (answer.status_code, told)
    assert {status for status, _told in refusals.values()} <= {404, 422}
    assert refusals[MERGED] == (422, refusals[MERGED][1])
    assert refusals[MERGED][1]
    assert refusals[MERGED_FAR] == refusals[150522100999]


# --- tools for developers, and other departments ---


def test_21_there_is_no_admin_site_no_browsable_api_and_no_debug_page(world):
    assert not {"django.contrib.admin", "debug_toolbar", "django_extensions", "silk"} & set(settings.INSTALLED_APPS)
    assert "admin" not in get_resolver().namespace_dict
    with pytest.raises(NoReverseMatch):
        reverse("admin:index")
    assert settings.DEBUG is False
    rendered = settings.REST_FRAMEWORK["DEFAULT_RENDERER_CLASSES"]
    assert not [name for name in rendered if "Browsable" in name or "HTML" in name]
    client = world.accounts["county"].client()
    answer = client.get("/api/v1/households/", headers={"accept": "text/html"})
    assert answer["Content-Type"].startswith(("application/json", "application/problem+json"))
    for address in ("/admin/", "/__debug__/", "/api/v1/households/?format=api"):
        assert client.get(address).status_code in (400, 404)


def test_21_the_schema_names_no_column_of_ours_that_is_not_shown(world):
    """What is sealed and looked up by index is in no schema; neither are columns that no answer has."""
    text = content(world.accounts["anonymous"].client().get("/api/v1/schema/"))
    hidden = {
        field.name
        for model in (Household, Person)
        for field in model._meta.concrete_fields
        if isinstance(field, BlindIndexField)
    }
    assert hidden
    ours = ("password", "client_secret", "token_checksum", "session_key", "pgh_context", "last_step", "secret_hash")
    for name in (*hidden, *ours):
        assert not re.search(rf"\b{name}:|\"{name}\"", text) or name == "password", name
    assert SealedField.__name__ not in text


def test_22_a_department_is_told_of_its_place_and_of_nothing_gone(world):
    """Own, sibling, other league, gone: registered where the client is, alive, and nowhere else."""
    rows = {row.key: row for row in world.rows_of(Person)}
    expected = {key: str(row.place).startswith("150422") and not row.gone for key, row in rows.items()}
    numbers = numbers_of(world)
    assert dict(zip(numbers, verified(world, *numbers.values()), strict=True)) == expected
    assert {True, False} == set(expected.values())


@pytest.mark.parametrize(
    "more",
    [
        {"expression": {"phone": {"$like": "138%"}}},
        {"$or": [{"id_no": "1"}, {"id_no": "2"}]},
        {"callback": "https://elsewhere.example/"},
        {"sender_uri": "https://elsewhere.example/"},
        {"division": str(OTHER_LEAGUE)},
        {"fields": ["phone"]},
        {"fields": ["household__persons__id_no"]},
        {"id_no": "1599%"},
        {"id_no": {"$regex": ".*"}},
    ],
)
def test_22_a_department_asks_by_number_alone(world, more):
    """No expressions, no addresses to call, no place of somebody else, no field but those on the list."""
    number = next(iter(numbers_of(world, seen_at=OWN, gone=False).values()))
    body = {"id_no": number, "purpose": "低保核对", **more}
    answer = (
        world.accounts["partner"].client().post("/api/v1/households/verify/", body, content_type="application/json")
    )
    assert answer.status_code in (400, 422)
    assert "registered" not in answer.json()


# --- rights that were taken away ---


def test_25_a_transfer_holds_from_the_next_request_on(world):
    """The same live session: what was there is not there any more, and what was not is."""
    account = world.accounts["township"]
    own = next(row for row in world.rows_of(Household) if row.place == OWN and not row.gone)
    there = next(row for row in world.rows_of(Household) if row.place == OTHER_COUNTY)
    client = account.client()
    finding = next(row for row in world.rows["crosschecks.findinglog"] if row.household == own.key)

    def answers() -> list[int]:
        addresses = (f"/households/{own.key}/", f"/api/v1/households/{own.key}/", f"/findings/files/{finding.key}/",
                     f"/households/?division={OWN}", f"/households/{there.key}/",
                     f"/households/?division={OTHER_COUNTY}")  # fmt: skip
        got = [client.get(address) for address in addresses]
        for answer in got:
            content(answer)  # a file is closed when it has been read
        return [answer.status_code for answer in got]

    assert answers() == [200, 200, 200, 200, 404, 404]
    with scopes.activate(SET_UP):
        Post.objects.filter(user=account.user, valid_until=None).update(valid_until=timezone.now())
        appoint(account.user, role="village_officer", division=OTHER_COUNTY, by=None)
    assert answers() == [404, 404, 404, 404, 200, 200]
    exported = client.post("/households/export/")
    assert exported.status_code == 200
    assert own.place == OWN
    words = [word for word, rows in world.canaries.items() if any(one.household == own.key for one in rows)]
    assert not [word for word in words if word in content(exported)]


@pytest.mark.parametrize("wall", ["both", "application", "database"], indirect=True)
def test_25_a_pairing_and_a_share_that_end_close_the_household_at_once(world, wall):
    helper = world.accounts["helper"]
    (paired,) = helper.households
    client = helper.client()
    assert client.get(f"/households/{paired}/").status_code == 200
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    with scopes.activate(EVERYTHING):
        Pairing.objects.filter(helper=helper.user).update(from_on=yesterday, until_on=yesterday)
    assert client.get(f"/households/{paired}/").status_code == 404
    with scopes.activate(EVERYTHING):
        share = Share.objects.filter(user=world.accounts["village"].user).get()
        Share.objects.filter(pk=share.pk).update(withdrawn_at=None)
    village = world.accounts["village"].client()
    assert village.get(f"/households/{share.household_id}/").status_code == 200
    with scopes.activate(EVERYTHING):
        Share.objects.filter(pk=share.pk).update(withdrawn_at=timezone.now())
    assert village.get(f"/households/{share.household_id}/").status_code == 404
