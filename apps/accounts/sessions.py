"""How long a session lasts, so long without a request and so long altogether; and which sessions an account has."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import SESSION_KEY, update_session_auth_hash
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from apps.access import scope as scopes
from apps.accounts.models import LiveSession, User
from apps.accounts.roles import ROLES
from apps.common.network import client_ip

BEGAN, SEEN, RIGHTS = "began", "last_seen", "rights"
# Marks in the name that a browser gives itself, the particular before the general (Edge calls itself Chrome as well).
BROWSERS = (
    ("MicroMessenger", "WeChat"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("python", "Python"),
)
SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
UNATTENDED = "X-Unattended"
"""A header of requests that a page makes by itself: nobody sits before it for that, and the session may end."""
# What a sign-out tells the browser. Not "storage": a phone may hold diaries there that no signal has taken yet, and
# they are encrypted under a key that is gone with the page (`docs/visits.md`).
FORGET = '"cache"'
STEP = 60  # the time of the last request is written at most once a minute


@dataclass(frozen=True)
class Own:
    """A live session of an account as its owner sees it."""

    key: int
    began_at: datetime
    seen_at: datetime
    address: str
    device: str
    this: bool

    @property
    def label(self) -> str:
        """Browser and system in short, as far as the browser names them."""
        names = [next((name for mark, name in row if mark in self.device), "") for row in (BROWSERS, SYSTEMS)]
        return " · ".join(filter(None, names)) or _("其他程序")


def requester(request: Any) -> User:
    """Who is signed in: every view that is not marked otherwise is closed to strangers before it runs."""
    return cast("User", request.user)


def begin(request: HttpRequest) -> None:
    """Start both clocks of a session, and write down where it was begun."""
    request.session[BEGAN] = request.session[SEEN] = int(time.time())
    request.session[RIGHTS] = scopes.rights_of(requester(request))
    _write_down(request, timezone.now())


def renew(request: HttpRequest) -> None:
    """After a change of password: this session goes on under a new key, all others of the account end."""
    user = requester(request)
    update_session_auth_hash(request, user)
    _write_down(request, datetime.fromtimestamp(request.session.get(BEGAN, time.time()), UTC))
    end_all(user, but=request.session.session_key)


def is_over(request: HttpRequest) -> bool:
    """Whether a limit has passed; otherwise the request counts as the last one seen."""
    now = int(time.time())
    began, seen = request.session.get(BEGAN), request.session.get(SEEN)
    if began is None or seen is None:  # signed in by other means than the sign-in page
        begin(request)
        return False
    if now - began > settings.SESSION_COOKIE_AGE or now - seen > idle_limit(requester(request)):
        return True
    if now - seen >= STEP and UNATTENDED not in request.headers:
        request.session[SEEN] = now
    return False


def idle_limit(user: User) -> int:
    """After how many seconds without a request a session ends: sooner for the three administrators."""
    roles = (post.partition("@")[0] for post in scopes.of(user).posts)
    if any(ROLES[role].administrator for role in roles if role in ROLES):
        return int(settings.SESSION_IDLE_SECONDS_OF_ADMINISTRATORS)
    return int(settings.SESSION_IDLE_SECONDS)


def keep_up(request: HttpRequest) -> None:
    """Give the session a new key when what its account may do has changed since the last request (a post given, ended
    or run out): a key that somebody noted before opens nothing now."""
    held = scopes.rights_of(requester(request))
    before = request.session.get(RIGHTS)
    if before == held:
        return
    request.session[RIGHTS] = held
    if before is not None:
        rotate(request)


def digest(request: HttpRequest) -> str:
    """What names this session and no other: a challenge given to it counts nowhere else."""
    return salted_hmac("accounts.session-digest", request.session.session_key or "", algorithm="sha256").hexdigest()


def rotate(request: HttpRequest) -> None:
    """Go on under a new session key; the old one is worthless."""
    began_at = datetime.fromtimestamp(request.session.get(BEGAN, time.time()), UTC)
    request.session.cycle_key()
    _write_down(request, began_at)


def of(user: User, *, this: str | None = None) -> list[Own]:
    """The sessions of an account that still open a page, the latest first; `this` is the key of the asking one."""
    with scopes.activate(scopes.identity(user.pk)), transaction.atomic():
        rows = list(LiveSession.objects.filter(user=user).order_by("-id"))
    stored = {
        session.session_key: session.get_decoded()
        for session in Session.objects.filter(
            session_key__in=[row.session_key for row in rows], expire_date__gt=timezone.now()
        )
    }
    alive, now = user.get_session_auth_hash(), time.time()
    found, idle = [], idle_limit(user)
    for row in rows:
        data = stored.get(row.session_key, {})
        seen = data.get(SEEN, 0)
        # A session of before the last password, or past a limit, is only waiting to be swept.
        if data.get(SESSION_KEY) != str(user.pk) or data.get("_auth_user_hash") != alive:
            continue
        if now - seen > idle or now - data.get(BEGAN, 0) > settings.SESSION_COOKIE_AGE:
            continue
        found.append(
            Own(
                key=row.pk,
                began_at=row.began_at,
                seen_at=datetime.fromtimestamp(seen, UTC),
                address=row.address or "",
                device=row.device,
                this=row.session_key == this,
            )
        )
    return found


def end_one(user: User, key: int) -> bool:
    """End one session of an account, named by the key of its row; whether there was one."""
    return _end(user, pk=key) == 1


def end_all(user: User, *, but: str | None = None) -> int:
    """End the sessions of an account, except the one with this session key; answers how many."""
    return _end(user, but=but)


def _end(user: User, *, but: str | None = None, **narrowed: Any) -> int:
    """Delete the sessions; their rows here go with them, by the database."""
    with scopes.activate(scopes.identity(user.pk)), transaction.atomic():
        rows = LiveSession.objects.filter(user=user, **narrowed).exclude(session_key=but)
        keys = list(rows.values_list("session_key", flat=True))
        Session.objects.filter(session_key__in=keys).delete()
    return len(keys)


def _write_down(request: HttpRequest, began_at: datetime) -> None:
    user = requester(request)
    if request.session.session_key is None:
        request.session.save()
    with scopes.activate(scopes.identity(user.pk)), transaction.atomic():
        LiveSession.objects.update_or_create(
            session_key=request.session.session_key,
            defaults={
                "user": user,
                "began_at": began_at,
                "address": client_ip(request) or None,
                "device": request.headers.get("User-Agent", "")[:200],
            },
        )
