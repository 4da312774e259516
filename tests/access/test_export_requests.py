"""Exports that wait for a second person, and printing: what is asked before a row is looked at, and what is offered."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.access import scope as scopes
from apps.pages import approvals
from apps.pages.models import ExportApproval
from tests.access.world import COUNTY, EVERYTHING, OTHER_LEAGUE, World

pytestmark = pytest.mark.usefixtures("undone")


def own_request(world: World, name: str) -> ExportApproval:
    with scopes.activate(EVERYTHING):
        return ExportApproval.objects.filter(user=world.accounts[name].user).order_by("pk")[0]


def test_who_asked_and_may_not_decide_is_refused_before_what_was_sent_is_looked_at(world):
    """He sees his own request, so that it is there; a body that is wrong is told so to those alone who may decide."""
    for name, status in (("village", 403), ("county", 422)):
        found = own_request(world, "village")
        client = world.accounts[name].client()
        assert client.post(f"/exports/waiting/{found.pk}/", {"decision": "x"}).status_code == status
        sent = client.post(f"/api/v1/exports/{found.pk}/refuse/", {}, content_type="application/json")
        assert sent.status_code == status


@pytest.mark.parametrize("wall", ["application"], indirect=True)
def test_what_was_decided_is_shown_where_the_account_decides(world, wall):
    with scopes.activate(EVERYTHING):
        own, foreign = ExportApproval.objects.exclude(user=world.accounts["county"].user).order_by("pk")[:2]
        for one, place in ((own, COUNTY), (foreign, OTHER_LEAGUE)):
            ExportApproval.objects.filter(pk=one.pk).update(
                division_id=place,
                state="approved",
                decided_by=world.accounts["region"].user,
                decided_at=timezone.now(),
            )
    by = world.accounts["county"].user
    with scopes.acting(by):
        assert [one.pk for one in approvals.decided(by)] == [own.pk]


def test_the_way_to_what_waits_is_offered_to_those_who_may_decide(world):
    for name, may in (("village", False), ("inspector", False), ("county", True)):
        page = world.accounts[name].client(Client).get("/exports/")
        assert page.context["may_approve"] is may, name
        # The menu has the same way; on the page it is a button.
        assert (f'class="btn" href="{reverse("export-waiting")}"' in page.content.decode()) is may, name


def test_who_sees_no_such_rows_is_told_so_before_the_right_to_print_them(world):
    """A page that is on the screen may be printed without that right: there is none for those who see nothing."""
    for name, told in (("stranger", "没有查看这类数据的权限"), ("inspector", "打印整个列表需要导出数据的权限")):
        answer = world.accounts[name].client().get("/households/print/")
        assert answer.status_code == 403
        assert told in answer.content.decode(), name
