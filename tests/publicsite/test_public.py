"""The public site: it shows what was published and nothing else, and its role in the database can read nothing else."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any
from xml.etree import ElementTree as Tree

import pytest
from django.db import DatabaseError, ProgrammingError, connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.access import scope as scopes
from apps.notices.models import Publication
from apps.publicsite import reading
from tests.access.routes import routes
from tests.access.world import EVERYTHING
from tests.factories.accounts import sign_in
from tests.factories.households import make_household, make_person
from tests.factories.notices import PEOPLE, add_photo, post, prepare, read, take
from tests.notices.conftest import COUNTY, OTHER_LEAGUE, OWN, SIBLING, TOWNSHIP

ROLE = "poverty_public"
API = "/api/v1/public/notices/"
PLACES = {"code", "level", "name", "short_name", "sort_key", "ended_on", "is_virtual"}


def asked(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """What the role of the public site reads by itself."""
    with connections[reading.ALIAS].cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def addresses(client: Client, places: Collection[int] = ()) -> Iterator[tuple[str, Any]]:
    """Every address of the public site that leads anywhere, found as a crawler finds them, with its answer; pages of
    places of these alone, if any are named."""
    waiting, seen = ["/public/", "/public/en/", API, "/robots.txt", "/public/sitemap.xml"], set()
    while waiting:
        address = waiting.pop()
        place = re.search(r"/places/(\d+)/", address)
        if address in seen or (place and places and int(place[1]) not in places):
            continue
        seen.add(address)
        answer = client.get(address)
        yield address, answer
        text = answer.content.decode()
        found = re.findall(
            r'(?:href="|<loc>http://testserver|"next":"http://testserver|"url":"http://testserver)(/[^"<]*)', text
        )
        waiting += [one.replace("&amp;", "&") for one in found if not one.startswith("/static/")]
        waiting += [f"{API}{one['id']}/" for one in answer.json()["results"]] if address == API else []


# --- what the database gives ------------------------------------------------------------------------------------------


def test_the_role_reads_two_tables_and_nothing_else(county):
    """Every table, view and sequence of the database, whatever it is for."""
    relations = asked(
        "SELECT oid::regclass::text, relname FROM pg_class WHERE relnamespace = 'public'::regnamespace "
        "AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S') ORDER BY 1"
    )
    assert len(relations) > 100
    readable = set()
    for relation, _name in relations:
        try:
            asked(f"SELECT * FROM {relation} LIMIT 1")
        except ProgrammingError as error:
            assert "permission denied" in str(error)
        else:
            readable.add(relation)
    assert readable == {"notices_publication"}
    columns = asked(
        "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid "
        "WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND a.attnum > 0 "
        "AND NOT a.attisdropped AND has_column_privilege(c.oid, a.attnum, 'SELECT') AND c.relname <> %s",
        "notices_publication",
    )
    assert set(columns) == {("divisions_division", name) for name in PLACES}


FORBIDDEN = (
    "INSERT INTO notices_publication SELECT * FROM notices_publication",
    "UPDATE notices_publication SET title = 'x'",
    "DELETE FROM notices_publication",
    "TRUNCATE notices_publication",
    "CREATE TABLE mine (id int)",
    "SET ROLE poverty_app",
    "SELECT id FROM notices_publicnotice",
    "SELECT visits_make_month('2030-01-01')",
    "SELECT contiguous_area FROM divisions_division",
    "SELECT * FROM django_session",
)


def test_the_role_writes_nothing_and_becomes_nobody(county):
    """Also not after it has given itself a scope, and taken back that it only reads."""
    with connections[reading.ALIAS].cursor() as cursor:
        for preparing in ("default_transaction_read_only = off", "app.register_lo = '0'", "app.register_hi = '9e11'"):
            cursor.execute(f"SET {preparing}")
    for statement in FORBIDDEN:
        with pytest.raises(DatabaseError, match=r"permission denied|must be owner"):
            asked(statement)
    connections[reading.ALIAS].close()


def test_the_role_is_no_superuser_member_or_owner_and_calls_three_functions_of_ours(county):
    assert asked(
        "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user"
    ) == [(ROLE, False, False, False, False)]
    assert asked("SELECT count(*) FROM pg_class WHERE relowner = %s::regrole", ROLE) == [(0,)]
    assert asked(
        "SELECT count(*) FROM pg_auth_members WHERE member = %s::regrole OR roleid = %s::regrole", ROLE, ROLE
    ) == [(0,)]
    own = (
        "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace "
        "AND proowner = 'poverty_owner'::regrole AND has_function_privilege(oid, 'EXECUTE') "
        "AND prorettype <> 'trigger'::regtype"
    )
    assert sorted(asked(own)) == [("complaints_follow",), ("complaints_numbers",), ("complaints_receive",)]
    assert asked("SHOW default_transaction_read_only") == [("on",)]
    assert asked("SHOW statement_timeout") == [("5s",)]


# --- what the pages show ----------------------------------------------------------------------------------------------


def test_nothing_is_shown_but_what_the_notice_contains(county, anybody):
    """Secrets are planted in the register and in everything of notices that is not published; none of them is anywhere
    on the site, nor in what its role reads."""
    secret = "𪚥龘靐"
    household = make_household(OWN, address=f"{secret}一")
    person = make_person(household, name=f"{secret}二")
    shown = take(prepare(OWN, county.village, text="户主张三丰"), "approve", county.head)
    add_photo(shown, county.village)
    shown = take(shown, "post", county.village, place="村委会公示栏", ways=["board", "web"])
    take(read(shown.pk), "object", county.village, text=f"{secret}三")
    hidden = {
        "prepared": prepare(OWN, county.village, title=f"{secret}四"),
        "approved": take(prepare(OWN, county.village, text=f"{secret}五"), "approve", county.head),
        "withdrawn": take(
            post(OWN, county.village, county.head, title=f"{secret}六"), "withdraw", county.village, note=f"{secret}七"
        ),
    }
    number = person.id_no.clear()
    words = [secret, number, "张三丰", "包音吉日嘎拉", household.code]
    answers = dict(addresses(anybody))
    assert f"/public/notices/{shown.pk}/" in answers and f"{API}{shown.pk}/" in answers
    assert f"/public/en/notices/{shown.pk}/poster/" in answers and f"/public/places/{OWN}/" in answers
    for address, answer in answers.items():
        assert answer.status_code == 200, address
        assert not answer.cookies and "Set-Cookie" not in answer, address
        assert "Cookie" not in answer.get("Vary", ""), address
        text = answer.content.decode()
        assert [word for word in words if word in text] == [], address
        assert "csrf" not in text.lower() and "sign-in" not in text, address
    for found in hidden.values():
        for address in (f"/public/notices/{found.pk}/", f"/public/notices/{found.pk}/poster/", f"{API}{found.pk}/"):
            assert anybody.get(address).status_code == 404, address
    raw = str(asked("SELECT * FROM notices_publication"))
    assert "户主张*" in raw and [word for word in words if word in raw] == []
    assert asked("SELECT notice_id FROM notices_publication") == [(shown.pk,)]
    detail = answers[f"{API}{shown.pk}/"].json()
    assert set(detail) == {
        *("id", "kind", "level", "division", "title", "place", "ways", "posted_on", "ends_on", "url", "text", "lines")
    }
    assert detail["lines"] == [{**line, "head": line["head"][0] + "*"} for line in PEOPLE]


def test_what_was_archived_or_taken_back_is_gone_at_once(county, anybody, settings):
    found = post(OWN, county.village, county.head)
    page = f"/public/notices/{found.pk}/"
    assert anybody.get(page).status_code == 200
    take(read(found.pk), "withdraw", county.village, note="有误")
    assert anybody.get(page).status_code == 404
    assert "<loc>" not in anybody.get("/public/sitemap.xml").content.decode()
    assert anybody.get(API).json()["results"] == []
    assert f"/notices/{found.pk}/" not in anybody.get("/public/").content.decode()


def test_an_account_makes_no_difference(county):
    found = post(OWN, county.village, county.head)
    for address in ("/public/", f"/public/notices/{found.pk}/", API):
        alone, signed_in = Client().get(address), sign_in(Client(), county.officer).get(address)
        assert alone.content == signed_in.content and alone["ETag"] == signed_in["ETag"], address
        assert not signed_in.cookies, address


def test_answers_are_kept_and_compared(county, anybody):
    found = post(OWN, county.village, county.head)
    for address in ("/public/", f"/public/notices/{found.pk}/", API, f"{API}{found.pk}/", "/robots.txt"):
        first = anybody.get(address)
        assert first["Cache-Control"] == "public, max-age=300", address
        assert anybody.head(address).status_code == 200, address
        again = anybody.get(address, headers={"if-none-match": first["ETag"]})
        assert (again.status_code, again.content, again["Cache-Control"]) == (304, b"", "public, max-age=300"), address
        for name in ("Content-Security-Policy", "X-Frame-Options", "X-Content-Type-Options", "X-Request-ID"):
            assert name in first, address
    missing = anybody.get("/public/notices/999/")
    assert (missing.status_code, missing["Cache-Control"]) == (404, "public, max-age=60")
    post(OWN, county.village, county.head)
    assert anybody.get(API, headers={"if-none-match": first["ETag"]}).status_code == 200


def test_an_answer_asks_the_register_nothing_and_little_of_the_copies(county, anybody):
    found = post(OWN, county.village, county.head)
    for address, most in (
        ("/public/", 3), (f"/public/places/{TOWNSHIP}/", 4), (f"/public/notices/{found.pk}/", 2), (API, 1),
        (f"{API}{found.pk}/", 1),
    ):  # fmt: skip
        with (
            CaptureQueriesContext(connections["default"]) as inside,
            CaptureQueriesContext(connections[reading.ALIAS]) as outside,
        ):
            assert anybody.get(address).status_code == 200
        assert len(inside) == 0 and len(outside) <= most, (address, [one["sql"] for one in outside])


def test_nothing_is_written_there(county, anybody):
    found = post(OWN, county.village, county.head)
    for address in ("/public/", f"/public/notices/{found.pk}/", API, f"{API}{found.pk}/"):
        for method in ("post", "put", "patch", "delete"):
            assert getattr(anybody, method)(address).status_code == 405, (method, address)


# --- lists ------------------------------------------------------------------------------------------------------------


def titles(answer: Any) -> list[str]:
    return [one["title"] for one in answer.json()["results"]]


def test_places_and_kinds_narrow_a_list_and_key_pages_go_through_it(county, anybody):
    for number in range(7):
        post(OWN, county.village, county.head, title=f"村公示{number}")
    post(COUNTY, county.officer, county.second, "distribution", title="旗县分配")
    assert titles(anybody.get(f"{API}?division={COUNTY}&kind=distribution")) == ["旗县分配"]
    assert titles(anybody.get(f"{API}?division={OTHER_LEAGUE}")) == []
    assert len(titles(anybody.get(f"{API}?division={TOWNSHIP}"))) == 7
    told = anybody.get(f"{API}?count=1&page_size=3").json()
    assert (told["count"], told["count_exact"], told["previous"]) == (8, True, None)
    seen, address = [], f"{API}?page_size=3"
    while address:
        answer = anybody.get(address)
        seen += titles(answer)
        address = answer.json()["next"]
    assert seen == ["旗县分配", *(f"村公示{number}" for number in reversed(range(7)))]
    page = anybody.get(f"/public/places/{SIBLING}/").content.decode()
    assert "村公示" not in page
    page = anybody.get(f"/public/places/{COUNTY}/?kind=distribution").content.decode()
    assert "旗县分配" in page and "村公示" not in page


WRONG = (
    *(f"{API}?{one}" for one in ("page=2", "kind=gossip", "division=1", "after=x", "page_size=0", "page_size=201")),
    *(f"{API}?{one}" for one in ("page_size=٣", "count=2", "after=a&after=b")),
    *("/public/?q=x", "/public/?kind=gossip", "/public/?after=x", f"/public/?division={COUNTY}"),
)
NOWHERE = (
    *("/public/places/150000000001/", "/public/places/abc/", "/public/nowhere/", "/public/notices/0/"),
    *(f"{API}0/", f"{API}?division=150999000000", "/public/sitemap-x.xml"),
)


def test_what_is_not_known_is_an_error_and_what_is_not_there_is_not_there(county, anybody):
    for address in WRONG:
        answer = anybody.get(address)
        assert answer.status_code == 400, address
        if address.startswith(API):
            assert answer["Content-Type"] == "application/problem+json" and answer.json()["errors"], address
    for address in NOWHERE:
        answer = anybody.get(address)
        assert answer.status_code == 404 and not answer.cookies, address
        assert "Traceback" not in answer.content.decode(), address


# --- crawlers and readers ---------------------------------------------------------------------------------------------


def test_crawlers_are_told_where_to_go(county, anybody, monkeypatch):
    monkeypatch.setattr(reading, "SITEMAP_SIZE", 2)
    keys = [post(OWN, county.village, county.head).pk for _number in range(5)]
    robots = anybody.get("/robots.txt").content.decode()
    assert "Disallow: /\n" in robots and "Allow: /public/\n" in robots
    assert "Sitemap: http://testserver/public/sitemap.xml" in robots
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    index = [one.text for one in Tree.fromstring(anybody.get("/public/sitemap.xml").content).iter(f"{space}loc")]
    assert len(index) == 3
    found = []
    for address in index:
        found += [one.text for one in Tree.fromstring(anybody.get(address).content).iter(f"{space}loc")]
    assert found == [f"http://testserver/public/notices/{key}/" for key in keys]
    page = anybody.get(f"/public/notices/{keys[0]}/").content.decode()
    assert f'<link rel="canonical" href="/public/notices/{keys[0]}/">' in page
    assert '<meta name="description" content="经村民代表会议评议，现予公示。">' in page
    assert "<title>贫困户识别名单公示" in page and 'name="robots"' not in page
    assert 'name="robots" content="noindex"' in anybody.get("/public/notices/0/").content.decode()


def test_both_languages_by_their_own_addresses(county, anybody):
    found = post(OWN, county.village, county.head)
    chinese, english = (anybody.get(f"/public/{part}notices/{found.pk}/") for part in ("", "en/"))
    assert (chinese["Content-Language"], english["Content-Language"]) == ("zh-Hans", "en")
    assert "监督举报电话" in chinese.content.decode() and "监督举报电话" not in english.content.decode()
    other = anybody.get(f"/public/notices/{found.pk}/", headers={"accept-language": "en"})
    assert other.content == chinese.content and "Accept-Language" not in other.get("Vary", "")


def test_text_is_never_markup(county, anybody):
    found = post(OWN, county.village, county.head, title="<b>公示</b>", text="<script>alert(1)</script>")
    for address in (f"/public/notices/{found.pk}/", "/public/", f"/public/notices/{found.pk}/poster/"):
        text = anybody.get(address).content.decode()
        assert "<script" not in text and "<b>" not in text, address


def test_without_its_database_the_site_says_so(county, anybody, monkeypatch):
    def broken(*args: Any, **kwargs: Any) -> Any:
        raise DatabaseError("canceling statement due to statement timeout")

    monkeypatch.setattr(reading, "published", broken)
    for address in ("/public/", API):
        answer = anybody.get(address)
        assert answer.status_code == 503 and "timeout" not in answer.content.decode(), address
    assert answer.json()["status"] == 503
    monkeypatch.undo()
    monkeypatch.setattr(reading, "ALIAS", "nowhere")
    assert anybody.get("/public/").status_code == 503


def test_every_address_is_answered_before_there_is_a_session():
    found = [route for route in routes() if getattr(route.view, "public_site", False)]
    assert len(found) == 23
    assert {route.view.__module__.rpartition(".")[0] for route in found} == {"apps.publicsite"}
    assert all(route.pattern.startswith(("public/", "api/v1/public/", "robots.txt")) for route in found)
    assert reverse("public") == "/public/"


def test_the_copies_are_written_by_the_office_of_the_place_alone(county):
    found = post(OWN, county.village, county.head)
    for who, changed in ((county.village, 1), (county.officer, 1)):
        scopes.forget(who)
        with scopes.acting(who):
            assert Publication.objects.filter(pk=found.pk).update(title="x") == changed
            transaction.set_rollback(True)
    with scopes.acting(EVERYTHING):
        assert Publication.objects.get().title != "x"
