"""What the tests of the second factor share."""

from __future__ import annotations

import pytest

from apps.accounts.models import User
from apps.accounts.services import second_factor
from tests.accounts.factors import Clock, bind


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(second_factor, "clock", lambda: made.now)
    return made


@pytest.fixture
def bound(village: User, clock: Clock) -> tuple[str, list[str]]:
    return bind(village, clock)
