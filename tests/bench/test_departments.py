"""Strangers fit the tables, and there are some in every data set that the demonstration sends."""

from __future__ import annotations

import pytest

from apps.dashboards.demo import departments as demo
from apps.datasets.models import tables
from bench.departments import STRANGERS


def test_every_set_that_is_sent_is_brought_to_its_size() -> None:
    _about, *parts = demo._HEADING.split(demo.ROWS.read_text(encoding="utf-8"))
    assert set(STRANGERS) == set(parts[::3])


@pytest.mark.parametrize("dataset", STRANGERS)
def test_strangers_have_every_column_that_must_be_there(dataset: str) -> None:
    fields = {field.name: field for field in tables()[dataset].columns()}
    given = set(STRANGERS[dataset].columns)
    assert given <= set(fields)
    assert {name for name, field in fields.items() if not field.null} <= given
