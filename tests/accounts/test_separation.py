"""What must not meet: in one account by the catalogue, the service and the database; in one person by the item."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.access import capabilities, policy
from apps.access import scope as scopes
from apps.accounts import checks, services
from apps.accounts.models import Post, User
from apps.accounts.roles import ROLES, conflicts
from apps.accounts.services import SET_UP
from apps.common.errors import ServiceError
from tests.factories.accounts import make_user
from tests.factories.divisions import VILLAGES, plant

COUNTY = 150422000000


def test_the_catalogue_is_sound():
    assert checks.catalogue(None) == []


@pytest.mark.parametrize(
    ("role", "more", "found"),
    [
        ("inspector", {"view_audit"}, "accounts.E002"),
        ("system_administrator", {"view_audit"}, "accounts.E002"),
        ("county_officer", {"view_audit"}, "accounts.E002"),
        ("audit_administrator", {"export_register"}, None),
        ("inspector", {"fly"}, "accounts.E001"),
    ],
)
def test_a_role_that_brings_together_what_is_kept_apart_fails_at_start_up(monkeypatch, role, more, found):
    monkeypatch.setitem(ROLES, role, replace(ROLES[role], capabilities=ROLES[role].capabilities | more))
    assert ({one.id for one in checks.catalogue(None)} or {None}) >= {found}


def test_a_pair_of_something_that_does_not_exist_fails_at_start_up(monkeypatch):
    pairs = (*capabilities.SEPARATIONS, ("fly", "view_audit", "account"))
    monkeypatch.setattr(checks, "SEPARATIONS", pairs)
    assert [one.id for one in checks.catalogue(None)] == ["accounts.E001"]


def test_administrators_who_share_a_capability_fail_at_start_up(monkeypatch):
    for role in ("system_administrator", "audit_administrator"):
        monkeypatch.setitem(
            ROLES, role, replace(ROLES[role], capabilities=ROLES[role].capabilities | {"open_urgently"})
        )
    assert "accounts.E003" in {one.id for one in checks.catalogue(None)}


def test_two_roles_that_bring_a_pair_together_conflict(monkeypatch):
    assert not conflicts("county_officer", "inspector"), "an office both works and reviews: kept apart by the item"
    monkeypatch.setitem(ROLES, "inspector", replace(ROLES["inspector"], capabilities=frozenset({"manage_system"})))
    assert conflicts("county_officer", "inspector") and conflicts("inspector", "county_officer")


@pytest.mark.django_db
def test_the_refusal_names_both_roles():
    plant(*VILLAGES)
    security, user = make_user("security", "security_administrator", COUNTY), make_user("new", "inspector", COUNTY)
    with pytest.raises(ServiceError) as caught, scopes.acting(security):
        services.appoint(user, role="audit_administrator", division=COUNTY, by=security)
    assert "审计管理员" in str(caught.value) and "督查人员" in str(caught.value)


@pytest.mark.django_db
def test_the_database_keeps_administrators_alone_in_time():
    plant(*VILLAGES)
    user: User = make_user("auditor", "audit_administrator", COUNTY)
    now = timezone.now()
    with scopes.activate(SET_UP), transaction.atomic():
        post = Post.objects.get(user=user)
        assert post.apart == "audit_administrator"
        other = {"user": user, "division_id": COUNTY, "role": post.role}
        with pytest.raises(IntegrityError, match="post_roles_apart"), transaction.atomic():
            Post.objects.create(**other, apart="", valid_until=now + datetime.timedelta(days=1))
        with pytest.raises(IntegrityError, match="post_roles_apart"), transaction.atomic():
            Post.objects.create(**other, apart="system_administrator", valid_until=now + datetime.timedelta(days=1))
        before = {"valid_from": now - datetime.timedelta(days=9), "valid_until": now - datetime.timedelta(days=8)}
        Post.objects.create(**other, apart="", **before)


@pytest.mark.django_db
def test_nobody_reviews_what_he_proposed():
    plant(*VILLAGES)
    one, other = make_user("one", "county_officer", COUNTY), make_user("other", "county_officer", COUNTY)
    policy.require_another(other, one.pk, None)
    with pytest.raises(PermissionDenied, match="自己"):
        policy.require_another(one, None, one.pk)
