"""What the command that writes the demonstration refuses before it begins; what it leaves: test_demo_writing.py."""

from __future__ import annotations

import pytest

from apps.common.errors import ServiceError
from apps.dashboards.demo import writing


def test_without_divisions_there_is_nothing_to_seed(db):
    with pytest.raises(ServiceError, match="load_divisions"):
        writing.seed(2000, 7, "a demonstration password")
