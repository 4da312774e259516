"""A generator of one-time passwords on a clock of its own, and the first half of a sign-in."""

from __future__ import annotations

import pyotp
from django.test import Client

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.accounts.services import second_factor
from tests.factories.accounts import PASSWORD

SIGN_IN, STEP, ENROL, HOME = "/account/sign-in/", "/account/sign-in/code/", "/account/sign-in/enrol/", "/access-logs/"
NOW = 1_700_000_000 // 30 * 30 + 15  # in the middle of a step


class Clock:
    """The second that the codes are made and read at."""

    def __init__(self) -> None:
        self.now = NOW

    def code(self, secret: str, drift: int = 0) -> str:
        return pyotp.TOTP(secret).generate_otp(self.now // 30 + drift)


def bind(user: User, clock: Clock) -> tuple[str, list[str]]:
    """Bind a generator with a code that is two minutes old by now: its secret and recovery codes."""
    offer = second_factor.offer(user)
    codes = second_factor.enrol(user, offer.token, clock.code(offer.secret))
    clock.now += 120
    return offer.secret, codes


def half_way(username: str = "village", **more: str) -> Client:
    """A client whose password was right, and nothing else."""
    client = Client()
    answer = client.post(SIGN_IN, {"username": username, "password": PASSWORD, **more})
    assert answer.status_code == 302 and answer["Location"].startswith((STEP, ENROL)), answer["Location"]
    return client


def step(client: Client, code: str, **more: str) -> int:
    return client.post(STEP, {"code": code, **more}).status_code


def inside(client: Client) -> bool:
    return client.get(HOME).status_code == 200


def itself(user: User) -> scopes.Scope:
    return scopes.identity(user.pk)
