"""共享 and 紧急查阅: who may open a household to whom, how long, and who learns of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from apps.access import scope as scopes
from apps.access.models import Share
from apps.common.errors import ServiceError
from apps.history.models import AccessLog
from apps.households import services
from apps.households.models import Household
from apps.households.services.sharing import URGENT_AT_ONCE
from tests.factories.accounts import make_user, sign_in
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import make_household, make_person

pytestmark = pytest.mark.django_db

OWN, SIBLING, FAR = VILLAGES[0], VILLAGES[1], VILLAGES[4]


@pytest.fixture
def people(db):
    plant(*VILLAGES)
    return {
        "keeper": make_user("keeper", "village_officer", OWN),
        "sibling": make_user("sibling", "village_officer", SIBLING),
        "far": make_user("far", "county_officer", FAR // 10**6 * 10**6),
        "auditor": make_user("auditor", "audit_administrator", 150422000000),
    }


@pytest.fixture
def household(people):
    made = make_household(OWN, national_no="15010000987654")
    make_person(made)
    return made


def share(household, by, username="sibling", hours=24, reason="核对搬迁情况"):
    with scopes.acting(by):
        return services.share(household, username=username, hours=hours, reason=reason, by=by)


def seen(user):
    scopes.forget(user)
    with scopes.acting(user):
        return list(Household.objects.visible_to(user).values_list("pk", flat=True))


def test_a_household_is_open_from_the_next_request_until_the_end(people, household):
    assert seen(people["sibling"]) == []
    made = share(household, people["keeper"])
    assert seen(people["sibling"]) == [household.pk]
    assert timedelta(hours=23) < made.valid_until - timezone.now() < timedelta(hours=25)
    with scopes.acting(people["keeper"]):
        Share.objects.filter(pk=made.pk).update(
            created_at=timezone.now() - timedelta(days=2), valid_until=timezone.now()
        )
    assert seen(people["sibling"]) == []


def test_a_share_reads_and_never_writes(people, household):
    share(household, people["keeper"])
    client = sign_in(Client(), people["sibling"])
    assert client.get(f"/households/{household.pk}/").status_code == 200
    assert client.get(f"/households/{household.pk}/edit/").status_code == 403
    assert client.post(f"/households/{household.pk}/share/", {}).status_code == 403
    assert client.post(f"/households/{household.pk}/reveal/", {"field": "phone", "reason": "看看"}).status_code == 403


def test_withdrawing_closes_it_at_once_and_only_once(people, household):
    made = share(household, people["keeper"])
    with scopes.acting(people["keeper"]):
        services.withdraw(made, by=people["keeper"])
    assert seen(people["sibling"]) == []
    with scopes.acting(people["keeper"]), pytest.raises(ServiceError) as refused:
        services.withdraw(made, by=people["keeper"])
    assert refused.value.code == "ended"


def test_whoever_was_given_a_share_cannot_withdraw_or_pass_it_on(people, household):
    made = share(household, people["keeper"])
    scopes.forget(people["sibling"])
    with scopes.acting(people["sibling"]):
        with pytest.raises(PermissionDenied):
            services.withdraw(made, by=people["sibling"])
        with pytest.raises(PermissionDenied):
            services.share(household, username="far", hours=3, reason="转给别人看", by=people["sibling"])


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"username": "nobody"}, "username"),
        ({"username": "keeper"}, "username"),
        ({"username": "auditor"}, "username"),
        ({"hours": 5}, "hours"),
        ({"hours": 0}, "hours"),
        ({"reason": "  看 "}, "reason"),
    ],
)
def test_what_cannot_be_shared_is_said_by_field_and_leaves_nothing(people, household, given, field):
    with pytest.raises(ServiceError) as refused:
        share(household, people["keeper"], **given)
    assert refused.value.field == field
    with scopes.acting(people["keeper"]):
        assert not Share.objects.exists()


def test_a_second_share_to_the_same_account_says_that_it_is_open(people, household):
    share(household, people["keeper"])
    with pytest.raises(ServiceError) as refused:
        share(household, people["keeper"])
    assert refused.value.code == "duplicate"


def urgently(user, code, reason="群众来电反映情况"):
    scopes.forget(user)
    with scopes.acting(user):
        return services.open_urgently(code, reason=reason, by=user)


@pytest.mark.parametrize("written", ["code", "national_no"])
def test_an_official_opens_a_household_elsewhere_for_three_hours(people, household, written):
    made = urgently(people["far"], getattr(household, written))
    assert made.urgent
    assert made.division_id == OWN
    assert timedelta(hours=2, minutes=59) < made.valid_until - timezone.now() <= timedelta(hours=3)
    assert seen(people["far"]) == [household.pk]


def test_the_keeper_sees_who_opened_it_and_why(people, household):
    made = urgently(people["far"], household.code)
    with scopes.acting(people["keeper"]):
        (shown,) = Share.objects.visible_to(people["keeper"])
    assert (shown.pk, shown.user_name, shown.reason) == (made.pk, str(people["far"]), "群众来电反映情况")
    assert "群众来电反映情况" in sign_in(Client(), people["keeper"]).get("/").content.decode()


def test_both_kinds_are_in_the_access_log_at_the_households_place(people, household):
    share(household, people["keeper"])
    urgently(people["far"], household.code)
    with scopes.acting(people["auditor"]):
        found = list(
            AccessLog.objects.filter(action="share")
            .order_by("pk")
            .values_list("username", "action", "division_id", "object_id")
        )
    assert found == [("keeper", "share", OWN, household.pk), ("far", "share", OWN, household.pk)]


def test_only_those_entitled_open_urgently_and_only_what_is_elsewhere(people, household):
    with pytest.raises(PermissionDenied):
        urgently(people["sibling"], household.code)
    near = make_household(FAR)
    with pytest.raises(ServiceError) as own:
        urgently(people["far"], near.code)
    with pytest.raises(ServiceError) as unknown:
        urgently(people["far"], "15042210020099999")
    with pytest.raises(ServiceError) as blank:
        urgently(people["far"], " ")
    assert (own.value.code, unknown.value.field, blank.value.field) == ("duplicate", "code", "code")


def test_no_more_than_so_many_at_a_time(people, household):
    for _number in range(URGENT_AT_ONCE):
        urgently(people["far"], make_household(OWN).code)
    with pytest.raises(ServiceError) as refused:
        urgently(people["far"], household.code)
    assert refused.value.code == "limit"


def test_the_page_opens_it_and_leads_there(people, household):
    client = sign_in(Client(), people["far"])
    assert client.get(f"/households/{household.pk}/").status_code == 404
    assert client.get("/households/urgent/").status_code == 200
    wrong = client.post("/households/urgent/", {"code": "1", "reason": "群众来电反映情况"})
    assert (wrong.status_code, "没有这个户编码" in wrong.content.decode()) == (422, True)
    done = client.post("/households/urgent/", {"code": household.code, "reason": "群众来电反映情况"})
    assert (done.status_code, done["Location"]) == (302, f"/households/{household.pk}/")
    assert client.get(f"/households/{household.pk}/").status_code == 200


def test_the_household_page_shares_and_the_share_page_withdraws(people, household):
    client = sign_in(Client(), people["keeper"])
    assert "临时开放给其他账户" in client.get(f"/households/{household.pk}/").content.decode()
    address = f"/households/{household.pk}/share/"
    wrong = client.post(address, {"username": "nobody", "hours": "24", "reason": "核对搬迁情况"})
    assert "没有这个账户" in wrong.content.decode()
    done = client.post(address, {"username": "sibling", "hours": "24", "reason": "核对搬迁情况"})
    assert "已开放给" in done.content.decode()
    with scopes.acting(people["keeper"]):
        made = Share.objects.get()
    assert "撤回" in client.get(f"/shares/{made.pk}/").content.decode()
    assert client.post(f"/shares/{made.pk}/withdraw/").status_code == 302
    assert seen(people["sibling"]) == []
    # What was open to somebody stays in his list, without the household.
    row = sign_in(Client(), people["sibling"]).get("/api/v1/shares/").json()["results"][0]
    assert (row["household"], row["reason"]) == (None, "核对搬迁情况")


def test_the_interface_for_programs_does_the_same(people, household):
    client = sign_in(Client(), people["keeper"])
    body = {"username": "sibling", "hours": 3, "reason": "核对搬迁情况"}
    address = f"/api/v1/households/{household.pk}/share/"
    assert client.post(address, {**body, "days": 1}, content_type="application/json").status_code == 422
    made = client.post(address, body, content_type="application/json")
    assert (made.status_code, made.json()["household"]) == (201, household.code)
    assert client.post(f"/api/v1/shares/{made.json()['id']}/withdraw/").status_code == 200
    opened = sign_in(Client(), people["far"]).post(
        "/api/v1/households/urgent/",
        {"code": household.code, "reason": "群众来电反映情况"},
        content_type="application/json",
    )
    assert (opened.status_code, opened.json()["urgent"]) == (201, True)
    foreign = sign_in(Client(), people["sibling"]).post(address, body, content_type="application/json")
    assert foreign.status_code == 404
