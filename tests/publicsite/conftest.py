"""The public site reads by a connection of its own, so what it shows has to be committed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.notices.conftest import MONDAY, Offices, offices


@pytest.fixture
def county(committed_db: object, settings: Any, tmp_path: Path) -> Offices:
    settings.REFERENCE_DATE, settings.MEDIA_ROOT = MONDAY, tmp_path
    return offices()


@pytest.fixture
def anybody() -> Client:
    """Somebody without an account."""
    return Client()
