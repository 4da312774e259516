"""The language of pages and of the API: what was chosen, what was asked for, and nothing left untranslated."""

from __future__ import annotations

import datetime
import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from django.conf import settings as configured
from django.test import Client
from django.urls import resolve

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.accounts.services import system_account
from apps.crosschecks.catalogue import catalogue
from apps.crosschecks.models import Finding
from apps.divisions.models import Division
from apps.households.models import StatusEvent
from apps.villages.services import ensure_villages
from tests.factories.accounts import make_user, sign_in
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import make_household, make_person

pytestmark = pytest.mark.django_db

COUNTY, VILLAGE = 150422000000, 150422100200
MONGOLIAN = {"MONGOLIAN_REVIEWED": True, "LANGUAGES": [*configured.LANGUAGES, ("mn", "蒙古语")]}
HAN = re.compile(r"[\u2e80-\u2fdf\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")
SHOWN = {"title", "aria-label", "placeholder", "alt", "data-label", "content", "value"}


@pytest.fixture
def register(db: None) -> None:
    """Two households with a finding, a village, and something that happened."""
    plant(*VILLAGES)
    with scopes.acting(system_account()):
        ensure_villages()
    for village in VILLAGES[:2]:
        household = make_household(village, status="20", cause_main="01", plan_exit_year=2018, address="3组")
        make_person(household, name="王建国", relation="01")
        with scopes.acting(system_account()):
            today = datetime.date(2018, 12, 31)
            Finding.objects.create(
                rule="HH-02",
                object_kind="household",
                object_id=household.pk,
                household=household,
                division_id=village,
                evidence={"code": household.code, "heads": 2},
                severity="critical",
                acting_level=5,
                found_on=today,
                due_on=today,
                state_since=datetime.datetime(2018, 12, 31, tzinfo=datetime.UTC),
            )
            StatusEvent.objects.create(
                household=household, division_id=village, kind="identified", status="20", on=today
            )


def visitor(role: str = "county_officer", division: int = COUNTY, **fields: object) -> Client:
    return sign_in(Client(), make_user("someone", role, division, **fields))


def language(response) -> str:
    """What the answer says its language is, and the page with it."""
    assert f'<html lang="{response["Content-Language"]}"' in response.content.decode()
    return response["Content-Language"]


# --- choosing ---------------------------------------------------------------------------------------------------------


def test_a_page_is_chinese_until_somebody_chooses_whatever_the_browser_says(register):
    client = visitor()
    assert language(client.get("/", headers={"accept-language": "en-US,en"})) == "zh-Hans"
    assert language(Client().get("/account/sign-in/", headers={"accept-language": "en"})) == "zh-Hans"


def test_a_choice_is_kept_with_the_account_and_shown_at_once(register):
    client = visitor()
    answer = client.post("/language/", {"language": "en", "next": "/households/?status=20"})
    assert (answer.status_code, answer["Location"]) == (302, "/households/?status=20")
    assert language(client.get("/households/")) == "en"
    user = answer.wsgi_request.user
    with scopes.acting(user):
        assert User.objects.get(pk=user.pk).language == "en"
    assert language(sign_in(Client(), user).get("/")) == "en"


def test_a_choice_on_the_sign_in_page_holds_in_this_browser(db):
    client = Client()
    answer = client.post("/language/", {"language": "en", "next": "/account/sign-in/"})
    cookie = answer.cookies["language"]
    assert (cookie.value, cookie["httponly"], cookie["samesite"]) == ("en", True, "Lax")
    assert "Sign in" in client.get("/account/sign-in/").content.decode()


def test_the_choice_of_the_account_counts_more_than_that_of_the_browser(register):
    client = visitor(language="zh-hans")
    client.cookies["language"] = "en"
    assert language(client.get("/")) == "zh-Hans"


@pytest.mark.parametrize("wanted", ["mn", "de", "", "zh", "../en"])
def test_a_language_that_is_not_offered_cannot_be_chosen(register, wanted):
    client = visitor()
    answer = client.post("/language/", {"language": wanted})
    assert answer.status_code == 400
    assert "language" not in answer.cookies
    client.cookies["language"] = wanted
    assert language(client.get("/")) == "zh-Hans"


@pytest.mark.parametrize("back", ["https://example.org/", "//example.org/", "javascript:alert(1)"])
def test_no_choice_leads_to_another_site(db, back):
    assert Client().post("/language/", {"language": "en", "next": back})["Location"] == "/"


def test_a_language_is_chosen_by_post_alone(register):
    assert visitor().get("/language/").status_code == 405


# --- Accept-Language --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "title"),
    [
        ("en", "Not found"),
        ("en-GB;q=0.9, zh;q=0.5", "Not found"),
        ("zh-Hans", "没有找到"),
        ("zh-CN,en", "没有找到"),
        ("de", "没有找到"),
        ("de, en;q=0.1", "Not found"),
        ("mn", "没有找到"),
        ("*", "没有找到"),
        ("", "没有找到"),
    ],
)
def test_the_api_answers_in_the_language_asked_for(register, asked, title):
    client = visitor(language="zh-hans")
    heads = {"accept-language": asked, "accept": "application/json"}
    answer = client.get("/api/v1/households/999999999/", headers=heads)
    assert (answer.status_code, answer.json()["title"]) == (404, title)
    assert "Accept-Language" in answer["Vary"]
    assert answer["Content-Language"] == ("en" if title == "Not found" else "zh-Hans")


def test_the_api_knows_mongolian_where_it_is_offered(register, settings):
    for name, value in MONGOLIAN.items():
        setattr(settings, name, value)
    answer = visitor().get("/api/v1/households/999999999/", headers={"accept-language": "mn-Mong-CN", "accept": "*/*"})
    assert answer["Content-Language"] == "mn-Mong"


# --- Mongolian --------------------------------------------------------------------------------------------------------


def test_a_page_in_mongolian_marks_its_language_and_its_vertical_script(register, settings):
    for name, value in MONGOLIAN.items():
        setattr(settings, name, value)
    client = visitor()
    offered = client.get("/").content.decode()
    assert 'lang="mn-Mong">ᠮᠣᠩᠭᠣᠯ</button>' in offered
    assert "mongolian.css" not in offered
    assert client.post("/language/", {"language": "mn"}).status_code == 302
    page = client.get("/").content.decode()
    assert '<html lang="mn-Mong" class="vertical-script">' in page
    assert 'href="/static/css/mongolian.css"' in page


def test_mongolian_is_not_offered_before_its_review(register):
    page = visitor().get("/").content.decode()
    assert configured.MONGOLIAN_REVIEWED is False
    assert "ᠮᠣᠩᠭᠣᠯ" not in page and 'value="en"' in page


# --- English leaves nothing in Chinese but data -----------------------------------------------------------------------


class Words(HTMLParser):
    """What a page says: its texts and the attributes that are shown or read out; and where its links lead."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.links: list[str] = []
        self.skipped = 0

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "button" and given.get("lang") == "zh-Hans":  # the name of the other language, in that language
            self.skipped += 1
        self.said += [value for name, value in attrs if name in SHOWN and value]
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])

    def handle_endtag(self, tag):
        if tag == "button":
            self.skipped = 0

    def handle_data(self, data):
        if not self.skipped:
            self.said.append(data)


def data_in_chinese() -> list[str]:
    """Names and titles, which stay as they are in any language; the longest first, because some contain others."""
    # A purpose as departments write it, in the examples of requests.
    names = {"王建国", "3组", "低保对象核对", "核对", *(entry.source for entry in catalogue().values())}
    for division in Division.objects.all():
        names |= {division.name, division.short_name}
    return sorted(names - {""}, key=len, reverse=True)


def chinese_of(said: list[str], data: list[str]) -> set[str]:
    left = set()
    for text in said:
        for name in data:
            text = text.replace(name, "")
        left |= set(HAN.findall(text))
    return left


@pytest.mark.parametrize(
    ("role", "division"),
    [
        ("region_officer", 150000000000),
        ("village_officer", VILLAGE),
        ("security_administrator", 150000000000),
        ("audit_administrator", 150000000000),
        ("system_administrator", 150000000000),
    ],
)
def test_every_page_that_can_be_reached_is_english(register, role, division):
    client = visitor(role, division, language="en")
    data = data_in_chinese()
    waiting, seen, faults = ["/", "/nothing/", "/households/?status=99", "/account/password/"], set(), {}
    while waiting:
        address = waiting.pop()
        parts = urlsplit(address)
        route = parts.path if parts.path == "/nothing/" else resolve(parts.path).route
        kind = (route, bool(parts.query))
        if kind in seen or parts.netloc:
            continue
        seen.add(kind)
        response = client.get(address)
        if not response["Content-Type"].startswith("text/html"):
            continue
        words = Words()
        words.feed(response.content.decode())
        if left := chinese_of(words.said, data):
            faults[address] = left
        waiting += [link for link in words.links if link.startswith("/") and not link.startswith("/static/")]
        waiting += [f"{parts.path}{link}" for link in words.links if link.startswith("?")]
    assert faults == {}
    assert len(seen) >= 5


def test_what_the_api_refuses_is_said_in_english(register):
    client = visitor(language="zh-hans")
    english = {"accept-language": "en", "accept": "application/json"}
    answers = [
        client.get("/api/v1/households/?nothing=1&status=99&division=7", headers=english),
        client.get("/api/v1/households/999999999/", headers=english),
        client.post("/api/v1/households/", "[]", content_type="application/json", headers=english),
        client.post("/api/v1/households/", "{}", content_type="application/json", headers=english),
        client.post("/api/v1/households/", "{", content_type="application/json", headers=english),
        client.delete("/api/v1/households/", headers=english),
        client.get("/api/v1/nothing/", headers=english),
        Client().get("/api/v1/households/", headers=english),
    ]
    assert all(400 <= answer.status_code < 500 for answer in answers)
    assert {answer.request["PATH_INFO"]: HAN.findall(answer.content.decode()) for answer in answers} == {
        answer.request["PATH_INFO"]: [] for answer in answers
    }
