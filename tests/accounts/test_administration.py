"""Accounts, posts and the access log on pages and over the API."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from apps.access import scope as scopes
from apps.accounts import services
from apps.accounts.models import Post, User
from apps.history.services import log_access
from apps.pages.models import StoredAnswer
from tests.factories.accounts import PASSWORD, make_user, reset, sign_in
from tests.factories.divisions import VILLAGES, plant

pytestmark = pytest.mark.django_db

REGION, LEAGUE, COUNTY, TOWNSHIP, VILLAGE = 150000000000, 150400000000, 150422000000, 150422100000, 150422100200
SIBLING, SISTER_COUNTY = 150422100201, 150423000000
USERS, POSTS, LOGS = "/api/v1/users/", "/api/v1/posts/", "/api/v1/access-logs/"
RESETS = "/api/v1/resets/"


@pytest.fixture
def county(db: None) -> APIClient:
    plant(*VILLAGES)
    return signed_in(make_user("county", "county_officer", COUNTY))


def signed_in(user: User) -> APIClient:
    return sign_in(APIClient(), user)


def page_of(user: User) -> Client:
    return sign_in(Client(), user)


def names(client: APIClient, query: str = "") -> list[str]:
    return [row["username"] for row in client.get(f"{USERS}?page_size=200{query}").json()["results"]]


NEW = {"username": "New-One", "name": "新人", "division": str(VILLAGE)}


# --- accounts --------------------------------------------------------------------------------------------------------


def test_the_list_holds_the_accounts_of_the_subtree_with_the_roles_they_hold_now(county):
    make_user("village", "village_officer", VILLAGE)
    make_user("nothing", None, TOWNSHIP)
    make_user("sister", "county_officer", SISTER_COUNTY)
    make_user("league", "league_officer", LEAGUE)
    rows = county.get(USERS).json()["results"]
    assert [(row["username"], row["roles"], row["division"]) for row in rows] == [
        ("county", ["county_officer"], str(COUNTY)),
        ("nothing", [], str(TOWNSHIP)),
        ("village", ["village_officer"], str(VILLAGE)),
    ]


def test_accounts_are_found_by_name_role_and_state(county):
    make_user("village", "village_officer", VILLAGE)
    make_user("closed", "village_officer", SIBLING, is_active=False)
    assert names(county, "&role=village_officer") == ["village", "closed"]
    assert names(county, "&role=village_officer&is_active=true") == ["village"]
    assert names(county, "&role=county_officer&role=village_officer") == ["county", "village", "closed"]
    assert names(county, "&username=vil") == names(county, "&name=vil") == ["village"]
    assert names(county, f"&division={SIBLING}") == ["closed"]
    assert names(county, "&order=-username") == ["village", "county", "closed"]


def test_an_official_without_accounts_to_manage_sees_his_own_only(county):
    village = make_user("village", "village_officer", VILLAGE)
    make_user("other", "village_officer", VILLAGE)
    client = signed_in(village)
    assert names(client) == ["village"]
    assert client.get(f"{USERS}{village.pk}/").json()["roles"] == ["village_officer"]
    assert client.post(USERS, NEW).status_code == 403
    assert client.patch(f"{USERS}{village.pk}/", {"name": "改"}).status_code == 403
    assert page_of(village).get(reverse("user-detail", args=[village.pk])).status_code == 200
    assert page_of(village).get(reverse("user-create")).status_code == 403


def test_a_new_account_is_answered_with_a_first_password_that_is_stored_nowhere(county):
    answer = county.post(USERS, NEW, headers={"Idempotency-Key": "one"})
    body = answer.json()
    assert answer.status_code == 201, answer.content.decode()
    assert (body["username"], body["roles"], body["must_change_password"]) == ("new-one", [], True)
    password = body.pop("initial_password")
    assert password not in str(list(StoredAnswer.objects.values()))
    again = county.post(USERS, NEW, headers={"Idempotency-Key": "one"})
    assert (again.status_code, again.json()) == (201, body), "the same account, and no password a second time"
    assert Client().post("/account/sign-in/", {"username": "new-one", "password": password}).status_code == 302


def test_a_new_accounts_page_shows_the_first_password_once(county):
    client = page_of(make_user("head", "county_officer", COUNTY))
    assert client.get(f"{reverse('user-create')}?division={VILLAGE}").status_code == 200
    shown = client.post(reverse("user-create"), NEW)
    assert (shown.status_code, shown["Cache-Control"]) == (200, "no-store, private")
    password = re.search(r'<dd class="mono">([^<]{14})</dd>', shown.content.decode())[1]
    assert "_messages" not in client.session or password not in str(client.session["_messages"])
    assert Client().post("/account/sign-in/", {"username": "new-one", "password": password}).status_code == 302
    refused = client.post(reverse("user-create"), NEW)
    assert refused.status_code == 422 and "mono" not in refused.content.decode()


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        ({"division": str(SISTER_COUNTY)}, 404, None),
        ({"division": str(LEAGUE)}, 404, None),
        ({"division": "150422100999"}, 422, "division"),
        ({"username": "two words"}, 422, "username"),
        ({"username": "x"}, 422, "username"),
        ({"username": "county"}, 422, "username"),
        ({"username": "elsewhere"}, 422, "username"),
        ({"name": ""}, 422, "name"),
        ({"is_active": True}, 422, "is_active"),
        ({"password": "Right-Horse-7"}, 422, "password"),
    ],
)
def test_what_is_wrong_with_a_new_account_is_named(county, changes, status, field):
    make_user("elsewhere", None, SISTER_COUNTY)
    answer = county.post(USERS, {**NEW, **changes})
    assert answer.status_code == status, answer.content.decode()
    if field:
        assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert names(county) == ["county"]


def test_an_account_is_renamed_and_moved_inside_the_subtree_and_not_out_of_it(county):
    village = make_user("village", "village_officer", VILLAGE)
    url = f"{USERS}{village.pk}/"
    answer = county.patch(url, {"name": "新名", "division": str(SIBLING)})
    assert (answer.status_code, answer.json()["name"], answer.json()["division"]) == (200, "新名", str(SIBLING))
    assert county.patch(url, {"division": str(SISTER_COUNTY)}).status_code == 404
    assert county.patch(url, {"username": "other"}).status_code == 422
    assert county.get(url).json()["division"] == str(SIBLING)


def test_resetting_closing_and_opening_over_the_api(county):
    village = make_user("village", "village_officer", VILLAGE)
    live = signed_in(village)
    assert live.get("/api/v1/session/").status_code == 200
    password = confirmed(county, village, "password")
    assert live.get("/api/v1/session/").status_code == 401
    closed = county.post(f"{USERS}{village.pk}/close/")
    assert (closed.status_code, closed.json()["is_active"]) == (200, False)
    entry = {"username": "village", "password": password}
    assert APIClient().post("/api/v1/session/", entry).status_code == 401
    entry["password"] = confirmed(county, village, "open")
    assert APIClient().post("/api/v1/session/", entry).status_code == 200


def confirmed(asker: APIClient, user: User, what: str) -> str:
    """The first password that a request of one and the word of another person make."""
    asked = asker.post(RESETS, {"user": user.pk, "what": what, "reason": "本人遗忘"})
    assert asked.status_code == 201, asked.content.decode()
    other = signed_in(make_user(f"other-{what}", "county_officer", COUNTY))
    return other.post(f"{RESETS}{asked.json()['id']}/confirm/").json()["initial_password"]


@pytest.mark.parametrize("act", ["close", "end-sessions"])
def test_acts_on_accounts_one_may_not_act_on(county, act):
    village = make_user("village", "village_officer", VILLAGE)
    auditor = make_user("auditor", "audit_administrator", COUNTY)
    sister = make_user("sister", "county_officer", SISTER_COUNTY)
    own = signed_in(village)
    page = page_of(make_user("head", "county_officer", COUNTY))
    for user, status in ((auditor, 403), (sister, 404)):
        assert county.post(f"{USERS}{user.pk}/{act}/").status_code == status
        assert page.get(f"/users/{user.pk}/{act}/").status_code == 405
    assert page.post(f"/users/{sister.pk}/{act}/").status_code == 404
    assert page.post(f"/users/{auditor.pk}/{act}/").status_code == 302, "back to the account, with the reason"
    assert own.post(f"{USERS}{village.pk}/{act}/").status_code in (403, 422)
    with scopes.activate(services.SET_UP):
        assert auditor.check_password(PASSWORD)


def test_the_page_of_an_account_offers_what_may_be_done_and_shows_its_posts(county):
    head = make_user("head", "county_officer", COUNTY)
    village = make_user("village", "village_officer", VILLAGE)
    auditor = make_user("auditor", "audit_administrator", COUNTY)
    page = page_of(head)
    body = page.get(f"/users/{village.pk}/").content.decode()
    for offered in (
        f"/resets/new/?user={village.pk}&amp;what=password",
        f"/users/{village.pk}/close/",
        f"/users/{village.pk}/edit/",
    ):
        assert offered in body
    assert "嘎查村信息员" in body and f"/posts/new/?user={village.pk}" in body
    body = page.get(f"/users/{auditor.pk}/").content.decode()
    assert "审计管理员" in body
    assert "/resets/new/" not in body and "/close/" not in body and "/edit/" not in body
    assert page.get(f"/users/{auditor.pk}/edit/").status_code == 403
    answer = page.post(f"/users/{village.pk}/close/", follow=True)
    assert "已停用" in answer.content.decode()
    assert f"/resets/new/?user={village.pk}&amp;what=open" in answer.content.decode()
    reset(village, "open", by=head)
    assert "已停用" not in page.get(f"/users/{village.pk}/").content.decode()


def test_the_history_of_an_account_names_who_and_what(county):
    village = make_user("village", "village_officer", VILLAGE)
    county.patch(f"{USERS}{village.pk}/", {"name": "新名"})
    body = page_of(make_user("head", "county_officer", COUNTY)).get(f"/users/{village.pk}/history/").content.decode()
    assert "新名" in body and "county" in body


# --- posts -----------------------------------------------------------------------------------------------------------


def appointment(holder: User, **changes: object) -> dict[str, object]:
    return {"user": holder.pk, "role": "village_officer", "division": str(VILLAGE), "reason": "新任", **changes}


def test_a_post_is_given_and_ended_over_the_api(county):
    user = make_user("new", None, VILLAGE)
    answer = county.post(POSTS, appointment(user))
    assert answer.status_code == 201, answer.content.decode()
    row = answer.json()
    assert (row["username"], row["role"], row["division"], row["valid_until"]) == (
        "new",
        "village_officer",
        str(VILLAGE),
        None,
    )
    client = signed_in(user)
    assert client.get("/api/v1/households/").status_code == 200
    url = f"{POSTS}{row['id']}/"
    ended = county.post(f"{url}end/")
    assert ended.status_code == 200 and ended.json()["valid_until"] is not None
    assert client.get("/api/v1/households/").status_code == 403
    assert county.post(f"{url}end/").status_code == 422
    assert county.patch(url, {"reason": "x"}).status_code == 405


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        ({"division": str(SISTER_COUNTY), "role": "county_officer"}, 404, None),
        ({"role": "audit_administrator", "division": str(COUNTY)}, 403, "role"),
        ({"role": "system"}, 422, "role"),
        ({"role": "township_officer"}, 422, "division"),
        ({"user": 0}, 422, "user"),
        ({"valid_until": "2000-01-01T00:00"}, 422, "valid_until"),
        ({"valid_until": "soon"}, 422, "valid_until"),
    ],
)
def test_what_is_wrong_with_a_post_is_named(county, changes, status, field):
    user = make_user("new", None, VILLAGE)
    answer = county.post(POSTS, appointment(user, **changes))
    assert answer.status_code == status, answer.content.decode()
    if field:
        assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_an_account_of_elsewhere_cannot_be_appointed_and_is_answered_like_none(county):
    sister = make_user("sister", None, SISTER_COUNTY)
    answers = [county.post(POSTS, appointment(sister, user=key)) for key in (sister.pk, 999_999_999)]
    assert [answer.status_code for answer in answers] == [422, 422]
    texts = [
        answer.content.decode().replace(str(key), "")
        for answer, key in zip(answers, (sister.pk, 999_999_999), strict=True)
    ]
    assert texts[0] == texts[1]


def test_a_post_is_given_and_ended_on_pages(county):
    head = make_user("head", "county_officer", COUNTY)
    user = make_user("new", None, VILLAGE)
    page = page_of(head)
    form = page.get(f"/posts/new/?user={user.pk}&division={VILLAGE}")
    assert form.status_code == 200 and f'value="{user.pk}"' in form.content.decode()
    refused = page.post("/posts/new/", appointment(user, role="township_officer"))
    assert refused.status_code == 422 and "不能在这一级任职" in refused.content.decode()
    assert page.post("/posts/new/", appointment(user)).status_code == 302
    with scopes.acting(head):
        post = Post.objects.get(user=user)
    shown = page.get(f"/posts/{post.pk}/")
    assert f"/posts/{post.pk}/end/" in shown.content.decode()
    assert page.get(f"/posts/{post.pk}/edit/").status_code == 404
    assert page.post(f"/posts/{post.pk}/end/").status_code == 302
    assert "/end/" not in page.get(f"/posts/{post.pk}/").content.decode()
    assert page.get(f"/posts/{post.pk}/history/").status_code == 200


def test_posts_are_found_by_role_holder_and_time(county):
    village = make_user("village", "village_officer", VILLAGE)
    other = make_user("other", "village_officer", SIBLING)
    with scopes.acting(services.system_account()), scopes.activate(services.SET_UP):
        services.end_post(Post.objects.get(user=other), by=make_user("head", "county_officer", COUNTY))

    def found(query: str) -> list[str]:
        return [row["username"] for row in county.get(f"{POSTS}?{query}").json()["results"]]

    assert found("") == ["county", "head", "village", "other"]
    assert found("current=true") == ["county", "head", "village"]
    assert found("current=false") == ["other"]
    assert found("role=village_officer") == ["village", "other"]
    assert found(f"user={village.pk}") == ["village"]


def test_a_post_here_of_an_account_run_above_is_not_shown_and_breaks_no_page(county):
    """The holder's row is out of sight; a list that joined it and a detail page that did not would disagree."""
    league = make_user("league", None, LEAGUE)
    with scopes.activate(services.SET_UP):
        post = services.appoint(league, role="inspector", division=COUNTY, by=None)
    assert [row["username"] for row in county.get(POSTS).json()["results"]] == ["county"]
    assert county.get(f"{POSTS}{post.pk}/").status_code == 404
    assert page_of(make_user("head", "county_officer", COUNTY)).get(f"/posts/{post.pk}/").status_code == 404


# --- the access log --------------------------------------------------------------------------------------------------


def test_audit_administrators_see_the_log_of_their_place_and_others_their_own(county):
    village = make_user("village", "village_officer", VILLAGE)
    other = make_user("other", "village_officer", SIBLING)
    for user, place in ((village, VILLAGE), (other, SIBLING)):
        with scopes.acting(user, source="api"):
            log_access(user, "export", division=place, kind="households.household", fields=["code"], rows=3)
    clients = {
        "village": signed_in(village),
        "county": county,
        "auditor": signed_in(make_user("auditor", "audit_administrator", COUNTY)),
        "elsewhere": signed_in(make_user("elsewhere", "audit_administrator", SISTER_COUNTY)),
        "security": signed_in(make_user("security", "security_administrator", COUNTY)),
    }
    seen = {
        name: [row["username"] for row in client.get(f"{LOGS}?action=export").json()["results"]]
        for name, client in clients.items()
    }
    assert seen == {
        "village": ["village"],
        "county": [],
        "auditor": ["other", "village"],
        "elsewhere": [],
        "security": [],
    }
    row = clients["auditor"].get(f"{LOGS}?action=export&username=other").json()["results"][0]
    assert {name: row[name] for name in ("action", "division", "object_kind", "fields", "rows", "source")} == {
        "action": "export",
        "division": str(SIBLING),
        "object_kind": "households.household",
        "fields": ["code"],
        "rows": 3,
        "source": "api",
    }
    assert clients["auditor"].get(f"{LOGS}{row['id']}/").status_code == 200
    assert clients["village"].get(f"{LOGS}{row['id']}/").status_code == 404


def test_the_log_can_only_be_read(county):
    auditor = make_user("auditor", "audit_administrator", COUNTY)
    client = signed_in(auditor)
    row = client.get(LOGS).json()["results"][0]
    assert (row["action"], row["username"]) == ("sign_in", "auditor")
    for method in (client.post, client.put, client.patch, client.delete):
        assert method(f"{LOGS}{row['id']}/", {}).status_code == 405
    page = page_of(auditor)
    assert page.get("/access-logs/").status_code == page.get(f"/access-logs/{row['id']}/").status_code == 200
    assert page.get("/access-logs/new/").status_code == page.get(f"/access-logs/{row['id']}/edit/").status_code == 404


def test_sign_in_and_sign_out_are_written_down(county):
    make_user("village", "village_officer", VILLAGE)
    client = Client(REMOTE_ADDR="10.1.2.3")
    client.post("/account/sign-in/", {"username": "village", "password": PASSWORD})
    client.post("/account/sign-out/")
    auditor = signed_in(make_user("auditor", "audit_administrator", COUNTY))
    rows = auditor.get(f"{LOGS}?username=village").json()["results"]
    assert [(row["action"], row["address"]) for row in rows] == [("sign_out", "10.1.2.3"), ("sign_in", "10.1.2.3")]
