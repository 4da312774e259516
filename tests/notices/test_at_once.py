"""Two at the same moment, over connections of their own: one wins, and nothing is half-written."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from apps.access import scope as scopes
from apps.notices.models import NoticeLog, Publication
from apps.notices.services import clock
from tests.access.world import EVERYTHING
from tests.factories.accounts import sign_in
from tests.factories.notices import post, prepare, read, take
from tests.notices.conftest import MONDAY, OWN, Offices, offices


@pytest.fixture
def county(committed_db: object, settings: Any, tmp_path: Path) -> Offices:
    settings.REFERENCE_DATE, settings.MEDIA_ROOT = MONDAY, tmp_path
    return offices()


def at_once(number: int, act: Callable[[], Any]) -> list[Any]:
    def one(_number: int) -> Any:
        try:
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(one, range(number)))


def test_of_many_who_post_one_notice_one_wins(county):
    found = take(prepare(OWN, county.village), "approve", county.head)
    session = sign_in(Client(), county.village).cookies["sessionid"].value
    body = json.dumps({"step": "post", "version": found.version, "place": "村委会", "ways": ["web"]})

    def act() -> int:
        client = Client()
        client.cookies["sessionid"] = session
        return client.post(f"/api/v1/notices/{found.pk}/step/", body, "application/json").status_code

    assert sorted(at_once(6, act)) == [200] + [409] * 5
    with scopes.acting(EVERYTHING):
        assert Publication.objects.count() == 1
        assert NoticeLog.objects.filter(step="post").count() == 1
    assert (read(found.pk).postings, read(found.pk).version) == (1, found.version + 1)


def test_the_clock_of_two_workers_ends_a_notice_once(county, settings):
    keys = [post(OWN, county.village, county.head).pk for _number in range(4)]
    settings.REFERENCE_DATE = MONDAY.replace(day=30)
    at_once(3, clock.advance)
    clock.advance()
    with scopes.acting(EVERYTHING):
        steps = list(NoticeLog.objects.filter(step__in=("begin", "end")).values_list("notice_id", "step"))
    assert sorted(steps) == sorted((key, step) for key in keys for step in ("begin", "end"))
