"""Notices, their steps and photos, as offices make them."""

from __future__ import annotations

import datetime
import io
from typing import Any

from django.utils import timezone
from PIL import Image

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.common.days import today
from apps.divisions import codes
from apps.notices.models import NoticePhoto, PublicNotice
from apps.notices.services import photos, steps, writing
from tests.access.world import EVERYTHING
from tests.factories.accounts import planter

PEOPLE = [
    {"head": "张三丰", "members": 3, "village": "乌兰套海嘎查", "cause": "因病"},
    {"head": "包音吉日嘎拉", "members": 5, "village": "乌兰套海嘎查", "cause": "缺劳力"},
]


def picture(colour: str = "red") -> bytes:
    """A small JPEG."""
    target = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(target, "JPEG")
    return target.getvalue()


def prepare(place: int, by: User, kind: str = "identification", **said: Any) -> PublicNotice:
    """A notice that waits for approval."""
    lines = said.pop("lines", PEOPLE if kind in ("identification", "exit") else [])
    told = {"title": "贫困户识别名单公示", "text": "经村民代表会议评议，现予公示。", **said}
    scopes.forget(by)
    with scopes.acting(by):
        return writing.prepare(place, kind, told.pop("title"), lines, by, **told)


def take(found: PublicNotice, name: str, by: User, **said: Any) -> PublicNotice:
    """A step in the scope of whoever takes it."""
    scopes.forget(by)
    with scopes.acting(by):
        return steps.take(found, name, by=by, said=steps.Said(**said))


def add_photo(found: PublicNotice, by: User) -> NoticePhoto:
    """A photo of somebody's."""
    scopes.forget(by)
    with scopes.acting(by):
        return photos.add(found, picture(), by=by)


def post(place: int, by: User, approver: User, kind: str = "identification", **said: Any) -> PublicNotice:
    """A notice that was approved and posted today, on the web alone."""
    found = take(prepare(place, by, kind, **said), "approve", approver)
    return take(found, "post", by, place="嘎查村委会公示栏", ways=["web"])


def stand(about: str, place: int, *, ago: int = 0, kind: str = "project", **said: Any) -> PublicNotice:
    """A notice of a place about something, posted so many days ago and over when its ten days are, written past the
    steps."""
    day = today() - datetime.timedelta(days=ago)
    last = day + datetime.timedelta(days=10)
    over = last < today()
    usual: dict[str, Any] = {
        "title": "公示",
        "text": "现予公示。",
        "days": 10,
        "level": codes.level(place),
        "state": "ended" if over else "running",
        "state_since": timezone.now(),
        "posted_on": day,
        "ends_on": last,
        "closed_on": last + datetime.timedelta(days=1) if over else None,
        "postings": 1,
    }
    by = planter()
    with scopes.acting(EVERYTHING):
        who = {"prepared_by": by, "approved_by": User.objects.exclude(pk=by.pk).order_by("pk").first()}
        return PublicNotice.objects.create(division_id=place, kind=kind, subject=about, **{**usual, **who, **said})


def read(key: int) -> PublicNotice:
    """A notice as it is now, whoever may see it."""
    with scopes.acting(EVERYTHING):
        return PublicNotice.objects.get(pk=key)
